import Compiling
import DNSWire
import Health
import Zones

/// What differs in endpoints, monitors, clusters and named policies.
struct DefinitionChanges {
    private(set) var rows: [Plan.DefinitionRow] = []

    /// One definition: what can differ, in words.
    private typealias Fields = [(key: String, text: String)]

    init(_ before: PlannedSide, _ after: PlannedSide) {
        compare(
            "endpoint", before.definitions(\.endpoints, Self.fields),
            after.definitions(\.endpoints, Self.fields))
        compare(
            "monitor", before.definitions(\.monitors, Self.fields),
            after.definitions(\.monitors, Self.fields))
        compare(
            "cluster", before.definitions(\.clusters, Self.fields),
            after.definitions(\.clusters, Self.fields))
        compare("policy", before.policies, after.policies)
    }

    private mutating func compare(
        _ kind: String, _ before: [String: Fields], _ after: [String: Fields]
    ) {
        for name in Set(before.keys).union(after.keys).sorted() {
            let (old, new) = (before[name], after[name])
            switch (old, new) {
            case (nil, _): add(kind, name, "added")
            case (_, nil): add(kind, name, "removed")
            case (let old?, let new?):
                let changes = zip(old, new).filter { $0.text != $1.text }.map {
                    Plan.Change($0.key, $0.text, $1.text)
                }
                if !changes.isEmpty { add(kind, name, "changed", changes) }
            }
        }
    }

    private mutating func add(
        _ kind: String, _ name: String, _ change: String, _ changes: [Plan.Change] = []
    ) {
        rows.append(Plan.DefinitionRow(kind: kind, name: name, change: change, changes: changes))
    }

    private static func fields(_ endpoint: EndpointDefinition) -> (String, Fields) {
        (
            endpoint.name,
            [
                ("addresses", endpoint.addresses.map(\.description).joined(separator: " ")),
                ("host", endpoint.host.map(\.description) ?? "none"),
                ("cluster", endpoint.cluster ?? "none"), ("tier", endpoint.tier.rawValue),
                ("monitor", endpoint.monitor ?? "none"),
            ]
        )
    }

    private static func fields(_ cluster: ClusterDefinition) -> (String, Fields) {
        (
            cluster.name,
            [
                ("region", cluster.region ?? "none"),
                (
                    "location",
                    cluster.coordinates.map { "\($0.latitude) \($0.longitude)" } ?? "none"
                ),
                ("capacity", text(cluster.capacity)), ("low", text(cluster.lowMark)),
            ]
        )
    }

    private static func text(_ number: Double?) -> String {
        number.map(SimulationText.number) ?? "none"
    }

    private static func fields(_ monitor: MonitorDefinition) -> (String, Fields) {
        (
            monitor.name,
            [
                ("reachable", text(monitor.reachable)),
                ("local", monitor.local.map(text) ?? "none"),
                ("interval", "\(monitor.interval)"), ("timeout", "\(monitor.timeout)"),
                ("fall", "\(monitor.fall)"), ("rise", "\(monitor.rise)"),
                ("slowStart", monitor.slowStart.map { "\($0)" } ?? "none"),
            ]
        )
    }

    /// All that is asked and expected, so that no difference is missed.
    private static func text(_ check: CheckDefinition) -> String {
        switch check {
        case .tcp(let port): return "tcp port \(port)"
        case .http(let http):
            let scheme = http.tls ? "https" : "http"
            let statuses = http.statuses.map {
                $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
            }.joined(separator: ",")
            var words = [
                "\(scheme) \(http.method) \(http.path) port \(http.port) status \(statuses)"
            ]
            if let host = http.host { words.append("host \(host)") }
            if let name = http.serverName { words.append("server-name \(name)") }
            words += http.headers.map { "\($0.name): \($0.value)" }
            if let body = http.bodyContains { words.append("body \"\(body)\"") }
            if http.verifyCertificate { words.append("verified") }
            return words.joined(separator: ", ")
        }
    }
}

extension PlannedSide {
    /// The definitions of one kind by name, a zone's own behind its name.
    fileprivate func definitions<Definition>(
        _ kind: KeyPath<SteeringDefinition, [Definition]>,
        _ fields: (Definition) -> (String, [(key: String, text: String)])
    ) -> [String: [(key: String, text: String)]] {
        var result: [String: [(key: String, text: String)]] = [:]
        func add(_ steering: SteeringDefinition, _ prefix: String) {
            for definition in steering[keyPath: kind] {
                let (name, fields) = fields(definition)
                result[prefix + name] = fields
            }
        }
        add(platform, "")
        for source in sources { add(source.steering, PlannedSide.prefix(source)) }
        return result
    }

    /// Named policies; what they do is a number that nobody is shown.
    fileprivate var policies: [String: [(key: String, text: String)]] {
        var result: [String: [(key: String, text: String)]] = [:]
        let outer = PolicyPrint(platform, prefix: "", platform: nil)
        func add(_ steering: SteeringDefinition, _ prefix: String, _ prints: PolicyPrint) {
            for policy in steering.policies {
                result[prefix + policy.name] = [
                    ("kind", policy.policy.kind),
                    ("content", "\(prints.number(of: policy.policy))"),
                ]
            }
        }
        add(platform, "", outer)
        for source in sources where !source.steering.policies.isEmpty {
            let prefix = PlannedSide.prefix(source)
            add(
                source.steering, prefix,
                PolicyPrint(source.steering, prefix: prefix, platform: outer))
        }
        return result
    }
}
