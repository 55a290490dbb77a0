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

    /// The node with keys beside its kind.
    package func with(_ change: (inout PolicyModifiers) -> Void) -> PolicyDefinition {
        var modifiers = self.modifiers
        change(&modifiers)
        return .with(bare, modifiers)
    }

    /// By place, as keys of `geo` in the order in which they count.
    package static func byPlace(
        _ branches: KeyValuePairs<ClientBranch.Key, PolicyDefinition>
    ) -> PolicyDefinition {
        .geo(branches.map { ClientBranch($0.key, $0.value, position: TestZone.position) })
    }

    /// By network: `192.0.2.0/24`, a name in the lists, or `default`.
    package static func byNetwork(
        _ branches: KeyValuePairs<String, PolicyDefinition>
    ) -> PolicyDefinition {
        .subnet(
            branches.map { text, policy in
                let key: ClientBranch.Key =
                    IPNetwork(text).map { .prefix($0) }
                    ?? (text == "default" ? .fallback : .network(text))
                return ClientBranch(key, policy, position: TestZone.position)
            })
    }

    /// Endpoints by weight, one for each client network.
    package static func hashed(
        _ members: KeyValuePairs<String, UInt32>, v4Bits: UInt8 = 24, v6Bits: UInt8 = 56
    ) -> PolicyDefinition {
        .hash(
            members.map { WeightedMember(.to($0.key), weight: $0.value) }, v4Bits: v4Bits,
            v6Bits: v6Bits)
    }

    /// By distance: names with degrees of latitude and longitude.
    package static func near(
        _ members: KeyValuePairs<String, (Double, Double)>, bias: [String: Int] = [:],
        default fallback: String? = nil
    ) -> PolicyDefinition {
        .proximity(
            members.map { name, place in
                PlacedMember(
                    .to(name), bias: bias[name] ?? 0,
                    location: Coordinates(latitude: place.0, longitude: place.1),
                    isDefault: name == fallback, position: TestZone.position)
            })
    }

    /// By latency: endpoints that lie in regions of their own names.
    package static func fast(_ members: String...) -> PolicyDefinition {
        .latency(
            members.map {
                PlacedMember(.to($0), region: $0, position: TestZone.position)
            })
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
        default: for member in members { member.collect(&found) }
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
