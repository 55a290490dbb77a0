import DNSWire

/// Why a response is what it is, for people who look at one (RFC 8914).
struct ExtendedError {
    /// The INFO-CODE (IANA "Extended DNS Error Codes").
    let code: UInt16
    /// The EXTRA-TEXT; short, so that it fits.
    private let text: StaticString

    private init(_ code: UInt16, _ text: StaticString) {
        self.code = code
        self.text = text
    }

    /// The text's bytes, which live as long as the program.
    var bytes: ByteView {
        unsafe ByteView(
            UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The policy of a steered name is down, and `whenDown` answered.
    static var allDown: ExtendedError { ExtendedError(0, "all endpoints are down") }
    /// The policy is down for the family asked for, and up for the other one.
    static var familyDown: ExtendedError { ExtendedError(0, "this address family is down") }
    /// Prohibited: the server's settings refuse the client.
    static var prohibited: ExtendedError { ExtendedError(18, "") }
    /// Not Authoritative: the question is about no zone of this server.
    static var notAuthoritative: ExtendedError { ExtendedError(20, "") }
    /// Not Supported.
    static var noTransfers: ExtendedError { ExtendedError(21, "no zone transfers") }
    static var queriesOnly: ExtendedError { ExtendedError(21, "queries only") }
    static var classIN: ExtendedError { ExtendedError(21, "class IN only") }
}
