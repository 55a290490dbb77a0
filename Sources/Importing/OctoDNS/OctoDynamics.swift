import DNSWire
import Health
import Settings
import Zones

/// Reads `dynamic` and `geo` of one record.
struct OctoDynamics {
    /// Longest chain of fallbacks.
    private static let maximumFallbacks = 16

    private let record: OctoRecord
    private let origin: Name
    private let log: ImportLog
    private var monitor: String?

    init(_ record: OctoRecord, _ origin: Name, _ log: ImportLog) {
        self.record = record
        self.origin = origin
        self.log = log
    }

    mutating func policy(in zone: inout ImportedZone) -> ImportedPolicy? {
        let isRouted = record["dynamic"] != nil || record["geo"] != nil
        let isRedirect = ["CNAME", "ALIAS"].contains(record.type)
        if isRouted, !isRedirect { monitor = readMonitor(&zone) }
        if isRouted, isRedirect {
            log.lost(
                record.position, record.subject, "the targets are hosts, which nothing checks")
        }
        if let dynamic = record["dynamic"] { return self.dynamic(dynamic) }
        let values = record.values.compactMap(\.text)
        let plain = all(values, label: record.owner.label(in: origin), isChecked: isRouted)
        guard let geo = record["geo"]?.map else { return plain }
        var branches: [ImportedBranch] = []
        for entry in geo {
            let items = entry.value.list ?? [entry.value]
            guard let key = OctoDynamics.geoKey(entry.key),
                let policy = all(items.compactMap(\.text), label: entry.key, isChecked: true)
            else {
                log.lost(place(entry.value), record.subject, "'\(entry.key)' is no place")
                continue
            }
            branches.append(ImportedBranch(key: key, policy: policy))
        }
        guard let plain else { return branches.isEmpty ? nil : .geo(branches) }
        return .geo(branches + [ImportedBranch(key: "default", policy: plain)])
    }

    private func place(_ node: YAMLNode) -> SourcePosition {
        SourcePosition(file: record.position.file, line: node.line, column: node.column)
    }

    // MARK: Values

    private func all(_ values: [String], label: String, isChecked: Bool) -> ImportedPolicy? {
        let addresses = values.compactMap { IPAddress($0) }
        if addresses.isEmpty {
            return values.first.flatMap { value($0, label: label, isChecked: isChecked) }
        }
        return .endpoint(
            ImportedEndpoint(
                label: label, addresses: addresses, monitor: isChecked ? monitor : nil))
    }

    private func value(_ text: String, label: String, isChecked: Bool) -> ImportedPolicy? {
        if let address = IPAddress(text) {
            return .endpoint(
                ImportedEndpoint(
                    label: label, addresses: [address], monitor: isChecked ? monitor : nil))
        }
        guard ["CNAME", "ALIAS"].contains(record.type),
            let name = try? Name(text, relativeTo: origin)
        else {
            log.lost(record.position, record.subject, "'\(text.prefix(60))' is no address")
            return nil
        }
        log.changed(
            record.position, record.subject,
            "\(name.undotted) becomes a 'host' node: its addresses are answered"
                + (record.type == "CNAME" ? ", not a CNAME" : ""))
        return .host(name)
    }

    // MARK: Pools and rules

    private mutating func dynamic(_ dynamic: YAMLNode) -> ImportedPolicy? {
        func part(_ key: String) -> YAMLNode? { dynamic.map?.first { $0.key == key }?.value }
        var pools: [String: (policy: ImportedPolicy, fallback: String?)] = [:]
        for entry in part("pools")?.map ?? [] {
            guard let policy = pool(entry.key, entry.value) else { continue }
            let fallback = entry.value.map?.first { $0.key == "fallback" }?.value.text
            pools[entry.key] = (policy, fallback)
        }
        // What octoDNS's providers give when every pool of a rule is down, whatever its health.
        let values = all(
            record.values.compactMap(\.text),
            label: "\(record.owner.label(in: origin))-values", isChecked: false)
        func chain(_ name: String) -> ImportedPolicy? {
            var members: [ImportedPolicy] = []
            var seen: Set<String> = []
            var next: String? = name
            while let pool = next, seen.insert(pool).inserted,
                seen.count <= OctoDynamics.maximumFallbacks
            {
                if let found = pools[pool] { members.append(found.policy) }
                next = pools[pool]?.fallback
            }
            guard !members.isEmpty else { return nil }
            if let values { members.append(values) }
            return members.count > 1 ? .failover(members) : members.first
        }
        var networks: [ImportedBranch] = []
        var places: [ImportedBranch] = []
        var fallback: ImportedPolicy?
        for rule in part("rules")?.list ?? [] {
            func words(_ key: String) -> [String] {
                let node = rule.map?.first { $0.key == key }?.value
                return node?.list?.compactMap(\.text) ?? node?.text.map { [$0] } ?? []
            }
            guard let pool = words("pool").first, let policy = chain(pool) else {
                log.lost(place(rule), record.subject, "a rule names no pool that is carried")
                continue
            }
            let subnets = words("subnets")
            let geos = words("geos")
            if subnets.isEmpty, geos.isEmpty { fallback = fallback ?? policy }
            for text in subnets {
                guard let network = IPNetwork(text) else {
                    log.lost(place(rule), record.subject, "'\(text.prefix(60))' is no network")
                    continue
                }
                add("\(network)", policy, to: &networks)
            }
            for text in geos {
                guard let key = OctoDynamics.geoKey(text) else {
                    log.lost(place(rule), record.subject, "'\(text.prefix(60))' is no place")
                    continue
                }
                add(key, policy, to: &places)
            }
        }
        return tree(networks, places, fallback)
    }

    private func add(
        _ key: String, _ policy: ImportedPolicy, to branches: inout [ImportedBranch]
    ) {
        // The first rule that fits a client decides.
        if !branches.contains(where: { $0.key == key }) {
            branches.append(ImportedBranch(key: key, policy: policy))
        }
    }

    /// Networks before places before everybody else.
    private func tree(
        _ networks: [ImportedBranch], _ places: [ImportedBranch], _ fallback: ImportedPolicy?
    ) -> ImportedPolicy? {
        var policy = fallback
        if !places.isEmpty {
            let rest = fallback.map { [ImportedBranch(key: "default", policy: $0)] } ?? []
            policy = .geo(places + rest)
        }
        if !networks.isEmpty {
            let rest = policy.map { [ImportedBranch(key: "default", policy: $0)] } ?? []
            policy = .subnet(networks + rest)
        }
        if policy == nil {
            log.lost(record.position, record.subject, "it has no rule that is carried")
        }
        return policy
    }

    private func pool(_ name: String, _ node: YAMLNode) -> ImportedPolicy? {
        var members: [ImportedWeight] = []
        var out: [ImportedWeight] = []
        let items = node.map?.first { $0.key == "values" }?.value.list ?? []
        for (index, item) in items.enumerated() {
            func field(_ key: String) -> String? {
                item.map?.first { $0.key == key }?.value.text
            }
            let status = field("status") ?? "obey"
            let label = items.count > 1 ? "\(name)-\(index + 1)" : name
            guard let text = field("value"),
                let policy = value(text, label: label, isChecked: status == "obey")
            else { continue }
            let weight = field("weight").flatMap { UInt32($0) } ?? 1
            let member = ImportedWeight(
                policy: policy, weight: min(weight, PolicyDefinition.maximumWeight))
            if status == "down" { out.append(member) } else { members.append(member) }
            if status == "down" {
                log.changed(
                    place(item), record.subject,
                    "'\(text)' of pool '\(name)' has status 'down': it is left out of the policy")
            }
        }
        if members.isEmpty { members = out }
        guard members.count > 1 else { return members.first?.policy }
        return .weighted(members, atLeast: 0)
    }

    /// `NA-US-CA`, `EU-DE`, `AS`: continent first, always.
    private static func geoKey(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: return GeoKey.text(continent: parts[0], country: nil, subdivision: nil)
        case 2: return GeoKey.text(continent: nil, country: parts[1], subdivision: nil)
        case 3: return GeoKey.text(continent: nil, country: parts[1], subdivision: parts[2])
        default: return nil
        }
    }

    // MARK: Health

    /// The check that octoDNS asks its providers for: HTTPS on 443, path `/_dns`, unless told otherwise.
    private func readMonitor(_ zone: inout ImportedZone) -> String? {
        let octodns = record["octodns"]?.map ?? []
        let check = octodns.first { $0.key == "healthcheck" }?.value.map ?? []
        func field(_ key: String) -> String? { check.first { $0.key == key }?.value.text }
        let kind = (field("protocol") ?? "HTTPS").uppercased()
        let port = field("port").flatMap { UInt16($0) }.flatMap { $0 == 0 ? nil : $0 }
        var seconds = (interval: 30, threshold: 3)
        for entry in octodns where entry.key != "healthcheck" {
            for inner in entry.value.map ?? [] where inner.key == "healthcheck" {
                for option in inner.value.map ?? [] {
                    guard let number = option.value.text.flatMap({ Int($0) }) else { continue }
                    if option.key == "request_interval" {
                        seconds.interval = min(max(number, 1), 3600)
                    }
                    if option.key == "failure_threshold" {
                        seconds.threshold = min(max(number, 1), 100)
                    }
                }
            }
        }
        let definition: CheckDefinition
        switch kind {
        case "TCP": definition = .tcp(port: port ?? 443)
        case "HTTP", "HTTPS":
            var request = HTTPCheck(tls: kind == "HTTPS", port: port)
            request.path = Route53Checks.path(field("path") ?? "/_dns")
            let host = field("host") ?? record.owner.undotted
            if Route53Checks.isHost(host) { request.host = host }
            definition = .http(request)
        default:
            log.lost(
                record.position, record.subject,
                "a health check over \(kind) has no counterpart: its endpoints count as healthy")
            return nil
        }
        let timeout = min(field("timeout").flatMap { Int($0) } ?? 6, seconds.interval)
        return zone.monitor(
            MonitorDefinition(
                name: "\(kind)-\(record.owner.label(in: origin))", reachable: definition,
                interval: .seconds(seconds.interval), timeout: .seconds(max(timeout, 1)),
                fall: seconds.threshold, rise: seconds.threshold))
    }
}
