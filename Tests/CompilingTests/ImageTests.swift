import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// What stands in an image.
@Suite struct ImageTests {
    private static let address: [UInt8] = [192, 0, 2, 1]

    @Test func noZonesAreAnImage() throws {
        let compiled = try compile(
            [], platform: SteeringDefinition(), settings: AnswerSettings(udpBytes: 1400),
            slots: SlotMap(capacity: 1), generation: 7)
        #expect(compiled.zones.isEmpty)
        try compiled.read { image in
            #expect(image.generation == 7)
            #expect(image.udpBytes == 1400)
            #expect(image.zoneCount == 0)
            #expect(image.nameCount == 0)
            #expect(image.node(".") == nil)
            #expect(image.node("example.org.") == nil)
        }
    }

    @Test func damagedImageIsRefused() throws {
        let compiled = try Fixture.image(SteeringDefinition())
        #expect(throws: Never.self) {
            try compiled.bytes.withUnsafeBytes { _ = try ServingImage(ByteView($0)) }
        }
        for offset in stride(from: 0, to: compiled.bytes.count, by: 5) {
            var bytes = compiled.bytes
            bytes[offset] ^= 0x10
            #expect(throws: ImageError.self) {
                try bytes.withUnsafeBytes { _ = try ServingImage(ByteView($0)) }
            }
        }
        let cut = compiled.bytes.dropLast(8)
        #expect(throws: ImageError.self) {
            try Array(cut).withUnsafeBytes { _ = try ServingImage(ByteView($0)) }
        }
    }

    @Test func namesBelowACutAreLeftOut() throws {
        let server = try Name("ns.sub.example.org.").wire
        let zone = try Fixture.zone(
            "example.org.",
            [
                ("sub.example.org.", .ns, server), ("ns.sub.example.org.", .a, Self.address),
                ("a.b.example.org.", .a, Self.address), ("*.example.org.", .a, Self.address),
            ])
        let compiled = try compile(
            [ZoneSource(zone: zone)], platform: SteeringDefinition(), settings: AnswerSettings(),
            slots: SlotMap(capacity: 1), generation: 1)
        // The apex, the cut, the name with its empty non-terminal, the wildcard.
        #expect(compiled.zones.map(\.names) == [5])
        try compiled.read { image in
            #expect(image.nameCount == 5)
            #expect(image.maximumLabels == 4)
            #expect(image.node("ns.sub.example.org.") == nil)
            let cut = try #require(image.node("SUB.example.org."))
            #expect(Int(cut.cut) == cut.offset)
            let empty = try #require(image.node("b.example.org."))
            #expect(empty.entryCount == 0)
            let apex = try #require(image.node("example.org."))
            let wildcard = try #require(image.node("*.example.org."))
            #expect(Int(apex.wildcard) == wildcard.offset)
            #expect(apex.cut == 0)
        }
    }

    /// Parent, child and grandchild, in any order of the files.
    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
    func nestedZonesKnowTheirParents(order: [Int]) throws {
        let ns = try Name("ns.invalid.").wire
        let zones = [
            try Fixture.zone(
                "example.org.", serial: 10,
                [
                    ("sub.example.org.", .ns, ns), ("sub.example.org.", .ds, [0, 1, 13, 2, 9]),
                    // Of these only the nearer parent may speak.
                    ("a.sub.example.org.", .ns, ns),
                ]),
            try Fixture.zone(
                "sub.example.org.", serial: 20, [("a.sub.example.org.", .ns, ns)]),
            try Fixture.zone(
                "a.sub.example.org.", serial: 30,
                [("www.a.sub.example.org.", .a, Self.address)]),
        ]
        let compiled = try compile(
            order.map { ZoneSource(zone: zones[$0]) }, platform: SteeringDefinition(),
            settings: AnswerSettings(), slots: SlotMap(capacity: 1), generation: 1)
        let origins = ["example.org.", "sub.example.org.", "a.sub.example.org."]
        #expect(compiled.zones.map(\.origin.description).sorted() == origins.sorted())
        try compiled.read { image in
            func serial(_ node: NodeView) -> UInt32 { image.zone(node.zone).serial }
            let apexes = try origins.map { try #require(image.node($0)) }
            #expect(apexes.map(serial) == [10, 20, 30])
            #expect(apexes.map(\.cut) == [0, 0, 0])
            #expect(apexes[0].parentSide == 0)
            for child in 1...2 {
                let side = try #require(image.node(apexes[child].parentSide))
                #expect(serial(side) == UInt32(child) * 10)
                #expect(side.entry(of: .soa) == nil)
            }
            let side = try #require(image.node(apexes[1].parentSide))
            #expect(side.entry(of: .ds) != nil)
        }
    }

    /// Additional records are a courtesy: they never make an answer larger than a message.
    @Test func additionalRecordsAreLeftOutWhereAMessageIsFull() throws {
        var records: [(String, RRType, [UInt8])] = []
        for host in 0..<60 {
            let name = "h\(host).example.org."
            records.append(("mail.example.org.", .mx, [0, 1] + (try Name(name).wire)))
            for number in 0..<100 {
                records.append((name, .a, [10, UInt8(host), 0, UInt8(number)]))
            }
        }
        let compiled = try compile(
            [ZoneSource(zone: try Fixture.zone("example.org.", records))],
            platform: SteeringDefinition(), settings: AnswerSettings(), slots: SlotMap(capacity: 1),
            generation: 1)
        try compiled.read { image in
            let node = try #require(image.node("mail.example.org."))
            let fragment = try #require(node.entry(of: .mx)).fragment
            #expect(fragment.answerRecords == 60)
            #expect((2000..<6000).contains(fragment.additionalRecords))
            #expect(fragment.totalBytes < Header.maximumBytes)
        }
    }

    @Test func rrsetLargerThanAMessageIsAFinding() throws {
        let text = [UInt8](repeating: 255, count: 1) + [UInt8](repeating: 0x61, count: 255)
        let records = (0..<250).map { number in
            ("big.example.org.", RRType.txt, text + [1, UInt8(number)])
        }
        let zone = try Fixture.zone("example.org.", records)
        #expect {
            try compile(
                [ZoneSource(zone: zone)], platform: SteeringDefinition(),
                settings: AnswerSettings(), slots: SlotMap(capacity: 1), generation: 1)
        } throws: { error in
            (error as? Findings)?.all.map(\.description) == [
                "example.org.zone:3: big.example.org. has a TXT RRset that is larger than a message (RFC 1035 §4.2.2)"
            ]
        }
    }

    /// Every name of a large zone is found, and no other.
    @Test func tableFindsEveryName() throws {
        let names = (0..<5000).map { "host-\($0 &* 2_654_435_761 % 1_000_003).example.org." }
        let zone = try Fixture.zone(
            "example.org.", names.map { ($0, .a, Self.address) })
        let compiled = try compile(
            [ZoneSource(zone: zone)], platform: SteeringDefinition(), settings: AnswerSettings(),
            slots: SlotMap(capacity: 1), generation: 1)
        try compiled.read { image in
            for name in names { #expect(image.node(name) != nil) }
            for number in 0..<5000 { #expect(image.node("guest-\(number).example.org.") == nil) }
        }
    }
}
