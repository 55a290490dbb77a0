import DNSWire
import TestSupport
import Testing

/// Packets that nobody would send on purpose.
@Suite struct QueryFuzzTests {
    private static let rounds = 50_000

    private static let good: [[UInt8]] = [
        QueryPacket().bytes,
        QueryPacket(additional: [QueryPacket.opt()]).bytes,
        QueryPacket(additional: [
            QueryPacket.record(), QueryPacket.opt(options: [0, 3, 0, 0, 0, 10, 0, 2, 7, 7]),
        ]).bytes,
        QueryPacket(additional: [QueryPacket.opt(), QueryPacket.tsig()]).bytes,
        QueryPacket(
            counts: [1, 0, 1, 1], question: QueryPacket.question([0], type: 251),
            records: [QueryPacket.record(owner: [1, 97, 0], type: 6), QueryPacket.opt()]
        ).bytes,
    ]

    @Test(arguments: 0..<2 as Range<UInt64>)
    func randomBytesNeverTrap(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var key = NameKey()
        var questions = 0
        for round in 0..<QueryFuzzTests.rounds {
            var packet = random.bytes(Int.random(in: 0..<64, using: &random))
            // Most random headers say nothing of interest; let half of them pass.
            if round.isMultiple(of: 2), packet.count >= 12 {
                packet.replaceSubrange(2..<12, with: [0, 0, 0, 1, 0, 0, 0, 0, 0, packet[11] & 1])
            }
            if check(packet, &key, "seed \(seed), round \(round)") { questions += 1 }
        }
        #expect(questions > 0)
    }

    @Test(arguments: 2..<4 as Range<UInt64>)
    func mutatedPacketsNeverTrap(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var key = NameKey()
        var questions = 0
        for round in 0..<QueryFuzzTests.rounds {
            var packet = QueryFuzzTests.good[round % QueryFuzzTests.good.count]
            for _ in 0...Int.random(in: 0...3, using: &random) { mutate(&packet, &random) }
            if check(packet, &key, "seed \(seed), round \(round)") { questions += 1 }
        }
        #expect(questions > 0)
        #expect(questions < QueryFuzzTests.rounds)
    }

    private func mutate(_ packet: inout [UInt8], _ random: inout SeededGenerator) {
        guard let index = packet.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: packet[index] = UInt8.random(in: 0...255, using: &random)
        case 1: packet[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: packet.removeSubrange(index...)
        case 3:
            packet.insert([0, 1, 63, 64, 0xC0, 0xFF].randomElement(using: &random) ?? 0, at: index)
        default: packet.remove(at: index)
        }
    }

    /// Parses, and holds what came of it against the packet; whether it was a question.
    private func check(_ packet: [UInt8], _ key: inout NameKey, _ place: Comment) -> Bool {
        var query = Query()
        guard case .question = packet.withView({ query.parse($0) }) else {
            // A question to echo must be whole even then.
            if query.questionEnd > packet.count { Issue.record(place) }
            return false
        }
        let end = 12 + query.nameBytes
        let wire = Array(packet[12..<end])
        // Plain tests first: expectations are slow, and all is well nearly always.
        var labels = 0
        var offset = 0
        while wire[offset] != 0 {
            labels += 1
            offset += 1 + Int(wire[offset])
        }
        let isSound =
            offset == wire.count - 1 && wire.count <= 255 && labels == query.labelCount
            && query.questionEnd == end + 4 && query.questionEnd <= packet.count
            && query.optionsOffset + query.optionsBytes <= packet.count
            && query.udpPayloadBytes >= 512 && query.ednsVersion == 0
        if !isSound { Issue.record(place) }
        wire.withView { key.set($0) }
        if key.labelCount != labels { Issue.record(place) }
        return true
    }
}
