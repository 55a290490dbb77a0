package import Health
package import Serving

/// What an evaluation found, node by node, copied out for people and for simulations.
///
/// `PolicyEvaluator` finds it, as it does for answers. How a node picks comes down to three ways, whatever
/// kind it is, so that who reads a trace need not know the kinds.
package struct PolicyTrace: Sendable {
    /// How a node that may answer picks.
    package enum Picks: Sendable, Hashable {
        /// Its passing addresses, from a random one on.
        case addresses
        /// So many of its members, one after the other, each with its share of those that are left.
        case draw(Int)
        /// Its candidates from a random one on, until so many addresses are there.
        case rotation(Int)
    }

    package struct Member: Sendable {
        /// The number of its node.
        package let node: Int
        /// As configured.
        package let weight: UInt32
        /// Whether it is one of those that the node chooses from.
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

    package struct Node: Sendable {
        /// One of `ProgramLayout.Kind`.
        package let kind: UInt8
        package let standing: Standing
        package let picks: Picks
        package let members: [Member]
        /// Of an endpoint, those of the family asked for.
        package let addresses: [Address]
        /// Of an endpoint: its number in the image; nil where it has no address of this family.
        package let endpoint: Int?
        /// Of members by weight: whether those of weight 0 are chosen from.
        package let usesStandbys: Bool
        /// Of `geo` and the like: the members that are for this client, the most specific first.
        package let ladder: [Int]
    }

    /// Children before their parents, the root last.
    package let nodes: [Node]
    /// What was taken for true.
    package let assumption: Assumption
    /// The earliest time in seconds at which something looked at could change; 0: nothing can.
    package let changeSeconds: UInt32

    package var root: Int { nodes.count - 1 }
    package var standing: Standing { nodes[root].standing }
}

extension PolicyEvaluator {
    /// Evaluates a policy and tells what was found on the way.
    ///
    /// - Parameter spreadsHash: whether a `hash` node is taken as a draw by weight: what all clients together
    ///   get of it, where it is not about one.
    package mutating func trace(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        for client: PolicyClient = .anybody, assuming assumption: Assumption = .facts,
        spreadsHash: Bool = false
    ) -> PolicyTrace {
        self.client = client
        let changeSeconds = judge(
            program, image, verdicts, v4: v4, branch: client.branch, assumption)
        let nodes = (0..<program.nodeCount).map { index in
            let node = program.node(index)
            return node.kind == ProgramLayout.Kind.endpoint
                ? traceEndpoint(node, index, image, verdicts, v4: v4)
                : traceGroup(program, node, index, spreadsHash: spreadsHash)
        }
        return PolicyTrace(nodes: nodes, assumption: assumption, changeSeconds: changeSeconds)
    }

    private func traceEndpoint(
        _ node: PolicyNode, _ index: Int, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool
    ) -> PolicyTrace.Node {
        let range = node.addresses(v4: v4)
        let start = unsafe Int(addressStart[index])
        var all = StandingSet()
        for offset in 0..<range.count { unsafe all.insert(addressStandings[start &+ offset]) }
        let passing = all.eligible
        let addresses = range.enumerated().map { offset, address in
            let standing = unsafe addressStandings[start &+ offset]
            return PolicyTrace.Address(
                index: address, word: verdicts.load(image.address(address).slot),
                standing: standing, passes: passing.contains(standing))
        }
        let own = range.isEmpty ? node.addresses(v4: !v4) : range
        return PolicyTrace.Node(
            kind: node.kind, standing: unsafe standings[index], picks: .addresses, members: [],
            addresses: addresses,
            endpoint: own.isEmpty ? nil : image.address(own.lowerBound).endpoint,
            usesStandbys: false, ladder: [])
    }

    private func traceGroup(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int, spreadsHash: Bool
    ) -> PolicyTrace.Node {
        let edges = node.first..<node.first &+ node.memberCount
        let useZero = unsafe node.isByWeight && usesZeroWeights[index]
        let isLocated = node.kind == ProgramLayout.Kind.located
        let ladder =
            isLocated
            ? program.ladder(node, branch: client.branch).map { program.rung($0) } : []
        let candidates =
            isLocated
            ? standingsOfLadder(program, node, branch: client.branch).eligible
            : standingsOfMembers(program, node) {
                !node.isByWeight || ($0 == 0) == useZero
            }.eligible
        let only = single(program, node, index, spreadsHash: spreadsHash)
        var isFirst = true
        let members = edges.map { edge in
            let member = program.member(edge)
            let isCandidate =
                (!node.isByWeight || (member.weight == 0) == useZero)
                && (!isLocated || ladder.contains(edge &- node.first))
                && (unsafe candidates.contains(standings[member.node]))
            var share: UInt64 = 0
            if let only {
                share = isCandidate && isFirst && member.node == only ? 1 : 0
                if share > 0 { isFirst = false }
            } else if isCandidate {
                share = node.isByWeight && !useZero ? UInt64(member.weight) : 1
            }
            return PolicyTrace.Member(
                node: member.node, weight: member.weight, isCandidate: isCandidate, share: share)
        }
        return PolicyTrace.Node(
            kind: node.kind, standing: unsafe standings[index],
            picks: node.kind == ProgramLayout.Kind.all
                ? .rotation(node.answers)
                : .draw(node.kind == ProgramLayout.Kind.weighted ? max(1, node.answers) : 1),
            members: members, addresses: [], endpoint: nil, usesStandbys: useZero, ladder: ladder)
    }

    /// The one member that a node takes which does not draw; nil where it draws, or takes none.
    private func single(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int, spreadsHash: Bool
    ) -> Int? {
        switch node.kind {
        case ProgramLayout.Kind.located:
            return firstOfLadder(program, node, branch: client.branch)
        case ProgramLayout.Kind.hash:
            return spreadsHash ? nil : chosenByHash(program, node, index)
        case ProgramLayout.Kind.failover:
            let eligible = standingsOfMembers(program, node) { _ in true }.eligible
            for edge in node.first..<node.first &+ node.memberCount {
                let child = program.member(edge).node
                if unsafe eligible.contains(standings[child]) { return child }
            }
            return nil
        default: return nil
        }
    }
}
