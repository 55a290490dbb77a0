package import Health

/// Where an address, an endpoint or a policy node stands when members are chosen, worst first.
package enum Standing: UInt8, Sendable {
    /// Has no address of the family asked for.
    case absent = 0
    /// An operator took it out.
    case out = 1
    /// It failed.
    case down = 2
    case softDrained = 3
    case unknown = 4
    case degraded = 5
    /// Nothing checks it: as good as healthy.
    case unchecked = 6
    case healthy = 7

    /// What one address's word means: the override first, then the verdict (DESIGN §5).
    @inlinable @inline(__always)
    package init(_ word: VerdictWord, assuming assumption: Assumption) {
        switch word.override {
        case .up: self = .healthy
        case .down, .hardDrain: self = assumption == .everythingUp ? .healthy : .out
        case .softDrain:
            self = word.verdict == .unhealthy && assumption == .facts ? .down : .softDrained
        case .none:
            guard assumption == .facts else {
                self = .healthy
                return
            }
            switch word.verdict {
            case .unchecked: self = .unchecked
            case .unknown: self = .unknown
            case .healthy: self = .healthy
            case .degraded: self = .degraded
            case .unhealthy: self = .down
            }
        }
    }

    /// The worse of two.
    static func lower(_ a: Standing, _ b: Standing) -> Standing {
        a.rawValue < b.rawValue ? a : b
    }

    /// Whether a parent may choose this member at all.
    @inlinable
    package var isUsable: Bool { rawValue >= Standing.softDrained.rawValue }
}

/// What is taken for true while a policy is evaluated.
package enum Assumption: UInt8, Sendable {
    /// What the verdict words say.
    case facts
    /// Everything is up but what an operator took out: `whenDown: all`.
    case upUnlessOverridden
    /// Everything is up: when operators took everything out.
    case everythingUp
}

/// A set of standings.
package struct StandingSet: Sendable, Equatable {
    @usableFromInline var bits: UInt8

    @inlinable
    package init(bits: UInt8 = 0) { self.bits = bits }

    @inlinable
    package init(_ standing: Standing) { bits = 1 << standing.rawValue }

    @inlinable @inline(__always)
    package mutating func insert(_ standing: Standing) { bits |= 1 << standing.rawValue }

    @inlinable @inline(__always)
    package func contains(_ standing: Standing) -> Bool { bits & (1 << standing.rawValue) != 0 }

    @inlinable
    package var isEmpty: Bool { bits == 0 }

    /// Whether there is more than what operators want emptied.
    @inlinable
    package var isBetterThanDrained: Bool { bits > 1 << Standing.softDrained.rawValue }

    @inlinable
    package func union(_ other: StandingSet) -> StandingSet {
        StandingSet(bits: bits | other.bits)
    }

    /// Those that no operator took out or wants emptied.
    @inlinable
    package var withoutOperators: StandingSet { StandingSet(bits: bits & 0b1111_0100) }

    /// The members to choose from, given the standings of all: healthy ones; if none, degraded ones; if
    /// none, unknown ones; if none, soft-drained ones; empty when the node is down.
    ///
    /// Unchecked counts as healthy; unknown does so while no member of the node has a verdict.
    @inlinable
    package var eligible: StandingSet {
        let healthy = bits & 0b1100_0000
        if healthy != 0 {
            let anyVerdict = bits & 0b1010_0100 != 0
            return StandingSet(bits: anyVerdict ? healthy : healthy | bits & 0b0001_0000)
        }
        if contains(.degraded) { return StandingSet(.degraded) }
        if contains(.unknown) { return StandingSet(.unknown) }
        return contains(.softDrained) ? StandingSet(.softDrained) : StandingSet()
    }

    /// How a node stands whose members to choose from are these; `all` when there are none.
    @inlinable
    package func standing(outOf all: StandingSet) -> Standing {
        if contains(.healthy) { return .healthy }
        // Before unknown: an endpoint whose monitor has just begun must not push its node behind others.
        if contains(.unchecked) { return .unchecked }
        if contains(.unknown) { return .unknown }
        if contains(.degraded) { return .degraded }
        if contains(.softDrained) { return .softDrained }
        if all.contains(.down) { return .down }
        return all.contains(.out) ? .out : .absent
    }
}
