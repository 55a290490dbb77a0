/// A and AAAA records from words that were made beforehand.
///
///     byte   0       2      4       6                10       12
///            ┌───────┬──────┬───────┬────────┬────────┬────────┬─────────┐
///            │ owner │ type │ class │ TTL, upper, lower half  │ length │ address │
///            └───────┴──────┴───────┴────────┴────────┴────────┴─────────┘
///            └──────────── front ────────────┘└───── back ─────┘
package struct AddressRecordHead {
    /// Type, class and the upper half of the TTL as they lie on the wire, the owner's bytes zero.
    package let front: UInt64
    /// The lower half of the TTL and the length of the address.
    package let back: UInt32

    package init(v4: Bool, ttl: UInt32) {
        let type = UInt64(v4 ? RRType.a.rawValue : RRType.aaaa.rawValue)
        let words = type << 32 | UInt64(RRClass.in) << 16 | UInt64(ttl >> 16)
        front = words.bigEndian
        back = (ttl << 16 | (v4 ? 4 : 16)).bigEndian
    }
}

extension ResponseWriter {
    /// Bytes of an A record whose owner is a pointer.
    @inlinable public static var v4RecordBytes: Int { 16 }
    /// Bytes of an AAAA record whose owner is a pointer.
    @inlinable public static var v6RecordBytes: Int { 28 }

    /// Appends an A record; the caller has checked the room and counts it.
    ///
    /// - Parameters:
    ///   - front: of an `AddressRecordHead`, with the owner in its first two bytes.
    ///   - address: as it lies on the wire.
    @inlinable @inline(__always)
    public mutating func appendV4(front: UInt64, back: UInt32, _ address: UInt32) {
        out.putWord(front, at: length)
        out.putWord(ResponseWriter.joined(back, address), at: length &+ 8)
        length &+= ResponseWriter.v4RecordBytes
    }

    /// Appends an AAAA record, its address in two words as they lie on the wire.
    @inlinable @inline(__always)
    public mutating func appendV6(
        front: UInt64, back: UInt32, _ upper: UInt64, _ lower: UInt64
    ) {
        out.putWord(front, at: length)
        // The next one overwrites what this writes too much.
        out.putWord(ResponseWriter.joined(back, 0), at: length &+ 8)
        out.putWord(upper, at: length &+ 12)
        out.putWord(lower, at: length &+ 20)
        length &+= ResponseWriter.v6RecordBytes
    }

    /// Two groups of four bytes side by side, in the order of memory.
    @inlinable @inline(__always)
    static func joined(_ first: UInt32, _ second: UInt32) -> UInt64 {
        (UInt64(first.littleEndian) | UInt64(second.littleEndian) << 32).littleEndian
    }
}
