import DNSWire
package import Serving

/// A compiled policy, read where it lies in the image.
package struct PolicyProgram {
    let bytes: ByteView
    let nodes: Int
    let edges: Int
    package let nodeCount: Int

    package init(_ image: ServingImage, offset: Int) {
        bytes = image.bytes
        nodeCount = Int(bytes.native32(offset &+ ProgramLayout.nodeCount))
        nodes = offset &+ ProgramLayout.headBytes
        edges = nodes &+ nodeCount &* ProgramLayout.Node.bytes
        precondition(nodeCount > 0 && nodeCount <= ProgramLayout.maximumNodes, "not a policy")
    }

    @inline(__always)
    func node(_ index: Int) -> PolicyNode {
        precondition(index >= 0 && index < nodeCount, "no such policy node")
        return PolicyNode(bytes: bytes, offset: nodes &+ index &* ProgramLayout.Node.bytes)
    }

    /// The n-th member of a group.
    @inline(__always)
    func member(_ edge: Int) -> (node: Int, weight: UInt32) {
        let offset = edges &+ edge &* ProgramLayout.Edge.bytes
        let node = Int(bytes.native32(offset &+ ProgramLayout.Edge.node))
        precondition(node < nodeCount, "no such policy node")
        return (node, bytes.native32(offset &+ ProgramLayout.Edge.weight))
    }
}

/// One node of a compiled policy.
struct PolicyNode {
    let bytes: ByteView
    let offset: Int

    var kind: UInt8 { bytes.byte(offset &+ ProgramLayout.Node.kind) }
    var answers: Int { Int(bytes.native16(offset &+ ProgramLayout.Node.answers)) }
    var first: Int { Int(bytes.native32(offset &+ ProgramLayout.Node.first)) }
    var memberCount: Int { Int(bytes.native32(offset &+ ProgramLayout.Node.memberCount)) }

    /// Where an endpoint's addresses of one family lie in the image's table.
    func addresses(v4: Bool) -> Range<Int> {
        let v4Count = Int(bytes.native16(offset &+ ProgramLayout.Node.v4Count))
        if v4 { return first..<first &+ v4Count }
        let start = first &+ v4Count
        return start..<start &+ Int(bytes.native16(offset &+ ProgramLayout.Node.v6Count))
    }
}
