/// The body of a reply to `POST /v1/failback/OWNER`.
package struct FailbackReport: Sendable, Hashable, Codable {
    /// One node and one family of addresses.
    package struct Node: Sendable, Hashable, Codable {
        /// `pay.example.com.`, or where in its policy.
        package var node: String
        /// 4 or 6.
        package var family: Int
        /// `released`, `waiting` for the first tier to work, or `nothing`: nothing was held back.
        package var effect: String

        package init(node: String, family: Int, effect: String) {
            self.node = node
            self.family = family
            self.effect = effect
        }
    }

    /// One line for people.
    package var message: String
    package var nodes: [Node]

    package init(message: String, nodes: [Node]) {
        self.message = message
        self.nodes = nodes
    }
}

/// Why nothing was let back.
package enum FailbackRefusal: Error, Sendable, Hashable {
    /// Nothing of this name waits for anybody; perhaps one like it does.
    case unknown(suggestion: String?)
}

/// A node whose better tiers are held back, in `GET /v1/status`.
package struct HeldReport: Sendable, Hashable, Codable {
    package var node: String
    /// 4 or 6.
    package var family: Int
    /// The first tier that may answer, counted from 1, and its endpoints.
    package var tier: Int
    package var tierEndpoints: String
    /// The endpoints of the first tier.
    package var homeEndpoints: String
    /// RFC 3339; nil: since before the control process started.
    package var since: String?
    /// Why, and what ends it.
    package var reason: String

    package init(
        node: String, family: Int, tier: Int, tierEndpoints: String, homeEndpoints: String,
        since: String? = nil, reason: String
    ) {
        self.node = node
        self.family = family
        self.tier = tier
        self.tierEndpoints = tierEndpoints
        self.homeEndpoints = homeEndpoints
        self.since = since
        self.reason = reason
    }
}
