public import Health

/// What the control process has decided about one `failover` node: from which tier on it answers.
///
///     31 30        26 25          16 15 14        10 9            0
///     ┌──┬───────────┬──────────────┬──┬────────────┬──────────────┐
///     │ w│     0     │ IPv6: a tier │ w│     0      │ IPv4: a tier │
///     └──┴───────────┴──────────────┴──┴────────────┴──────────────┘
///
/// It lies in the verdict table, is written by the control process only, and is all that the query path
/// knows of the past. All zero means that every tier may answer: memory that nobody wrote yet holds nothing
/// back. Families have halves of their own, as they fail and come back apart.
public struct HoldWord: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    package init() { rawValue = 0 }

    /// Highest tier that a word can tell.
    package static let maximumTier = 0x3FF

    private static let waiting: UInt32 = 0x8000

    /// The number of the first tier that may answer; 0: all may.
    @inlinable @inline(__always)
    public func tier(v4: Bool) -> Int { Int(rawValue &>> (v4 ? 0 : 16) & 0x3FF) }

    /// Whether an operator has let the first tier back that was still down then.
    ///
    /// Nothing is held until it has answered again. Kept here so that it outlives the control process.
    package func isWaiting(v4: Bool) -> Bool { rawValue >> (v4 ? 0 : 16) & HoldWord.waiting != 0 }

    package mutating func set(tier: Int, isWaiting: Bool, v4: Bool) {
        let half =
            UInt32(max(0, min(tier, HoldWord.maximumTier))) | (isWaiting ? HoldWord.waiting : 0)
        rawValue = v4 ? rawValue & 0xFFFF_0000 | half : rawValue & 0xFFFF | half << 16
    }
}

extension VerdictTable {
    /// The word of a `failover` node.
    @inlinable @inline(__always)
    public func hold(_ slot: Int) -> HoldWord { HoldWord(rawValue: load(slot).rawValue) }

    /// Stores a word that is no verdict.
    package func store(raw word: UInt32, slot: Int) {
        store(VerdictWord(rawValue: word), slot: slot)
    }
}
