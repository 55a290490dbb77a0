package import Zones

/// Everything that is worth a warning about steering that has no errors, in the order of files.
///
/// - Parameters:
///   - hasFeeds: whether a feed may judge endpoints that no monitor checks.
///   - zones: every zone with its steering.
/// - Returns: a few for each definition at most; none that the name it is about accepts.
package func advice(
    platform: SteeringDefinition, zones: [SteeringDefinition], hasFeeds: Bool
) -> [Advice] {
    var use = AdviceUse()
    var scope = AdviceScope(platform: platform)
    var adviser = Adviser(scope: scope, isZone: false, hasFeeds: hasFeeds)
    adviser.check(platform)
    use.add(adviser.use)
    var all = adviser.advice
    // What is known of the platform's policies serves every zone.
    scope.summaries = adviser.scope.summaries
    for zone in zones where !zone.isEmpty {
        var adviser = Adviser(
            scope: AdviceScope(zone, within: scope, of: platform), isZone: true,
            hasFeeds: hasFeeds)
        adviser.check(zone)
        adviser.reportUnused(zone, adviser.use)
        use.add(adviser.use)
        all += adviser.advice
    }
    var last = Adviser(scope: scope, isZone: false, hasFeeds: hasFeeds)
    last.reportUnused(platform, use)
    all += last.advice
    return all.sorted {
        let (a, b) = ($0.position, $1.position)
        return (a.file, a.line, a.column) < (b.file, b.line, b.column)
    }
}

/// What policies refer to; numbers of a zone's own definitions mean nothing outside of it.
struct AdviceUse {
    var endpoints: Set<Int> = []
    var policies: Set<Int> = []
    var clusters: Set<String> = []
    /// Endpoints among others in a policy of a name.
    var relied: Set<Int> = []

    mutating func add(_ other: AdviceUse) {
        endpoints.formUnion(other.endpoints)
        policies.formUnion(other.policies)
        clusters.formUnion(other.clusters)
        relied.formUnion(other.relied)
    }
}

/// One pass over the definitions of one file.
struct Adviser {
    var scope: AdviceScope
    let isZone: Bool
    let hasFeeds: Bool
    var use = AdviceUse()
    private(set) var advice: [Advice] = []
    /// What the name that is looked at accepts.
    private var accepted: Set<String> = []

    init(scope: AdviceScope, isZone: Bool, hasFeeds: Bool) {
        self.scope = scope
        self.isZone = isZone
        self.hasFeeds = hasFeeds
    }

    mutating func report(_ code: Advice.Code, _ position: SourcePosition, _ message: String) {
        guard !accepted.contains(code.rawValue) else { return }
        advice.append(Advice(code, position, message))
    }

    mutating func summary(of policy: PolicyDefinition) -> PolicySummary {
        scope.summary(of: policy, inZone: isZone, hasFeeds: hasFeeds)
    }

    mutating func check(_ definition: SteeringDefinition) {
        for policy in definition.policies { check(policy.policy, at: policy.position) }
        for name in definition.names {
            accepted = name.accepted
            check(name)
            accepted = []
        }
        for endpoint in definition.endpoints {
            if let cluster = endpoint.cluster { use.clusters.insert(cluster) }
        }
    }

    /// What nothing refers to.
    mutating func reportUnused(_ definition: SteeringDefinition, _ use: AdviceUse) {
        let (endpoints, policies) =
            isZone ? (scope.platformEndpoints, scope.platformPolicies) : (0, 0)
        for (number, endpoint) in zip(endpoints..., definition.endpoints) {
            if !use.endpoints.contains(number) {
                report(
                    .unusedEndpoint, endpoint.position,
                    "no policy uses endpoint '\(endpoint.name)': name it in one, or remove it")
            } else if use.relied.contains(number),
                scope.endpoints[number].detectionSeconds == nil, !hasFeeds
            {
                report(
                    .uncheckedEndpoint, endpoint.position,
                    "no monitor checks endpoint '\(endpoint.name)', so it is answered while it is "
                        + "down: give it a 'monitor'")
            }
        }
        for (number, policy) in zip(policies..., definition.policies)
        where !use.policies.contains(number) {
            report(
                .unusedPolicy, policy.position,
                "nothing uses policy '\(policy.name)': name it in one of 'names', or remove it")
        }
        for cluster in definition.clusters where !use.clusters.contains(cluster.name) {
            report(
                .unusedCluster, cluster.position,
                "no endpoint is in cluster '\(cluster.name)': put one there, or remove it")
        }
    }
}

extension SteeringDefinition {
    fileprivate var isEmpty: Bool {
        clusters.isEmpty && endpoints.isEmpty && policies.isEmpty && names.isEmpty
    }
}
