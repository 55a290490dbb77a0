import DNSWire

/// Picks addresses out of one resolved tree, as `PolicyEvaluator` does out of a program.
///
/// What each node picks is told there; here only members that may answer are left, and a draw by weight
/// takes the same time for any number of them.
@safe
struct TreePicker: ~Copyable {
    /// Numbers of the pool's addresses, and by level the members that a node has drawn.
    private let picked: UnsafeMutablePointer<UInt32>
    private let drawn: UnsafeMutablePointer<UInt32>
    private(set) var count = 0

    /// Draws that may hit a member that is drawn already, before the rest is looked through.
    private static let maximumMisses = 3

    init() {
        unsafe picked = .allocate(capacity: ProgramLayout.maximumAnswers)
        unsafe picked.initialize(repeating: 0, count: ProgramLayout.maximumAnswers)
        let levels = ProgramLayout.maximumDepth + 1
        unsafe drawn = .allocate(capacity: levels * ProgramLayout.maximumAnswers)
        unsafe drawn.initialize(repeating: 0, count: levels * ProgramLayout.maximumAnswers)
    }

    deinit {
        unsafe picked.deallocate()
        unsafe drawn.deallocate()
    }

    /// The n-th address of the last pick, as a number in the pool.
    subscript(index: Int) -> Int {
        precondition(index >= 0 && index < count, "no such address")
        return unsafe Int(picked[index])
    }

    /// Picks anew from `root` of a block.
    mutating func pick(_ block: ByteView, root: UInt32, _ random: inout RandomSource) {
        count = 0
        pick(block, root, limit: ProgramLayout.maximumAnswers, depth: 0, &random)
    }

    private mutating func pick(
        _ block: ByteView, _ reference: UInt32, limit: Int, depth: Int,
        _ random: inout RandomSource
    ) {
        if reference & ResolvedLayout.Reference.addressBit != 0 {
            append(reference & ~ResolvedLayout.Reference.addressBit)
            return
        }
        guard depth <= ProgramLayout.maximumDepth else { return }
        let node = Int(reference)
        let head = block.native32(node &+ ResolvedLayout.Node.kind)
        let answers = Int(head >> 16)
        let members = Int(block.native32(node &+ ResolvedLayout.Node.count))
        guard members > 0 else { return }
        switch head & 0xFFFF {
        case ResolvedLayout.Node.endpoint:
            let first = Int(block.native32(node &+ ResolvedLayout.Node.headBytes))
            let start = Int(random.below(UInt64(members)))
            for step in 0..<members where count < limit {
                let place = start &+ step
                append(
                    UInt32(
                        truncatingIfNeeded: first
                            &+ (place < members ? place : place &- members)))
            }
        case ResolvedLayout.Node.choice:
            let place = draw(block, node, members, &random)
            pick(block, member(block, node, place), limit: limit, depth: depth &+ 1, &random)
        case ResolvedLayout.Node.draws:
            pickSeveral(
                block, node, members, min(answers, members), limit: limit, depth: depth, &random)
        default:
            let enough = min(limit, count &+ answers)
            let start = Int(random.below(UInt64(members)))
            for step in 0..<members where count < enough {
                let place = start &+ step < members ? start &+ step : start &+ step &- members
                let child = block.native32(
                    node &+ ResolvedLayout.Node.headBytes &+ place &* 4)
                pick(block, child, limit: enough, depth: depth &+ 1, &random)
            }
        }
    }

    // MARK: By weight

    private func cell(_ node: Int, _ place: Int) -> Int {
        node &+ ResolvedLayout.Node.headBytes &+ place &* ResolvedLayout.Cell.bytes
    }

    private func member(_ block: ByteView, _ node: Int, _ place: Int) -> UInt32 {
        block.native32(cell(node, place) &+ ResolvedLayout.Cell.own)
    }

    /// Draws one of the members by weight.
    private func draw(
        _ block: ByteView, _ node: Int, _ members: Int, _ random: inout RandomSource
    ) -> Int {
        let product = random.next().multipliedFullWidth(by: UInt64(members))
        let place = Int(product.high)
        let cell = cell(node, place)
        if product.low < block.word(cell &+ ResolvedLayout.Cell.threshold) { return place }
        return Int(block.native32(cell &+ ResolvedLayout.Cell.alias))
    }

    /// Draws members one after the other, each by its weight among those left.
    ///
    /// To draw again after one that is drawn already comes to the same as to draw among the rest.
    private mutating func pickSeveral(
        _ block: ByteView, _ node: Int, _ members: Int, _ draws: Int, limit: Int, depth: Int,
        _ random: inout RandomSource
    ) {
        let base = depth &* ProgramLayout.maximumAnswers
        for number in 0..<min(draws, ProgramLayout.maximumAnswers) where count < limit {
            var place = draw(block, node, members, &random)
            var misses = 0
            while misses < TreePicker.maximumMisses, isDrawn(place, base, number) {
                place = draw(block, node, members, &random)
                misses &+= 1
            }
            if isDrawn(place, base, number) {
                place = drawRest(block, node, members, base, number, &random)
            }
            unsafe drawn[base &+ number] = UInt32(truncatingIfNeeded: place)
            pick(block, member(block, node, place), limit: limit, depth: depth &+ 1, &random)
        }
    }

    private func isDrawn(_ place: Int, _ base: Int, _ number: Int) -> Bool {
        for index in 0..<number where unsafe Int(drawn[base &+ index]) == place { return true }
        return false
    }

    /// Draws among the members that are not drawn yet; there is one at least.
    private func drawRest(
        _ block: ByteView, _ node: Int, _ members: Int, _ base: Int, _ number: Int,
        _ random: inout RandomSource
    ) -> Int {
        let weights = cell(node, members)
        var sum: UInt64 = 0
        for place in 0..<members where !isDrawn(place, base, number) {
            sum &+= UInt64(block.native32(weights &+ place &* 4))
        }
        var target = random.below(max(1, sum))
        for place in 0..<members where !isDrawn(place, base, number) {
            let weight = UInt64(block.native32(weights &+ place &* 4))
            if target < weight { return place }
            target &-= weight
        }
        return 0
    }

    /// Adds an address unless it is there already.
    private mutating func append(_ address: UInt32) {
        for index in 0..<count where unsafe picked[index] == address { return }
        guard count < ProgramLayout.maximumAnswers else { return }
        unsafe picked[count] = address
        count &+= 1
    }
}
