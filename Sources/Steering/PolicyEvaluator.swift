import Health
package import Serving

/// Evaluates policies for one worker, in memory that it owns: nothing is allocated per query.
///
/// What `ResolvedPolicies` keep gives the same answers at a fraction of the price; this is where they
/// come from, what is used where one is too large to keep, and what they are tested against.
///
/// Two passes. The first walks the nodes in post-order and notes how each stands for the family asked
/// for, and which of its members it chooses from (`PolicyEvaluator+Judging.swift`). The second goes from the
/// root to the leaves and picks among these (`NodeChoice.swift`, `PolicyEvaluator+Picking.swift`). The standings
/// of addresses are a snapshot, so a verdict that changes between the passes cannot leave an answer empty.
@safe
package struct PolicyEvaluator: ~Copyable {
    let standings: UnsafeMutablePointer<Standing>
    /// The standings of those that a node chooses from: its members, or an endpoint's addresses.
    let candidates: UnsafeMutablePointer<StandingSet>
    /// Of members by weight: whether those of weight 0 are the ones to choose from.
    let usesStandbys: UnsafeMutablePointer<Bool>
    /// How much of its normal traffic a node can take, in 256ths.
    let shares: UnsafeMutablePointer<UInt16>
    /// Of an endpoint node: where the standings of its addresses begin.
    let addressStart: UnsafeMutablePointer<UInt16>
    let addressStandings: UnsafeMutablePointer<Standing>
    let addressShares: UnsafeMutablePointer<UInt16>
    /// Of a failover with a hold: the first tier that may answer.
    let firstTiers: UnsafeMutablePointer<UInt16>
    /// The members listed last, and of which group.
    let choiceEdges: UnsafeMutablePointer<UInt32>
    let choiceWeights: UnsafeMutablePointer<UInt32>
    var choice = NodeChoice(rule: .one, answers: 1)
    var choiceOwner = -1
    /// By edge: whether it was drawn already.
    let taken: UnsafeMutablePointer<Bool>
    let picked: UnsafeMutablePointer<UInt32>
    var pickedCount = 0
    /// Who is answered.
    package var client = PolicyClient.anybody
    /// The ladders that nodes were judged for last.
    var branch: UInt32 = 0
    /// The endpoints that are taken for up when not the facts count, as bits; all ones: all.
    package var lastGood = UInt32.max

    package init() {
        func room<T>(_ count: Int, _ initial: T) -> UnsafeMutablePointer<T> {
            let start = UnsafeMutablePointer<T>.allocate(capacity: count)
            unsafe start.initialize(repeating: initial, count: count)
            return unsafe start
        }
        let nodes = ProgramLayout.maximumNodes
        let edges = ProgramLayout.maximumEdges
        let addresses = ProgramLayout.maximumAddresses
        unsafe standings = room(nodes, Standing.absent)
        unsafe candidates = room(nodes, StandingSet())
        unsafe usesStandbys = room(nodes, false)
        unsafe shares = room(nodes, UInt16(0))
        unsafe addressStart = room(nodes, UInt16(0))
        unsafe addressStandings = room(addresses, Standing.absent)
        unsafe addressShares = room(addresses, UInt16(0))
        unsafe firstTiers = room(nodes, UInt16(0))
        unsafe choiceEdges = room(edges, UInt32(0))
        unsafe choiceWeights = room(edges, UInt32(0))
        unsafe taken = room(edges, false)
        unsafe picked = room(ProgramLayout.maximumAnswers, UInt32(0))
    }

    deinit {
        unsafe standings.deallocate()
        unsafe candidates.deallocate()
        unsafe usesStandbys.deallocate()
        unsafe shares.deallocate()
        unsafe addressStart.deallocate()
        unsafe addressStandings.deallocate()
        unsafe addressShares.deallocate()
        unsafe firstTiers.deallocate()
        unsafe choiceEdges.deallocate()
        unsafe choiceWeights.deallocate()
        unsafe taken.deallocate()
        unsafe picked.deallocate()
    }

    /// The n-th address of the last result, as an index into the image's address table.
    package func address(_ index: Int) -> Int {
        precondition(index >= 0 && index < pickedCount, "no such address")
        return unsafe Int(picked[index])
    }

    /// Evaluates a policy for one family and one client.
    ///
    /// With `.facts`, a result that is not usable has no addresses; the caller decides what a root
    /// that is down answers. With the other assumptions it has some whenever the policy has addresses
    /// of this family (and, for `.upUnlessOverridden`, one that no operator took out).
    ///
    /// - Parameter usesFallback: whether the policy for when the root is down is evaluated in its place.
    package mutating func evaluate(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        for client: PolicyClient = .anybody, usesFallback: Bool = false,
        assuming assumption: Assumption = .facts, random: inout RandomSource
    ) -> PolicyResult {
        self.client = client
        let root = usesFallback ? program.nodeCount &- 1 : program.root
        let changeSeconds = judge(
            program, image, verdicts, v4: v4, branch: client.branch, through: root, assumption)
        pickedCount = 0
        let standing = standing(of: root)
        if standing.isUsable {
            pick(program, root, v4: v4, limit: ProgramLayout.maximumAnswers, depth: 0, &random)
        }
        return PolicyResult(standing: standing, count: pickedCount, changeSeconds: changeSeconds)
    }

    // MARK: What was found

    /// How a judged node stands.
    @inline(__always)
    package func standing(of node: Int) -> Standing {
        precondition(node >= 0 && node < ProgramLayout.maximumNodes, "no such policy node")
        return unsafe standings[node]
    }

    /// How much of its normal traffic a judged node can take, in 256ths: 1 to 256.
    @inline(__always)
    package func share(of node: Int) -> UInt32 {
        precondition(node >= 0 && node < ProgramLayout.maximumNodes, "no such policy node")
        return unsafe UInt32(shares[node])
    }

    /// Whether a judged group has this member among those that it chooses from, weights aside.
    @inline(__always)
    package func isCandidate(_ member: Int, of group: Int) -> Bool {
        precondition(group >= 0 && group < ProgramLayout.maximumNodes, "no such policy node")
        return unsafe candidates[group].contains(standing(of: member))
    }

    /// Whether a judged group chooses from its members of weight 0.
    package func choosesStandbys(_ group: Int) -> Bool {
        precondition(group >= 0 && group < ProgramLayout.maximumNodes, "no such policy node")
        return unsafe usesStandbys[group]
    }
}

/// What a policy yields; the addresses are in the evaluator.
package struct PolicyResult {
    package let standing: Standing
    package let count: Int
    /// The earliest time in seconds at which something looked at could change; 0: nothing can.
    package let changeSeconds: UInt32
}
