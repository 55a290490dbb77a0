import DNSWire
package import Serving

/// How a steered name comes to its answer, for people and for simulations.
package struct SteeredTrace: Sendable {
    package let decision: SteeredDecision
    /// What the verdicts say of the policy.
    package let facts: PolicyTrace
    /// Where that is down and others of its addresses, or another policy's, are given: how they are chosen.
    package let instead: PolicyTrace?

    package var outcome: SteeredOutcome { decision.outcome }

    /// Whether the policy for when the root is down answers.
    package var usesFallback: Bool {
        instead != nil && decision.assumption == .facts
    }

    /// What the addresses are picked from; nil where there are none, or they are listed ones.
    package var answering: PolicyTrace? {
        switch outcome {
        case .addresses: facts
        case .addressesWhileDown: instead
        default: nil
        }
    }
}

extension PolicyEvaluator {
    /// Decides for one client and family as the query path does, and tells of it.
    package mutating func trace(
        _ steered: SteeredView, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        for client: PolicyClient = .anybody, spreadsHash: Bool = false
    ) -> SteeredTrace {
        let program = PolicyProgram(image, offset: steered.program)
        self.client = client
        var witness = VerdictWitness.forgetful
        let decision = decide(
            steered, program, image, verdicts, v4: v4, branch: client.branch, noting: &witness)
        guard decision.isDown else {
            let facts = trace(
                program, image, verdicts, v4: v4, root: program.root, .facts,
                changeSeconds: decision.changeSeconds, spreadsHash: spreadsHash)
            return SteeredTrace(decision: decision, facts: facts, instead: nil)
        }
        var instead: PolicyTrace?
        if decision.outcome == .addressesWhileDown, !decision.isListed {
            instead = trace(
                program, image, verdicts, v4: v4, root: decision.root, decision.assumption,
                changeSeconds: decision.changeSeconds, spreadsHash: spreadsHash)
        }
        let changeSeconds = judge(
            program, image, verdicts, v4: v4, branch: client.branch, through: program.root, .facts)
        let facts = trace(
            program, image, verdicts, v4: v4, root: program.root, .facts,
            changeSeconds: changeSeconds, spreadsHash: spreadsHash)
        return SteeredTrace(decision: decision, facts: facts, instead: instead)
    }
}

extension VerdictWitness {
    /// One without room: nobody will ask whether the words still hold.
    fileprivate static var forgetful: VerdictWitness {
        VerdictWitness(unsafe ByteSink(UnsafeMutableRawBufferPointer(start: nil, count: 0)))
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
