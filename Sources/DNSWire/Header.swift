/// Offsets and bits of the message header (RFC 1035 §4.1.1, RFC 6895 §2).
package enum Header {
    @inlinable package static var bytes: Int { 12 }
    /// Largest message without EDNS over UDP (RFC 1035 §2.3.4).
    @inlinable package static var plainUDPBytes: Int { 512 }
    /// Largest message over TCP.
    @inlinable package static var maximumBytes: Int { 65_535 }

    @inlinable package static var responseBit: UInt16 { 0x8000 }
    @inlinable package static var opcodeMask: UInt16 { 0x7800 }
    @inlinable package static var authoritativeBit: UInt16 { 0x0400 }
    @inlinable package static var truncatedBit: UInt16 { 0x0200 }
    @inlinable package static var recursionDesiredBit: UInt16 { 0x0100 }

    @inlinable package static var answerCountOffset: Int { 6 }
    @inlinable package static var authorityCountOffset: Int { 8 }
    @inlinable package static var additionalCountOffset: Int { 10 }
}

/// Response codes (RFC 6895 §2.3); the values above 15 need EDNS.
package struct RCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    // Spelled out: the synthesised one is called through a table from other modules.
    @inlinable @inline(__always)
    package static func == (a: RCode, b: RCode) -> Bool { a.rawValue == b.rawValue }

    @inlinable package static var noError: RCode { RCode(rawValue: 0) }
    @inlinable package static var formatError: RCode { RCode(rawValue: 1) }
    @inlinable package static var serverFailure: RCode { RCode(rawValue: 2) }
    @inlinable package static var nameError: RCode { RCode(rawValue: 3) }
    @inlinable package static var notImplemented: RCode { RCode(rawValue: 4) }
    @inlinable package static var refused: RCode { RCode(rawValue: 5) }
    /// Not Authorized: a signature that was not taken (RFC 8945 §5.2).
    @inlinable package static var notAuthorized: RCode { RCode(rawValue: 9) }
    @inlinable package static var badVersion: RCode { RCode(rawValue: 16) }
}

/// Kinds of query (RFC 6895 §2.2).
package struct Opcode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    // Spelled out: the synthesised one is called through a table from other modules.
    @inlinable @inline(__always)
    package static func == (a: Opcode, b: Opcode) -> Bool { a.rawValue == b.rawValue }

    @inlinable package static var query: Opcode { Opcode(rawValue: 0) }
    @inlinable package static var notify: Opcode { Opcode(rawValue: 4) }
    @inlinable package static var update: Opcode { Opcode(rawValue: 5) }
}

/// Classes (RFC 6895 §3.2).
package enum RRClass {
    @inlinable package static var `in`: UInt16 { 1 }
    @inlinable package static var chaos: UInt16 { 3 }
    @inlinable package static var any: UInt16 { 255 }
}
