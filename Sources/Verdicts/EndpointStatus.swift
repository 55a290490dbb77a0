package import Health

/// What the board knows of one endpoint, as plain values for the API and the command line.
package struct EndpointStatus: Hashable, Sendable, Codable {
    package var key: String
    package var cluster: String?
    package var tier: String
    package var monitor: String?
    package var override: OverrideStatus?
    package var addresses: [AddressStatus]
    /// What each feed said last, by name of the feed.
    package var reports: [SourceStatus]
}

/// What is known of one address.
package struct AddressStatus: Hashable, Sendable, Codable {
    package var address: String
    /// The merged verdict, overrides left aside: `healthy`, `degraded`, `unhealthy`, `unknown`,
    /// `unchecked`.
    package var verdict: String
    /// `none`, `softDrain`, `hardDrain`, `up` or `down`.
    package var override: String
    /// Unix seconds of the last change of `verdict`.
    package var since: Int64
    package var reason: String
    /// Who decided `verdict`: the name of a monitor or of a feed; empty: nobody.
    package var source: String
    /// Seconds until the monitor's verdict could change at the earliest; 0 when nothing checks.
    package var changeSeconds: UInt32
    /// How much of its normal traffic it takes, of 256: the slow start and the cluster's share together.
    package var share: UInt32
    /// The slow start alone, of 256; nil: it is in none.
    package var ramp: UInt32?
    /// Whether the brake keeps what its monitor said before in force.
    package var isHeld: Bool
}

/// What a feed said of an endpoint last.
package struct SourceStatus: Hashable, Sendable, Codable {
    package var source: String
    package var sequence: UInt64?
    package var verdict: String
    package var reason: String
    /// Seconds since the report came in.
    package var age: Int64
    /// Whether it has a say: not withdrawn, not expired.
    package var counts: Bool
}

/// An operator's word, as plain values.
package struct OverrideStatus: Hashable, Sendable, Codable {
    package var override: String
    package var owner: String
    package var reason: String
    package var since: Int64
    package var expires: Int64?
}

/// What is known of one cluster's load.
package struct ClusterStatus: Hashable, Sendable {
    package var key: String
    package var capacity: ClusterCapacity?
    /// The load that counts, its source and its age in seconds; nil: nobody reports one.
    package var load: LoadStatus?
    /// How much of its normal traffic the cluster takes: 1/256 to 1.
    package var share: Double
}

/// A load that counts.
package struct LoadStatus: Hashable, Sendable {
    package var load: Double
    package var source: String
    /// Seconds.
    package var age: Int64

    package init(load: Double, source: String, age: Int64) {
        self.load = load
        self.source = source
        self.age = age
    }
}

/// How the mass-change brake is.
package struct BrakeStatus: Hashable, Sendable {
    /// Nil: off.
    package var limits: BrakeLimits?
    /// Distinct addresses that are probed.
    package var probed: Int
    /// Within how many seconds a change counts as one.
    package var window: Int64
    /// Since when it holds a change, in Unix seconds; nil: it holds none.
    package var since: Int64?
    /// Addresses of endpoints that are held.
    package var held: Int
}
