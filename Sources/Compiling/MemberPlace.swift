import Geography
import Zones

/// Where a member of `proximity` or `latency` is, with all that its definition and its clusters tell.
struct MemberPlace: Hashable, Sendable {
    /// Decides between members that are equally far.
    var name: String
    var bias: Int
    var location: Coordinates?
    /// What rows of a table of latencies may call it, the first that they do counts.
    var regions: [String]
    var isDefault: Bool
}

extension MemberPlace {
    /// The members of a node, in order.
    ///
    /// - Throws: which member nobody tells the place of.
    static func all(
        near members: [PlacedMember], _ scope: Scope
    ) throws(Finding) -> [MemberPlace] {
        var places: [MemberPlace] = []
        for member in members {
            let place = MemberPlace(member, scope)
            guard place.location != nil else {
                throw Finding(
                    at: member.position,
                    "it is not known where '\(place.name)' is: write 'location' beside its policy, "
                        + "or in one cluster of all its endpoints")
            }
            places.append(place)
        }
        return places
    }

    /// The members of a node, in order.
    ///
    /// - Throws: which member no row could be about.
    static func all(
        fast members: [PlacedMember], _ scope: Scope
    ) throws(Finding) -> [MemberPlace] {
        var places: [MemberPlace] = []
        for member in members {
            var place = MemberPlace(member, scope)
            place.bias = 0
            guard !place.regions.isEmpty else {
                throw Finding(
                    at: member.position,
                    "it is not known in which region '\(place.name)' is: write 'region' beside its "
                        + "policy, or give all its endpoints one cluster")
            }
            places.append(place)
        }
        return places
    }

    private init(_ member: PlacedMember, _ scope: Scope) {
        var homes = Homes()
        homes.visit(member.member, scope, depth: 0)
        name = homes.name ?? ""
        bias = member.bias
        location = member.location ?? homes.location
        regions = member.region.map { [$0] } ?? homes.regions
        isDefault = member.isDefault
    }
}

/// The clusters that the endpoints of a policy live in.
private struct Homes {
    /// The first name that the policy mentions.
    private(set) var name: String?
    private var clusters: [ClusterDefinition?] = []
    /// References are followed once.
    private var seen: Set<String> = []

    /// Where all of them are; nil where they are at several places, or one is nowhere.
    var location: Coordinates? { common { $0.coordinates } }

    var regions: [String] {
        [common { $0.name }, common { $0.region }].compactMap(\.self).reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    private func common<Value: Equatable>(_ value: (ClusterDefinition) -> Value?) -> Value? {
        guard let first = clusters.first.flatMap({ $0.flatMap(value) }) else { return nil }
        return clusters.allSatisfy { $0.flatMap(value) == first } ? first : nil
    }

    /// Recursion ends at the depth that the compiler allows.
    mutating func visit(_ policy: PolicyDefinition, _ scope: Scope, depth: Int) {
        guard depth <= PolicyDefinition.maximumDepth else { return }
        // What a member requires is elsewhere perhaps, and answers nobody.
        switch policy.bare {
        case .reference(let reference, _):
            name = name ?? reference
            switch scope.resolve(reference) {
            case .endpoint(let key, let endpoint):
                guard seen.insert(key).inserted else { return }
                add(scope.cluster(of: endpoint, key: key))
            case .policy(let named, let inner):
                guard seen.insert(inner.prefix + named.name).inserted else { return }
                visit(named.policy, inner, depth: depth + 1)
            case nil: return
            }
        case .cluster(let cluster, _):
            name = name ?? cluster
            add(scope.cluster(cluster))
        default: for member in policy.bare.members { visit(member, scope, depth: depth + 1) }
        }
    }

    private mutating func add(_ cluster: ClusterDefinition?) {
        if !clusters.contains(cluster) { clusters.append(cluster) }
    }
}
