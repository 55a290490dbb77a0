import DNSWire
import Health
import Serving

/// Works a policy out for the verdicts of the moment, as far as chance and the client allow.
///
/// Failover is decided, members that may not answer are gone, weights have become an alias table. What is
/// left is written into `block`, in the form that `ResolvedLayout` tells.
@safe
struct PolicyResolver: ~Copyable {
    var evaluator = PolicyEvaluator()
    private let memory: WorkerMemory
    /// Where the block is written.
    let block: ByteSink
    /// Addresses of a tree, until the block's end is known.
    let pool: ByteSink
    /// The words that the block was made from.
    var witness: VerdictWitness
    /// By node: whether the answer may lead there.
    private let needed: UnsafeMutableBufferPointer<Bool>
    /// By node: whether how it stands decides the answer.
    let decides: UnsafeMutableBufferPointer<Bool>
    /// By node: the member that stands for a group of one, plus 1; 0: it is a node of its own.
    private let standIn: UnsafeMutableBufferPointer<UInt32>
    /// By node: its `Reference`.
    let references: UnsafeMutableBufferPointer<UInt32>
    /// By eligible member of the group in hand: its node, its weight.
    let members: UnsafeMutableBufferPointer<UInt32>
    let weights: UnsafeMutableBufferPointer<UInt32>
    let alias: AliasTable
    /// How many of these there are.
    var eligible = 0
    /// Bytes of the block and addresses of the pool so far.
    var used = 0
    var pooled = 0
    var v4 = true
    var fits = true
    /// The ladders of the client that is worked out for.
    private var branch: UInt32 = 0
    /// What of the client the answer depends on.
    private(set) var lookedAt = LookedAt()

    typealias Layout = ResolvedLayout
    typealias Kind = ProgramLayout.Kind

    init() {
        let nodes = ProgramLayout.maximumNodes
        let edges = ProgramLayout.maximumEdges
        let blockBytes = ResolvedLayout.maximumBytes
        let memory = WorkerMemory(bytes: 3 * blockBytes + nodes * 10 + edges * 24)
        let base = unsafe memory.base
        var offset = 0
        func next<T>(_ count: Int, _ initial: T) -> UnsafeMutableBufferPointer<T> {
            let start = unsafe (base + offset).bindMemory(to: T.self, capacity: count)
            offset += count * MemoryLayout<T>.stride
            return unsafe UnsafeMutableBufferPointer(start: start, count: count)
        }
        unsafe block = ByteSink(UnsafeMutableRawBufferPointer(next(blockBytes, UInt8(0))))
        unsafe pool = ByteSink(UnsafeMutableRawBufferPointer(next(blockBytes, UInt8(0))))
        witness = unsafe VerdictWitness(
            ByteSink(UnsafeMutableRawBufferPointer(next(blockBytes, UInt8(0)))))
        let thresholds = unsafe next(edges, UInt64(0))
        let aliases = unsafe next(edges, UInt32(0))
        let waiting = unsafe next(edges, UInt32(0))
        unsafe alias = AliasTable(thresholds: thresholds, aliases: aliases, waiting: waiting)
        unsafe members = next(edges, UInt32(0))
        unsafe weights = next(edges, UInt32(0))
        unsafe standIn = next(nodes, UInt32(0))
        unsafe references = next(nodes, UInt32(0))
        unsafe needed = next(nodes, false)
        unsafe decides = next(nodes, false)
        self.memory = memory
    }

    // MARK: The answer as a whole

    /// Writes what the name answers clients of one branch for one family, and returns the bytes of the block.
    mutating func resolve(
        _ steered: SteeredView, v4: Bool, branch: UInt32, _ image: ServingImage,
        _ verdicts: VerdictTable
    ) -> Int {
        lookedAt = LookedAt()
        self.branch = branch
        let bytes = work(out: steered, v4: v4, image, verdicts)
        block.put(lookedAt.looks, at: Layout.looks)
        block.put(lookedAt.hashV4Bits, at: Layout.hashV4Bits)
        block.put(lookedAt.hashV6Bits, at: Layout.hashV6Bits)
        return bytes
    }

    private mutating func work(
        out steered: SteeredView, v4: Bool, _ image: ServingImage, _ verdicts: VerdictTable
    ) -> Int {
        let program = PolicyProgram(image, offset: steered.program)
        let root = program.nodeCount &- 1
        self.v4 = v4
        used = Layout.headBytes
        pooled = 0
        fits = true
        witness.take(program, image, verdicts, v4: v4)
        var changeSeconds = evaluator.judge(
            program, image, verdicts, v4: v4, branch: branch, .facts)
        lookedAt.looks = unsafe evaluator.deciding(program, branch: branch, decides)
        var assumption = Assumption.facts
        var standing = unsafe evaluator.standings[root]
        if !standing.isUsable, standing != .absent {
            // Both families, and soon what nobody knows, have a say.
            lookedAt.looks = UInt8(truncatingIfNeeded: (1 &<< program.lookCount) &- 1)
            // A name that the other family still reaches is not down: its clients have a way.
            witness.add(program, image, verdicts, v4: !v4)
            _ = evaluator.judge(program, image, verdicts, v4: !v4, branch: branch, .facts)
            if unsafe evaluator.standings[root].isUsable { return finish(.noDataFamilyDown) }
            switch steered.whenDown {
            case ImageLayout.Steered.whenDownNoData: return finish(.noDataWhileDown)
            case ImageLayout.Steered.whenDownServerFailure: return finish(.serverFailure)
            case ImageLayout.Steered.whenDownAddresses: return fallback(steered)
            default: break
            }
            // As if everything were up, but what operators took out only when nothing else is there.
            assumption = .upUnlessOverridden
            changeSeconds = evaluator.judge(
                program, image, verdicts, v4: v4, branch: branch, assumption)
            if unsafe !evaluator.standings[root].isUsable {
                assumption = .everythingUp
                changeSeconds = evaluator.judge(
                    program, image, verdicts, v4: v4, branch: branch, assumption)
            }
            standing = unsafe evaluator.standings[root]
        }
        guard standing.isUsable else { return finish(.noData) }
        let isDown = assumption != .facts
        let ttl =
            changeSeconds == 0
            ? steered.maximumTTL
            : min(max(changeSeconds, steered.minimumTTL), steered.maximumTTL)
        let head = AddressRecordHead(v4: v4, ttl: ttl)
        block.putNative(head.front, at: Layout.front)
        block.putNative(head.back, at: Layout.back)
        if shape(program, image) {
            setOutcome(isDown ? .addressesWhileDown : .addresses)
            return used
        }
        begin(Layout.Shape.program, count: 0, answers: 0)
        setOutcome(isDown ? .evaluateWhileDown : .evaluate)
        block.putNative(UInt32(truncatingIfNeeded: steered.program), at: Layout.root)
        block.put(assumption.rawValue, at: Layout.assumption)
        return Layout.headBytes
    }

    /// A block without addresses.
    private func finish(_ outcome: SteeredOutcome) -> Int {
        begin(Layout.Shape.none, count: 0, answers: 0)
        setOutcome(outcome)
        return Layout.headBytes
    }

    private mutating func fallback(_ steered: SteeredView) -> Int {
        let count = steered.fallbackCount(v4: v4)
        guard count > 0 else { return finish(.noFallback) }
        let head = AddressRecordHead(v4: v4, ttl: steered.minimumTTL)
        block.putNative(head.front, at: Layout.front)
        block.putNative(head.back, at: Layout.back)
        for index in 0..<count { append(steered.fallback(v4: v4, index)) }
        begin(Layout.Shape.list, count: count, answers: count)
        setOutcome(.addressesWhileDown)
        return used
    }

    private func begin(_ shape: UInt8, count: Int, answers: Int) {
        let isNone = shape == Layout.Shape.none
        let family = v4 || isNone ? 0 : Layout.Shape.v6
        let most = UInt32(truncatingIfNeeded: min(answers, ProgramLayout.maximumAnswers))
        block.putNative(most << 16 | UInt32(shape | family) << 8, at: Layout.info)
        block.putNative(UInt32(truncatingIfNeeded: count), at: Layout.count)
    }

    private func setOutcome(_ outcome: SteeredOutcome) {
        let info = block.view.native32(Layout.info) & ~0xFF
        block.putNative(info | UInt32(outcome.rawValue), at: Layout.info)
    }

    // MARK: Its shape

    /// Writes the addresses of a usable policy; false when there is no room.
    private mutating func shape(_ program: PolicyProgram, _ image: ServingImage) -> Bool {
        guard let top = mark(program) else { return false }
        // Each client has its own answer.
        if lookedAt.hashV4Bits > 0 { return false }
        for index in 0...top where unsafe needed[index] {
            let node = program.node(index)
            if unsafe standIn[index] > 0 {
                unsafe references[index] = references[Int(standIn[index]) &- 1]
            } else if node.kind == Kind.endpoint {
                unsafe references[index] = addEndpoint(node, index, image)
            } else {
                collect(program, node, index)
                if index == top, shapeOfGroup(program, node, index) { return fits }
                unsafe references[index] = addGroup(program, node, index)
            }
            guard fits else { return false }
        }
        return finishTree(unsafe references[top])
    }

    /// Notes which nodes an answer may lead to; returns the one to begin with, nil when the program is none.
    private mutating func mark(_ program: PolicyProgram) -> Int? {
        let last = program.nodeCount &- 1
        for index in 0...last { unsafe needed[index] = false }
        unsafe needed[last] = true
        var top = last
        var isTop = true
        for index in stride(from: last, through: 0, by: -1) where unsafe needed[index] {
            unsafe standIn[index] = 0
            let node = program.node(index)
            guard node.kind != Kind.endpoint else {
                isTop = false
                continue
            }
            collect(program, node, index)
            let isFailover = node.kind == Kind.failover || node.kind == Kind.located
            for place in 0..<min(eligible, isFailover ? 1 : eligible) {
                let child = unsafe Int(members[place])
                // Children come before their parents, or no walk would end.
                guard child < index else { return nil }
                unsafe needed[child] = true
            }
            if node.kind == Kind.hash, eligible > 1 {
                lookedAt.hashV4Bits = max(lookedAt.hashV4Bits, node.hashV4Bits)
                lookedAt.hashV6Bits = max(lookedAt.hashV6Bits, node.hashV6Bits)
            }
            if isFailover || eligible == 1 && node.isByWeight {
                guard eligible > 0 else { return nil }
                unsafe standIn[index] = members[0] &+ 1
                if isTop { top = unsafe Int(members[0]) }
            } else {
                isTop = false
            }
        }
        return top
    }

    /// Lists the members of a group that may answer, with their weights, in order.
    private mutating func collect(_ program: PolicyProgram, _ node: PolicyNode, _ index: Int) {
        eligible = 0
        if node.kind == Kind.located {
            guard let child = evaluator.firstOfLadder(program, node, branch: branch) else { return }
            unsafe members[0] = UInt32(truncatingIfNeeded: child)
            unsafe weights[0] = 1
            eligible = 1
            return
        }
        let isWeighted = node.isByWeight
        let useZero = unsafe isWeighted && evaluator.usesZeroWeights[index]
        let all = evaluator.standingsOfMembers(program, node) {
            !isWeighted || ($0 == 0) == useZero
        }
        let chosen = all.eligible
        for edge in node.first..<node.first &+ node.memberCount {
            let member = program.member(edge)
            guard !isWeighted || (member.weight == 0) == useZero,
                unsafe chosen.contains(evaluator.standings[member.node])
            else { continue }
            unsafe precondition(eligible < members.count, "too many members")
            unsafe members[eligible] = UInt32(truncatingIfNeeded: member.node)
            // Among members of weight 0 all count the same.
            unsafe weights[eligible] = useZero ? 1 : member.weight
            eligible &+= 1
        }
    }

    /// Writes one of the shapes without a tree, where the policy comes down to one.
    private mutating func shapeOfGroup(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int
    ) -> Bool {
        let isChoice = node.kind == Kind.weighted && node.answers <= 1
        guard isChoice || node.kind == Kind.all else { return false }
        var last = 0
        for place in 0..<eligible {
            let reference = unsafe references[Int(members[place])]
            guard reference & Layout.Reference.addressBit != 0 else { return false }
            // In order, so that none is there twice: it would have to be left out when it is met again.
            guard isChoice || place == 0 || reference > last else { return false }
            last = Int(reference)
        }
        used = Layout.headBytes
        if isChoice {
            buildAlias()
            for place in 0..<eligible {
                let threshold = unsafe alias.thresholds[place]
                let other = unsafe Int(alias.aliases[place])
                append(word: threshold)
                append(pooledAddress(unsafe references[Int(members[place])]))
                append(pooledAddress(unsafe references[Int(members[other])]))
            }
        } else {
            for place in 0..<eligible {
                append(pooledAddress(unsafe references[Int(members[place])]))
            }
        }
        begin(
            isChoice ? Layout.Shape.choice : Layout.Shape.turn, count: eligible,
            answers: isChoice ? 1 : min(node.answers, eligible))
        return true
    }

    private mutating func finishTree(_ root: UInt32) -> Bool {
        if root & Layout.Reference.addressBit != 0 {
            used = Layout.headBytes
            append(pooledAddress(root))
            begin(Layout.Shape.one, count: 1, answers: 1)
            return fits
        }
        let written = block.view
        let kind = written.native32(Int(root) &+ Layout.Node.kind) & 0xFF
        if kind == Layout.Node.endpoint {
            let count = Int(written.native32(Int(root) &+ Layout.Node.count))
            let first = Int(written.native32(Int(root) &+ Layout.Node.headBytes))
            used = Layout.headBytes
            for place in first..<first &+ count {
                append(pooledAddress(Layout.Reference.addressBit | UInt32(place)))
            }
            begin(Layout.Shape.turn, count: count, answers: count)
            return fits
        }
        begin(Layout.Shape.tree, count: pooled, answers: ProgramLayout.maximumAnswers)
        block.putNative(root, at: Layout.root)
        block.putNative(UInt32(truncatingIfNeeded: used), at: Layout.pool)
        append(pool.view.slice(0, pooled &* Layout.addressBytes(v4: v4)))
        return fits
    }
}
