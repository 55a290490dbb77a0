package import DNSWire
import Health
package import Zones

/// Checks the references of a zone's steering: every name it uses is defined, there or by the platform; no
/// policy refers to itself or is nested too deeply; nothing is defined twice.
///
/// - Parameter places: what policies may ask about clients; nil: anything.
/// - Returns: findings about the zone's file only; `resolve(platform:)` checks the platform's.
package func resolve(
    platform: SteeringDefinition, zone: SteeringDefinition, origin: Name,
    places: KnownPlaces? = nil
) -> [Finding] {
    ReferenceChecker(
        SteeringScope(platform: platform, zone: zone), inZone: true, places: places
    )
    .findings(about: zone)
}

/// Checks the references of the platform's steering among themselves.
package func resolve(
    platform: SteeringDefinition, places: KnownPlaces? = nil
) -> [Finding] {
    ReferenceChecker(
        SteeringScope(platform: platform, zone: SteeringDefinition()), inZone: false,
        places: places
    )
    .findings(about: platform)
}

/// What the files of `locations` tell.
package struct KnownPlaces: Sendable {
    /// Names of networks in operators' lists.
    package var networks: Set<String>
    /// Whether a database tells countries or continents.
    package var hasPlaces: Bool
    /// Whether one tells autonomous systems.
    package var hasAutonomousSystems: Bool
    /// Whether a database or a list tells coordinates.
    package var hasCoordinates: Bool
    /// Whether there is a table of latencies.
    package var hasLatencies: Bool

    package init(
        networks: Set<String>, hasPlaces: Bool, hasAutonomousSystems: Bool = false,
        hasCoordinates: Bool = false, hasLatencies: Bool = false
    ) {
        self.networks = networks
        self.hasPlaces = hasPlaces
        self.hasAutonomousSystems = hasAutonomousSystems
        self.hasCoordinates = hasCoordinates
        self.hasLatencies = hasLatencies
    }
}

/// Warns of monitors of the platform that no endpoint uses, the platform's or any zone's.
package func unusedMonitors(_ settings: ServerSettings, zones: [SteeringDefinition]) -> [Finding] {
    let endpoints = settings.steering.endpoints + zones.flatMap(\.endpoints)
    let used = Set(endpoints.compactMap(\.monitor))
    return settings.steering.monitors.compactMap { monitor in
        guard !used.contains(monitor.name),
            let position = settings.monitorPositions[monitor.name]
        else { return nil }
        return Finding(.warning, at: position, "no endpoint uses monitor '\(monitor.name)'")
    }
}

/// One pass over the definitions of one file.
private struct ReferenceChecker {
    /// Most nodes of one policy once its references are followed.
    private static let maximumNodes = 65_536

    let scope: SteeringScope
    let inZone: Bool
    let places: KnownPlaces?
    private var findings: [Finding] = []

    init(_ scope: SteeringScope, inZone: Bool, places: KnownPlaces?) {
        self.scope = scope
        self.inZone = inZone
        self.places = places
    }

    func findings(about definition: SteeringDefinition) -> [Finding] {
        var copy = self
        copy.check(definition)
        return Array(copy.findings.prefix(SettingsChecker.maximumFindings))
    }

    private mutating func check(_ definition: SteeringDefinition) {
        checkDuplicates(definition)
        for endpoint in definition.endpoints { check(endpoint) }
        let policies = definition.policies.map { ("policy '\($0.name)'", $0.policy, $0.position) }
        let names = definition.names.flatMap { name in
            name.policies.map { ("name '\(name.owner)'", $0, name.position) }
        }
        for (_, policy, _) in policies + names { checkReferences(policy, depth: 1) }
        let graph = PolicyGraph(scope)
        for loop in graph.loops where (loop[0] >= scope.platformPolicies) == inZone {
            let path = (loop + [loop[0]]).map { "'\(scope.policies[$0].name)'" }
            report(
                scope.policies[loop[0]].position,
                "policy '\(scope.policies[loop[0]].name)' refers to itself: "
                    + path.joined(separator: " → "))
        }
        for (who, policy, position) in policies + names {
            let extent = graph.extent(of: policy, inZone: inZone)
            if extent.depth > PolicyDefinition.maximumDepth {
                report(
                    position,
                    "\(who) is nested more than \(PolicyDefinition.maximumDepth) deep, "
                        + "counted with the policies it refers to")
            } else if extent.nodes > ReferenceChecker.maximumNodes {
                report(
                    position,
                    "\(who) has more than \(ReferenceChecker.maximumNodes) members, "
                        + "counted with the policies it refers to")
            }
        }
    }

    // MARK: Definitions

    private mutating func checkDuplicates(_ definition: SteeringDefinition) {
        report(duplicatesOf: "cluster", definition.clusters.map { ($0.name, $0.position) })
        let endpoints = definition.endpoints.map { ($0.name, $0.position) }
        report(duplicatesOf: "endpoint", endpoints)
        report(duplicatesOf: "policy", definition.policies.map { ($0.name, $0.position) })
        let taken = Set(endpoints.map(\.0))
        for policy in definition.policies where taken.contains(policy.name) {
            report(policy.position, "policy '\(policy.name)' has the name of an endpoint")
        }
        report(
            duplicatesOf: "name",
            definition.names.map { ($0.owner.lowercased().description, $0.position) })
    }

    private mutating func report(duplicatesOf kind: String, _ items: [(String, SourcePosition)]) {
        var seen: Set<String> = []
        for (name, position) in items where !seen.insert(name).inserted {
            report(position, "\(kind) '\(name)' is defined twice")
        }
    }

    private mutating func check(_ endpoint: EndpointDefinition) {
        checkName(endpoint.cluster, "cluster", \.clusters, endpoint.position)
        checkName(endpoint.monitor, "monitor", \.monitors, endpoint.position)
    }

    private mutating func checkName(
        _ name: String?, _ kind: String, _ path: KeyPath<SteeringScope.Layer, Set<String>>,
        _ position: SourcePosition
    ) {
        guard let name else { return }
        let layers = scope.layers(inZone: inZone)
        if layers.contains(where: { $0[keyPath: path].contains(name) }) { return }
        let known = scope.names(path, inZone: inZone)
        report(
            position,
            "\(kind) '\(name)' is not defined" + Suggestion.ending(for: name, among: known))
    }

    // MARK: Policies

    /// Recursion ends at the depth that the reader allows.
    private mutating func checkReferences(_ policy: PolicyDefinition, depth: Int) {
        guard depth <= PolicyDefinition.maximumDepth else { return }
        switch policy {
        case .reference(let name, let position):
            if scope.target(name, inZone: inZone) == nil {
                report(position, "endpoint '\(name)' is not defined" + hint(for: name))
            }
        case .cluster(let name, let position):
            checkName(name, "cluster", \.clusters, position)
        default:
            if case .geo(let branches) = policy.bare { checkPlaces(branches) }
            if case .subnet(let branches) = policy.bare { checkPlaces(branches) }
            checkDistances(policy.bare)
            for member in policy.members { checkReferences(member, depth: depth + 1) }
        }
    }

    /// Networks must be in a list; places are of no use without a database.
    private mutating func checkPlaces(_ branches: [ClientBranch]) {
        guard let places else { return }
        var isFirst = true
        var isFirstSystem = true
        for branch in branches {
            switch branch.key {
            case .prefix, .fallback: break
            case .network(let name):
                if places.networks.contains(name) { continue }
                report(
                    branch.position,
                    "no list of 'locations' has a network named '\(name)'"
                        + Suggestion.ending(for: name, among: places.networks))
            case .autonomousSystem:
                guard isFirstSystem, !places.hasAutonomousSystems else { continue }
                isFirstSystem = false
                report(
                    branch.position,
                    "branch '\(branch.key)' is never chosen: no database of 'locations' tells "
                        + "autonomous systems", .warning)
            case .subdivision, .country, .continent:
                // One finding for each policy says it.
                guard isFirst, !places.hasPlaces else { continue }
                isFirst = false
                report(
                    branch.position,
                    "branch '\(branch.key)' is never chosen: no database of 'locations' tells where "
                        + "clients are", .warning)
            }
        }
    }

    /// Without anything that tells clients apart all of them get the members as written.
    private mutating func checkDistances(_ policy: PolicyDefinition) {
        guard let places else { return }
        switch policy {
        case .proximity(let members) where !places.hasCoordinates:
            guard let first = members.first else { return }
            report(
                first.position,
                "no client is nearer to one member than to another: no file of 'locations' tells "
                    + "coordinates", .warning)
        case .latency(let members) where !places.hasLatencies:
            guard let first = members.first else { return }
            report(
                first.position,
                "there is no table of 'latencies': members are tried by distance where the places of "
                    + "clients are known, else as written", .warning)
        default: return
        }
    }

    private func hint(for name: String) -> String {
        if scope.names(\.clusters, inZone: inZone).contains(name) {
            return "; a cluster has this name: write {cluster: \(name)}"
        }
        var known = scope.names(\.endpoints, inZone: inZone)
        for layer in scope.layers(inZone: inZone) { known.formUnion(layer.policies.keys) }
        return Suggestion.ending(for: name, among: known)
    }

    private mutating func report(
        _ position: SourcePosition, _ message: String, _ severity: Finding.Severity = .error
    ) {
        // Building words for findings that nobody sees would take long in a large broken file.
        if findings.count < SettingsChecker.maximumFindings {
            findings.append(Finding(severity, at: position, message))
        }
    }
}
