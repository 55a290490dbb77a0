/// A verdict, an override, a share and a time in 32 bits: the unit that the two planes share, read and
/// stored atomically.
///
///     31                      16 15           8 7   6 5      3 2     0
///     ┌─────────────────────────┬──────────────┬─────┬────────┬───────┐
///     │ seconds until it could  │ share of 256,│  0  │override│verdict│
///     │ change                  │ 0: the whole │     │        │       │
///     └─────────────────────────┴──────────────┴─────┴────────┴───────┘
///
/// All zero means unchecked and whole: memory that nobody wrote yet never takes an endpoint out.
public struct VerdictWord: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    /// The share of an address that takes everything it would normally take.
    public static var wholeShare: UInt32 { 256 }

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - share: how much of its normal traffic the address takes, in 256ths, while it starts slowly or
    ///     its cluster sheds load. Clamped to 1 to 256: a share alone never takes an address out.
    ///   - changeSeconds: the earliest time until the verdict could change: interval × checks
    ///     still needed; 0 when nothing checks. Clamped to 16 bits.
    @inlinable
    public init(
        _ verdict: Verdict, override: Override = .none, share: UInt32 = 256,
        changeSeconds: UInt32 = 0
    ) {
        let whole = VerdictWord.wholeShare
        rawValue =
            min(changeSeconds, 0xFFFF) << 16 | (share >= whole ? 0 : max(share, 1)) << 8
            | UInt32(override.rawValue) << 3 | UInt32(verdict.rawValue)
    }

    /// The verdict; bits that no version of this code writes read as unchecked.
    @inlinable
    public var verdict: Verdict {
        Verdict(rawValue: UInt8(truncatingIfNeeded: rawValue & 7)) ?? .unchecked
    }

    @inlinable
    public var override: Override {
        Override(rawValue: UInt8(truncatingIfNeeded: rawValue >> 3 & 7)) ?? .none
    }

    /// How much of its normal traffic the address takes, in 256ths: 1 to 256.
    @inlinable
    public var share: UInt32 {
        let bits = rawValue >> 8 & 0xFF
        return bits == 0 ? VerdictWord.wholeShare : bits
    }

    /// Seconds until the verdict could change at the earliest; 0 when nothing checks.
    @inlinable
    public var changeSeconds: UInt32 { rawValue >> 16 }
}
