/// Offsets and bits of the message header (RFC 1035 §4.1.1, RFC 6895 §2).
public enum Header {
    @inlinable public static var bytes: Int { 12 }
    /// Largest message without EDNS over UDP (RFC 1035 §2.3.4).
    @inlinable public static var plainUDPBytes: Int { 512 }
    /// Largest message over TCP.
    @inlinable public static var maximumBytes: Int { 65_535 }

    @inlinable public static var responseBit: UInt16 { 0x8000 }
    @inlinable public static var opcodeMask: UInt16 { 0x7800 }
    @inlinable public static var authoritativeBit: UInt16 { 0x0400 }
    @inlinable public static var truncatedBit: UInt16 { 0x0200 }
    @inlinable public static var recursionDesiredBit: UInt16 { 0x0100 }

    @inlinable public static var answerCountOffset: Int { 6 }
    @inlinable public static var authorityCountOffset: Int { 8 }
    @inlinable public static var additionalCountOffset: Int { 10 }
}

/// Response codes (RFC 6895 §2.3); the values above 15 need EDNS.
public struct RCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    // Spelled out: the synthesised one is called through a table from other modules.
    @inlinable @inline(__always)
    public static func == (a: RCode, b: RCode) -> Bool { a.rawValue == b.rawValue }

    @inlinable public static var noError: RCode { RCode(rawValue: 0) }
    @inlinable public static var formatError: RCode { RCode(rawValue: 1) }
    @inlinable public static var serverFailure: RCode { RCode(rawValue: 2) }
    @inlinable public static var nameError: RCode { RCode(rawValue: 3) }
    @inlinable public static var notImplemented: RCode { RCode(rawValue: 4) }
    @inlinable public static var refused: RCode { RCode(rawValue: 5) }
    /// Not Authorized: a signature that was not taken (RFC 8945 §5.2).
    @inlinable public static var notAuthorized: RCode { RCode(rawValue: 9) }
    @inlinable public static var badVersion: RCode { RCode(rawValue: 16) }
}

/// Kinds of query (RFC 6895 §2.2).
public struct Opcode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    // Spelled out: the synthesised one is called through a table from other modules.
    @inlinable @inline(__always)
    public static func == (a: Opcode, b: Opcode) -> Bool { a.rawValue == b.rawValue }

    @inlinable public static var query: Opcode { Opcode(rawValue: 0) }
    @inlinable public static var notify: Opcode { Opcode(rawValue: 4) }
    @inlinable public static var update: Opcode { Opcode(rawValue: 5) }
}

/// Classes (RFC 6895 §3.2).
public enum RRClass {
    @inlinable public static var `in`: UInt16 { 1 }
    @inlinable public static var chaos: UInt16 { 3 }
    @inlinable public static var any: UInt16 { 255 }
}

/// How long names can be on the wire (RFC 1035 §2.3.4).
public enum NameLimit {
    /// Longest name, its root label included, in bytes.
    @inlinable public static var bytes: Int { 255 }
    /// Longest label without its length, in bytes.
    @inlinable public static var labelBytes: Int { 63 }
}
