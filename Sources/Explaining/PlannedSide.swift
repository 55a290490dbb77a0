package import Compiling
import DNSWire
package import Geography
package import Zones

/// A configuration on one side of a plan.
package struct PlannedSide {
    package let side: SimulatedSide
    package let sources: [ZoneSource]
    package let platform: SteeringDefinition
    package let locations: ClientLocations
    /// Everything worth a warning.
    package let warnings: [Finding]

    package init(
        _ side: SimulatedSide, _ sources: [ZoneSource], platform: SteeringDefinition,
        locations: ClientLocations = ClientLocations(), warnings: [Finding] = []
    ) {
        self.side = side
        self.sources = sources
        self.platform = platform
        self.locations = locations
        self.warnings = warnings
    }

    /// A steered name and what is particular to it.
    struct Steered {
        let definition: SteeredName
        /// Equal where nothing about it differs.
        let print: Int
        let policyPrint: Int
    }

    /// The steered names of all zones.
    var names: [Name: Steered] {
        let outer = PolicyPrint(platform, prefix: "", platform: nil)
        var result: [Name: Steered] = [:]
        for source in sources where !source.steering.names.isEmpty {
            let prints = PolicyPrint(
                source.steering, prefix: PlannedSide.prefix(source), platform: outer)
            for name in source.steering.names {
                let policy = prints.number(of: name.policy)
                var hasher = Hasher()
                hasher.combine(policy)
                hasher.combine(name.ttl)
                hasher.combine(name.degradedTTL)
                hasher.combine(name.whenDown)
                hasher.combine(name.whenDownTTL)
                hasher.combine(name.fallback.map(prints.number))
                hasher.combine(source.steering.usesClientSubnet)
                result[name.owner] = Steered(
                    definition: name, print: hasher.finalize(), policyPrint: policy)
            }
        }
        return result
    }

    /// What begins the names of a zone's own definitions.
    static func prefix(_ source: ZoneSource) -> String {
        var text = source.zone.origin.lowercased().description
        if text.count > 1 { text.removeLast() }
        return text + "/"
    }

    /// Keys of branches, of all policies, each once.
    func branchKeys(limit: Int) -> [ClientBranch.Key] {
        var seen: Set<ClientBranch.Key> = []
        var result: [ClientBranch.Key] = []
        func collect(_ policy: PolicyDefinition, _ depth: Int) {
            guard depth <= PolicyDefinition.maximumDepth, result.count < limit else { return }
            switch policy.bare {
            case .geo(let branches), .subnet(let branches):
                for branch in branches
                where branch.key != .fallback && seen.insert(branch.key).inserted {
                    result.append(branch.key)
                }
            default: break
            }
            for member in policy.members { collect(member, depth + 1) }
        }
        for steering in [platform] + sources.map(\.steering) {
            for policy in steering.policies { collect(policy.policy, 1) }
            for policy in steering.names.flatMap(\.policies) { collect(policy, 1) }
        }
        return Array(result.prefix(limit))
    }
}

/// Clients that stand for the branches of policies.
struct PlannedClients {
    /// A network, and how people are told of it; nil: nobody in particular.
    let all: [(text: String, network: IPNetwork?)]

    /// Branches that are looked at.
    static let maximumBranches = 64

    /// - Parameter further: networks that somebody asks for.
    init(_ sides: [PlannedSide], further: [IPNetwork]) {
        var result: [(String, IPNetwork?)] = [("", nil)]
        result += further.map { ("\($0)", $0) }
        var wanted: Set<ClientBranch.Key> = []
        for key in sides.flatMap({ $0.branchKeys(limit: PlannedClients.maximumBranches) })
        where wanted.insert(key).inserted {
            if case .prefix(let network) = key { result.append(("\(network)", network)) }
        }
        // A client stands for the most particular branch that it may lead to; for others where nobody else does.
        var best: [ClientBranch.Key: Network] = [:]
        var other: [ClientBranch.Key: Network] = [:]
        for map in sides.map(\.locations.places) where !wanted.isEmpty {
            for entry in map.map.entries {
                guard let location = map.location(entry.value) else { continue }
                let keys = location.keys.filter(wanted.contains)
                guard let first = keys.first else { continue }
                if best[first] == nil { best[first] = entry.network }
                for key in keys.dropFirst() where other[key] == nil { other[key] = entry.network }
            }
        }
        let found = best.merging(other, uniquingKeysWith: { first, _ in first })
        for (key, network) in found.sorted(by: { $0.key.description < $1.key.description }) {
            let network = IPNetwork(address: network.address, prefixLength: Int(network.bits))
            if let network { result.append(("\(key) (\(network))", network)) }
        }
        all = result
    }
}

extension Location {
    /// The branches that it may lead to.
    fileprivate var keys: [ClientBranch.Key] {
        var keys: [ClientBranch.Key] = []
        if let network { keys.append(.network(network)) }
        if let autonomousSystem { keys.append(.autonomousSystem(autonomousSystem)) }
        if let country, let subdivision {
            keys.append(.subdivision(country: country, subdivision))
        }
        if let country { keys.append(.country(country)) }
        if let continent { keys.append(.continent(continent)) }
        return keys
    }
}
