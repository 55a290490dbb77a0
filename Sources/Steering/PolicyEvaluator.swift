import Health
package import Serving

/// Evaluates policies for one worker, in memory that it owns: nothing is allocated per query.
///
/// What `ResolvedPolicies` keep gives the same answers at a fraction of the price; this is where they
/// come from, what is used where one is too large to keep, and what they are tested against.
///
/// Two passes. The first walks the nodes in post-order and notes how each stands for the family asked
/// for. The second goes from the root to the leaves and picks among the members that the first found
/// eligible. The standings of addresses are a snapshot, so a verdict that changes between the passes
/// cannot leave an answer empty.
@safe
package struct PolicyEvaluator: ~Copyable {
    let standings: UnsafeMutablePointer<Standing>
    /// Of a weighted node: whether the members of weight 0 are the ones to choose from.
    let usesZeroWeights: UnsafeMutablePointer<Bool>
    /// Of an endpoint node: where the standings of its addresses begin.
    let addressStart: UnsafeMutablePointer<UInt16>
    let addressStandings: UnsafeMutablePointer<Standing>
    private let taken: UnsafeMutablePointer<Bool>
    private let picked: UnsafeMutablePointer<UInt32>
    private var pickedCount = 0
    /// Who is answered.
    var client = PolicyClient.anybody

    package init() {
        unsafe standings = .allocate(capacity: ProgramLayout.maximumNodes)
        unsafe usesZeroWeights = .allocate(capacity: ProgramLayout.maximumNodes)
        unsafe addressStart = .allocate(capacity: ProgramLayout.maximumNodes)
        unsafe addressStandings = .allocate(capacity: ProgramLayout.maximumAddresses)
        unsafe taken = .allocate(capacity: ProgramLayout.maximumEdges)
        unsafe picked = .allocate(capacity: ProgramLayout.maximumAnswers)
        unsafe standings.initialize(repeating: .absent, count: ProgramLayout.maximumNodes)
        unsafe usesZeroWeights.initialize(repeating: false, count: ProgramLayout.maximumNodes)
        unsafe addressStart.initialize(repeating: 0, count: ProgramLayout.maximumNodes)
        unsafe addressStandings.initialize(
            repeating: .absent, count: ProgramLayout.maximumAddresses)
        unsafe taken.initialize(repeating: false, count: ProgramLayout.maximumEdges)
        unsafe picked.initialize(repeating: 0, count: ProgramLayout.maximumAnswers)
    }

    deinit {
        unsafe standings.deallocate()
        unsafe usesZeroWeights.deallocate()
        unsafe addressStart.deallocate()
        unsafe addressStandings.deallocate()
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
    package mutating func evaluate(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        for client: PolicyClient = .anybody, assuming assumption: Assumption = .facts,
        random: inout RandomSource
    ) -> PolicyResult {
        self.client = client
        let changeSeconds = judge(
            program, image, verdicts, v4: v4, branch: client.branch, assumption)
        pickedCount = 0
        let root = program.nodeCount &- 1
        let standing = unsafe standings[root]
        if standing.isUsable {
            pick(program, root, v4: v4, limit: ProgramLayout.maximumAnswers, depth: 0, &random)
        }
        return PolicyResult(standing: standing, count: pickedCount, changeSeconds: changeSeconds)
    }

    // MARK: How each node stands

    /// Fills in the standings; returns the earliest time in seconds at which one could change, 0: never.
    func judge(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        branch: UInt32, _ assumption: Assumption
    ) -> UInt32 {
        var changeSeconds = UInt32.max
        var nextAddress = 0
        for index in 0..<program.nodeCount {
            let node = program.node(index)
            if node.kind == ProgramLayout.Kind.endpoint {
                unsafe addressStart[index] = UInt16(truncatingIfNeeded: nextAddress)
                var all = StandingSet()
                for address in node.addresses(v4: v4) {
                    precondition(nextAddress < ProgramLayout.maximumAddresses, "too many addresses")
                    let word = verdicts.load(image.address(address).slot)
                    let standing = Standing(word, assuming: assumption)
                    if word.changeSeconds != 0 {
                        changeSeconds = min(changeSeconds, word.changeSeconds)
                    }
                    unsafe addressStandings[nextAddress] = standing
                    nextAddress &+= 1
                    all.insert(standing)
                }
                unsafe standings[index] = all.eligible.standing(outOf: all)
            } else {
                unsafe standings[index] = judgeGroup(program, node, index, branch)
            }
        }
        return changeSeconds == .max ? 0 : changeSeconds
    }

    private func judgeGroup(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int, _ branch: UInt32
    ) -> Standing {
        if node.kind == ProgramLayout.Kind.located {
            let all = standingsOfLadder(program, node, branch: branch)
            return all.eligible.standing(outOf: all)
        }
        guard node.isByWeight else {
            let all = standingsOfMembers(program, node) { _ in true }
            return all.eligible.standing(outOf: all)
        }
        // Weight 0 is never used unless every member above 0 is down; one that is drained, or on its
        // way out, counts as down here, or draining the last of them would not reach the standby.
        let positive = standingsOfMembers(program, node) { $0 > 0 }
        let zero = standingsOfMembers(program, node) { $0 == 0 }
        let fitPositive = positive.eligible.isBetterThanDrained
        let fitZero = zero.eligible.isBetterThanDrained
        let useZero =
            !fitPositive && (fitZero || positive.eligible.isEmpty && !zero.eligible.isEmpty)
        unsafe usesZeroWeights[index] = useZero
        let all = positive.union(zero)
        return (useZero ? zero : positive).eligible.standing(outOf: all)
    }

    func standingsOfMembers(
        _ program: PolicyProgram, _ node: PolicyNode, where include: (UInt32) -> Bool
    ) -> StandingSet {
        var all = StandingSet()
        for edge in node.first..<node.first &+ node.memberCount {
            let member = program.member(edge)
            if include(member.weight) { unsafe all.insert(standings[member.node]) }
        }
        return all
    }

    /// How the members stand that the client's ladder leads to.
    func standingsOfLadder(
        _ program: PolicyProgram, _ node: PolicyNode, branch: UInt32
    ) -> StandingSet {
        var all = StandingSet()
        for rung in program.ladder(node, branch: branch) {
            unsafe all.insert(standings[program.member(node.first &+ program.rung(rung)).node])
        }
        return all
    }

    /// The first member of the client's ladder that may answer; nil when none may.
    func firstOfLadder(_ program: PolicyProgram, _ node: PolicyNode, branch: UInt32) -> Int? {
        let eligible = standingsOfLadder(program, node, branch: branch).eligible
        for rung in program.ladder(node, branch: branch) {
            let child = program.member(node.first &+ program.rung(rung)).node
            if unsafe eligible.contains(standings[child]) { return child }
        }
        return nil
    }

    // MARK: Which members answer

    /// Adds the addresses of a usable node, until `limit` are there.
    private mutating func pick(
        _ program: PolicyProgram, _ index: Int, v4: Bool, limit: Int, depth: Int,
        _ random: inout RandomSource
    ) {
        guard depth <= ProgramLayout.maximumDepth else { return }
        let node = program.node(index)
        switch node.kind {
        case ProgramLayout.Kind.endpoint:
            pickAddresses(node, index, v4: v4, limit: limit, &random)
        case ProgramLayout.Kind.weighted:
            pickWeighted(program, node, index, v4: v4, limit: limit, depth: depth, &random)
        case ProgramLayout.Kind.failover:
            let eligible = standingsOfMembers(program, node) { _ in true }.eligible
            for edge in node.first..<node.first &+ node.memberCount {
                let child = program.member(edge).node
                if unsafe eligible.contains(standings[child]) {
                    pick(program, child, v4: v4, limit: limit, depth: depth &+ 1, &random)
                    return
                }
            }
        case ProgramLayout.Kind.located:
            if let child = firstOfLadder(program, node, branch: client.branch) {
                pick(program, child, v4: v4, limit: limit, depth: depth &+ 1, &random)
            }
        case ProgramLayout.Kind.hash:
            if let child = chosenByHash(program, node, index) {
                pick(program, child, v4: v4, limit: limit, depth: depth &+ 1, &random)
            }
        default:
            pickAll(program, node, v4: v4, limit: limit, depth: depth, &random)
        }
    }

    /// An endpoint's passing addresses, from a random one of them on.
    private mutating func pickAddresses(
        _ node: PolicyNode, _ index: Int, v4: Bool, limit: Int, _ random: inout RandomSource
    ) {
        let range = node.addresses(v4: v4)
        let start = unsafe Int(addressStart[index])
        var all = StandingSet()
        for offset in 0..<range.count { unsafe all.insert(addressStandings[start &+ offset]) }
        let eligible = all.eligible
        var passing = 0
        for offset in 0..<range.count
        where unsafe eligible.contains(addressStandings[start &+ offset]) {
            passing &+= 1
        }
        // Start behind fewer of them than there are, so that each is first equally often.
        var skip = passing > 1 ? Int(random.below(UInt64(passing))) : 0
        var rotation = 0
        while skip > 0 {
            if unsafe eligible.contains(addressStandings[start &+ rotation]) { skip &-= 1 }
            rotation &+= 1
        }
        for step in 0..<range.count where pickedCount < limit {
            let offset = (step &+ rotation) % range.count
            if unsafe eligible.contains(addressStandings[start &+ offset]) {
                append(range.lowerBound &+ offset)
            }
        }
    }

    /// Every eligible member, from a random one on, up to the node's number of addresses.
    private mutating func pickAll(
        _ program: PolicyProgram, _ node: PolicyNode, v4: Bool, limit: Int, depth: Int,
        _ random: inout RandomSource
    ) {
        let eligible = standingsOfMembers(program, node) { _ in true }.eligible
        let enough = min(limit, pickedCount &+ node.answers)
        let count = node.memberCount
        var skip = eligibleCount(program, node, eligible)
        skip = skip > 1 ? Int(random.below(UInt64(skip))) : 0
        // Start at the skip-th eligible member, so that each is first equally often.
        var start = 0
        for offset in 0..<count {
            let child = program.member(node.first &+ offset).node
            guard unsafe eligible.contains(standings[child]) else { continue }
            if skip == 0 {
                start = offset
                break
            }
            skip &-= 1
        }
        for step in 0..<count where pickedCount < enough {
            let child = program.member(node.first &+ (start &+ step) % count).node
            if unsafe eligible.contains(standings[child]) {
                pick(program, child, v4: v4, limit: enough, depth: depth &+ 1, &random)
            }
        }
    }

    private func eligibleCount(
        _ program: PolicyProgram, _ node: PolicyNode, _ eligible: StandingSet
    ) -> Int {
        var count = 0
        for edge in node.first..<node.first &+ node.memberCount
        where unsafe eligible.contains(standings[program.member(edge).node]) {
            count &+= 1
        }
        return count
    }

    /// Draws the node's number of members by weight, each once.
    private mutating func pickWeighted(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int, v4: Bool, limit: Int,
        depth: Int,
        _ random: inout RandomSource
    ) {
        let useZero = unsafe usesZeroWeights[index]
        let candidates = standingsOfMembers(program, node) { ($0 == 0) == useZero }.eligible
        let edges = node.first..<node.first &+ node.memberCount
        precondition(edges.upperBound <= ProgramLayout.maximumEdges, "too many edges")
        var sum: UInt64 = 0
        for edge in edges {
            let member = program.member(edge)
            let candidate =
                unsafe (member.weight == 0) == useZero
                && candidates.contains(standings[member.node])
            unsafe taken[edge] = !candidate
            // Among members of weight 0 all count the same.
            if candidate { sum &+= useZero ? 1 : UInt64(member.weight) }
        }
        for _ in 0..<max(1, node.answers) where sum > 0 && pickedCount < limit {
            var target = random.below(sum)
            for edge in edges where unsafe !taken[edge] {
                let member = program.member(edge)
                let weight = useZero ? 1 : UInt64(member.weight)
                if target >= weight {
                    target &-= weight
                    continue
                }
                unsafe taken[edge] = true
                sum &-= weight
                pick(program, member.node, v4: v4, limit: limit, depth: depth &+ 1, &random)
                break
            }
        }
    }

    /// The eligible member of a `hash` node that is the client's.
    func chosenByHash(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int
    ) -> Int? {
        let useZero = unsafe usesZeroWeights[index]
        let candidates = standingsOfMembers(program, node) { ($0 == 0) == useZero }.eligible
        let key = client.hashKey(v4Bits: node.hashV4Bits, v6Bits: node.hashV6Bits)
        var best = Double.infinity
        var chosen: Int?
        for edge in node.first..<node.first &+ node.memberCount {
            let member = program.member(edge)
            guard (member.weight == 0) == useZero,
                unsafe candidates.contains(standings[member.node])
            else { continue }
            let draw = Rendezvous.draw(
                client: key, member: program.identity(edge), weight: member.weight)
            if draw < best {
                best = draw
                chosen = member.node
            }
        }
        return chosen
    }

    /// Adds an address unless it is there already.
    private mutating func append(_ address: Int) {
        for index in 0..<pickedCount where unsafe Int(picked[index]) == address { return }
        guard pickedCount < ProgramLayout.maximumAnswers else { return }
        unsafe picked[pickedCount] = UInt32(truncatingIfNeeded: address)
        pickedCount &+= 1
    }
}

/// What a policy yields; the addresses are in the evaluator.
package struct PolicyResult {
    package let standing: Standing
    package let count: Int
    /// The earliest time in seconds at which something looked at could change; 0: nothing can.
    package let changeSeconds: UInt32
}

extension StandingSet {
    /// Whether there is more than what operators want emptied.
    var isBetterThanDrained: Bool { bits > 1 << Standing.softDrained.rawValue }

    func union(_ other: StandingSet) -> StandingSet { StandingSet(bits: bits | other.bits) }
}
