/// The hash of a name on the wire, eight bytes at a time.
///
/// The bit that tells letters' cases apart is set in every byte, so that a name has one hash however it is spelled,
/// and need not be turned into lower case first. Few other bytes become equal by that; who looks a name up compares
/// it anyway. Only operators put names into the table, so the hash need not resist chosen keys; it has to be quick
/// and to spread well in its upper and lower half, which become fingerprint and slot.
public enum NameHash {
    @usableFromInline static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    @usableFromInline static let caseBits: UInt64 = 0x2020_2020_2020_2020

    /// The hash of a name in any case.
    @inlinable @inline(__always)
    public static func hash(_ name: ByteView) -> UInt64 { hash(name, setting: caseBits) }

    /// The hash of a name as it is spelled.
    package static func spelledHash(_ name: ByteView) -> UInt64 { hash(name, setting: 0) }

    @inlinable @inline(__always)
    static func hash(_ name: ByteView, setting bits: UInt64) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: name.count) &* 0xD6E8_FEB8_6659_FD93
        var offset = 0
        // The condition is the check of the access.
        while offset &+ 8 <= name.count {
            state = fold(state ^ (unsafe name.word(unchecked: offset) | bits))
            offset &+= 8
        }
        return fold(state ^ (name.tail(from: offset) | bits))
    }

    /// Both halves of a product, in which every bit of the value has reached every other.
    @inlinable @inline(__always)
    static func fold(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: multiplier)
        return product.high ^ product.low
    }

    @inlinable @inline(__always)
    public static func mix(_ value: UInt64) -> UInt64 {
        let product = value &* multiplier
        return product ^ product >> 29 ^ product << 31
    }
}
