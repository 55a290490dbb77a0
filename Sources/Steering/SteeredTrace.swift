import Health
package import Serving

/// How a steered name comes to its answer, for people and for simulations.
package struct SteeredTrace: Sendable {
    /// What the answer is; never `evaluate`, which is about what is kept.
    package let outcome: SteeredOutcome
    /// What the verdicts say.
    package let facts: PolicyTrace
    /// Where all is down: what is answered from instead, with what is then taken for true.
    package let instead: PolicyTrace?
    /// The TTL of the addresses, in seconds.
    package let ttl: UInt32

    /// What the addresses are picked from; nil where there are none, or they are not the policy's.
    package var answering: PolicyTrace? {
        switch outcome {
        case .addresses, .addressesWhileDown: instead ?? (facts.standing.isUsable ? facts : nil)
        default: nil
        }
    }
}

extension PolicyEvaluator {
    /// Does for one client and family what the query path does, and tells of it.
    package mutating func trace(
        _ steered: SteeredView, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        for client: PolicyClient = .anybody, spreadsHash: Bool = false
    ) -> SteeredTrace {
        let program = PolicyProgram(image, offset: steered.program)
        let facts = trace(
            program, image, verdicts, v4: v4, for: client, spreadsHash: spreadsHash)
        func found(
            _ outcome: SteeredOutcome, _ instead: PolicyTrace? = nil, ttl: UInt32? = nil
        ) -> SteeredTrace {
            SteeredTrace(
                outcome: outcome, facts: facts, instead: instead,
                ttl: ttl ?? SteeredTrace.seconds(steered, (instead ?? facts).changeSeconds))
        }
        if facts.standing.isUsable { return found(.addresses) }
        if facts.standing == .absent { return found(.noData) }
        _ = judge(program, image, verdicts, v4: !v4, branch: client.branch, .facts)
        if unsafe standings[program.nodeCount &- 1].isUsable { return found(.noDataFamilyDown) }
        switch steered.whenDown {
        case ImageLayout.Steered.whenDownNoData: return found(.noDataWhileDown)
        case ImageLayout.Steered.whenDownServerFailure: return found(.serverFailure)
        case ImageLayout.Steered.whenDownAddresses:
            return found(
                steered.fallbackCount(v4: v4) > 0 ? .addressesWhileDown : .noFallback,
                ttl: steered.minimumTTL)
        default: break
        }
        var instead = facts
        for assumption in [Assumption.upUnlessOverridden, .everythingUp] {
            instead = trace(
                program, image, verdicts, v4: v4, for: client, assuming: assumption,
                spreadsHash: spreadsHash)
            if instead.standing.isUsable { break }
        }
        return instead.standing.isUsable ? found(.addressesWhileDown, instead) : found(.noData)
    }
}

extension SteeredTrace {
    /// The TTL where something looked at could change after so many seconds; 0: nothing can.
    fileprivate static func seconds(_ steered: SteeredView, _ changeSeconds: UInt32) -> UInt32 {
        changeSeconds == 0
            ? steered.maximumTTL
            : min(max(changeSeconds, steered.minimumTTL), steered.maximumTTL)
    }
}

extension ResolvedPolicies {
    /// What of the client the answer of a steered name depends on.
    package mutating func lookedAt(
        _ steered: SteeredView, v4: Bool, branch: UInt32, _ image: ServingImage,
        _ verdicts: VerdictTable
    ) -> LookedAt {
        _ = resolver.resolve(steered, v4: v4, branch: branch, image, verdicts)
        return resolver.lookedAt
    }
}
