package import DNSWire
package import Serving

/// A compiled policy, read where it lies in the image.
package struct PolicyProgram {
    let bytes: ByteView
    let nodes: Int
    let edges: Int
    let looks: Int
    let ladders: Int
    let rungs: Int
    package let nodeCount: Int
    /// The node that answers.
    package let root: Int
    /// How many nodes ask where the client is.
    package let lookCount: Int

    package init(_ image: ServingImage, offset: Int) {
        bytes = image.bytes
        nodeCount = Int(bytes.native32(offset &+ ProgramLayout.nodeCount))
        lookCount = Int(bytes.native32(offset &+ ProgramLayout.lookCount))
        root = Int(bytes.native32(offset &+ ProgramLayout.rootEnd)) &- 1
        nodes = offset &+ ProgramLayout.headBytes
        edges = nodes &+ nodeCount &* ProgramLayout.Node.bytes
        looks =
            edges
            &+ Int(bytes.native32(offset &+ ProgramLayout.edgeCount)) &* ProgramLayout.Edge.bytes
        ladders = looks &+ lookCount &* ProgramLayout.Look.bytes
        rungs =
            ladders
            &+ Int(bytes.native32(offset &+ ProgramLayout.ladderCount))
            &* ProgramLayout.Ladder.bytes
        precondition(nodeCount > 0 && nodeCount <= ProgramLayout.maximumNodes, "not a policy")
        precondition(root >= 0 && root < nodeCount, "not a policy")
        precondition(lookCount <= ProgramLayout.maximumLooks, "not a policy")
    }

    /// The node that answers while the root is down; nil where there is no policy for that.
    package var fallbackRoot: Int? { nodeCount > root &+ 1 ? nodeCount &- 1 : nil }

    @inline(__always)
    package func node(_ index: Int) -> PolicyNode {
        precondition(index >= 0 && index < nodeCount, "no such policy node")
        return PolicyNode(bytes: bytes, offset: nodes &+ index &* ProgramLayout.Node.bytes)
    }

    /// Whether what it answers depends on what was before.
    package var hasHolds: Bool { (0..<nodeCount).contains { node($0).hold != nil } }

    /// The n-th member of a group.
    @inline(__always)
    package func member(_ edge: Int) -> (node: Int, weight: UInt32) {
        let offset = edges &+ edge &* ProgramLayout.Edge.bytes
        let node = Int(bytes.native32(offset &+ ProgramLayout.Edge.node))
        precondition(node < nodeCount, "no such policy node")
        return (node, bytes.native32(offset &+ ProgramLayout.Edge.weight))
    }

    /// What a member of a `hash` node is known by.
    @inline(__always)
    package func identity(_ edge: Int) -> UInt64 {
        bytes.word(edges &+ edge &* ProgramLayout.Edge.bytes &+ ProgramLayout.Edge.identity)
    }

    // MARK: Clients

    @inline(__always)
    private func look(_ index: Int, _ field: Int) -> Int {
        Int(bytes.native32(looks &+ index &* ProgramLayout.Look.bytes &+ field))
    }

    /// What the policy tells of a client: its branch, and how far each look's ladder holds around it.
    package func client(_ network: ClientNetwork) -> PolicyClient {
        var client = PolicyClient(network: network)
        for index in 0..<lookCount {
            let start = look(index, ProgramLayout.Look.table)
            let table = NetworkTable(trusted: bytes.slice(start, bytes.count &- start))
            let match = table.match(network)
            client.scopes[index] = match.scope
            let ladder = Int(match.value)
            if ladder < look(index, ProgramLayout.Look.ladderCount) {
                client.branch &+= UInt32(
                    truncatingIfNeeded: ladder &* look(index, ProgramLayout.Look.factor))
            }
        }
        return client
    }

    /// How many ladders a look has.
    package func ladderCount(ofLook index: Int) -> Int {
        precondition(index >= 0 && index < lookCount, "no such look")
        return look(index, ProgramLayout.Look.ladderCount)
    }

    /// The ladder of a `located` node for a client's branch: rungs to be read with `rung`.
    @inline(__always)
    package func ladder(_ node: PolicyNode, branch: UInt32) -> Range<Int> {
        let index = node.look
        precondition(index < lookCount, "no such look")
        let count = max(look(index, ProgramLayout.Look.ladderCount), 1)
        let factor = max(look(index, ProgramLayout.Look.factor), 1)
        let number = look(index, ProgramLayout.Look.firstLadder) &+ Int(branch) / factor % count
        let offset = ladders &+ number &* ProgramLayout.Ladder.bytes
        let first = Int(bytes.native32(offset &+ ProgramLayout.Ladder.first))
        let rungCount = Int(bytes.native32(offset &+ ProgramLayout.Ladder.count))
        return first..<first &+ min(rungCount, node.memberCount)
    }

    /// The edge that a rung stands for.
    @inline(__always)
    func rung(_ index: Int) -> Int { Int(bytes.native32(rungs &+ index &* 4)) }
}

/// One node of a compiled policy.
package struct PolicyNode {
    let bytes: ByteView
    let offset: Int

    package var kind: UInt8 { bytes.byte(offset &+ ProgramLayout.Node.kind) }
    package var answers: Int { Int(bytes.native16(offset &+ ProgramLayout.Node.answers)) }
    package var first: Int { Int(bytes.native32(offset &+ ProgramLayout.Node.first)) }
    package var memberCount: Int { Int(bytes.native32(offset &+ ProgramLayout.Node.memberCount)) }
    var look: Int { Int(bytes.byte(offset &+ ProgramLayout.Node.look)) }
    var hashV4Bits: UInt8 { bytes.byte(offset &+ ProgramLayout.Node.hashV4Bits) }
    var hashV6Bits: UInt8 { bytes.byte(offset &+ ProgramLayout.Node.hashV6Bits) }

    /// Edges to its members, and behind them to what it requires.
    package var members: Range<Int> { first..<first &+ memberCount }
    package var required: Range<Int> {
        let start = first &+ memberCount
        return start..<start &+ Int(bytes.native16(offset &+ ProgramLayout.Node.requiredCount))
    }

    private var flags: UInt8 { bytes.byte(offset &+ ProgramLayout.Node.flags) }
    package var spills: Bool { flags & ProgramLayout.Flags.spill != 0 }
    package var isAlwaysUp: Bool { flags & ProgramLayout.Flags.alwaysUp != 0 }
    /// The percentage of healthy members below which all are used; 0: never.
    package var panicPercent: Int {
        Int(bytes.native16(offset &+ ProgramLayout.Node.panic))
    }
    /// What goes past the first member, in 10,000ths.
    package var trickle: Int { Int(bytes.native16(offset &+ ProgramLayout.Node.trickle)) }
    /// Of a failover: the slot of the word that tells from which tier on it answers.
    package var hold: Int? {
        let slot = bytes.native32(offset &+ ProgramLayout.Node.hold)
        return slot == 0 ? nil : Int(slot &- 1)
    }
    /// Whether it says how many members must be up.
    package var hasThreshold: Bool { bytes.native16(offset &+ ProgramLayout.Node.atLeast) != 0 }

    /// How many of so many members must be up: never more than there are.
    package func needed(of present: Int) -> Int {
        let atLeast = bytes.native16(offset &+ ProgramLayout.Node.atLeast)
        let number = Int(atLeast & ~ProgramLayout.Node.percentFlag)
        if atLeast & ProgramLayout.Node.percentFlag == 0 { return min(number, present) }
        return (number &* present &+ 99) / 100
    }

    /// Whether members are chosen by weight.
    package var isByWeight: Bool {
        kind == ProgramLayout.Kind.weighted || kind == ProgramLayout.Kind.hash
    }

    /// Where an endpoint's addresses of one family lie in the image's table.
    package func addresses(v4: Bool) -> Range<Int> {
        let v4Count = Int(bytes.native16(offset &+ ProgramLayout.Node.v4Count))
        if v4 { return first..<first &+ v4Count }
        let start = first &+ v4Count
        return start..<start &+ Int(bytes.native16(offset &+ ProgramLayout.Node.v6Count))
    }
}
