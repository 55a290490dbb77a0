import Health
package import Serving

/// What a steered name answers clients of one branch for one family: which policy, taken how, for how long.
package struct SteeredDecision: Sendable {
    /// Never one of those that `ResolvedPolicies.evaluate` is for.
    package var outcome: SteeredOutcome
    /// The node whose addresses are answered, where the outcome has some that are not listed (`whenDown`).
    package var root: Int
    /// What is taken for true.
    package var assumption = Assumption.facts
    /// Of the addresses, in seconds.
    package var ttl: UInt32 = 0
    /// The earliest time in seconds at which something looked at could change; 0: nothing can.
    package var changeSeconds: UInt32 = 0
    /// Whether more was looked at than the policy in this family: it is down there.
    package var isDown = false
    /// Whether the addresses are those given for when the policy is down.
    package var isListed = false
    /// The endpoints that are taken for up, as bits; all ones: all.
    package var lastGood = UInt32.max
}

extension PolicyEvaluator {
    /// Decides, and leaves the nodes judged as the decision takes them.
    ///
    /// - Parameter witness: gets the words that the decision is made from, before they are read.
    package mutating func decide(
        _ steered: SteeredView, _ program: PolicyProgram, _ image: ServingImage,
        _ verdicts: VerdictTable, v4: Bool, branch: UInt32, noting witness: inout VerdictWitness
    ) -> SteeredDecision {
        let root = program.root
        lastGood = .max
        witness.take(program, image, verdicts, v4: v4)
        var decision = SteeredDecision(outcome: .addresses, root: root)
        decision.changeSeconds = judge(
            program, image, verdicts, v4: v4, branch: branch, through: root, .facts)
        let standing = standing(of: root)
        if standing.isUsable {
            decision.ttl = steered.ttl(changeSeconds: decision.changeSeconds)
            if standing == .degraded || standing == .softDrained {
                decision.ttl = min(decision.ttl, steered.degradedTTL)
            }
            return decision
        }
        guard standing != .absent else {
            decision.outcome = .noData
            return decision
        }
        decision.isDown = true
        // A name that the other family still reaches is not down: its clients have a way.
        witness.add(program, image, verdicts, v4: !v4, nodes: 0...root)
        _ = judge(program, image, verdicts, v4: !v4, branch: branch, through: root, .facts)
        guard !self.standing(of: root).isUsable else {
            decision.outcome = .noDataFamilyDown
            return decision
        }
        switch steered.whenDown {
        case ImageLayout.Steered.whenDownNoData: decision.outcome = .noDataWhileDown
        case ImageLayout.Steered.whenDownServerFailure: decision.outcome = .serverFailure
        case ImageLayout.Steered.whenDownAddresses:
            decision.isListed = steered.fallbackCount(v4: v4) > 0
            decision.outcome = decision.isListed ? .addressesWhileDown : .noFallback
            decision.ttl = steered.whenDownTTL
        case ImageLayout.Steered.whenDownPolicy:
            if !decideFallback(&decision, steered, program, image, verdicts, v4: v4, &witness) {
                decideAll(&decision, steered, program, image, verdicts, v4: v4)
            }
        case ImageLayout.Steered.whenDownLastGood:
            decideLastGood(&decision, steered, program, image, verdicts, v4: v4, &witness)
        default: decideAll(&decision, steered, program, image, verdicts, v4: v4)
        }
        return decision
    }

    /// Takes the policy for when the root is down; false when that is down as well.
    private mutating func decideFallback(
        _ decision: inout SteeredDecision, _ steered: SteeredView, _ program: PolicyProgram,
        _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        _ witness: inout VerdictWitness
    ) -> Bool {
        guard let root = program.fallbackRoot else { return false }
        let nodes = program.root &+ 1...root
        witness.add(program, image, verdicts, v4: v4, nodes: nodes)
        witness.add(program, image, verdicts, v4: !v4, nodes: nodes)
        let branch = branch
        _ = judge(program, image, verdicts, v4: !v4, branch: branch, through: root, .facts)
        let other = standing(of: root)
        let changeSeconds = judge(
            program, image, verdicts, v4: v4, branch: branch, through: root, .facts)
        let own = standing(of: root)
        if own.isUsable {
            decision.outcome = .addressesWhileDown
            decision.root = root
            decision.changeSeconds = changeSeconds
            decision.ttl = steered.whenDownTTL(changeSeconds: changeSeconds)
            return true
        }
        guard other.isUsable else { return false }
        decision.outcome = own == .absent ? .noFallback : .noDataWhileDown
        return true
    }

    /// As if those were up, and no others, that answered when somebody was well.
    private mutating func decideLastGood(
        _ decision: inout SteeredDecision, _ steered: SteeredView, _ program: PolicyProgram,
        _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        _ witness: inout VerdictWitness
    ) {
        let slot = steered.lastGood(v4: v4)
        witness.add(slot, verdicts)
        lastGood = verdicts.load(slot).rawValue
        // Nobody has been well yet.
        if lastGood == 0 { lastGood = .max }
        decideAll(&decision, steered, program, image, verdicts, v4: v4)
        if decision.outcome == .noData, lastGood != .max {
            lastGood = .max
            decideAll(&decision, steered, program, image, verdicts, v4: v4)
        }
        decision.lastGood = lastGood
    }

    /// As if everything were up, but what operators took out only when nothing else is there.
    private mutating func decideAll(
        _ decision: inout SteeredDecision, _ steered: SteeredView, _ program: PolicyProgram,
        _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool
    ) {
        let root = program.root
        let branch = branch
        decision.assumption = .upUnlessOverridden
        decision.changeSeconds = judge(
            program, image, verdicts, v4: v4, branch: branch, through: root, .upUnlessOverridden)
        if !standing(of: root).isUsable {
            decision.assumption = .everythingUp
            decision.changeSeconds = judge(
                program, image, verdicts, v4: v4, branch: branch, through: root, .everythingUp)
        }
        decision.outcome = standing(of: root).isUsable ? .addressesWhileDown : .noData
        decision.ttl = steered.whenDownTTL(changeSeconds: decision.changeSeconds)
    }
}

extension SteeredView {
    /// The TTL of an answer about which something could change after so many seconds; 0: nothing can.
    package func ttl(changeSeconds: UInt32) -> UInt32 {
        changeSeconds == 0 ? maximumTTL : min(max(changeSeconds, minimumTTL), maximumTTL)
    }

    /// The same where the policy is down.
    package func whenDownTTL(changeSeconds: UInt32) -> UInt32 {
        hasWhenDownTTL ? whenDownTTL : ttl(changeSeconds: changeSeconds)
    }
}
