import DNSWire
import Health
import Zones

/// Writes the steering file of a zone.
struct SteeringText {
    private var zone: ImportedZone
    private var names: [(String, YAMLText)] = []
    private var policies: [(String, YAMLText)] = []

    init(_ zone: ImportedZone) {
        self.zone = zone
        for (name, policy) in zone.policies {
            policies.append((name, write(policy, owner: name)))
        }
        for name in zone.names.sorted(by: { $0.owner < $1.owner }) {
            let owner = name.owner.label(in: zone.origin)
            let keys: [(String, YAMLText)] = [
                ("ttl", ttl(name.ttl)), ("policy", write(name.policy, owner: owner)),
            ]
            names.append((name.owner.relative(to: zone.origin), .map(keys)))
        }
    }

    var text: String {
        var lines = ["# Imported steering of \(zone.origin)"]
        add("clusters", zone.clusters.map { ($0.name, cluster($0)) }, &lines)
        add("monitors", zone.monitors.map { ($0.name, MonitorText.yaml($0)) }, &lines)
        add("endpoints", zone.labels.order.map { ($0.name, endpoint($0.endpoint)) }, &lines)
        add("policies", policies, &lines)
        add("names", names, &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private func add(
        _ section: String, _ entries: [(String, YAMLText)], _ lines: inout [String]
    ) {
        guard !entries.isEmpty else { return }
        lines.append("\(section):")
        for entry in entries { lines += YAMLText.entryLines(entry.0, entry.1, indent: 2) }
    }

    // MARK: Parts

    private func cluster(_ cluster: ClusterDefinition) -> YAMLText {
        var keys: [(String, YAMLText)] = []
        if let region = cluster.region { keys.append(("region", .text(region))) }
        if let latitude = cluster.latitude, let longitude = cluster.longitude {
            keys.append(("location", SteeringText.location(latitude, longitude)))
        }
        return .map(keys)
    }

    private static func location(_ latitude: Double, _ longitude: Double) -> YAMLText {
        .list([.text("\(latitude)"), .text("\(longitude)")])
    }

    private func endpoint(_ endpoint: ImportedEndpoint) -> YAMLText {
        var keys: [(String, YAMLText)] = []
        if let cluster = endpoint.cluster { keys.append(("cluster", .text(cluster))) }
        keys.append(("addresses", .list(endpoint.addresses.map { .text($0.description) })))
        if let monitor = endpoint.monitor { keys.append(("monitor", .text(monitor))) }
        return .map(keys)
    }

    private func ttl(_ ttl: ImportedTTL) -> YAMLText {
        switch ttl {
        case .seconds(let seconds): return .text("\(seconds)")
        case .auto(let minimum, let maximum):
            return .map([
                (
                    "auto",
                    .map([("min", .text("\(minimum)")), ("max", .text("\(maximum)"))])
                )
            ])
        }
    }

    // MARK: Policies

    /// Depth is bounded by what readers build.
    private mutating func write(_ policy: ImportedPolicy, owner: String) -> YAMLText {
        switch policy {
        case .endpoint(let endpoint): return .text(zone.labels.name(endpoint, owner: owner))
        case .reference(let name): return .text(name)
        case .counted(let policy, let counting):
            return counted(write(policy, owner: owner), counting, owner: owner)
        case .host(let name): return .map([("host", .text(name.undotted))])
        case .failover(let members):
            let written = members.map { write($0, owner: owner) }
            return collapsed("failover", written)
        case .all(let members, let answers, let atLeast):
            var keys: [(String, YAMLText)] = [
                ("all", .list(unique(members.map { write($0, owner: owner) })))
            ]
            if answers != PolicyDefinition.defaultAllAnswers {
                keys.append(("answers", .text("\(answers)")))
            }
            if atLeast > 0 { keys.append(("atLeast", .text("\(atLeast)%"))) }
            return .map(keys)
        case .weighted(let members, let atLeast): return weighted(members, atLeast, owner)
        case .geo(let branches): return .map([("geo", self.branches(branches, owner))])
        case .subnet(let branches): return .map([("subnet", self.branches(branches, owner))])
        case .proximity(let places):
            let items = places.map { place in
                var keys: [(String, YAMLText)] = [
                    ("policy", write(place.policy, owner: owner)),
                    ("location", SteeringText.location(place.latitude, place.longitude)),
                ]
                if place.bias != 0 { keys.append(("bias", .text("\(place.bias)"))) }
                return YAMLText.map(keys)
            }
            return .map([("proximity", .list(items))])
        case .latency(let regions):
            let items = regions.map { region in
                var keys: [(String, YAMLText)] = [
                    ("policy", write(region.policy, owner: owner)),
                    ("region", .text(region.region)),
                ]
                if let latitude = region.latitude, let longitude = region.longitude {
                    keys.append(("location", SteeringText.location(latitude, longitude)))
                }
                return YAMLText.map(keys)
            }
            return .map([("latency", .list(items))])
        }
    }

    private mutating func counted(
        _ policy: YAMLText, _ counting: ImportedCounting, owner: String
    ) -> YAMLText {
        var keys: [(String, YAMLText)] = []
        switch policy {
        case .map(let entries): keys = entries
        default: keys.append(("endpoint", policy))
        }
        if counting.alwaysUp { keys.append(("alwaysUp", .text("true"))) }
        if !counting.requires.isEmpty {
            let names = counting.requires.map { zone.labels.name($0, owner: owner) }
            keys.append(("requires", .list(names.map { .text($0) })))
        }
        return .map(keys)
    }

    /// One member needs no node around it.
    private func collapsed(_ kind: String, _ members: [YAMLText]) -> YAMLText {
        let members = unique(members)
        return members.count == 1 ? members[0] : .map([(kind, .list(members))])
    }

    /// Without those that stand there already: the same addresses under two names.
    private func unique(_ members: [YAMLText]) -> [YAMLText] {
        var seen: Set<String> = []
        return members.filter { seen.insert($0.flow).inserted }
    }

    private mutating func branches(_ branches: [ImportedBranch], _ owner: String) -> YAMLText {
        .map(branches.map { ($0.key, write($0.policy, owner: owner)) })
    }

    private mutating func weighted(
        _ members: [ImportedWeight], _ atLeast: Int, _ owner: String
    ) -> YAMLText {
        var written: [(policy: YAMLText, weight: UInt32)] = []
        for member in members {
            let text = write(member.policy, owner: owner)
            // The same addresses under two names take the sum of their weights.
            if let index = written.firstIndex(where: { $0.policy.flow == text.flow }) {
                let sum = UInt64(written[index].weight) + UInt64(member.weight)
                written[index].weight = UInt32(min(sum, UInt64(PolicyDefinition.maximumWeight)))
            } else {
                written.append((text, member.weight))
            }
        }
        if written.count == 1 { return written[0].policy }
        var named: [(String, YAMLText)] = []
        for member in written {
            if case .text(let name) = member.policy {
                named.append((name, .text("\(member.weight)")))
            }
        }
        let list = YAMLText.list(
            written.map { .map([("weight", .text("\($0.weight)")), ("policy", $0.policy)]) })
        let isNamed = named.count == written.count
        var keys: [(String, YAMLText)] = [("weighted", isNamed ? .map(named) : list)]
        if atLeast > 0 { keys.append(("atLeast", .text("\(atLeast)%"))) }
        return .map(keys)
    }
}

/// Writes a monitor.
enum MonitorText {
    static func yaml(_ monitor: MonitorDefinition) -> YAMLText {
        var keys: [(String, YAMLText)] = []
        switch monitor.reachable {
        case .tcp(let port): keys.append(("tcp", .map([("port", .text("\(port)"))])))
        case .http(let check): keys.append((check.tls ? "https" : "http", request(check)))
        }
        keys.append(("interval", duration(monitor.interval)))
        keys.append(("timeout", duration(monitor.timeout)))
        keys.append(("fall", .text("\(monitor.fall)")))
        keys.append(("rise", .text("\(monitor.rise)")))
        return .map(keys)
    }

    private static func duration(_ duration: Duration) -> YAMLText {
        let (seconds, attoseconds) = duration.components
        if attoseconds == 0 { return .text("\(seconds)s") }
        return .text("\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms")
    }

    private static func request(_ check: HTTPCheck) -> YAMLText {
        var keys: [(String, YAMLText)] = []
        if check.port != (check.tls ? 443 : 80) { keys.append(("port", .text("\(check.port)"))) }
        if let host = check.host { keys.append(("host", .text(host))) }
        if check.path != "/" { keys.append(("path", .text(check.path))) }
        if check.method != "GET" { keys.append(("method", .text(check.method))) }
        if let name = check.serverName { keys.append(("server-name", .text(name))) }
        if check.statuses != [200...399] {
            let statuses = check.statuses.map { range in
                YAMLText.text(
                    range.count == 1
                        ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)")
            }
            keys.append(("status", statuses.count == 1 ? statuses[0] : .list(statuses)))
        }
        if let body = check.bodyContains { keys.append(("body", .text(body))) }
        return .map(keys)
    }
}
