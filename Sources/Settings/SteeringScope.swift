import Health
import Zones

/// What names mean: a zone's own definitions before the platform's, endpoints before policies.
///
/// Policies get numbers, the platform's first. A platform's policy sees the platform's definitions only.
struct SteeringScope {
    enum Target {
        case endpoint
        /// The number of a policy.
        case policy(Int)
    }

    /// The definitions of one file by name.
    struct Layer {
        let endpoints: Set<String>
        let policies: [String: Int]
        let clusters: Set<String>
        let monitors: Set<String>

        init(_ definition: SteeringDefinition, firstPolicy: Int) {
            endpoints = Set(definition.endpoints.map(\.name))
            clusters = Set(definition.clusters.map(\.name))
            monitors = Set(definition.monitors.map(\.name))
            policies = Dictionary(
                zip(definition.policies.map(\.name), firstPolicy...), uniquingKeysWith: { $1 })
        }
    }

    let platform: Layer
    let zone: Layer
    /// All policies, in order of their numbers.
    let policies: [NamedPolicy]
    let platformPolicies: Int

    init(platform: SteeringDefinition, zone: SteeringDefinition) {
        self.platform = Layer(platform, firstPolicy: 0)
        self.zone = Layer(zone, firstPolicy: platform.policies.count)
        policies = platform.policies + zone.policies
        platformPolicies = platform.policies.count
    }

    /// Where to look, in order.
    func layers(inZone: Bool) -> [Layer] { inZone ? [zone, platform] : [platform] }

    func target(_ name: String, inZone: Bool) -> Target? {
        for layer in layers(inZone: inZone) {
            if layer.endpoints.contains(name) { return .endpoint }
            if let number = layer.policies[name] { return .policy(number) }
        }
        return nil
    }

    /// Every name of one kind that can be referred to.
    func names(_ kind: KeyPath<Layer, Set<String>>, inZone: Bool) -> Set<String> {
        layers(inZone: inZone).reduce(into: []) { $0.formUnion($1[keyPath: kind]) }
    }
}
