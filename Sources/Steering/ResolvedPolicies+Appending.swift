package import DNSWire
package import Serving

extension ResolvedPolicies {
    /// Appends what a block has, all or none.
    @inline(__always)
    mutating func append(
        _ block: Int, _ info: UInt32, _ owner: UInt16, _ writer: inout ResponseWriter,
        _ random: inout RandomSource
    ) {
        let start = block &+ Layout.headBytes
        switch UInt8(truncatingIfNeeded: info >> 8) {
        case Layout.Shape.one:
            appendV4(block, at: start, owner, &writer)
        case Layout.Shape.one | Layout.Shape.v6:
            appendV6(block, at: start, owner, &writer)
        case Layout.Shape.choice:
            let (cell, isOwn) = draw(block, cellBytes: Layout.cellBytes(v4: true), &random)
            appendV4(block, at: cell &+ (isOwn ? 8 : 12), owner, &writer)
        case Layout.Shape.choice | Layout.Shape.v6:
            let (cell, isOwn) = draw(block, cellBytes: Layout.cellBytes(v4: false), &random)
            appendV6(block, at: cell &+ (isOwn ? 8 : 24), owner, &writer)
        case Layout.Shape.none, Layout.Shape.program, Layout.Shape.program | Layout.Shape.v6:
            break
        default:
            appendSeveral(block, info, owner, &writer, &random)
        }
    }

    /// A cell of a choice, and whether its own member is drawn: one random number, two loads.
    @inline(__always)
    private func draw(
        _ block: Int, cellBytes: Int, _ random: inout RandomSource
    ) -> (cell: Int, isOwn: Bool) {
        let members = UInt64(slab.native32(block &+ Layout.count))
        let product = random.next().multipliedFullWidth(by: members)
        let cell = block &+ Layout.headBytes &+ Int(product.high) &* cellBytes
        return (cell, product.low < slab.word(cell))
    }

    @inline(__always)
    private func front(_ block: Int, _ owner: UInt16) -> UInt64 {
        slab.word(block &+ Layout.front) | (UInt64(owner) << 48).bigEndian
    }

    @inline(__always)
    private func appendV4(
        _ block: Int, at place: Int, _ owner: UInt16, _ writer: inout ResponseWriter
    ) {
        guard ResponseWriter.v4RecordBytes <= writer.room else {
            writer.isTruncated = true
            return
        }
        writer.appendV4(
            front: front(block, owner), back: slab.native32(block &+ Layout.back),
            slab.native32(place))
        writer.answerRecords &+= 1
    }

    @inline(__always)
    private func appendV6(
        _ block: Int, at place: Int, _ owner: UInt16, _ writer: inout ResponseWriter
    ) {
        guard ResponseWriter.v6RecordBytes <= writer.room else {
            writer.isTruncated = true
            return
        }
        writer.appendV6(
            front: front(block, owner), back: slab.native32(block &+ Layout.back),
            slab.word(place), slab.word(place &+ 8))
        writer.answerRecords &+= 1
    }

    /// Appends the addresses of a shape that has several, all or none.
    private mutating func appendSeveral(
        _ block: Int, _ info: UInt32, _ owner: UInt16, _ writer: inout ResponseWriter,
        _ random: inout RandomSource
    ) {
        let shape = UInt8(truncatingIfNeeded: info >> 8)
        let isV4 = shape & Layout.Shape.v6 == 0
        let members = Int(slab.native32(block &+ Layout.count))
        var pool = block &+ Layout.headBytes
        var count = Int(info >> 16)
        var place = 0
        let isTree = shape & ~Layout.Shape.v6 == Layout.Shape.tree
        if isTree {
            let root = slab.native32(block &+ Layout.root)
            picker.pick(slab.slice(block, slab.count &- block), root: root, &random)
            pool = block &+ Int(slab.native32(block &+ Layout.pool))
            count = picker.count
        } else if shape & ~Layout.Shape.v6 == Layout.Shape.turn, members > 1 {
            place = Int(random.below(UInt64(members)))
        }
        let bytes = isV4 ? ResponseWriter.v4RecordBytes : ResponseWriter.v6RecordBytes
        guard count &* bytes <= writer.room else {
            writer.isTruncated = true
            return
        }
        let front = front(block, owner)
        let back = slab.native32(block &+ Layout.back)
        for index in 0..<count {
            let address =
                pool &+ (isTree ? picker[index] : place) &* Layout.addressBytes(v4: isV4)
            if isV4 {
                writer.appendV4(front: front, back: back, slab.native32(address))
            } else {
                writer.appendV6(
                    front: front, back: back, slab.word(address), slab.word(address &+ 8))
            }
            place &+= 1
            if place == members { place = 0 }
        }
        writer.answerRecords &+= count
    }

    // MARK: Policies that are too large to keep

    /// Evaluates the policy of a block whose outcome said so, and appends its addresses.
    @inline(never)
    package mutating func evaluate(
        _ block: Int, _ image: ServingImage, _ verdicts: VerdictTable,
        for client: PolicyClient = .anybody, owner: UInt16, into writer: inout ResponseWriter,
        random: inout RandomSource
    ) -> SteeredOutcome {
        let program = PolicyProgram(image, offset: Int(slab.native32(block &+ Layout.root)))
        let info = slab.native32(block &+ Layout.info)
        let isV4 = UInt8(truncatingIfNeeded: info >> 8) & Layout.Shape.v6 == 0
        let flags = slab.byte(block &+ Layout.assumption)
        let assumption = Assumption(rawValue: flags & ~Layout.fallbackFlag) ?? .facts
        let isFallback = flags & Layout.fallbackFlag != 0
        resolver.evaluator.lastGood = slab.native32(block &+ Layout.pool)
        var count = resolver.evaluator.evaluate(
            program, image, verdicts, v4: isV4, for: client, usesFallback: isFallback,
            assuming: assumption, random: &random
        ).count
        if count == 0 {
            // The last address went down after the block was made: the next query will know.
            count =
                resolver.evaluator.evaluate(
                    program, image, verdicts, v4: isV4, for: client, usesFallback: isFallback,
                    assuming: .everythingUp, random: &random
                ).count
        }
        let outcome: SteeredOutcome =
            assumption == .facts && !isFallback ? .addresses : .addressesWhileDown
        let bytes = isV4 ? ResponseWriter.v4RecordBytes : ResponseWriter.v6RecordBytes
        guard count &* bytes <= writer.room else {
            writer.isTruncated = true
            return outcome
        }
        let front = front(block, owner)
        let back = slab.native32(block &+ Layout.back)
        for index in 0..<count {
            let address = image.address(resolver.evaluator.address(index)).wire(v4: isV4)
            if isV4 {
                writer.appendV4(front: front, back: back, address.native32(0))
            } else {
                writer.appendV6(front: front, back: back, address.word(0), address.word(8))
            }
        }
        writer.answerRecords &+= count
        return outcome
    }
}
