package import DNSWire
package import Health

/// An endpoint of the loaded configuration, as the board keeps track of it.
package struct TrackedEndpoint: Hashable, Sendable {
    /// `edge-us`, or `gslb.example.com/edge-us` for an endpoint that a zone's file defines.
    package var key: String
    package var cluster: String?
    package var tier: String
    /// The key of its cluster, `us-east` or `gslb.example.com/us-east`; nil: it is in none.
    package var clusterKey: String?
    /// The monitor that checks it; nil: nothing does.
    package var monitor: String?
    /// The monitor's interval.
    package var interval: Duration
    /// How long its addresses take to return to their whole share; nil: they do at once.
    package var slowStart: Duration?
    package var addresses: [TrackedAddress]

    package init(
        key: String, cluster: String? = nil, clusterKey: String? = nil, tier: String = "other",
        monitor: String? = nil, interval: Duration = MonitorDefinition.defaultInterval,
        slowStart: Duration? = nil, addresses: [TrackedAddress]
    ) {
        self.key = key
        self.cluster = cluster
        self.clusterKey = clusterKey
        self.tier = tier
        self.monitor = monitor
        self.interval = interval
        self.slowStart = slowStart
        self.addresses = addresses
    }
}

/// One address of an endpoint and the place of its word.
package struct TrackedAddress: Hashable, Sendable {
    package var address: IPAddress
    /// Index of its word in the verdict table.
    package var slot: Int

    package init(address: IPAddress, slot: Int) {
        self.address = address
        self.slot = slot
    }
}

/// A cluster of the loaded configuration, whose load may be reported.
package struct TrackedCluster: Hashable, Sendable {
    /// `us-east`, or `gslb.example.com/us-east` for a cluster that a zone's file defines.
    package var key: String
    /// Nil: load is shown, and nothing is shed.
    package var capacity: ClusterCapacity?

    package init(key: String, capacity: ClusterCapacity? = nil) {
        self.key = key
        self.capacity = capacity
    }
}

/// How long a feed may be silent, and what follows.
package struct FeedRule: Hashable, Sendable {
    package var name: String
    /// Seconds; nil: for ever.
    package var silentAfter: Int64?
    package var silent: SilentPolicy

    package init(name: String, silentAfter: Int64? = nil, silent: SilentPolicy = .freeze) {
        self.name = name
        self.silentAfter = silentAfter
        self.silent = silent
    }
}
