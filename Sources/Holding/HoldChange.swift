/// A hold that has changed, for the log.
package struct HoldChange: Sendable, Hashable {
    package var node: NodeName
    package var isV4: Bool
    /// The first tier that may answer: before, and now.
    package var from: Int
    package var to: Int
    /// The endpoints of the tier that may answer first now.
    package var tierName: String
    package var isWaiting: Bool
    package var reason: TierHold.Reason
}

/// Which node of which policy.
package struct NodeName: Sendable, Hashable {
    /// A name such as `pay.example.com.`, or the key of a named policy.
    package var owner: String
    /// Numbers of members from the owner's policy down to the node, with `/` between; empty: its root.
    package var path: String

    package var text: String { path.isEmpty ? owner : "\(owner) at \(path)" }
}

/// A node whose better tiers are held back.
package struct HeldNode: Sendable, Hashable {
    package var node: NodeName
    package var isV4: Bool
    /// The first tier that may answer, from 0 on, and its endpoints.
    package var tier: Int
    package var tierName: String
    /// The endpoints of the first tier.
    package var homeName: String
    /// Unix seconds; nil: since before this process began.
    package var since: Int64?
    /// Let back by an operator, and still down: it answers as soon as it works.
    package var isWaiting: Bool
    /// Seconds until it comes back by itself if nothing fails; nil: it is not well, or waits for an operator.
    package var comesBackIn: Int64?
    /// Nil: until an operator says so.
    package var afterSeconds: Int?
}

/// What came of letting a node's better tiers back.
package struct FailbackOutcome: Sendable, Hashable {
    package enum Effect: Sendable, Hashable {
        /// The first tier may answer again.
        case released
        /// It may as soon as it works.
        case waiting
        /// Nothing was held back.
        case nothing
    }

    package var node: NodeName
    package var isV4: Bool
    package var effect: Effect
}

/// Running totals since the keeper was made.
package struct HoldTotals: Sendable, Hashable {
    /// Times that a tier was left because it had failed.
    package var holds: UInt64 = 0
    /// Times that a better tier was let back, for whatever reason.
    package var releases: UInt64 = 0

    package init(holds: UInt64 = 0, releases: UInt64 = 0) {
        self.holds = holds
        self.releases = releases
    }
}
