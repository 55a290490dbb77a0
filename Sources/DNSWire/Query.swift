/// One parsed query; offsets point into the packet.
public struct Query {
    public var id: UInt16 = 0
    public var flags: UInt16 = 0
    public var opcode: Opcode { Opcode(rawValue: (flags & Header.opcodeMask) >> 11) }
    /// Bytes of the question's name, its root label included; it starts at `Header.bytes`.
    public var nameBytes = 0
    /// Labels of the question's name without the root's.
    public var labelCount = 0
    public var type = RRType(rawValue: 0)
    public var rrClass: UInt16 = 0
    /// Where the question ends; 0: there is none to echo.
    public var questionEnd = 0

    public var hasEDNS = false
    public var ednsVersion: UInt8 = 0
    /// What the client says it can take over UDP (RFC 6891 §6.2.3); at least 512 once parsed.
    public var udpPayloadBytes = Header.plainUDPBytes
    public var dnssecOK = false
    /// Where the options of the OPT record lie.
    public var optionsOffset = 0
    public var optionsBytes = 0
    /// The options that this server knows.
    public var options = QueryOptions()
    /// The TSIG record, which is the last one; nil: the message is not signed.
    public var signature: QuerySignature?

    @inlinable @inline(__always)
    public init() {}
}

/// What parsing made of a packet.
public enum ParseOutcome {
    /// A question to answer.
    case question
    /// Not to be answered at all: a response, or less than a header.
    case silent
    /// To be answered with this code and, where `questionEnd` is not 0, the question.
    ///
    /// NOERROR: there is no question, but a cookie is asked for (RFC 7873 §5.4).
    case error(RCode)
}
