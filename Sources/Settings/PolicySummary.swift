import Zones

/// What advice has to know of a policy, references followed.
struct PolicySummary {
    /// Numbers of its endpoints.
    var endpoints: Set<Int> = []
    /// Whether nothing but an operator can take it down, as something in it is never found to be down.
    var neverDown = false
    /// Whether it is up just when one of its endpoints is.
    var isPlain = true
}

extension AdviceScope {
    /// Sums a policy up.
    ///
    /// - Parameter hasFeeds: whether feeds may say of any endpoint that it is down.
    mutating func summary(
        of policy: PolicyDefinition, inZone: Bool, hasFeeds: Bool, depth: Int = 0
    ) -> PolicySummary {
        // Loops and what is too deep have been refused.
        guard depth <= 2 * PolicyDefinition.maximumDepth else { return PolicySummary() }
        switch policy {
        case .reference(let name, _):
            switch target(name, inZone: inZone) {
            case .endpoint(let number): return summary(ofEndpoint: number, hasFeeds)
            case .policy(let number):
                if let known = summaries[number] { return known }
                let result = summary(
                    of: policies[number].policy, inZone: isInZone(policy: number),
                    hasFeeds: hasFeeds, depth: depth + 1)
                summaries[number] = result
                return result
            case nil: return PolicySummary()
            }
        case .cluster(let name, _):
            return any(
                endpoints(ofCluster: name, inZone: inZone).map { summary(ofEndpoint: $0, hasFeeds) }
            )
        case .with(let node, let modifiers):
            var result = summary(of: node, inZone: inZone, hasFeeds: hasFeeds, depth: depth + 1)
            if modifiers.atLeast != nil || !modifiers.requires.isEmpty {
                result.neverDown = false
                result.isPlain = false
            }
            if modifiers.alwaysUp {
                result.neverDown = true
                result.isPlain = false
            }
            return result
        default:
            let members = policy.members.map {
                summary(of: $0, inZone: inZone, hasFeeds: hasFeeds, depth: depth + 1)
            }
            var result = any(members)
            switch policy {
            case .geo, .subnet:
                // Each client sees one branch.
                result.neverDown = !members.isEmpty && members.allSatisfy(\.neverDown)
                result.isPlain = false
            default: break
            }
            return result
        }
    }

    private func summary(ofEndpoint number: Int, _ hasFeeds: Bool) -> PolicySummary {
        PolicySummary(
            endpoints: [number],
            neverDown: !hasFeeds && endpoints[number].detectionSeconds == nil)
    }

    private func any(_ members: [PolicySummary]) -> PolicySummary {
        // Most groups have one member or share their first's.
        guard var result = members.first else { return PolicySummary() }
        for member in members.dropFirst() {
            result.endpoints.formUnion(member.endpoints)
            result.neverDown = result.neverDown || member.neverDown
            result.isPlain = result.isPlain && member.isPlain
        }
        return result
    }
}
