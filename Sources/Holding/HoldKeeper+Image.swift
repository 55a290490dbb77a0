import Health
package import Serving
import Steering
import Synchronization

/// Which holds there are, and what is to be told of them.
extension HoldKeeper {
    /// Takes the holds of an image that is about to be served.
    ///
    /// Words that the image before had too go on; a node whose members have changed begins with what the word
    /// before said of those that are still there; all others begin with nothing held. Both images read words of
    /// their own, so it does not matter when the answering process goes over.
    ///
    /// - Parameter before: the image that was served last, where that was before this process; nil takes the
    ///   one that this was called with last.
    package func adopt(_ image: LoadedImage, after before: LoadedImage? = nil) {
        update { state in
            let isFirst = state.image == nil
            if let before = before ?? state.image {
                begin(image.image, after: before.image)
            } else {
                for record in HoldRecord.all(image.image) { words.store(raw: 0, slot: record.slot) }
            }
            let old = isFirst ? [:] : notesByName(state)
            take(image, &state)
            for half in state.halves {
                let word = words.hold(state.holds[half.hold].slot)
                guard word.tier(v4: half.isV4) > 0 || word.isWaiting(v4: half.isV4),
                    state.holds[half.hold].kind == .failover
                else { continue }
                let before = old[NamedHalf(name: name(half.hold, state), isV4: half.isV4)]
                if let before, before.slot == state.holds[half.hold].slot {
                    state.notes[half] = before.note
                } else {
                    state.notes[half] = Note(
                        hold: TierHold(
                            tier: word.tier(v4: half.isV4),
                            isWaiting: word.isWaiting(v4: half.isV4)),
                        since: before?.note.since)
                }
            }
            settle(state.halves, &state)
        }
    }

    /// Fills in words that the image before did not have.
    private func begin(_ image: ServingImage, after before: ServingImage) {
        let old = HoldRecord.all(before)
        let slots = Set(old.map(\.slot))
        let byNode = Dictionary(
            old.map { ("\($0.node.owner) \($0.node.path) \($0.kind.rawValue)", $0) },
            uniquingKeysWith: { first, _ in first })
        for record in HoldRecord.all(image) where !slots.contains(record.slot) {
            let key = "\(record.node.owner) \(record.node.path) \(record.kind.rawValue)"
            let word = byNode[key].map { record.word(after: $0, words.load($0.slot).rawValue) }
            words.store(raw: word ?? 0, slot: record.slot)
        }
    }

    private func take(_ loaded: LoadedImage, _ state: inout State) {
        let image = loaded.image
        state.image = loaded
        state.notes = [:]
        state.holds = []
        var pairs: [(slot: Int, half: Half)] = []
        for number in 0..<image.holdCount {
            let view = image.hold(number)
            // Every number has its place, so that names are found by it.
            let hold = Hold(
                kind: view.kind ?? .failover, slot: view.slot, program: view.program,
                node: view.node, afterSeconds: view.afterSeconds)
            state.holds.append(hold)
            let slots = PolicyProgram(image, offset: hold.program).slots(below: hold.node, image)
            if hold.kind != .lastGoodV6 {
                let half = Half(hold: number, isV4: true)
                pairs += (slots.v4 + slots.holds).map { ($0, half) }
            }
            if hold.kind != .lastGoodV4 {
                let half = Half(hold: number, isV4: false)
                pairs += (slots.v6 + slots.holds).map { ($0, half) }
            }
        }
        state.index = SlotIndex(pairs)
    }

    private struct NamedHalf: Hashable {
        var name: NodeName
        var isV4: Bool
    }

    private func notesByName(_ state: borrowing State) -> [NamedHalf: (slot: Int, note: Note)] {
        var result: [NamedHalf: (slot: Int, note: Note)] = [:]
        for (half, note) in state.notes {
            result[NamedHalf(name: name(half.hold, state), isV4: half.isV4)] =
                (state.holds[half.hold].slot, note)
        }
        return result
    }

    // MARK: Asking and telling

    /// Every node whose better tiers are held back, by name.
    package func held() -> [HeldNode] {
        let now = now()
        let nodes = state.withLock { state in
            state.notes.map { half, note in
                let after = state.holds[half.hold].afterSeconds
                let left = note.hold.fitSince.values.min().flatMap { since in
                    after.map { max(0, Int64($0) - (now - since)) }
                }
                return HeldNode(
                    node: name(half.hold, state), isV4: half.isV4, tier: note.hold.tier,
                    tierName: tierName(half.hold, note.hold.tier, state),
                    homeName: tierName(half.hold, 0, state), since: note.since,
                    isWaiting: note.hold.isWaiting, comesBackIn: left, afterSeconds: after)
            }
        }
        return nodes.sorted {
            ($0.node.owner, $0.node.path, $0.isV4 ? 0 : 1)
                < ($1.node.owner, $1.node.path, $1.isV4 ? 0 : 1)
        }
    }

    /// Lets the first tier of an owner's nodes answer again, at once or as soon as it works.
    ///
    /// - Parameters:
    ///   - owner: a name, with or without its last dot, or the key of a named policy.
    ///   - v4: one family only; nil: both.
    /// - Returns: what came of it for each node and family; empty when the owner has no such node.
    package func failBack(_ owner: String, v4: Bool? = nil) -> [FailbackOutcome] {
        let owners: Set<String> = [owner, owner.lowercased(), owner.lowercased() + "."]
        let date = date()
        var result: [FailbackOutcome] = []
        update { state in
            for half in state.halves where state.holds[half.hold].kind == .failover {
                guard v4 == nil || v4 == half.isV4 else { continue }
                let name = name(half.hold, state)
                guard owners.contains(name.owner) else { continue }
                let changed = release(half, to: 0, &state)
                let isWaiting = state.notes[half]?.hold.isWaiting ?? false
                if changed, isWaiting { state.notes[half]?.since = date }
                if changed { settle([half], &state) }
                result.append(
                    FailbackOutcome(
                        node: name, isV4: half.isV4,
                        effect: changed ? (isWaiting ? .waiting : .released) : .nothing))
            }
        }
        return result
    }

    /// Owners of `failover` nodes that do not fail back by themselves, for suggestions.
    package func owners() -> [String] {
        state.withLock { state in
            var seen: Set<String> = []
            return state.holds.indices.filter { state.holds[$0].kind == .failover }
                .map { name($0, state).owner }.filter { seen.insert($0).inserted }
        }
    }
}

extension HoldKeeper.State {
    /// Every family of every hold.
    var halves: [HoldKeeper.Half] {
        holds.indices.flatMap { number -> [HoldKeeper.Half] in
            switch holds[number].kind {
            case .failover:
                [.init(hold: number, isV4: true), .init(hold: number, isV4: false)]
            case .lastGoodV4: [.init(hold: number, isV4: true)]
            case .lastGoodV6: [.init(hold: number, isV4: false)]
            }
        }
    }
}
