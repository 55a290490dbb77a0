/// A verdict, an override and a time in 32 bits: the unit that the two planes share, read and stored atomically.
///
///     31                            8 7   6 5      3 2     0
///     ┌──────────────────────────────┬─────┬────────┬───────┐
///     │ seconds until it could change│  0  │override│verdict│
///     └──────────────────────────────┴─────┴────────┴───────┘
///
/// All zero means unchecked: memory that nobody wrote yet never takes an endpoint out.
public struct VerdictWord: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// - Parameter changeSeconds: the earliest time until the verdict could change: interval × checks
    ///   still needed; 0 when nothing checks. Clamped to 24 bits.
    @inlinable
    public init(_ verdict: Verdict, override: Override = .none, changeSeconds: UInt32 = 0) {
        rawValue =
            min(changeSeconds, 0xFF_FFFF) << 8 | UInt32(override.rawValue) << 3
            | UInt32(verdict.rawValue)
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

    /// Seconds until the verdict could change at the earliest; 0 when nothing checks.
    @inlinable
    public var changeSeconds: UInt32 { rawValue >> 8 }
}
