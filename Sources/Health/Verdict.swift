/// What is known about one address of an endpoint (DESIGN §2, "verdict").
public enum Verdict: UInt8, Sendable, Hashable, CaseIterable {
    /// Nothing checks it and no feed speaks of it: counts as healthy.
    case unchecked = 0
    /// Its monitor has not finished its first round.
    case unknown = 1
    /// Reachable over its local path.
    case healthy = 2
    /// Reachable, but not over its local path.
    case degraded = 3
    /// Not reachable.
    case unhealthy = 4
}

/// An operator's word about an endpoint; stronger than every verdict.
public enum Override: UInt8, Sendable, Hashable, CaseIterable {
    case none = 0
    /// Used only when nothing better is left.
    case softDrain = 1
    /// Not used.
    case hardDrain = 2
    /// Healthy whatever the monitors say.
    case up = 3
    /// Not used, and counted as failed.
    case down = 4
}

extension Verdict: CustomStringConvertible {
    public init?(_ text: some StringProtocol) {
        guard let match = Verdict.allCases.first(where: { $0.description == text }) else {
            return nil
        }
        self = match
    }

    public var description: String {
        switch self {
        case .unchecked: "unchecked"
        case .unknown: "unknown"
        case .healthy: "healthy"
        case .degraded: "degraded"
        case .unhealthy: "unhealthy"
        }
    }
}
