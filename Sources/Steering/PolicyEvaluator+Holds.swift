package import Serving

/// What past verdicts have left behind: tiers that are held back, and endpoints that were good last.
///
/// The words that tell are the control process's; to work them out it asks here how the policy stands.
extension PolicyEvaluator {
    // MARK: Reading the words

    /// The first tier that may answer of a failover whose members were judged.
    ///
    /// Those before it are held back while any from it on is better than drained.
    func firstTier(_ program: PolicyProgram, _ node: PolicyNode, from tier: Int) -> Int {
        guard tier > 0, tier < node.memberCount else { return 0 }
        return standings(program, node, from: tier).eligible.isBetterThanDrained ? tier : 0
    }

    /// The standings of the tiers from one on.
    func standings(
        _ program: PolicyProgram, _ node: PolicyNode, from tier: Int
    ) -> StandingSet {
        var all = StandingSet()
        for edge in node.members.dropFirst(tier) {
            all.insert(standing(of: program.member(edge).node))
        }
        return all
    }

    /// The members of a judged failover that are not held back.
    func tiers(_ node: PolicyNode, _ index: Int) -> Range<Int> {
        node.hold == nil ? node.members : node.members.dropFirst(unsafe Int(firstTiers[index]))
    }

    /// Whether the endpoint with this number in the program is taken for down, as it was not good last.
    @inline(__always)
    func isLeftOut(_ endpoint: Int, _ assumption: Assumption) -> Bool {
        guard assumption != .facts, lastGood != .max else { return false }
        return endpoint >= ProgramLayout.maximumLastGood
            || lastGood &>> UInt32(truncatingIfNeeded: endpoint) & 1 == 0
    }

    // MARK: Working them out

    /// How a group's members stand, in order, whoever asks.
    package mutating func standings(
        ofMembersOf group: Int, _ program: PolicyProgram, _ image: ServingImage,
        _ verdicts: VerdictTable, v4: Bool
    ) -> [Standing] {
        _ = judge(program, image, verdicts, v4: v4, branch: 0, through: group, .facts)
        return program.node(group).members.map { standing(of: program.member($0).node) }
    }

    /// The endpoints that clients of one branch get, as bits in the order of the program.
    package struct Reached {
        /// Whether what answers is better than unknown.
        package var areWell: Bool
        package var answering: UInt32 = 0
        /// All that such clients could get.
        package var reachable: UInt32 = 0
    }

    /// Tells whom a policy's answers may come from now.
    package mutating func endpointsThatAnswer(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        branch: UInt32
    ) -> Reached {
        _ = judge(program, image, verdicts, v4: v4, branch: branch, through: program.root, .facts)
        var reached = Reached(areWell: false)
        switch standing(of: program.root) {
        case .healthy, .unchecked, .degraded: reached.areWell = true
        default: break
        }
        var answers = [Bool](repeating: false, count: program.root &+ 1)
        var isReachable = answers
        answers[program.root] = true
        isReachable[program.root] = true
        // Children come before their parents.
        for index in stride(from: program.root, through: 0, by: -1) where isReachable[index] {
            let node = program.node(index)
            guard node.kind != ProgramLayout.Kind.endpoint else { continue }
            let isLadder = node.kind == ProgramLayout.Kind.located
            for step in isLadder ? program.ladder(node, branch: branch) : node.members {
                let edge = isLadder ? node.first &+ program.rung(step) : step
                isReachable[program.member(edge).node] = true
            }
            guard answers[index] else { continue }
            for place in 0..<choose(program, index).count {
                answers[program.member(chosenEdge(place)).node] = true
            }
        }
        var bit: UInt32 = 1
        for index in 0...program.root {
            guard program.node(index).kind == ProgramLayout.Kind.endpoint else { continue }
            if answers[index] { reached.answering |= bit }
            if isReachable[index] { reached.reachable |= bit }
            bit &<<= 1
            if bit == 0 { break }
        }
        return reached
    }
}
