import Serving
package import Steering

/// How often each node of a policy leads the answer, and each address stands first in it.
///
/// One pass from the root to the leaves: what a node gets is divided among those that it may take first. The
/// first address of an answer is never left out as given already, so this is exact for every policy, and as
/// quick as the policy is long.
package struct FirstShares: Sendable {
    /// By node.
    package let byNode: [Double]
    /// By address of the image.
    package let byAddress: [Int: Double]

    package init(_ trace: PolicyTrace) {
        var shares = [Double](repeating: 0, count: trace.nodes.count)
        var addresses: [Int: Double] = [:]
        if trace.standing.isUsable { shares[trace.root] = 1 }
        // Children come before their parents.
        for index in trace.nodes.indices.reversed() where shares[index] > 0 {
            let node = trace.nodes[index]
            if case .addresses = node.picks {
                let passing = node.addresses.filter(\.passes)
                for address in passing {
                    addresses[address.index, default: 0] += shares[index] / Double(passing.count)
                }
            } else {
                for (member, chance) in zip(node.members, node.chances) where chance > 0 {
                    shares[member.node] += shares[index] * chance
                }
            }
        }
        byNode = shares
        byAddress = addresses
    }
}

extension PolicyTrace.Node {
    /// The probability of each member that it is taken first.
    package var chances: [Double] {
        if case .rotation = picks {
            let count = Double(max(1, members.count(where: \.isCandidate)))
            return members.map { $0.isCandidate ? 1 / count : 0 }
        }
        let sum = Double(max(1, members.reduce(0) { $0 + $1.share }))
        return members.map { Double($0.share) / sum }
    }
}
