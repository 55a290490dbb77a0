package import DNSWire
package import Zones

/// Every host that the configuration names, each once.
package func hosts(of sources: [ZoneSource], platform: SteeringDefinition) -> Set<Name> {
    var result: Set<Name> = []
    for steering in [platform] + sources.map(\.steering) {
        for case let host? in steering.endpoints.map(\.host) { result.insert(host) }
    }
    return result
}

/// Finds steered names that resolve to themselves: over hosts that are steered names of ours, or lead to them.
///
/// Such a name would be answered with what it was answered with before, for ever.
package func hostLoops(_ sources: [ZoneSource], platform: SteeringDefinition) -> [Finding] {
    if hosts(of: sources, platform: platform).isEmpty { return [] }
    var search = HostLoopSearch(sources, platform: platform)
    return search.findings()
}

/// A walk over steered names, depth first, on a stack of its own, as chains may be as long as the files.
private struct HostLoopSearch {
    private let zones: [Name: Zone]
    private let names: [Name: (steered: SteeredName, scope: Scope)]
    private let owners: [SteeredName]
    private var finished: Set<Name> = []
    /// The hosts of named policies, by key.
    private var hostsByPolicy: [String: [Name]] = [:]

    /// Findings that are told; more would say the same.
    private static let maximumFindings = 100
    /// Aliases of our own zones that a host may lead over.
    private static let maximumAliases = 8

    init(_ sources: [ZoneSource], platform: SteeringDefinition) {
        let outer = Scope(platform, prefix: "")
        var names: [Name: (SteeredName, Scope)] = [:]
        for source in sources {
            let scope = Scope(
                source.steering, prefix: Scope.prefix(of: source.zone.origin), within: outer)
            for name in source.steering.names { names[name.owner] = (name, scope) }
        }
        self.names = names
        zones = Dictionary(
            sources.map { ($0.zone.origin, $0.zone) }, uniquingKeysWith: { first, _ in first })
        owners = sources.flatMap(\.steering.names)
    }

    mutating func findings() -> [Finding] {
        var result: [Finding] = []
        for start in owners where !finished.contains(start.owner) {
            guard result.count < HostLoopSearch.maximumFindings else { break }
            if let loop = loop(from: start.owner) {
                let path = (loop + [loop[0]]).prefix(20).map { "'\($0)'" }
                let position = names[loop[0]]?.steered.position ?? start.position
                result.append(
                    Finding(
                        at: position,
                        "name '\(loop[0])' leads back to itself over hosts: "
                            + path.joined(separator: " → ")))
            }
        }
        return result
    }

    /// The first loop met; what is left of it counts as finished.
    private mutating func loop(from start: Name) -> [Name]? {
        var path: [(name: Name, targets: [Name])] = [(start, targets(of: start))]
        var onPath: Set<Name> = [start]
        var found: [Name]?
        // Ends: every name is put on the path once.
        while let (name, targets) = path.last {
            guard let target = targets.last else {
                finished.insert(name)
                onPath.remove(name)
                path.removeLast()
                continue
            }
            path[path.count - 1].targets.removeLast()
            if onPath.contains(target) {
                found = found ?? Array(path.map(\.name).drop { $0 != target })
            } else if !finished.contains(target) {
                onPath.insert(target)
                path.append((target, self.targets(of: target)))
            }
        }
        return found
    }

    /// The steered names that the hosts of a name lead to.
    private mutating func targets(of name: Name) -> [Name] {
        guard let (steered, scope) = names[name] else { return [] }
        var seen: Set<String> = []
        var result: [Name] = []
        for policy in steered.policies {
            let hosts = hosts(of: policy, scope, depth: 0, &seen)
            result += hosts.compactMap { steeredName(at: $0) }
        }
        return result
    }

    /// Recursion ends at the depth that policies may have, references followed.
    private mutating func hosts(
        of policy: PolicyDefinition, _ scope: Scope, depth: Int, _ seen: inout Set<String>
    ) -> [Name] {
        guard depth <= PolicyDefinition.maximumDepth else { return [] }
        switch policy.bare {
        case .reference(let name, _):
            switch scope.resolve(name) {
            case .endpoint(_, let endpoint): return endpoint.host.map { [$0] } ?? []
            case .policy(let named, let inner):
                let key = inner.prefix + named.name
                guard seen.insert(key).inserted else { return [] }
                if let known = hostsByPolicy[key] { return known }
                var inside: Set<String> = [key]
                let found = hosts(of: named.policy, inner, depth: depth + 1, &inside)
                hostsByPolicy[key] = found
                return found
            case nil: return []
            }
        case .cluster(let name, _):
            return scope.endpoints(ofCluster: name).compactMap(\.endpoint.host)
        default:
            var result: [Name] = []
            for member in policy.members {
                result += hosts(of: member, scope, depth: depth + 1, &seen)
            }
            return result
        }
    }

    /// The steered name that answers for a host, over aliases and wildcards of our zones.
    private func steeredName(at host: Name) -> Name? {
        var name = host
        for _ in 0...HostLoopSearch.maximumAliases {
            if names[name] != nil { return name }
            if let alias = alias(name) {
                name = alias
                continue
            }
            return wildcard(above: name)
        }
        return nil
    }

    /// The target of a CNAME in one of our zones.
    private func alias(_ name: Name) -> Name? {
        var origin: Name? = name
        while let current = origin {
            if let zone = zones[current] {
                let rrset = zone.owners[name]?.first { $0.type == .cname }
                return rrset?.rdatas.first.flatMap { try? Name(wire: Array($0)) }
            }
            origin = current.parent
        }
        return nil
    }

    private func wildcard(above name: Name) -> Name? {
        var encloser = name.parent
        while let current = encloser {
            if let wildcard = try? current.prepending([UInt8(ascii: "*")]), names[wildcard] != nil {
                return wildcard
            }
            encloser = current.parent
        }
        return nil
    }
}
