import DNSWire
import Steering
import Zones

/// Flattens a policy tree into nodes in post-order; what is mentioned twice becomes one node.
struct ProgramCompiler {
    private struct Node {
        var kind: UInt8
        var answers = 0
        var first: Int
        var memberCount = 0
        var v4Count = 0
        var v6Count = 0
    }

    private let endpoints: EndpointTable
    private var nodes: [Node] = []
    /// Levels below and including each node.
    private var heights: [Int] = []
    private var edges: [(node: Int, weight: UInt32)] = []
    private var nodeByEndpoint: [String: Int] = [:]
    private var nodeByPolicy: [String: Int] = [:]
    private var v4Total = 0
    private var v6Total = 0
    private let position: SourcePosition

    private init(endpoints: EndpointTable, position: SourcePosition) {
        self.endpoints = endpoints
        self.position = position
    }

    struct Program {
        let bytes: [UInt8]
        let hasV4: Bool
        let hasV6: Bool
    }

    /// Compiles a policy whose references are in `scope`.
    ///
    /// - Throws: a finding at `position`, or at the reference that means nothing.
    static func compile(
        _ policy: PolicyDefinition, in scope: Scope, endpoints: EndpointTable,
        position: SourcePosition
    ) throws(Finding) -> Program {
        var compiler = ProgramCompiler(endpoints: endpoints, position: position)
        let root = try compiler.add(policy, scope, depth: 0)
        // The root has to stand last; one that was met before is wrapped.
        if root != compiler.nodes.count - 1 {
            _ = try compiler.addGroup(ProgramLayout.Kind.failover, [(root, 1)])
        }
        return Program(
            bytes: compiler.bytes, hasV4: compiler.v4Total > 0, hasV6: compiler.v6Total > 0)
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
                let node = try add(named.policy, inner, depth: depth + 1)
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
        }
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
        for member in members { result.append((try add(member, scope, depth: depth + 1), 1)) }
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
        nodeByEndpoint[key] = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func addGroup(
        _ kind: UInt8, _ members: [(Int, UInt32)], answers: Int = 1
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
                memberCount: members.count))
        heights.append(1 + (members.map { heights[$0.0] }.max() ?? 0))
        edges.append(contentsOf: members.map { (node: $0.0, weight: $0.1) })
        return nodes.count - 1
    }

    private var bytes: [UInt8] {
        var image = ImageBuilder()
        image.append(UInt32(nodes.count))
        image.append(UInt32(edges.count))
        for node in nodes {
            image.append(node.kind)
            image.append(UInt8(0))
            image.append(UInt16(node.answers))
            image.append(UInt32(node.first))
            if node.kind == ProgramLayout.Kind.endpoint {
                image.append(UInt16(node.v4Count))
                image.append(UInt16(node.v6Count))
            } else {
                image.append(UInt32(node.memberCount))
            }
            image.append(UInt32(0))
        }
        for edge in edges {
            image.append(UInt32(edge.node))
            image.append(edge.weight)
        }
        return image.bytes
    }
}
