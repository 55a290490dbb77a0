import Health
import Zones

/// What the names of one file mean to advice: endpoints and policies by number, the platform's first.
struct AdviceScope {
    /// One endpoint and what is known of its checks.
    struct Endpoint {
        let definition: EndpointDefinition
        /// The cluster, with whose file defines it; nil: it is in none.
        let cluster: String?
        /// Seconds from a failure to the verdict: interval × fall; nil: no monitor checks it.
        let detectionSeconds: Double?
    }

    /// The definitions of one file.
    private struct Layer {
        var endpoints: [String: Int] = [:]
        var policies: [String: Int] = [:]
        var inCluster: [String: [Int]] = [:]
    }

    private(set) var endpoints: [Endpoint] = []
    private(set) var policies: [NamedPolicy] = []
    /// How many of each are the platform's.
    let platformEndpoints: Int
    let platformPolicies: Int
    private var layers: [Layer] = []
    /// What is known of policies already, by number.
    var summaries: [Int: PolicySummary] = [:]

    /// What the platform's own policies see.
    init(platform: SteeringDefinition) {
        platformEndpoints = platform.endpoints.count
        platformPolicies = platform.policies.count
        add(platform, monitors: AdviceScope.monitors(platform), clusters: [], prefix: "")
    }

    /// What a zone's file sees.
    init(
        _ zone: SteeringDefinition, within platform: AdviceScope, of definition: SteeringDefinition
    ) {
        self = platform
        let monitors = AdviceScope.monitors(definition).merging(
            AdviceScope.monitors(zone), uniquingKeysWith: { $1 })
        add(zone, monitors: monitors, clusters: Set(zone.clusters.map(\.name)), prefix: "zone ")
    }

    private static func monitors(_ steering: SteeringDefinition) -> [String: MonitorDefinition] {
        Dictionary(steering.monitors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func add(
        _ steering: SteeringDefinition, monitors: [String: MonitorDefinition],
        clusters: Set<String>, prefix: String
    ) {
        var layer = Layer()
        for definition in steering.endpoints {
            layer.endpoints[definition.name] = endpoints.count
            if let cluster = definition.cluster {
                layer.inCluster[cluster, default: []].append(endpoints.count)
            }
            let monitor = definition.monitor.flatMap { monitors[$0] }
            endpoints.append(
                Endpoint(
                    definition: definition,
                    cluster: definition.cluster.map { clusters.contains($0) ? prefix + $0 : $0 },
                    detectionSeconds: monitor.map {
                        ($0.interval * $0.fall).seconds
                    }))
        }
        for policy in steering.policies {
            layer.policies[policy.name] = policies.count
            policies.append(policy)
        }
        layers.append(layer)
    }

    enum Target {
        case endpoint(Int)
        case policy(Int)
    }

    /// What a name refers to; a platform's policy sees the platform's definitions alone.
    func target(_ name: String, inZone: Bool) -> Target? {
        for layer in visible(inZone) {
            if let number = layer.endpoints[name] { return .endpoint(number) }
            if let number = layer.policies[name] { return .policy(number) }
        }
        return nil
    }

    /// The endpoints of a cluster, the zone's own before the platform's that it does not hide.
    func endpoints(ofCluster name: String, inZone: Bool) -> [Int] {
        let layers = visible(inZone)
        guard let inner = layers.first else { return [] }
        return layers.enumerated().flatMap { index, layer in
            (layer.inCluster[name] ?? []).filter {
                index == 0 || inner.endpoints[endpoints[$0].definition.name] == nil
            }
        }
    }

    private func visible(_ inZone: Bool) -> [Layer] {
        inZone ? layers.reversed() : Array(layers.prefix(1))
    }

    func isInZone(policy number: Int) -> Bool { number >= platformPolicies }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
