package import DNSWire
package import Zones

/// Policies as tests write them: a string literal refers to an endpoint or to a named policy.
extension PolicyDefinition: ExpressibleByStringLiteral {
    package init(stringLiteral name: String) { self = .to(name) }

    /// An endpoint or a named policy.
    package static func to(_ name: String) -> PolicyDefinition {
        .reference(name, TestZone.position)
    }

    /// Every endpoint of a cluster.
    package static func inCluster(_ name: String) -> PolicyDefinition {
        .cluster(name, TestZone.position)
    }

    /// Endpoints or named policies by weight, in order.
    package static func weights(
        _ members: KeyValuePairs<String, UInt32>, answers: Int = 1
    ) -> PolicyDefinition {
        .weighted(members.map { WeightedMember(.to($0.key), weight: $0.value) }, answers: answers)
    }

    /// The names that the tree mentions, each once, in order.
    package var references: [String] {
        var found: [String] = []
        collect(&found)
        return found
    }

    private func collect(_ found: inout [String]) {
        switch self {
        case .reference(let name, _): if !found.contains(name) { found.append(name) }
        case .cluster: break
        case .all(let members, _), .failover(let members):
            for member in members { member.collect(&found) }
        case .weighted(let members, _): for member in members { member.member.collect(&found) }
        }
    }
}

extension EndpointDefinition {
    /// An endpoint with addresses and perhaps a cluster.
    package init(_ name: String, cluster: String? = nil, _ addresses: IPAddress...) {
        self.init(
            name: name, cluster: cluster, addresses: addresses, position: TestZone.position)
    }
}
