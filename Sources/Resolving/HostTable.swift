package import DNSWire

/// Every host that the configuration names, and which of them are to be asked for.
///
/// Pure: it has neither clock nor socket.
package struct HostTable: Sendable {
    package private(set) var records: [Name: HostRecord] = [:]
    /// Hosts that somebody is asking for at the moment.
    private var asking: Set<Name> = []

    /// Most hosts of a configuration.
    package static let maximumHosts = 10_000

    package init() {}

    /// Adds hosts that are new; the others stay as they are.
    package mutating func add(_ names: Set<Name>, now: HostMoment) {
        for name in names where records[name] == nil && records.count < HostTable.maximumHosts {
            records[name] = HostRecord(name, now: now)
        }
    }

    /// Forgets the others.
    package mutating func keep(only names: Set<Name>) {
        records = records.filter { names.contains($0.key) }
        asking.formIntersection(names)
    }

    /// Takes what an earlier run knew of hosts, unless more is known already.
    package mutating func restore(_ kept: [KeptHost], now: HostMoment) {
        for host in kept {
            guard let name = try? Name(host.host), let record = records[name],
                record.lastGood == nil
            else { continue }
            records[name]?.restore(
                host.addresses.compactMap { IPAddress($0) }, lastGood: host.resolved)
        }
    }

    /// Hosts whose time has come; they count as being asked for until `take`.
    ///
    /// - Parameter limit: of hosts that are asked for at a time.
    package mutating func due(now: HostMoment, limit: Int) -> [Name] {
        let room = max(0, limit - asking.count)
        let waiting = records.values.filter {
            $0.nextRefresh <= now.uptime && !asking.contains($0.name)
        }
        let names = waiting.sorted { $0.nextRefresh < $1.nextRefresh }.prefix(room).map(\.name)
        asking.formUnion(names)
        return names
    }

    /// When the next host is to be asked for; nil: none is.
    package var nextRefresh: Duration? {
        records.values.lazy.filter { !asking.contains($0.name) }.map(\.nextRefresh).min()
    }

    /// Hosts that have not been asked for even once, and are not known from an earlier run.
    package var unknown: Int { records.values.count { $0.lookups == 0 && $0.lastGood == nil } }

    /// Takes the answers about a host; see `HostRecord.take`.
    package mutating func take(
        _ name: Name, v4: HostReply, v6: HostReply, now: HostMoment, options: ResolverOptions,
        jitter: Double
    ) -> Bool {
        asking.remove(name)
        // Nil when the host has left the configuration meanwhile.
        return records[name]?.take(v4: v4, v6: v6, now: now, options: options, jitter: jitter)
            ?? false
    }

    /// What the next run is to begin with.
    package var kept: [KeptHost] {
        records.values.compactMap { record in
            record.lastGood.map { time in
                KeptHost(
                    host: record.name.lowercased().description,
                    addresses: record.addresses.map(\.description), resolved: time)
            }
        }.sorted { $0.host < $1.host }
    }
}

/// The last good addresses of one host, as they are kept over restarts.
package struct KeptHost: Sendable, Hashable, Codable {
    /// With its final dot.
    package var host: String
    package var addresses: [String]
    /// Seconds since 1970.
    package var resolved: Int64

    package init(host: String, addresses: [String], resolved: Int64) {
        self.host = host
        self.addresses = addresses
        self.resolved = resolved
    }
}
