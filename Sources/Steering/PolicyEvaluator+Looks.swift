import Serving

extension PolicyEvaluator {
    /// Which looks decide how a policy that has been judged answers, as bits.
    ///
    /// A client for whom these have the same ladders gets the same answer, whatever the others have. From
    /// the root on, a node that decides is decided by its members: by all of them, or where the first one
    /// that is healthy is taken, by those up to it. (Nothing behind it could make it less eligible.)
    ///
    /// - Parameter decides: scratch, one place for each node.
    func deciding(
        _ program: PolicyProgram, branch: UInt32, _ decides: UnsafeMutableBufferPointer<Bool>
    ) -> UInt8 {
        guard program.lookCount > 0 else { return 0 }
        var looks: UInt8 = 0
        let last = program.nodeCount &- 1
        for index in 0...last { unsafe decides[index] = false }
        unsafe decides[last] = true
        // Children come before their parents.
        for index in stride(from: last, through: 0, by: -1) where unsafe decides[index] {
            let node = program.node(index)
            switch node.kind {
            case ProgramLayout.Kind.endpoint: break
            case ProgramLayout.Kind.located:
                looks |= 1 &<< UInt8(truncatingIfNeeded: node.look)
                for rung in program.ladder(node, branch: branch) {
                    let child = program.member(node.first &+ program.rung(rung)).node
                    unsafe decides[child] = true
                    if unsafe standings[child] == .healthy { break }
                }
            default:
                let isFailover = node.kind == ProgramLayout.Kind.failover
                for edge in node.first..<node.first &+ node.memberCount {
                    let child = program.member(edge).node
                    unsafe decides[child] = true
                    if isFailover, unsafe standings[child] == .healthy { break }
                }
            }
        }
        return looks
    }
}
