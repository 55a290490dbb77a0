import Zones

/// How policies refer to each other: loops, and how large each becomes when references are followed.
///
/// Works on an explicit stack, because a chain of references may be as long as the file.
struct PolicyGraph {
    /// Levels and nodes of a policy, references followed; saturates far above every limit.
    struct Extent {
        var depth: Int
        var nodes: Int

        static let limit = 1 << 30
    }

    private let scope: SteeringScope
    /// By number of policy; 1 and 1 for those in loops.
    private var extents: [Extent?]
    /// Each begins with the policy that a reference leads back to.
    private(set) var loops: [[Int]] = []

    init(_ scope: SteeringScope) {
        self.scope = scope
        extents = Array(repeating: nil, count: scope.policies.count)
        let edges = scope.policies.indices.map { number in
            PolicyGraph.references(
                scope.policies[number].policy, inZone: number >= scope.platformPolicies, scope)
        }
        var onPath = Array(repeating: false, count: edges.count)
        for root in edges.indices where extents[root] == nil {
            visit(root, edges, &onPath)
        }
    }

    /// Visits depth first; a policy gets its extent when all it refers to have theirs.
    private mutating func visit(_ root: Int, _ edges: [[Int]], _ onPath: inout [Bool]) {
        var path: [(policy: Int, next: Int)] = [(root, 0)]
        onPath[root] = true
        while let (policy, next) = path.last {
            guard next < edges[policy].count else {
                extents[policy] = extent(
                    of: scope.policies[policy].policy, inZone: policy >= scope.platformPolicies)
                onPath[policy] = false
                path.removeLast()
                continue
            }
            path[path.count - 1].next += 1
            let target = edges[policy][next]
            if onPath[target] {
                let loop = path.map(\.policy).drop { $0 != target }
                if loops.count < 100 { loops.append(Array(loop.prefix(20))) }
            } else if extents[target] == nil {
                onPath[target] = true
                path.append((target, 0))
            }
        }
    }

    /// Policies that a tree refers to, each once, in order.
    private static func references(
        _ policy: PolicyDefinition, inZone: Bool, _ scope: SteeringScope
    ) -> [Int] {
        var found: [Int] = []
        var seen: Set<Int> = []
        func collect(_ policy: PolicyDefinition, _ depth: Int) {
            guard depth <= PolicyDefinition.maximumDepth else { return }
            switch policy {
            case .reference(let name, _):
                if case .policy(let number)? = scope.target(name, inZone: inZone),
                    seen.insert(number).inserted
                {
                    found.append(number)
                }
            default: for member in policy.members { collect(member, depth + 1) }
            }
        }
        collect(policy, 1)
        return found
    }

    /// Recursion ends one level below the depth allowed, which is enough to know that it is exceeded.
    func extent(of policy: PolicyDefinition, inZone: Bool) -> Extent {
        extent(of: policy, inZone: inZone, depth: 1)
    }

    private func extent(of policy: PolicyDefinition, inZone: Bool, depth: Int) -> Extent {
        switch policy {
        case .reference(let name, _):
            guard case .policy(let number)? = scope.target(name, inZone: inZone) else {
                return Extent(depth: 1, nodes: 1)
            }
            return extents[number] ?? Extent(depth: 1, nodes: 1)
        case .cluster: return Extent(depth: 1, nodes: 1)
        default: break
        }
        let members = policy.members
        // Only a node that was refused has no members; its depth has been reported if it is too large.
        if members.isEmpty { return Extent(depth: 0, nodes: 1) }
        var result = Extent(depth: 1, nodes: 1)
        guard depth <= PolicyDefinition.maximumDepth else { return result }
        for member in members {
            let inner = extent(of: member, inZone: inZone, depth: depth + 1)
            result.depth = max(result.depth, min(inner.depth + 1, Extent.limit))
            result.nodes = min(result.nodes + inner.nodes, Extent.limit)
        }
        return result
    }
}
