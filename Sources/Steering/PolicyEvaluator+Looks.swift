import Serving

extension PolicyEvaluator {
    /// Which looks decide how a policy that has been judged answers, as bits.
    ///
    /// A client for whom these have the same ladders gets the same answer, whatever the others have. From
    /// the root on, a node that decides is decided by what it requires and by its members: by all of them,
    /// or where they are met in order, by those up to the one behind which nothing can change the choice.
    ///
    /// - Parameter decides: scratch, one place for each node.
    func deciding(
        _ program: PolicyProgram, _ decides: UnsafeMutableBufferPointer<Bool>
    ) -> UInt8 {
        guard program.lookCount > 0 else { return 0 }
        var looks: UInt8 = 0
        let last = program.root
        for index in 0...last { unsafe decides[index] = false }
        unsafe decides[last] = true
        // Children come before their parents.
        for index in stride(from: last, through: 0, by: -1) where unsafe decides[index] {
            let node = program.node(index)
            guard node.kind != ProgramLayout.Kind.endpoint else { continue }
            for edge in node.required { unsafe decides[program.member(edge).node] = true }
            let isLadder = node.kind == ProgramLayout.Kind.located
            if isLadder { looks |= 1 &<< UInt8(truncatingIfNeeded: node.look) }
            let inOrder = isLadder || node.kind == ProgramLayout.Kind.failover
            var healthy = 0
            for step in isLadder ? program.ladder(node, branch: branch) : node.members {
                let edge = isLadder ? node.first &+ program.rung(step) : step
                let child = program.member(edge).node
                unsafe decides[child] = true
                // A threshold counts them all.
                guard inOrder, !node.hasThreshold, standing(of: child) == .healthy else { continue }
                healthy &+= 1
                let isWhole = !node.spills || share(of: child) == 256
                if isWhole, node.trickle == 0 || healthy > 1 { break }
            }
        }
        return looks
    }
}
