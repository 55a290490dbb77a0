/// Offsets and bits of the message header (RFC 1035 §4.1.1, RFC 6895 §2).
package enum Header {
    package static let bytes = 12
    /// Largest message without EDNS over UDP (RFC 1035 §2.3.4).
    package static let plainUDPBytes = 512
    /// Largest message over TCP.
    package static let maximumBytes = 65_535

    package static let responseBit: UInt16 = 0x8000
    package static let opcodeMask: UInt16 = 0x7800
    package static let authoritativeBit: UInt16 = 0x0400
    package static let truncatedBit: UInt16 = 0x0200
    package static let recursionDesiredBit: UInt16 = 0x0100

    package static let answerCountOffset = 6
    package static let authorityCountOffset = 8
    package static let additionalCountOffset = 10
}

/// Response codes (RFC 6895 §2.3); the values above 15 need EDNS.
package struct RCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let noError = RCode(rawValue: 0)
    package static let formatError = RCode(rawValue: 1)
    package static let serverFailure = RCode(rawValue: 2)
    package static let nameError = RCode(rawValue: 3)
    package static let notImplemented = RCode(rawValue: 4)
    package static let refused = RCode(rawValue: 5)
    package static let badVersion = RCode(rawValue: 16)
}

/// Kinds of query (RFC 6895 §2.2).
package struct Opcode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let query = Opcode(rawValue: 0)
    package static let notify = Opcode(rawValue: 4)
    package static let update = Opcode(rawValue: 5)
}

/// Classes (RFC 6895 §3.2).
package enum RRClass {
    package static let `in`: UInt16 = 1
    package static let any: UInt16 = 255
}
