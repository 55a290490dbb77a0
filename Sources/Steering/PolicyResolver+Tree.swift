import DNSWire
import Serving

/// Writing what is left of a policy that comes down to no simpler shape.
extension PolicyResolver {
    // MARK: Nodes of a tree

    /// Puts an endpoint's passing addresses into the pool.
    mutating func addEndpoint(
        _ node: PolicyNode, _ index: Int, _ image: ServingImage
    ) -> UInt32 {
        let range = node.addresses(v4: v4)
        let first = pooled
        let bytes = Layout.addressBytes(v4: v4)
        for offset in 0..<range.count where evaluator.passes(offset, of: index) {
            guard (pooled &+ 1) &* bytes <= pool.count else {
                fits = false
                return Layout.Reference.none
            }
            pool.copy(
                image.address(range.lowerBound &+ offset).wire(v4: v4), at: pooled &* bytes)
            pooled &+= 1
        }
        if pooled &- first == 1 {
            return Layout.Reference.addressBit | UInt32(truncatingIfNeeded: first)
        }
        let reference = beginNode(Layout.Node.endpoint, count: pooled &- first, answers: 0)
        append(half: UInt32(truncatingIfNeeded: first))
        append(half: 0)
        return reference
    }

    /// Writes a group whose members were listed.
    mutating func addGroup(_ program: PolicyProgram, _ choice: NodeChoice) -> UInt32 {
        guard choice.rule != .turn else {
            let reference = beginNode(
                Layout.Node.all, count: choice.count, answers: choice.answers)
            for place in 0..<choice.count {
                append(half: unsafe references[chosen(program, place)])
            }
            if choice.count % 2 == 1 { append(half: 0) }
            return reference
        }
        buildAlias(choice)
        let isDraws = choice.rule == .several
        let reference = beginNode(
            isDraws ? Layout.Node.draws : Layout.Node.choice, count: choice.count,
            answers: choice.answers)
        for place in 0..<choice.count {
            append(word: unsafe alias.thresholds[place])
            append(half: unsafe references[chosen(program, place)])
            append(half: unsafe alias.aliases[place])
        }
        guard isDraws else { return reference }
        for place in 0..<choice.count { append(half: evaluator.chosenWeight(place)) }
        if choice.count % 2 == 1 { append(half: 0) }
        return reference
    }

    mutating func buildAlias(_ choice: NodeChoice) {
        for place in 0..<choice.count {
            unsafe alias.thresholds[place] = UInt64(evaluator.chosenWeight(place))
        }
        alias.build(choice.count)
    }

    mutating func beginNode(_ kind: UInt32, count: Int, answers: Int) -> UInt32 {
        let reference = UInt32(truncatingIfNeeded: used)
        append(
            half: kind
                | UInt32(truncatingIfNeeded: min(answers, ProgramLayout.maximumAnswers)) << 16)
        append(half: UInt32(truncatingIfNeeded: count))
        return reference
    }

    func pooledAddress(_ reference: UInt32) -> ByteView {
        let bytes = Layout.addressBytes(v4: v4)
        let place = Int(reference & ~Layout.Reference.addressBit)
        return pool.view.slice(place &* bytes, bytes)
    }

    // MARK: Writing

    /// Whether there is room for so many bytes more.
    mutating func hasRoom(_ bytes: Int) -> Bool {
        fits = fits && used &+ bytes <= block.count
        return fits
    }

    mutating func append(word: UInt64) {
        guard hasRoom(8) else { return }
        block.putNative(word, at: used)
        used &+= 8
    }

    mutating func append(half: UInt32) {
        guard hasRoom(4) else { return }
        block.putNative(half, at: used)
        used &+= 4
    }

    mutating func append(_ bytes: ByteView) {
        guard hasRoom(bytes.count) else { return }
        block.copy(bytes, at: used)
        used &+= bytes.count
    }
}
