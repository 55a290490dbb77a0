package import DNSWire

/// How lookups went, since the start.
package struct HostTotals: Sendable, Hashable {
    package var resolved: UInt64 = 0
    package var failed: UInt64 = 0
    /// Changes of a host's set of addresses.
    package var changes: UInt64 = 0

    mutating func count(_ record: HostRecord, isChanged: Bool) {
        if record.failures == 0 { resolved += 1 } else { failed += 1 }
        if isChanged { changes += 1 }
    }
}

/// A host as people want to see it.
package struct HostStatus: Sendable, Hashable {
    package var name: Name
    package var addresses: [IPAddress]
    /// Seconds since the addresses were confirmed; nil: never.
    package var age: Int64?
    /// Seconds until the host is asked for again; 0: it is being asked for.
    package var nextRefresh: Int64
    /// Of the last good answer, in seconds.
    package var ttl: UInt32?
    /// Lookups in a row that failed.
    package var failures: Int
    package var problem: String?

    init(_ record: HostRecord, now: HostMoment) {
        name = record.name
        addresses = record.addresses
        age = record.lastGood.map { max(0, now.unix - $0) }
        nextRefresh = max(0, (record.nextRefresh - now.uptime).components.seconds)
        ttl = record.ttl
        failures = record.failures
        problem = record.problem
    }
}
