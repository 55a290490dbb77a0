package import Health
import Serving

/// What an evaluation found, node by node, copied out for people and for simulations.
///
/// `PolicyEvaluator` finds it, as it does for answers. How a node picks comes down to three ways, whatever
/// kind it is, so that who reads a trace need not know the kinds.
package struct PolicyTrace: Sendable {
    /// How a node that may answer picks.
    package enum Picks: Sendable, Hashable {
        /// Its passing addresses, from a random one on.
        case addresses
        /// So many of its members, one after the other, each with its weight among those that are left.
        case draw(Int)
        /// Its candidates from a random one on, until so many addresses are there.
        case rotation(Int)
    }

    package struct Member: Sendable {
        /// The number of its node.
        package let node: Int
        /// As configured.
        package let weight: UInt32
        /// Whether it is one of those that the node may choose from.
        package let isCandidate: Bool
        /// What it counts for among the members that are drawn from; 0: it is never drawn.
        package let share: UInt64
    }

    package struct Address: Sendable {
        /// Its number in the image's table.
        package let index: Int
        package let word: VerdictWord
        package let standing: Standing
        /// Whether it is one of those that are given.
        package let passes: Bool
    }

    /// The keys of a group beside its kind.
    package struct Keys: Sendable {
        /// What goes past the first member, in 10,000ths.
        package let trickle: Int
        package let spills: Bool
        /// The percentage of healthy members below which all are used; 0: never.
        package let panicPercent: Int
        /// Whether that is so now.
        package let panics: Bool
        /// Members that must be up; 0: one.
        package let needed: Int
        /// Members that are up.
        package let up: Int
        package let isAlwaysUp: Bool
        /// Nodes that must be up as well.
        package let required: [Int]
        /// Of a failover: how many tiers are held back, as failback is not automatic.
        package let heldTiers: Int
    }

    package struct Node: Sendable {
        /// One of `ProgramLayout.Kind`.
        package let kind: UInt8
        package let standing: Standing
        package let picks: Picks
        package let members: [Member]
        /// Of an endpoint, those of the family asked for.
        package let addresses: [Address]
        /// Of an endpoint: its number in the image; nil where it has no address of either family.
        package let endpoint: Int?
        /// Of members by weight: whether those of weight 0 are chosen from.
        package let usesStandbys: Bool
        /// Of `geo` and the like: the members that are for this client, the most specific first.
        package let ladder: [Int]
        /// How much of its normal traffic it can take, in 256ths.
        package let share: UInt32
        /// Nil for an endpoint.
        package let keys: Keys?
    }

    /// Children before their parents.
    package let nodes: [Node]
    /// The node that answers.
    package let root: Int
    /// What was taken for true.
    package let assumption: Assumption
    /// The earliest time in seconds at which something looked at could change; 0: nothing can.
    package let changeSeconds: UInt32

    package var standing: Standing { nodes[root].standing }
}

extension PolicyEvaluator {
    /// Copies out what was found when the nodes up to `root` were judged last.
    ///
    /// - Parameter spreadsHash: whether a `hash` node is taken as a draw by weight: what all clients together
    ///   get of it, where it is not about one.
    mutating func trace(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        root: Int, _ assumption: Assumption, changeSeconds: UInt32, spreadsHash: Bool
    ) -> PolicyTrace {
        var nodes: [PolicyTrace.Node] = []
        for index in 0...root {
            let node = program.node(index)
            nodes.append(
                node.kind == ProgramLayout.Kind.endpoint
                    ? traceEndpoint(node, index, image, verdicts, v4: v4)
                    : traceGroup(program, node, index, spreadsHash: spreadsHash))
        }
        return PolicyTrace(
            nodes: nodes, root: root, assumption: assumption, changeSeconds: changeSeconds)
    }

    private func traceEndpoint(
        _ node: PolicyNode, _ index: Int, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool
    ) -> PolicyTrace.Node {
        let range = node.addresses(v4: v4)
        let start = unsafe Int(addressStart[index])
        let addresses = range.enumerated().map { offset, address in
            let standing = unsafe addressStandings[start &+ offset]
            return PolicyTrace.Address(
                index: address, word: verdicts.load(image.address(address).slot),
                standing: standing, passes: unsafe candidates[index].contains(standing))
        }
        let own = range.isEmpty ? node.addresses(v4: !v4) : range
        return PolicyTrace.Node(
            kind: node.kind, standing: standing(of: index), picks: .addresses, members: [],
            addresses: addresses,
            endpoint: own.isEmpty ? nil : image.address(own.lowerBound).endpoint,
            usesStandbys: false, ladder: [], share: share(of: index), keys: nil)
    }

    private mutating func traceGroup(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int, spreadsHash: Bool
    ) -> PolicyTrace.Node {
        let choice = choose(program, index)
        var weights: [Int: UInt64] = [:]
        let own = choice.rule == .client && !spreadsHash ? placeOfClient(program, index) : nil
        for place in 0..<choice.count {
            weights[chosenEdge(place)] =
                own.map { $0 == place ? 1 : 0 } ?? UInt64(chosenWeight(place))
        }
        let useStandbys = node.isByWeight && choosesStandbys(index)
        let isLocated = node.kind == ProgramLayout.Kind.located
        let ladder =
            isLocated ? program.ladder(node, branch: branch).map { program.rung($0) } : []
        let held = heldTiers(node, index)
        let members = node.members.map { edge in
            let member = program.member(edge)
            return PolicyTrace.Member(
                node: member.node, weight: member.weight,
                isCandidate: isCandidate(member.node, of: index)
                    && edge >= node.first &+ held
                    && (!node.isByWeight || (member.weight == 0) == useStandbys)
                    && (!isLocated || ladder.contains(edge &- node.first)),
                share: weights[edge] ?? 0)
        }
        let picks: PolicyTrace.Picks =
            switch choice.rule {
            case .turn: .rotation(choice.answers)
            case .several: .draw(choice.answers)
            case .one, .client: .draw(1)
            }
        return PolicyTrace.Node(
            kind: node.kind, standing: standing(of: index), picks: picks, members: members,
            addresses: [], endpoint: nil, usesStandbys: useStandbys, ladder: ladder,
            share: share(of: index), keys: keys(program, node, index))
    }

    private func keys(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int
    ) -> PolicyTrace.Keys {
        var counts = StandingCounts()
        if node.kind == ProgramLayout.Kind.located {
            for rung in program.ladder(node, branch: branch) {
                counts.add(standing(of: program.member(node.first &+ program.rung(rung)).node))
            }
        } else {
            for edge in node.members { counts.add(standing(of: program.member(edge).node)) }
        }
        let chosen = unsafe candidates[index]
        // Without panic these are never chosen side by side.
        let panics =
            standing(of: index).isUsable
            && (chosen.contains(.down)
                || chosen.contains(.degraded) && !chosen.healthyOnes.isEmpty)
        return PolicyTrace.Keys(
            trickle: node.trickle, spills: node.spills, panicPercent: node.panicPercent,
            panics: node.panicPercent > 0 && panics,
            needed: node.hasThreshold ? node.needed(of: counts.present) : 0, up: counts.up,
            isAlwaysUp: node.isAlwaysUp, required: node.required.map { program.member($0).node },
            heldTiers: heldTiers(node, index))
    }

    private func heldTiers(_ node: PolicyNode, _ index: Int) -> Int {
        node.kind == ProgramLayout.Kind.failover && node.hold != nil
            ? node.memberCount - tiers(node, index).count : 0
    }
}

extension StandingSet {
    fileprivate var healthyOnes: StandingSet { StandingSet(bits: bits & 0b1100_0000) }
}
