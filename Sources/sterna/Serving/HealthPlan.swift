import Compiling
import DNSWire
import Health
import Settings
import Verdicts
import Zones

/// The monitors and clusters of a configuration, each found where the file of an endpoint sees it: in its own
/// zone's file, then in the platform's.
struct HealthPlan {
    private struct Scope {
        var prefix: String
        var monitors: [String: MonitorDefinition]
        var clusters: [String: ClusterDefinition]

        init(_ steering: SteeringDefinition, prefix: String) {
            self.prefix = prefix
            monitors = Dictionary(
                steering.monitors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            clusters = Dictionary(
                steering.clusters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private let platform: Scope
    /// By the prefix of their keys: `gslb.example.com/`.
    private let zones: [String: Scope]

    init(_ configuration: LoadedConfiguration) {
        platform = Scope(configuration.settings.steering, prefix: "")
        zones = Dictionary(
            configuration.zones.map { zone in
                var prefix = zone.zone.origin.lowercased().description
                if prefix.count > 1 { prefix.removeLast() }
                return (prefix + "/", Scope(zone.steering, prefix: prefix + "/"))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// All clusters, by key.
    var clusters: [TrackedCluster] {
        ([platform] + zones.values).flatMap { scope in
            scope.clusters.values.map { cluster in
                let capacity = cluster.capacity.map { capacity in
                    cluster.lowMark.map { ClusterCapacity.watermarks(low: $0, high: capacity) }
                        ?? .limit(capacity)
                }
                return TrackedCluster(key: scope.prefix + cluster.name, capacity: capacity)
            }
        }
    }

    func monitor(of endpoint: CompiledEndpoint) -> MonitorDefinition? {
        guard let name = endpoint.definition.monitor else { return nil }
        return zone(of: endpoint)?.monitors[name] ?? platform.monitors[name]
    }

    func tracked(_ endpoint: CompiledEndpoint) -> TrackedEndpoint {
        let monitor = monitor(of: endpoint)
        return TrackedEndpoint(
            key: endpoint.key, cluster: endpoint.definition.cluster,
            clusterKey: clusterKey(of: endpoint), tier: endpoint.definition.tier.rawValue,
            monitor: endpoint.definition.monitor,
            interval: monitor?.interval ?? MonitorDefinition.defaultInterval,
            slowStart: monitor?.slowStart,
            addresses: endpoint.addresses.map {
                TrackedAddress(address: $0.address, slot: $0.slot)
            })
    }

    private func clusterKey(of endpoint: CompiledEndpoint) -> String? {
        guard let name = endpoint.definition.cluster else { return nil }
        if let zone = zone(of: endpoint), zone.clusters[name] != nil { return zone.prefix + name }
        return platform.clusters[name] == nil ? nil : name
    }

    /// The zone whose file defines an endpoint; nil: the platform's does.
    private func zone(of endpoint: CompiledEndpoint) -> Scope? {
        endpoint.key.lastIndex(of: "/").flatMap { zones[String(endpoint.key[...$0])] }
    }
}
