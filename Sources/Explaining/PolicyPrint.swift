import DNSWire
import Zones

/// Numbers that are equal where policies do the same: references are followed, positions left out.
///
/// Valid within one process.
final class PolicyPrint {
    private let endpoints: [String: EndpointDefinition]
    private let policies: [String: PolicyDefinition]
    private let clusters: [String: ClusterDefinition]
    private let inCluster: [String: [EndpointDefinition]]
    /// What begins the keys of the endpoints.
    private let prefix: String
    private let platform: PolicyPrint?
    /// Of named policies and of clusters' endpoints.
    private var known: [String: Int] = [:]
    private var knownClusters: [String: Int] = [:]

    init(_ steering: SteeringDefinition, prefix: String, platform: PolicyPrint?) {
        endpoints = Dictionary(
            steering.endpoints.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        policies = Dictionary(
            steering.policies.map { ($0.name, $0.policy) }, uniquingKeysWith: { first, _ in first })
        clusters = Dictionary(
            steering.clusters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        inCluster = Dictionary(grouping: steering.endpoints, by: { $0.cluster ?? "" })
        self.prefix = prefix
        self.platform = platform
    }

    func number(of policy: PolicyDefinition) -> Int {
        var hasher = Hasher()
        add(policy, to: &hasher, depth: 0)
        return hasher.finalize()
    }

    private func add(_ policy: PolicyDefinition, to hasher: inout Hasher, depth: Int) {
        // Loops have been refused.
        guard depth <= 2 * PolicyDefinition.maximumDepth else { return }
        switch policy {
        case .reference(let name, _): hasher.combine(number(ofReference: name, depth: depth))
        case .cluster(let name, _):
            hasher.combine("cluster")
            hasher.combine(number(ofCluster: name))
        case .with(let node, let modifiers):
            add(node, to: &hasher, depth: depth + 1)
            add(modifiers, to: &hasher, depth: depth)
        case .all(let members, let answers):
            hasher.combine("all \(answers)")
            add(members, to: &hasher, depth: depth)
        case .failover(let members):
            hasher.combine("failover")
            add(members, to: &hasher, depth: depth)
        case .weighted(let members, let answers):
            hasher.combine("weighted \(answers)")
            add(members, to: &hasher, depth: depth)
        case .hash(let members, let v4Bits, let v6Bits):
            hasher.combine("hash \(v4Bits) \(v6Bits)")
            add(members, to: &hasher, depth: depth)
        case .geo(let branches), .subnet(let branches):
            hasher.combine("client")
            hasher.combine(branches.count)
            for branch in branches {
                hasher.combine(branch.key)
                add(branch.policy, to: &hasher, depth: depth + 1)
            }
        case .proximity(let members):
            hasher.combine("proximity")
            add(members, to: &hasher, depth: depth)
        case .latency(let members):
            hasher.combine("latency")
            add(members, to: &hasher, depth: depth)
        }
    }

    private func add(_ members: [PolicyDefinition], to hasher: inout Hasher, depth: Int) {
        hasher.combine(members.count)
        for member in members { add(member, to: &hasher, depth: depth + 1) }
    }

    private func add(_ members: [WeightedMember], to hasher: inout Hasher, depth: Int) {
        hasher.combine(members.count)
        for member in members {
            hasher.combine(member.weight)
            add(member.member, to: &hasher, depth: depth + 1)
        }
    }

    private func add(_ members: [PlacedMember], to hasher: inout Hasher, depth: Int) {
        hasher.combine(members.count)
        for member in members {
            hasher.combine(member.bias)
            hasher.combine(member.location)
            hasher.combine(member.region)
            hasher.combine(member.isDefault)
            add(member.member, to: &hasher, depth: depth + 1)
        }
    }

    private func add(_ modifiers: PolicyModifiers, to hasher: inout Hasher, depth: Int) {
        var bare = modifiers
        bare.requires = []
        hasher.combine(bare)
        add(modifiers.required, to: &hasher, depth: depth)
    }

    // MARK: References

    private func number(ofReference name: String, depth: Int) -> Int {
        if let endpoint = endpoints[name] { return number(of: endpoint) }
        guard let policy = policies[name] else {
            return platform?.number(ofReference: name, depth: depth) ?? 0
        }
        if let number = known[name] { return number }
        var hasher = Hasher()
        add(policy, to: &hasher, depth: depth + 1)
        let number = hasher.finalize()
        known[name] = number
        return number
    }

    private func number(of endpoint: EndpointDefinition) -> Int {
        var hasher = Hasher()
        hasher.combine(prefix + endpoint.name)
        hasher.combine(endpoint.addresses)
        hasher.combine(endpoint.host)
        // A policy may go by where it is.
        if let cluster = endpoint.cluster.flatMap({ clusters[$0] ?? platform?.clusters[$0] }) {
            hasher.combine(cluster.name)
            hasher.combine(cluster.coordinates)
            hasher.combine(cluster.region)
        }
        // Without a monitor it counts as another verdict.
        hasher.combine(endpoint.monitor == nil)
        return hasher.finalize()
    }

    private func number(ofCluster name: String) -> Int {
        if let number = knownClusters[name] { return number }
        var hasher = Hasher()
        for endpoint in inCluster[name] ?? [] { hasher.combine(number(of: endpoint)) }
        if let platform {
            for endpoint in platform.inCluster[name] ?? [] where endpoints[endpoint.name] == nil {
                hasher.combine(platform.number(of: endpoint))
            }
        }
        let number = hasher.finalize()
        knownClusters[name] = number
        return number
    }
}
