import Zones

/// What is odd about the nodes of a policy.
extension Adviser {
    /// Goes through a tree as it is written; what it refers to is looked at where that is defined.
    ///
    /// - Parameter owner: where the definition stands that the tree belongs to.
    mutating func check(_ policy: PolicyDefinition, at owner: SourcePosition, depth: Int = 0) {
        guard depth <= PolicyDefinition.maximumDepth else { return }
        markUse(policy)
        let modifiers = policy.modifiers
        checkModifiers(policy, modifiers, at: owner)
        switch policy.bare {
        case .failover(let tiers): checkTiers(tiers, modifiers, at: owner)
        case .weighted(let members, _), .hash(let members, _, _):
            guard members.count > 1, members.allSatisfy({ $0.weight == 0 }) else { break }
            report(
                .noWeight, policy.position ?? owner,
                "all \(members.count) members have the weight 0, which is for those that others "
                    + "go before: give one a weight above 0")
        case .geo(let branches), .subnet(let branches):
            guard let first = branches.first,
                !branches.contains(where: { $0.key == .fallback })
            else { break }
            report(
                .noDefault, first.position,
                "clients that no branch is for get no address of this policy: add 'default'")
        default: break
        }
        for member in policy.members { check(member, at: owner, depth: depth + 1) }
    }

    private mutating func markUse(_ policy: PolicyDefinition) {
        switch policy {
        case .reference(let name, _):
            switch scope.target(name, inZone: isZone) {
            case .endpoint(let number): use.endpoints.insert(number)
            case .policy(let number): use.policies.insert(number)
            case nil: break
            }
        case .cluster(let name, _):
            use.clusters.insert(name)
            use.endpoints.formUnion(scope.endpoints(ofCluster: name, inZone: isZone))
        default: break
        }
    }

    // MARK: Failover

    private mutating func checkTiers(
        _ tiers: [PolicyDefinition], _ modifiers: PolicyModifiers, at owner: SourcePosition
    ) {
        // Both let traffic past a tier that is up.
        guard modifiers.trickle == 0, !modifiers.spill else { return }
        var earlier: [PolicySummary] = []
        for (index, tier) in tiers.enumerated() {
            let summary = summary(of: tier)
            let place = tier.position ?? owner
            if let wall = earlier.firstIndex(where: \.neverDown) {
                report(
                    .unreachableTier, place,
                    "this tier is never used: nothing checks tier \(wall + 1) before it"
                        + "\(tiers[wall].called), so that it is never down; give it a 'monitor'")
                return
            }
            if summary.isPlain, !summary.endpoints.isEmpty,
                let same = earlier.firstIndex(where: {
                    $0.isPlain && summary.endpoints.isSubset(of: $0.endpoints)
                })
            {
                report(
                    .repeatedTier, place,
                    "tier \(index + 1) is never used: all its endpoints are in tier \(same + 1), "
                        + "which is down only when they are; remove it")
            }
            earlier.append(summary)
        }
    }

    // MARK: Keys beside the kind

    private mutating func checkModifiers(
        _ policy: PolicyDefinition, _ modifiers: PolicyModifiers, at owner: SourcePosition
    ) {
        let place = policy.position ?? owner
        if case .count(let wanted)? = modifiers.atLeast {
            var count = policy.bare.members.count
            if case .cluster(let name, _) = policy.bare {
                count = scope.endpoints(ofCluster: name, inZone: isZone).count
            }
            // Nothing to count is said elsewhere.
            if wanted > count, count > 0 {
                report(
                    .tooFewMembers, place,
                    "'atLeast: \(wanted)' of \(count) members is never reached, so this group is "
                        + "always down: lower it, or write a percentage")
            }
        }
        if modifiers.failback != .automatic, let first = policy.bare.members.first,
            summary(of: first).neverDown
        {
            report(
                .idleFailback, place,
                "'failback' has no effect: nothing checks the first tier, so that it is never left; "
                    + "give it a 'monitor'")
        }
        for required in modifiers.required where summary(of: required).neverDown {
            guard case .reference(let name, let position) = required else { continue }
            report(
                .idleRequirement, position,
                "to require '\(name)' has no effect: nothing checks it; give it a 'monitor'")
        }
    }
}

extension PolicyDefinition {
    /// Where the first reference in it stands; nil: there is none.
    var position: SourcePosition? {
        switch bare {
        case .reference(_, let position), .cluster(_, let position): position
        case .geo(let branches), .subnet(let branches): branches.first?.position
        default: bare.members.first?.position
        }
    }

    /// ` ('edge-us')` where it is a name.
    fileprivate var called: String {
        switch bare {
        case .reference(let name, _): " ('\(name)')"
        case .cluster(let name, _): " (cluster '\(name)')"
        default: ""
        }
    }
}
