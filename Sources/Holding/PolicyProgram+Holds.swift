import DNSWire
import Serving
import Steering

/// What the control process wants to know of a policy whose state it keeps.
extension PolicyProgram {
    /// The slots of the words that decide how a node stands: of its endpoints' addresses, each with its
    /// family, and of holds below it.
    struct Slots {
        var v4: [Int] = []
        var v6: [Int] = []
        var holds: [Int] = []
    }

    /// The nodes at and below a node, each once; endpoints come before groups that have them.
    func nodes(from top: Int) -> [Int] {
        var isThere = [Bool](repeating: false, count: nodeCount)
        guard top >= 0, top < nodeCount else { return [] }
        isThere[top] = true
        // Children come before their parents.
        for index in stride(from: top, through: 0, by: -1) where isThere[index] {
            let node = node(index)
            guard node.kind != ProgramLayout.Kind.endpoint else { continue }
            for edge in node.members { isThere[member(edge).node] = true }
            for edge in node.required { isThere[member(edge).node] = true }
        }
        return isThere.indices.filter { isThere[$0] }
    }

    /// The words that decide how a node stands.
    func slots(below top: Int, _ image: ServingImage) -> Slots {
        var slots = Slots()
        for index in nodes(from: top) {
            let node = node(index)
            if node.kind == ProgramLayout.Kind.endpoint {
                slots.v4 += node.addresses(v4: true).map { image.address($0).slot }
                slots.v6 += node.addresses(v4: false).map { image.address($0).slot }
            } else if let hold = node.hold, index != top {
                slots.holds.append(hold)
            }
        }
        return slots
    }

    /// The nodes of a group's members, in order.
    func members(of group: Int) -> [Int] {
        let node = node(group)
        guard node.kind != ProgramLayout.Kind.endpoint else { return [] }
        return node.members.map { member($0).node }
    }

    /// What a group's members are known by, in order.
    func identities(of group: Int) -> [UInt64] {
        let node = node(group)
        guard node.kind != ProgramLayout.Kind.endpoint else { return [] }
        return node.members.map { identity($0) }
    }

    /// The endpoints' keys at and below a node, in the order of the program.
    func endpointKeys(below top: Int, _ image: ServingImage) -> [String] {
        nodes(from: top).compactMap { index in
            let node = node(index)
            guard node.kind == ProgramLayout.Kind.endpoint else { return nil }
            let first = node.first
            guard first < image.addressCount else { return nil }
            return image.endpoint(image.address(first).endpoint).key.text
        }
    }

    /// How many kinds of clients the policy tells apart.
    var branchCount: Int {
        (0..<lookCount).reduce(1) { $0 &* max(ladderCount(ofLook: $1), 1) }
    }
}
