import DNSWire

/// A policy on its way from one format to the other, whose endpoints have no names yet.
indirect enum ImportedPolicy: Hashable {
    case endpoint(ImportedEndpoint)
    /// The addresses of another name.
    case host(Name)
    /// A named policy of the zone.
    case reference(String)
    case failover([ImportedPolicy])
    /// - `atLeast`: the per cent of members that must be up for the node to be; 0: one member.
    case all([ImportedPolicy], answers: Int, atLeast: Int)
    case weighted([ImportedWeight], atLeast: Int)
    case geo([ImportedBranch])
    case subnet([ImportedBranch])
    case proximity([ImportedPlace])
    case latency([ImportedRegion])
    /// A policy whose health counts otherwise for its parent.
    case counted(ImportedPolicy, ImportedCounting)
}

/// How the health of a member counts for its parent.
struct ImportedCounting: Hashable {
    /// Up whatever its members are.
    var alwaysUp = false
    /// What must be up as well.
    var requires: [ImportedEndpoint] = []
}

/// Addresses that are given out together.
struct ImportedEndpoint: Hashable {
    /// What the source calls it.
    var label: String
    var addresses: [IPAddress]
    var monitor: String?
    var cluster: String?
}

struct ImportedWeight: Hashable {
    var policy: ImportedPolicy
    var weight: UInt32
}

struct ImportedBranch: Hashable {
    /// As it stands in the steering file.
    var key: String
    var policy: ImportedPolicy
}

struct ImportedPlace: Hashable {
    var policy: ImportedPolicy
    /// Degrees, north and east positive.
    var latitude: Double
    var longitude: Double
    var bias: Int
}

struct ImportedRegion: Hashable {
    var policy: ImportedPolicy
    /// What rows of a latency table call it.
    var region: String
    /// Where it is, for clients that no row is about.
    var latitude: Double?
    var longitude: Double?
}

extension ImportedPolicy {
    /// One policy that answers A as the first and AAAA as the second.
    ///
    /// Where both have the same shape their endpoints get the addresses of both. Else they stand side by side: a member
    /// without addresses of the family asked for takes no part.
    static func joining(_ v4: ImportedPolicy?, _ v6: ImportedPolicy?) -> ImportedPolicy? {
        guard let v4 else { return v6 }
        guard let v6 else { return v4 }
        return v4.zipped(v6) ?? .failover([v4, v6])
    }

    private func zipped(_ other: ImportedPolicy) -> ImportedPolicy? {
        switch (self, other) {
        case (.endpoint(let a), .endpoint(let b)):
            guard a.label == b.label, a.monitor == b.monitor, a.cluster == b.cluster else {
                return nil
            }
            var joined = a
            joined.addresses += b.addresses.filter { !a.addresses.contains($0) }
            return .endpoint(joined)
        case (.failover(let a), .failover(let b)):
            return ImportedPolicy.zipped(a, b, \ImportedPolicy.self).map { .failover($0) }
        case (.all(let a, let answers, let atLeast), .all(let b, let others, let atLeastOther)):
            guard answers == others, atLeast == atLeastOther else { return nil }
            return ImportedPolicy.zipped(a, b, \ImportedPolicy.self).map {
                .all($0, answers: answers, atLeast: atLeast)
            }
        case (.weighted(let a, let atLeast), .weighted(let b, let atLeastOther)):
            guard atLeast == atLeastOther, a.map(\.weight) == b.map(\.weight) else { return nil }
            return ImportedPolicy.zipped(a, b, \.policy).map { .weighted($0, atLeast: atLeast) }
        case (.geo(let a), .geo(let b)):
            guard a.map(\.key) == b.map(\.key) else { return nil }
            return ImportedPolicy.zipped(a, b, \.policy).map { .geo($0) }
        case (.subnet(let a), .subnet(let b)):
            guard a.map(\.key) == b.map(\.key) else { return nil }
            return ImportedPolicy.zipped(a, b, \.policy).map { .subnet($0) }
        case (.proximity(let a), .proximity(let b)):
            let isAlike = zip(a, b).allSatisfy {
                ($0.latitude, $0.longitude, $0.bias) == ($1.latitude, $1.longitude, $1.bias)
            }
            guard isAlike else { return nil }
            return ImportedPolicy.zipped(a, b, \.policy).map { .proximity($0) }
        case (.latency(let a), .latency(let b)):
            guard a.map(\.region) == b.map(\.region) else { return nil }
            return ImportedPolicy.zipped(a, b, \.policy).map { .latency($0) }
        case (.counted(let a, let counting), .counted(let b, let others)):
            guard counting == others else { return nil }
            return a.zipped(b).map { .counted($0, counting) }
        default:
            return self == other ? self : nil
        }
    }

    private static func zipped<Member>(
        _ a: [Member], _ b: [Member], _ policy: WritableKeyPath<Member, ImportedPolicy>
    ) -> [Member]? {
        guard a.count == b.count else { return nil }
        var result = a
        for index in a.indices {
            guard let joined = a[index][keyPath: policy].zipped(b[index][keyPath: policy]) else {
                return nil
            }
            result[index][keyPath: policy] = joined
        }
        return result
    }

    /// The policies right below this one.
    var members: [ImportedPolicy] {
        switch self {
        case .endpoint, .host, .reference: []
        case .failover(let members), .all(let members, _, _): members
        case .weighted(let members, _): members.map(\.policy)
        case .geo(let branches), .subnet(let branches): branches.map(\.policy)
        case .proximity(let places): places.map(\.policy)
        case .latency(let regions): regions.map(\.policy)
        case .counted(let policy, _): [policy]
        }
    }

    /// Whether some node below, or this one, is such a one.
    ///
    /// Depth is bounded by what readers build.
    func contains(_ test: (ImportedPolicy) -> Bool) -> Bool {
        test(self) || members.contains { $0.contains(test) }
    }
}
