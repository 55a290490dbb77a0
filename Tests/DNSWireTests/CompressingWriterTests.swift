import DNSWire
import TestSupport
import Testing

@Suite struct CompressingWriterTests {
    /// A record to write and what the reference must read.
    private struct Sample {
        var owner: Name?
        var type: RRType
        var rdata: [UInt8]
        var expected: ReferenceMessage.Record
    }

    /// Few labels, so that names share suffixes; case differs at random.
    private func name(_ random: inout SeededGenerator) throws -> Name {
        let pool = ["a", "bb", "CCC", "www", "EXAMPLE", "org", "mail"]
        return try Name(
            labels: (0..<Int.random(in: 0...5, using: &random)).map { _ in
                let label = pool.randomElement(using: &random) ?? "a"
                return Array((Bool.random(using: &random) ? label : label.lowercased()).utf8)
            })
    }

    private func sample(_ random: inout SeededGenerator, question: Name) throws -> Sample {
        let owner = Int.random(in: 0..<4, using: &random) == 0 ? nil : try name(&random)
        let types: [RRType] = [
            .a, .ns, .cname, .soa, .ptr, .mx, .txt, .srv, .dname, RRType(rawValue: 14),
        ]
        let type = types.randomElement(using: &random) ?? .a
        let first = try name(&random)
        let second = try name(&random)
        let tail = random.bytes(Int.random(in: 0...20, using: &random))
        // Names that may not be compressed must come out as they went in, case and all.
        let (rdata, expected): ([UInt8], [UInt8]) =
            switch type {
            case .ns, .cname, .ptr: (first.wire, first.lowercasedWire)
            case .soa, RRType(rawValue: 14):
                (
                    first.wire + second.wire + tail,
                    first.lowercasedWire + second.lowercasedWire + tail
                )
            case .mx: ([0, 9] + first.wire, [0, 9] + first.lowercasedWire)
            case .srv, .dname: (tail + first.wire, tail + first.wire)
            default: (tail, tail)
            }
        return Sample(
            owner: owner, type: type, rdata: rdata,
            expected: ReferenceMessage.Record(
                owner: (owner ?? question).lowercased().labels, type: type.rawValue, rrClass: 1,
                ttl: 77, data: expected))
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func theReferenceReadsWhatWasWritten(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let question = try name(&random)
            let head = [UInt8](repeating: 0, count: 12) + question.wire + [0, 1, 0, 1]
            var writer = CompressingWriter(base: head.count)
            writer.addTarget(question, at: 12)
            let samples = try (0..<12).map { _ in try sample(&random, question: question) }
            for sample in samples {
                writer.appendRecord(
                    owner: sample.owner, type: sample.type, ttl: 77, rdata: sample.rdata)
            }
            let read = try ReferenceMessage(recordsIn: head + writer.bytes, from: head.count)
            #expect(read.sections == [samples.map(\.expected)], "seed \(seed)")
            // Owners that are the question's are pointers too, which never move.
            let moving = Set(writer.pointers.map { $0 + head.count })
            #expect(moving.isSubset(of: read.pointers.keys), "seed \(seed)")
            let others = read.pointers.filter { !moving.contains($0.key) }
            #expect(others.values.allSatisfy { $0 == 12 }, "seed \(seed)")
            #expect(others.count == samples.filter { $0.owner == nil }.count, "seed \(seed)")
        }
    }

    /// Pointers have 14 bits, and leave room for a question longer than the one compiled for.
    @Test func noPointerReachesTooFar() throws {
        var random = SeededGenerator(seed: 3)
        let base = 29
        var writer = CompressingWriter(base: base)
        var expected: [ReferenceMessage.Record] = []
        for number in 0..<1_500 {
            let owner = try Name("host\(number / 2).example.org.")
            let rdata = random.bytes(4)
            writer.appendRecord(owner: owner, type: .a, ttl: 1, rdata: rdata)
            expected.append(
                ReferenceMessage.Record(
                    owner: owner.labels, type: 1, rrClass: 1, ttl: 1, data: rdata))
        }
        let bytes = [UInt8](repeating: 0, count: base) + writer.bytes
        #expect(bytes.count > 0x4000 + 1_000)
        let read = try ReferenceMessage(recordsIn: bytes, from: base)
        #expect(read.sections == [expected])
        #expect(read.pointers.values.allSatisfy { $0 <= 0x3FFF - Name.maximumBytes })
        #expect(read.pointers.count > 1_000)
    }

    @Test func knownSuffixesBecomePointers() throws {
        var writer = CompressingWriter(base: 40)
        writer.addTarget(try Name("www.example.org."), at: 12)
        writer.append(try Name("mail.EXAMPLE.org."))
        #expect(writer.bytes == [4, 109, 97, 105, 108, 0xC0, 16])
        #expect(writer.pointers == [5])
        writer.append(try Name("mail.example.org."))
        #expect(writer.bytes.suffix(2) == [0xC0, 40])
        writer.append(try Name("org."), compressing: false)
        #expect(writer.bytes.suffix(5) == [3, 111, 114, 103, 0])
        writer.append(.root)
        #expect(writer.bytes.count == 15)
        #expect(writer.pointers == [5, 7])
    }

    /// What is written whole can still be pointed at.
    @Test func uncompressedNamesAreTargets() throws {
        var writer = CompressingWriter(base: 100)
        writer.append(try Name("a.b."), compressing: false)
        writer.append(try Name("a.b."))
        writer.append(try Name("b."))
        #expect(writer.bytes == [1, 97, 1, 98, 0, 0xC0, 100, 0xC0, 102])
    }

    @Test(
        arguments: [
            ([0], 1), ([1, 97, 0], 3), ([1, 97, 0, 9, 9], 3), ([], nil), ([1], nil),
            ([1, 97], nil),
            ([0xC0, 0], nil), ([1, 97, 0xC0, 0], nil),
            ([64] + [UInt8](repeating: 1, count: 80), nil),
        ] as [([UInt8], Int?)])
    func namesAreMeasured(_ bytes: [UInt8], _ length: Int?) {
        #expect(CompressingWriter.nameLength(bytes[...]) == length)
        #expect(CompressingWriter.nameLength(([7] + bytes).dropFirst()) == length)
    }

    /// Names may be compressed in the types of RFC 1035 only (RFC 3597 §4).
    @Test func onlyOldTypesHaveCompressibleNames() {
        let types = (0...65_535).filter { CompressibleNames(RRType(rawValue: $0)).nameCount > 0 }
        #expect(types == [2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15])
        #expect(CompressibleNames(.mx).prefixBytes == 2)
        #expect(CompressibleNames(.soa).nameCount == 2)
    }
}
