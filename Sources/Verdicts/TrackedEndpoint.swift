package import DNSWire

/// An endpoint of the loaded configuration, as the board keeps track of it.
package struct TrackedEndpoint: Hashable, Sendable {
    /// `edge-us`, or `gslb.example.com/edge-us` for an endpoint that a zone's file defines.
    package var key: String
    package var cluster: String?
    package var tier: String
    /// The monitor that checks it; nil: nothing does.
    package var monitor: String?
    package var addresses: [TrackedAddress]

    package init(
        key: String, cluster: String? = nil, tier: String = "other", monitor: String? = nil,
        addresses: [TrackedAddress]
    ) {
        self.key = key
        self.cluster = cluster
        self.tier = tier
        self.monitor = monitor
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
