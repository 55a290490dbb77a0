import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// SVCB and HTTPS records do not name addresses that steering may withdraw (RFC 9460 §7.3).
@Suite struct ServiceHintTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Empty: the owner.
        var target = "pool.example.org."
        /// Keys and values.
        var parameters: [(Int, [UInt8])]
        /// What is left; nil: all.
        var kept: [(Int, [UInt8])]?
    }

    private static let v4Hint: (Int, [UInt8]) = (4, [192, 0, 2, 1])
    private static let v6Hint: (Int, [UInt8]) = (6, [UInt8](repeating: 7, count: 16))
    private static let port: (Int, [UInt8]) = (3, [0, 80])

    static let cases: [Case] = [
        Case(
            testDescription: "both families steered", parameters: [port, v4Hint, v6Hint],
            kept: [port]),
        Case(
            testDescription: "only IPv4 steered", target: "v4.example.org.",
            parameters: [port, v4Hint, v6Hint], kept: [port, v6Hint]),
        Case(testDescription: "no hint", parameters: [port]),
        Case(testDescription: "not steered", target: "www.example.org.", parameters: [v4Hint]),
        Case(testDescription: "elsewhere", target: "www.example.net.", parameters: [v4Hint]),
        Case(
            testDescription: "below a steered wildcard", target: "x.y.any.example.org.",
            parameters: [v4Hint], kept: []),
        Case(
            testDescription: "beside a steered wildcard", target: "static.any.example.org.",
            parameters: [v4Hint]),
        Case(
            testDescription: "an alias of a steered name", target: "alias.example.org.",
            parameters: [v4Hint, v6Hint], kept: []),
        Case(
            testDescription: "a steered name of another zone", target: "pool.example.net.",
            parameters: [v4Hint], kept: []),
        Case(
            testDescription: "mandatory lists port too",
            parameters: [(0, [0, 3, 0, 4]), port, v4Hint], kept: [(0, [0, 3]), port]),
        Case(
            testDescription: "mandatory lists the hint alone",
            parameters: [(0, [0, 4]), v4Hint], kept: []),
        Case(
            testDescription: "mandatory lists others", target: "v4.example.org.",
            parameters: [(0, [0, 3, 0, 6]), port, v4Hint, v6Hint],
            kept: [(0, [0, 3, 0, 6]), port, v6Hint]),
        Case(
            testDescription: "the owner itself", target: "", parameters: [port, v4Hint],
            kept: [port]),
    ]

    @Test(arguments: cases, [RRType.svcb, .https])
    func hintsFollowSteering(_ c: Case, type: RRType) throws {
        let owner = c.target.isEmpty ? "pool.example.org." : "service.example.org."
        let head = try [0, 1] + (c.target.isEmpty ? Name.root : Name(c.target)).wire
        let compiled = try image([(owner, type, head + ServiceHintTests.wire(c.parameters))])
        try compiled.read { image in
            let fragment = try #require(image.node(owner)?.entry(of: type)).fragment
            let data = fragment.body.slice(12, Int(fragment.body.u16(10)))
            let expected = head + ServiceHintTests.wire(c.kept ?? c.parameters)
            #expect((0..<data.count).map { data.byte($0) } == expected)
        }
        let host = c.target.isEmpty ? owner : c.target
        let warning =
            "example.org.zone:3: warning: \(owner) \(type): \(host) is steered, so its address hints are left out (RFC 9460 §7.3)"
        #expect(compiled.warnings.map(\.description) == (c.kept == nil ? [] : [warning]))
    }

    /// Two records that differed in their hints alone are one.
    @Test func equalRecordsBecomeOne() throws {
        let head = try [0, 1] + Name("pool.example.org.").wire
        let records = [Self.v4Hint, (4, [192, 0, 2, 2])].map {
            ("service.example.org.", RRType.https, head + ServiceHintTests.wire([$0]))
        }
        try image(records).read { image in
            let entry = try #require(image.node("service.example.org.")?.entry(of: .https))
            #expect(entry.fragment.answerRecords == 1)
        }
    }

    private static func wire(_ parameters: [(Int, [UInt8])]) -> [UInt8] {
        parameters.flatMap { [0, UInt8($0), 0, UInt8($1.count)] + $1 }
    }

    /// `records`, then what the targets are.
    private func image(_ records: [(String, RRType, [UInt8])]) throws -> CompiledImage {
        let address: [UInt8] = [192, 0, 2, 1]
        let zone = try Fixture.zone(
            "example.org.",
            records + [
                ("www.example.org.", .a, address), ("static.any.example.org.", .a, address),
                ("alias.example.org.", .cname, try Name("alias2.example.org.").wire),
                ("alias2.example.org.", .cname, try Name("pool.example.org.").wire),
            ])
        var steering = SteeringDefinition()
        steering.endpoints = [
            Fixture.endpoint("both", .v4(0xC000_0201), .v6(1, 2)),
            Fixture.endpoint("four", .v4(0xC000_0201)),
        ]
        steering.names = [
            try Fixture.steered("pool.example.org.", Fixture.reference("both")),
            try Fixture.steered("*.any.example.org.", Fixture.reference("both")),
            try Fixture.steered("v4.example.org.", Fixture.reference("four")),
        ]
        var other = SteeringDefinition()
        other.endpoints = steering.endpoints
        other.names = [try Fixture.steered("pool.example.net.", Fixture.reference("both"))]
        return try compile(
            [
                ZoneSource(zone: zone, steering: steering),
                ZoneSource(zone: try Fixture.zone("example.net."), steering: other),
            ],
            platform: SteeringDefinition(), settings: AnswerSettings(),
            slots: SlotMap(capacity: 100), generation: 1)
    }
}
