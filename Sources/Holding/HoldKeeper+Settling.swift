import Health
import Serving
import Steering

/// Working out what the words should be.
extension HoldKeeper {
    /// Most rounds of one change: holds may lie below holds, as deep as policies are.
    private static let maximumRounds = ProgramLayout.maximumDepth + 1

    /// Brings the words of these holds up to date, and of those above them.
    func settle(_ halves: [Half], _ state: inout State) {
        var waiting = halves
        for _ in 0..<HoldKeeper.maximumRounds where !waiting.isEmpty {
            var next: [Half] = []
            for half in waiting {
                let hold = state.holds[half.hold]
                let old = words.load(hold.slot).rawValue
                if hold.kind == .failover {
                    settleTiers(half, &state)
                } else {
                    settleLastGood(half, &state)
                }
                guard words.load(hold.slot).rawValue != old else { continue }
                next += state.index.halves(of: hold.slot).filter { $0.isV4 == half.isV4 }
            }
            waiting = next
        }
    }

    // MARK: Failover

    private func settleTiers(_ half: Half, _ state: inout State) {
        let hold = state.holds[half.hold]
        guard let image = state.image?.image else { return }
        let program = PolicyProgram(image, offset: hold.program)
        let standings = standings(half, &state)
        var tiers = known(half, state)
        let before = tiers
        let members = program.members(of: hold.node)
        let reason = tiers.update(
            standings, after: hold.afterSeconds.map(Int64.init), now: now(),
            failed: { self.hasFailed(members[$0], program, image, v4: half.isV4) })
        note(tiers, before: before, half, reason, &state)
    }

    func standings(_ half: Half, _ state: inout State) -> [Standing] {
        let hold = state.holds[half.hold]
        guard let image = state.image?.image else { return [] }
        let program = PolicyProgram(image, offset: hold.program)
        return state.evaluator.standings(
            ofMembersOf: hold.node, program, image, words, v4: half.isV4)
    }

    /// What is held, as the word and the notes have it.
    func known(_ half: Half, _ state: borrowing State) -> TierHold {
        let word = words.hold(state.holds[half.hold].slot)
        var tiers = TierHold(
            tier: word.tier(v4: half.isV4), isWaiting: word.isWaiting(v4: half.isV4))
        if let note = state.notes[half] { tiers.fitSince = note.hold.fitSince }
        return tiers
    }

    /// Stores what has changed, and notes it.
    func note(
        _ tiers: TierHold, before: TierHold, _ half: Half, _ reason: TierHold.Reason?,
        _ state: inout State
    ) {
        let hold = state.holds[half.hold]
        if tiers.tier != before.tier || tiers.isWaiting != before.isWaiting {
            var word = words.hold(hold.slot)
            word.set(tier: tiers.tier, isWaiting: tiers.isWaiting, v4: half.isV4)
            words.store(raw: word.rawValue, slot: hold.slot)
        }
        let isNew = tiers.tier != before.tier
        if tiers.tier == 0, !tiers.isWaiting {
            state.notes[half] = nil
        } else {
            let since = isNew ? date() : state.notes[half]?.since
            state.notes[half] = Note(hold: tiers, since: since)
        }
        guard let reason, isNew || tiers.isWaiting != before.isWaiting else { return }
        if tiers.tier > before.tier { state.totals.holds += 1 }
        if tiers.tier < before.tier { state.totals.releases += 1 }
        state.changes.append(
            HoldChange(
                node: name(half.hold, state), isV4: half.isV4, from: before.tier, to: tiers.tier,
                tierName: tierName(half.hold, tiers.tier, state), isWaiting: tiers.isWaiting,
                reason: reason))
    }

    /// Whether an address of a tier fails, wholly or in part, and no operator has a word about it.
    private func hasFailed(
        _ tier: Int, _ program: PolicyProgram, _ image: ServingImage, v4: Bool
    ) -> Bool {
        let slots = program.slots(below: tier, image)
        return (v4 ? slots.v4 : slots.v6).contains { slot in
            let word = words.load(slot)
            return word.override == .none
                && (word.verdict == .unhealthy || word.verdict == .degraded)
        }
    }

    /// Does what an operator's word about an endpoint means for a node: `up` lets its tier back, and so does
    /// taking back a drain or `down` of a tier that had no address without one.
    func heed(
        _ slot: Int, from old: Override, to new: Override, _ half: Half, _ state: inout State
    ) {
        let hold = state.holds[half.hold]
        guard old != new, hold.kind == .failover, let image = state.image?.image else { return }
        let isUp = new == .up
        guard isUp || new == .none && old.takesOut else { return }
        let program = PolicyProgram(image, offset: hold.program)
        for (tier, member) in program.members(of: hold.node).enumerated() {
            let below = program.slots(below: member, image)
            let slots = half.isV4 ? below.v4 : below.v6
            guard slots.contains(slot) else { continue }
            let wasOut = slots.allSatisfy { $0 == slot || words.load($0).override.takesOut }
            if isUp || wasOut { release(half, to: tier, &state) }
        }
    }

    /// Lets a tier back at an operator's word; false when that changes nothing.
    @discardableResult
    func release(_ half: Half, to tier: Int, _ state: inout State) -> Bool {
        let before = known(half, state)
        var tiers = before
        guard tiers.release(to: tier, standings(half, &state)) else { return false }
        note(tiers, before: before, half, .operatorDecision, &state)
        return true
    }

    // MARK: Who answered last

    private func settleLastGood(_ half: Half, _ state: inout State) {
        let hold = state.holds[half.hold]
        guard let image = state.image?.image else { return }
        let program = PolicyProgram(image, offset: hold.program)
        let old = words.load(hold.slot).rawValue
        var new: UInt32 = 0
        for branch in 0..<min(program.branchCount, HoldKeeper.maximumBranches) {
            let reached = state.evaluator.endpointsThatAnswer(
                program, image, words, v4: half.isV4, branch: UInt32(branch))
            // What a client gets for whom nothing is left stays as it was.
            new |= reached.areWell ? reached.answering : old & reached.reachable
        }
        if new != old { words.store(raw: new, slot: hold.slot) }
    }

    /// Most kinds of clients that a policy with `whenDown: lastGood` may tell apart.
    package static let maximumBranches = 64

    // MARK: Words for people

    func name(_ hold: Int, _ state: borrowing State) -> NodeName {
        guard let image = state.image?.image, hold < image.holdCount else {
            return NodeName(owner: "", path: "")
        }
        let view = image.hold(hold)
        return NodeName(owner: view.owner.text, path: view.path.text)
    }

    /// The first endpoints of a tier.
    func tierName(_ hold: Int, _ tier: Int, _ state: borrowing State) -> String {
        guard let image = state.image?.image else { return "" }
        let entry = state.holds[hold]
        let program = PolicyProgram(image, offset: entry.program)
        let members = program.members(of: entry.node)
        guard tier < members.count else { return "" }
        let keys = program.endpointKeys(below: members[tier], image)
        return keys.prefix(3).joined(separator: ", ") + (keys.count > 3 ? ", …" : "")
    }
}

extension Override {
    /// Whether it keeps an address from answering while others can.
    var takesOut: Bool {
        switch self {
        case .softDrain, .hardDrain, .down: true
        case .none, .up: false
        }
    }
}
