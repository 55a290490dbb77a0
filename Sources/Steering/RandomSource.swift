/// A worker's own random numbers (xoshiro256**, Blackman and Vigna): quick, and not for secrets.
package struct RandomSource: Sendable {
    @usableFromInline var state: (UInt64, UInt64, UInt64, UInt64)

    package init(seed: UInt64) {
        // SplitMix64 spreads any seed over the state, which must not be all zero.
        var x = seed
        func next() -> UInt64 {
            x &+= 0x9E37_79B9_7F4A_7C15
            var z = x
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
        state = (next(), next(), next(), next())
    }

    @inlinable
    @inline(__always)
    package mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// A number below `bound`, which is above 0; the bias is below bound / 2^64.
    @inlinable
    package mutating func below(_ bound: UInt64) -> UInt64 {
        next().multipliedFullWidth(by: bound).high
    }
}
