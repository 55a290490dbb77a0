public import DNSWire

/// The hash of a lower-case wire name, eight bytes at a time.
///
/// Only operators put names into the table, so it need not resist chosen keys; it has to be quick and
/// to spread well in its upper and lower half, which become fingerprint and slot.
public enum NameHash {
    @usableFromInline static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inlinable @inline(__always)
    public static func hash(_ name: ByteView) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: name.count) &* 0xD6E8_FEB8_6659_FD93
        var offset = 0
        while offset &+ 8 <= name.count {
            state = mix(state ^ name.word(offset))
            offset &+= 8
        }
        return mix(state ^ name.tail(from: offset))
    }

    /// The hash of the lower-case form of a name in any case.
    static func hashLowercasing(_ name: ByteView) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: name.count) &* 0xD6E8_FEB8_6659_FD93
        var offset = 0
        while offset &+ 8 <= name.count {
            state = mix(state ^ NameKey.lowercased(name.word(offset)))
            offset &+= 8
        }
        return mix(state ^ NameKey.lowercased(name.tail(from: offset)))
    }

    @inlinable @inline(__always)
    public static func mix(_ value: UInt64) -> UInt64 {
        let product = value &* multiplier
        return product ^ product >> 29 ^ product << 31
    }
}
