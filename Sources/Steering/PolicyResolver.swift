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
    let alias: AliasTable
    /// Bytes of the block and addresses of the pool so far.
    var used = 0
    var pooled = 0
    var v4 = true
    var fits = true
    /// What of the client the answer depends on.
    private(set) var lookedAt = LookedAt()

    typealias Layout = ResolvedLayout
    typealias Kind = ProgramLayout.Kind

    init() {
        let nodes = ProgramLayout.maximumNodes
        let edges = ProgramLayout.maximumEdges
        let blockBytes = ResolvedLayout.maximumBytes
        let memory = WorkerMemory(bytes: 3 * blockBytes + nodes * 10 + edges * 16)
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
        let bytes = work(out: steered, v4: v4, branch: branch, image, verdicts)
        block.put(lookedAt.looks, at: Layout.looks)
        block.put(lookedAt.hashV4Bits, at: Layout.hashV4Bits)
        block.put(lookedAt.hashV6Bits, at: Layout.hashV6Bits)
        return bytes
    }

    private mutating func work(
        out steered: SteeredView, v4: Bool, branch: UInt32, _ image: ServingImage,
        _ verdicts: VerdictTable
    ) -> Int {
        let program = PolicyProgram(image, offset: steered.program)
        self.v4 = v4
        used = Layout.headBytes
        pooled = 0
        fits = true
        let decision = evaluator.decide(
            steered, program, image, verdicts, v4: v4, branch: branch, noting: &witness)
        // Of a policy that is down, both families, and soon what nobody knows, have a say.
        lookedAt.looks =
            decision.isDown
            ? UInt8(truncatingIfNeeded: (1 &<< program.lookCount) &- 1)
            : unsafe evaluator.deciding(program, decides)
        guard decision.outcome == .addresses || decision.outcome == .addressesWhileDown else {
            return finish(decision.outcome)
        }
        let head = AddressRecordHead(v4: v4, ttl: decision.ttl)
        block.putNative(head.front, at: Layout.front)
        block.putNative(head.back, at: Layout.back)
        if decision.isListed { return listed(steered) }
        if shape(program, decision.root, image) {
            setOutcome(decision.outcome)
            return used
        }
        begin(Layout.Shape.program, count: 0, answers: 0)
        setOutcome(decision.isDown ? .evaluateWhileDown : .evaluate)
        block.putNative(UInt32(truncatingIfNeeded: steered.program), at: Layout.root)
        block.putNative(decision.lastGood, at: Layout.pool)
        let isFallback = decision.root != program.root
        block.put(
            decision.assumption.rawValue | (isFallback ? Layout.fallbackFlag : 0),
            at: Layout.assumption)
        return Layout.headBytes
    }

    /// A block without addresses.
    private func finish(_ outcome: SteeredOutcome) -> Int {
        begin(Layout.Shape.none, count: 0, answers: 0)
        setOutcome(outcome)
        return Layout.headBytes
    }

    /// The addresses that are given for when the policy is down.
    private mutating func listed(_ steered: SteeredView) -> Int {
        let count = steered.fallbackCount(v4: v4)
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

    /// Writes the addresses of a usable node; false when there is no room.
    private mutating func shape(
        _ program: PolicyProgram, _ root: Int, _ image: ServingImage
    ) -> Bool {
        guard let top = mark(program, root) else { return false }
        // Each client has its own answer.
        if lookedAt.hashV4Bits > 0 { return false }
        for index in 0...top where unsafe needed[index] {
            let node = program.node(index)
            if unsafe standIn[index] > 0 {
                unsafe references[index] = references[Int(standIn[index]) &- 1]
            } else if node.kind == Kind.endpoint {
                unsafe references[index] = addEndpoint(node, index, image)
            } else {
                let choice = evaluator.choose(program, index)
                if index == top, shapeOfGroup(program, choice) { return fits }
                unsafe references[index] = addGroup(program, choice)
            }
            guard fits else { return false }
        }
        return finishTree(unsafe references[top])
    }

    /// Notes which nodes an answer may lead to; returns the one to begin with, nil when the program is none.
    private mutating func mark(_ program: PolicyProgram, _ root: Int) -> Int? {
        for index in 0...root { unsafe needed[index] = false }
        unsafe needed[root] = true
        var top = root
        var isTop = true
        for index in stride(from: root, through: 0, by: -1) where unsafe needed[index] {
            unsafe standIn[index] = 0
            let node = program.node(index)
            guard node.kind != Kind.endpoint else {
                isTop = false
                continue
            }
            let choice = evaluator.choose(program, index)
            for place in 0..<choice.count {
                let child = chosen(program, place)
                // Children come before their parents, or no walk would end.
                guard child < index else { return nil }
                unsafe needed[child] = true
            }
            guard choice.rule != .turn, choice.count <= 1 else {
                isTop = false
                if choice.rule == .client {
                    lookedAt.hashV4Bits = max(lookedAt.hashV4Bits, node.hashV4Bits)
                    lookedAt.hashV6Bits = max(lookedAt.hashV6Bits, node.hashV6Bits)
                }
                continue
            }
            guard choice.count > 0 else { return nil }
            let only = chosen(program, 0)
            unsafe standIn[index] = UInt32(truncatingIfNeeded: only &+ 1)
            if isTop { top = only }
        }
        return top
    }

    /// The node of a member that was listed last.
    func chosen(_ program: PolicyProgram, _ place: Int) -> Int {
        program.member(evaluator.chosenEdge(place)).node
    }

    /// Writes one of the shapes without a tree, where the policy comes down to one.
    private mutating func shapeOfGroup(_ program: PolicyProgram, _ choice: NodeChoice) -> Bool {
        let isChoice = choice.rule == .one
        guard isChoice || choice.rule == .turn else { return false }
        var last = 0
        for place in 0..<choice.count {
            let reference = unsafe references[chosen(program, place)]
            guard reference & Layout.Reference.addressBit != 0 else { return false }
            // In order, so that none is there twice: it would have to be left out when it is met again.
            guard isChoice || place == 0 || reference > last else { return false }
            last = Int(reference)
        }
        used = Layout.headBytes
        if isChoice {
            buildAlias(choice)
            for place in 0..<choice.count {
                let threshold = unsafe alias.thresholds[place]
                let other = unsafe Int(alias.aliases[place])
                append(word: threshold)
                append(pooledAddress(unsafe references[chosen(program, place)]))
                append(pooledAddress(unsafe references[chosen(program, other)]))
            }
        } else {
            for place in 0..<choice.count {
                append(pooledAddress(unsafe references[chosen(program, place)]))
            }
        }
        begin(
            isChoice ? Layout.Shape.choice : Layout.Shape.turn, count: choice.count,
            answers: isChoice ? 1 : min(choice.answers, choice.count))
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
