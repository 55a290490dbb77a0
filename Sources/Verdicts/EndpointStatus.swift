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
