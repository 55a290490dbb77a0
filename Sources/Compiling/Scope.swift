import DNSWire
import Zones

/// What the references of one file can mean: the zone's own definitions first, then the platform's.
struct Scope {
    /// Prefix of the zone's endpoint keys; empty for the platform's.
    let prefix: String
    private let endpointsByName: [String: EndpointDefinition]
    private let policiesByName: [String: NamedPolicy]
    private let endpoints: [EndpointDefinition]
    private let clusters: [String: ClusterDefinition]
    private let outer: Outer

    /// A scope within a scope, by reference because a struct cannot hold itself.
    private indirect enum Outer {
        case none
        case scope(Scope)
    }

    init(_ definition: SteeringDefinition, prefix: String, within outer: Scope? = nil) {
        self.prefix = prefix
        endpoints = definition.endpoints
        endpointsByName = Dictionary(
            definition.endpoints.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        policiesByName = Dictionary(
            definition.policies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        clusters = Dictionary(
            definition.clusters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.outer = outer.map(Outer.scope) ?? .none
    }

    enum Meaning {
        /// An endpoint and its key.
        case endpoint(String, EndpointDefinition)
        /// A named policy and the scope that its own references are in.
        case policy(NamedPolicy, Scope)
    }

    /// What a name refers to; an endpoint goes before a policy of the same name.
    func resolve(_ name: String) -> Meaning? {
        if let endpoint = endpointsByName[name] { return .endpoint(prefix + name, endpoint) }
        if let policy = policiesByName[name] { return .policy(policy, self) }
        guard case .scope(let scope) = outer else { return nil }
        return scope.resolve(name)
    }

    /// A cluster by name, the zone's own before the platform's.
    func cluster(_ name: String) -> ClusterDefinition? {
        if let cluster = clusters[name] { return cluster }
        guard case .scope(let scope) = outer else { return nil }
        return scope.cluster(name)
    }

    /// The cluster that an endpoint lives in, as the file sees it that defines the endpoint.
    func cluster(of endpoint: EndpointDefinition, key: String) -> ClusterDefinition? {
        guard let name = endpoint.cluster else { return nil }
        if key == prefix + endpoint.name, endpointsByName[endpoint.name] != nil {
            return cluster(name)
        }
        guard case .scope(let scope) = outer else { return nil }
        return scope.cluster(of: endpoint, key: key)
    }

    /// The endpoints of a cluster, the zone's before the platform's, each with its key.
    func endpoints(ofCluster cluster: String) -> [(key: String, endpoint: EndpointDefinition)] {
        var result = endpoints.filter { $0.cluster == cluster }.map { (prefix + $0.name, $0) }
        if case .scope(let scope) = outer {
            result += scope.endpoints(ofCluster: cluster).filter {
                endpointsByName[$0.endpoint.name] == nil
            }
        }
        return result.map { (key: $0.0, endpoint: $0.1) }
    }

    /// The prefix of the keys of endpoints that a zone's file defines: `gslb.example.com/`.
    static func prefix(of origin: Name) -> String {
        var text = origin.lowercased().description
        if text.count > 1 { text.removeLast() }
        return text + "/"
    }
}
