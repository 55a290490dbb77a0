import Serving

/// Whom a group chooses from, in what way: the members are in the evaluator, in order, each with its weight.
///
/// What picks addresses, what is kept of a policy, and what explains an answer all go by this, so that they
/// cannot disagree.
///
/// Weights are integers, and only what one is to the sum of all counts:
///
/// - `weighted`, `hash`: the weight (1 for each standby) times the share that the member can take, in
///   256ths.
/// - `all`: 1.
/// - in order (`failover`, `geo` and others): of 2^24 units the first member gets all but the *trickle*, which is
///   the second one's. With `spill` a member gets its share of the units that are left, and the next one of what
///   it leaves. What nobody takes is not there: so each gets more in proportion.
package struct NodeChoice: Sendable, Equatable {
    package enum Rule: Sendable {
        /// One of them by weight.
        case one
        /// `answers` of them by weight, one after the other, each once.
        case several
        /// All of them from a random one on, until `answers` addresses are there.
        case turn
        /// The one that the client's network and the weights choose.
        case client
    }

    package var rule: Rule
    package var answers: Int
    package var count = 0
    /// How much of what the group would normally take it can take: `taken` of `whole`.
    package var taken: UInt64 = 0
    package var whole: UInt64 = 0

    /// The same in 256ths, rounded up: 1 to 256.
    package var share: UInt32 {
        guard whole > 0 else { return 256 }
        return UInt32(truncatingIfNeeded: min(max((taken &* 256 &+ whole &- 1) / whole, 1), 256))
    }

    /// What is handed out in order.
    package static let units: UInt32 = 1 << 24
}

extension PolicyEvaluator {
    /// Lists the members that a judged group chooses from, in order.
    ///
    /// For a group that is down these are the members that failed: where something above it panics, or takes
    /// it for up, they answer. They stay listed until the next group's are.
    package mutating func choose(_ program: PolicyProgram, _ index: Int) -> NodeChoice {
        if choiceOwner == index { return choice }
        choiceOwner = index
        let node = program.node(index)
        choice = NodeChoice(rule: .one, answers: max(1, node.answers))
        switch node.kind {
        case ProgramLayout.Kind.endpoint: break
        case ProgramLayout.Kind.failover:
            chooseInOrder(program, node, index, tiers(node, index), isLadder: false)
        case ProgramLayout.Kind.located:
            chooseInOrder(
                program, node, index, program.ladder(node, branch: branch), isLadder: true)
        case ProgramLayout.Kind.weighted:
            if node.answers > 1 { choice.rule = .several }
            chooseByWeight(program, node, index)
        case ProgramLayout.Kind.hash:
            choice.rule = .client
            chooseByWeight(program, node, index)
        default:
            choice.rule = .turn
            for edge in node.members {
                let child = program.member(edge).node
                guard isCandidate(child, of: index) else { continue }
                choice.taken &+= UInt64(share(of: child))
                choice.whole &+= 256
                list(edge, weight: 1)
            }
        }
        return choice
    }

    private mutating func chooseByWeight(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int
    ) {
        let useStandbys = unsafe usesStandbys[index]
        for edge in node.members {
            let member = program.member(edge)
            guard (member.weight == 0) == useStandbys, isCandidate(member.node, of: index) else {
                continue
            }
            // Among members of weight 0 all count the same.
            let weight = useStandbys ? 1 : member.weight
            let effective = weight &* share(of: member.node)
            choice.taken &+= UInt64(effective)
            choice.whole &+= UInt64(weight) &* 256
            list(edge, weight: effective)
        }
    }

    private mutating func chooseInOrder(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int, _ steps: Range<Int>,
        isLadder: Bool
    ) {
        let units = NodeChoice.units
        let trickle = UInt32(
            truncatingIfNeeded: UInt64(units) &* UInt64(node.trickle) / 10_000)
        let main = units &- min(trickle, units)
        var rest = main
        var met = 0
        for step in steps {
            let edge = isLadder ? node.first &+ program.rung(step) : step
            let child = program.member(edge).node
            guard isCandidate(child, of: index) else { continue }
            let share = share(of: child)
            var weight = rest
            if node.spills {
                weight = UInt32(truncatingIfNeeded: UInt64(rest) &* UInt64(share) / 256)
            } else if met == 0 {
                choice.taken = UInt64(share)
                choice.whole = 256
            }
            rest &-= weight
            if met == 1 { weight &+= trickle }
            if weight > 0 { list(edge, weight: weight) }
            met &+= 1
            if rest == 0, trickle == 0 || met > 1 { break }
        }
        if node.spills {
            choice.taken = UInt64(main &- rest)
            choice.whole = UInt64(main)
        }
    }

    private mutating func list(_ edge: Int, weight: UInt32) {
        precondition(choice.count < ProgramLayout.maximumEdges, "too many members")
        unsafe choiceEdges[choice.count] = UInt32(truncatingIfNeeded: edge)
        unsafe choiceWeights[choice.count] = weight
        choice.count &+= 1
    }

    // MARK: What is listed

    /// The edge of a member that was listed last.
    @inline(__always)
    package func chosenEdge(_ place: Int) -> Int {
        precondition(place >= 0 && place < choice.count, "no such member")
        return unsafe Int(choiceEdges[place])
    }

    /// Its weight, above 0.
    @inline(__always)
    package func chosenWeight(_ place: Int) -> UInt32 {
        precondition(place >= 0 && place < choice.count, "no such member")
        return unsafe choiceWeights[place]
    }

    /// The member that is the client's: the one with the least draw.
    package func placeOfClient(_ program: PolicyProgram, _ index: Int) -> Int {
        let node = program.node(index)
        let key = client.hashKey(v4Bits: node.hashV4Bits, v6Bits: node.hashV6Bits)
        var best = Double.infinity
        var chosen = 0
        for place in 0..<choice.count {
            let draw = Rendezvous.draw(
                client: key, member: program.identity(chosenEdge(place)),
                weight: chosenWeight(place))
            if draw < best {
                best = draw
                chosen = place
            }
        }
        return chosen
    }
}
