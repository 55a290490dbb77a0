package import DNSWire

/// The hash of a lower-case wire name, eight bytes at a time.
///
/// Only operators put names into the table, so it need not resist chosen keys; it has to be quick and
/// to spread well in its upper and lower half, which become fingerprint and slot.
package enum NameHash {
    @usableFromInline static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inlinable @inline(__always)
    package static func hash(_ name: ByteView) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: name.count) &* 0xD6E8_FEB8_6659_FD93
        var offset = 0
        while offset &+ 8 <= name.count {
            state = mix(state ^ name.word(offset))
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < name.count {
            tail = tail << 8 | UInt64(name.byte(offset))
            offset &+= 1
        }
        return mix(state ^ tail)
    }

    @inlinable @inline(__always)
    package static func mix(_ value: UInt64) -> UInt64 {
        let product = value &* multiplier
        return product ^ product >> 29 ^ product << 31
    }
}
