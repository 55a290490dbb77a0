import Serving

/// Which members answer.
extension PolicyEvaluator {
    /// Adds the addresses of a judged node, until `limit` are there.
    mutating func pick(
        _ program: PolicyProgram, _ index: Int, v4: Bool, limit: Int, depth: Int,
        _ random: inout RandomSource
    ) {
        guard depth <= ProgramLayout.maximumDepth else { return }
        let node = program.node(index)
        guard node.kind != ProgramLayout.Kind.endpoint else {
            pickAddresses(node, index, v4: v4, limit: limit, &random)
            return
        }
        let choice = choose(program, index)
        guard choice.count > 0 else { return }
        let place: Int
        switch choice.rule {
        case .one: place = choice.count == 1 ? 0 : draw(&random)
        case .client: place = placeOfClient(program, index)
        case .several:
            pickSeveral(program, index, v4: v4, limit: limit, depth: depth, &random)
            return
        case .turn:
            pickInTurn(program, index, v4: v4, limit: limit, depth: depth, &random)
            return
        }
        pick(
            program, program.member(chosenEdge(place)).node, v4: v4, limit: limit,
            depth: depth &+ 1, &random)
    }

    /// One of the members listed, by weight.
    private func draw(_ random: inout RandomSource) -> Int {
        var sum: UInt64 = 0
        for place in 0..<choice.count { sum &+= UInt64(chosenWeight(place)) }
        var target = random.below(sum)
        for place in 0..<choice.count {
            let weight = UInt64(chosenWeight(place))
            if target < weight { return place }
            target &-= weight
        }
        return 0
    }

    /// Draws the node's number of members by weight, each once.
    private mutating func pickSeveral(
        _ program: PolicyProgram, _ index: Int, v4: Bool, limit: Int, depth: Int,
        _ random: inout RandomSource
    ) {
        let choice = choose(program, index)
        for place in 0..<choice.count { unsafe taken[chosenEdge(place)] = false }
        for _ in 0..<choice.answers where pickedCount < limit {
            // What was picked last may have listed members of its own.
            _ = choose(program, index)
            var sum: UInt64 = 0
            for place in 0..<choice.count where unsafe !taken[chosenEdge(place)] {
                sum &+= UInt64(chosenWeight(place))
            }
            guard sum > 0 else { return }
            var target = random.below(sum)
            for place in 0..<choice.count {
                let edge = chosenEdge(place)
                guard unsafe !taken[edge] else { continue }
                let weight = UInt64(chosenWeight(place))
                if target >= weight {
                    target &-= weight
                    continue
                }
                unsafe taken[edge] = true
                pick(
                    program, program.member(edge).node, v4: v4, limit: limit, depth: depth &+ 1,
                    &random)
                break
            }
        }
    }

    /// Every member that may answer, from a random one on, up to the node's number of addresses.
    private mutating func pickInTurn(
        _ program: PolicyProgram, _ index: Int, v4: Bool, limit: Int, depth: Int,
        _ random: inout RandomSource
    ) {
        let choice = choose(program, index)
        let enough = min(limit, pickedCount &+ choice.answers)
        let start = choice.count > 1 ? Int(random.below(UInt64(choice.count))) : 0
        for step in 0..<choice.count where pickedCount < enough {
            _ = choose(program, index)
            let child = program.member(chosenEdge((start &+ step) % choice.count)).node
            pick(program, child, v4: v4, limit: enough, depth: depth &+ 1, &random)
        }
    }

    /// An endpoint's addresses that it chooses from, from a random one of them on.
    private mutating func pickAddresses(
        _ node: PolicyNode, _ index: Int, v4: Bool, limit: Int, _ random: inout RandomSource
    ) {
        let range = node.addresses(v4: v4)
        var passing = 0
        for offset in 0..<range.count where passes(offset, of: index) { passing &+= 1 }
        // Start behind fewer of them than there are, so that each is first equally often.
        var skip = passing > 1 ? Int(random.below(UInt64(passing))) : 0
        var rotation = 0
        while skip > 0 {
            if passes(rotation, of: index) { skip &-= 1 }
            rotation &+= 1
        }
        for step in 0..<range.count where pickedCount < limit {
            let offset = (step &+ rotation) % range.count
            if passes(offset, of: index) { append(range.lowerBound &+ offset) }
        }
    }

    /// Whether a judged endpoint gives out its address of this number in the family.
    @inline(__always)
    package func passes(_ offset: Int, of endpoint: Int) -> Bool {
        let place = unsafe Int(addressStart[endpoint]) &+ offset
        return unsafe candidates[endpoint].contains(addressStandings[place])
    }

    /// Adds an address unless it is there already.
    private mutating func append(_ address: Int) {
        for index in 0..<pickedCount where unsafe Int(picked[index]) == address { return }
        guard pickedCount < ProgramLayout.maximumAnswers else { return }
        unsafe picked[pickedCount] = UInt32(truncatingIfNeeded: address)
        pickedCount &+= 1
    }
}
