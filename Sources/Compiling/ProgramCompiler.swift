import DNSWire
import Steering
import Zones

/// Flattens a policy tree into nodes in post-order; what is mentioned twice becomes one node.
struct ProgramCompiler {
    struct Node {
        var kind: UInt8
        var answers = 0
        var first: Int
        var memberCount = 0
        var v4Count = 0
        var v6Count = 0
        /// What stands behind: a look, or the bits of a hash.
        var extra: (UInt8, UInt8) = (0, 0)
        var modifiers = PolicyModifiers.none
        var requiredCount = 0
        /// The slot of a failover's hold.
        var hold: Int?

        var flags: UInt8 {
            (modifiers.spill ? ProgramLayout.Flags.spill : 0)
                | (modifiers.alwaysUp ? ProgramLayout.Flags.alwaysUp : 0)
        }

        var atLeast: UInt16 {
            switch modifiers.atLeast {
            case .count(let count): UInt16(count)
            case .percent(let percent): UInt16(percent) | ProgramLayout.Node.percentFlag
            case nil: 0
            }
        }
    }

    /// A node that asks where the client is.
    private struct Look {
        var located: LocatedTable
        var firstLadder: Int
        var factor: Int
    }

    private let endpoints: EndpointTable
    private let locator: ClientLocator
    var nodes: [Node] = []
    /// Levels below and including each node.
    private var heights: [Int] = []
    var edges: [(node: Int, weight: UInt32, identity: UInt64)] = []
    private var looks: [Look] = []
    private var asksHash = false
    private var branches = 1
    var nodeByEndpoint: [String: Int] = [:]
    private var nodeByPolicy: [String: Int] = [:]
    /// Nodes up to and including the root.
    var rootEnd = 0
    /// Whose policy is being compiled, and where in it.
    var owner: String
    var path: [Int] = []
    var holds: [HoldTable.Hold] = []
    var slots: SlotMap
    /// By node: whether it, or one below it, asks where the client is.
    var asksBelow: [Bool] = []
    private var v4Total = 0
    private var v6Total = 0
    let position: SourcePosition

    private init(
        endpoints: EndpointTable, locator: ClientLocator, position: SourcePosition, owner: String,
        slots: SlotMap
    ) {
        self.endpoints = endpoints
        self.locator = locator
        self.position = position
        self.owner = owner
        self.slots = slots
    }

    struct Program {
        let bytes: [UInt8]
        /// By look: its table, and where in the bytes its offset in the image belongs.
        let tables: [(table: LocatedTable, offset: Int)]
        /// Whether the client decides anything.
        let looks: Bool
        let hasV4: Bool
        let hasV6: Bool
        /// The words that it needs beside verdicts.
        let holds: [HoldTable.Hold]
        /// The keys of the endpoints that the policy has, the one for when it is down left out, in order.
        let endpoints: [String]
        let root: Int
        /// Kinds of clients.
        let branches: Int
    }

    /// Compiles a policy whose references are in `scope`, and one for when its root is down.
    ///
    /// - Throws: a finding at `position`, or at the reference that means nothing.
    static func compile(
        _ policy: PolicyDefinition, fallback: PolicyDefinition? = nil, in scope: Scope,
        endpoints: EndpointTable, locator: ClientLocator, position: SourcePosition,
        owner: String, slots: inout SlotMap
    ) throws(Finding) -> Program {
        var compiler = ProgramCompiler(
            endpoints: endpoints, locator: locator, position: position, owner: owner, slots: slots)
        defer { slots = compiler.slots }
        try compiler.addRoot(policy, scope)
        compiler.rootEnd = compiler.nodes.count
        // Addresses that only the other policy has are not the name's.
        let hasV4 = compiler.v4Total > 0
        let hasV6 = compiler.v6Total > 0
        compiler.path = [0]
        if let fallback { try compiler.addRoot(fallback, scope) }
        return Program(
            bytes: compiler.bytes, tables: compiler.tables,
            looks: compiler.asksHash || !compiler.looks.isEmpty, hasV4: hasV4, hasV6: hasV6,
            holds: compiler.holds, endpoints: compiler.endpointKeys, root: compiler.rootEnd - 1,
            branches: compiler.branches)
    }

    /// A root has to stand last; one that was met before is wrapped.
    private mutating func addRoot(
        _ policy: PolicyDefinition, _ scope: Scope
    ) throws(Finding) {
        let before = nodes.count
        let root = try add(policy, scope, depth: 0)
        if root < before || root != nodes.count - 1 {
            _ = try addGroup(ProgramLayout.Kind.failover, [(root, 1)])
        }
    }

    private mutating func add(
        _ policy: PolicyDefinition, _ scope: Scope, depth: Int
    ) throws(Finding) -> Int {
        try checkDepth(depth)
        switch policy {
        case .reference(let name, let place):
            switch scope.resolve(name) {
            case .endpoint(let key, _): return try addEndpoint(key)
            case .policy(let named, let inner):
                let key = inner.prefix + named.name
                if let node = nodeByPolicy[key] {
                    try checkDepth(depth + heights[node])
                    return node
                }
                let outer = (owner, path)
                (owner, path) = (key, [])
                let node = try add(named.policy, inner, depth: depth + 1)
                (owner, path) = outer
                nodeByPolicy[key] = node
                return node
            case nil: throw Finding(at: place, "'\(name)' is neither an endpoint nor a policy")
            }
        case .cluster(let name, let place):
            let members = scope.endpoints(ofCluster: name)
            guard !members.isEmpty else {
                throw Finding(at: place, "cluster '\(name)' has no endpoints")
            }
            var edges: [(Int, UInt32)] = []
            for member in members { edges.append((try addEndpoint(member.key), 1)) }
            return try addGroup(
                ProgramLayout.Kind.all, edges, answers: PolicyDefinition.defaultAllAnswers)
        case .all(let members, let answers):
            return try addGroup(
                ProgramLayout.Kind.all, try children(members, scope, depth), answers: answers)
        case .failover(let members):
            return try addGroup(ProgramLayout.Kind.failover, try children(members, scope, depth))
        case .weighted(let members, let answers):
            let nodes = try children(members.map(\.member), scope, depth)
            let weighted = zip(nodes, members).map { ($0.0.0, $0.1.weight) }
            return try addGroup(ProgramLayout.Kind.weighted, weighted, answers: answers)
        case .hash(let members, let v4Bits, let v6Bits):
            let nodes = try children(members.map(\.member), scope, depth)
            asksHash = true
            return try addGroup(
                ProgramLayout.Kind.hash, zip(nodes, members).map { ($0.0.0, $0.1.weight) },
                identities: MemberIdentity.all(members.map(\.member), scope),
                extra: (v4Bits, v6Bits))
        case .geo, .subnet, .proximity, .latency:
            return try addLocated(policy, scope, depth)
        case .with(let inner, let modifiers):
            return try add(inner, modifiers, scope, depth)
        }
    }

    /// Adds a node whose members count otherwise, with what it requires behind its members.
    private mutating func add(
        _ policy: PolicyDefinition, _ modifiers: PolicyModifiers, _ scope: Scope, _ depth: Int
    ) throws(Finding) -> Int {
        var required: [Int] = []
        for requirement in modifiers.required {
            required.append(try add(requirement, scope, depth: depth + 1))
        }
        var node = try add(policy, scope, depth: depth)
        if case .reference = policy {
            // The node of an endpoint or a policy may be others' as well.
            node = try addGroup(ProgramLayout.Kind.failover, [(node, 1)])
        }
        nodes[node].modifiers = modifiers
        try hold(node, policy, scope, modifiers.failback)
        nodes[node].requiredCount = required.count
        guard !required.isEmpty else { return node }
        guard edges.count + required.count <= ProgramLayout.maximumEdges else {
            throw Finding(
                at: position, "the policy has more than \(ProgramLayout.maximumEdges) members")
        }
        // Its own members were added last.
        for other in required { edges.append((other, 1, 0)) }
        heights[node] = max(heights[node], 1 + (required.map { heights[$0] }.max() ?? 0))
        return node
    }

    private mutating func addLocated(
        _ policy: PolicyDefinition, _ scope: Scope, _ depth: Int
    ) throws(Finding) -> Int {
        let members = try children(policy.members, scope, depth)
        let located = try locator.table(of: policy, scope, position)
        let look = Look(
            located: located, firstLadder: looks.reduce(0) { $0 + $1.located.ladders.count },
            factor: self.branches)
        self.branches *= located.ladders.count
        looks.append(look)
        guard looks.count <= ProgramLayout.maximumLooks else {
            throw Finding(
                at: position,
                "the policy has more than \(ProgramLayout.maximumLooks) nodes that ask where the "
                    + "client is")
        }
        let rungs = looks.reduce(0) { $0 + $1.located.ladders.reduce(0) { $0 + $1.count } }
        guard self.branches <= ProgramLayout.maximumBranches,
            rungs <= ProgramLayout.maximumRungs
        else {
            throw Finding(
                at: position,
                "the policy tells more than \(ProgramLayout.maximumBranches) kinds of clients apart"
            )
        }
        return try addGroup(
            ProgramLayout.Kind.located, members, extra: (UInt8(looks.count - 1), 0))
    }

    private func checkDepth(_ depth: Int) throws(Finding) {
        guard depth < ProgramLayout.maximumDepth else {
            throw Finding(
                at: position,
                "the policy is nested deeper than \(ProgramLayout.maximumDepth) levels")
        }
    }

    private mutating func children(
        _ members: [PolicyDefinition], _ scope: Scope, _ depth: Int
    ) throws(Finding) -> [(Int, UInt32)] {
        var result: [(Int, UInt32)] = []
        for (index, member) in members.enumerated() {
            path.append(index + 1)
            result.append((try add(member, scope, depth: depth + 1), 1))
            path.removeLast()
        }
        return result
    }

    private mutating func addEndpoint(_ key: String) throws(Finding) -> Int {
        if let node = nodeByEndpoint[key] { return node }
        guard let entry = endpoints[key] else {
            throw Finding(at: position, "endpoint '\(key)' is not defined")
        }
        v4Total += entry.v4.count
        v6Total += entry.v6.count
        guard max(v4Total, v6Total) <= ProgramLayout.maximumAddresses else {
            throw Finding(
                at: position,
                "the policy has more than \(ProgramLayout.maximumAddresses) addresses of one family"
            )
        }
        nodes.append(
            Node(
                kind: ProgramLayout.Kind.endpoint, first: entry.firstAddress,
                v4Count: entry.v4.count, v6Count: entry.v6.count))
        heights.append(1)
        asksBelow.append(false)
        nodeByEndpoint[key] = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func addGroup(
        _ kind: UInt8, _ members: [(Int, UInt32)], answers: Int = 1, identities: [UInt64] = [],
        extra: (UInt8, UInt8) = (0, 0)
    ) throws(Finding) -> Int {
        guard nodes.count < ProgramLayout.maximumNodes,
            edges.count + members.count <= ProgramLayout.maximumEdges
        else {
            throw Finding(
                at: position,
                "the policy has more than \(ProgramLayout.maximumNodes) nodes or "
                    + "\(ProgramLayout.maximumEdges) members")
        }
        nodes.append(
            Node(
                kind: kind, answers: min(answers, ProgramLayout.maximumAnswers), first: edges.count,
                memberCount: members.count, extra: extra))
        heights.append(1 + (members.map { heights[$0.0] }.max() ?? 0))
        asksBelow.append(
            kind == ProgramLayout.Kind.located || members.contains { asksBelow[$0.0] })
        for (index, (node, weight)) in members.enumerated() {
            edges.append((node, weight, identities.isEmpty ? 0 : identities[index]))
        }
        return nodes.count - 1
    }

    // MARK: Writing

    private var bytes: [UInt8] {
        let ladders = looks.flatMap(\.located.ladders)
        var image = ImageBuilder()
        image.append(UInt32(nodes.count))
        image.append(UInt32(edges.count))
        image.append(UInt32(looks.count))
        image.append(UInt32(ladders.count))
        image.append(UInt32(rootEnd))
        image.append(UInt32(0))
        for node in nodes {
            image.append(node.kind)
            image.append(node.flags)
            image.append(UInt16(node.answers))
            image.append(UInt32(node.first))
            if node.kind == ProgramLayout.Kind.endpoint {
                image.append(UInt16(node.v4Count))
                image.append(UInt16(node.v6Count))
            } else {
                image.append(UInt32(node.memberCount))
            }
            image.append(node.extra.0)
            image.append(node.extra.1)
            image.append(UInt16(node.requiredCount))
            image.append(node.atLeast)
            image.append(UInt16(node.modifiers.panicPercent))
            image.append(UInt16(node.modifiers.trickle))
            image.append(UInt16(0))
            image.append(node.hold.map { UInt32($0) + 1 } ?? 0)
            image.append(UInt32(0))
        }
        for edge in edges {
            image.append(UInt32(edge.node))
            image.append(edge.weight)
            withUnsafeBytes(of: edge.identity) { image.append($0) }
        }
        for look in looks {
            image.append(UInt32(0))
            image.append(UInt32(look.located.ladders.count))
            image.append(UInt32(look.firstLadder))
            image.append(UInt32(look.factor))
        }
        var rungs = 0
        for ladder in ladders {
            image.append(UInt32(rungs))
            image.append(UInt32(ladder.count))
            rungs += ladder.count
        }
        for rung in ladders.joined() { image.append(UInt32(rung)) }
        return image.bytes
    }

    private var tables: [(table: LocatedTable, offset: Int)] {
        let start =
            ProgramLayout.headBytes + nodes.count * ProgramLayout.Node.bytes
            + edges.count * ProgramLayout.Edge.bytes
        return looks.enumerated().map { index, look in
            (
                look.located,
                start + index * ProgramLayout.Look.bytes + ProgramLayout.Look.table
            )
        }
    }
}
