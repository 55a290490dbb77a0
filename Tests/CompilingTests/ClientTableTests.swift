import Compiling
import DNSWire
import Geography
import Testing
import Zones

/// Tables of client networks in the image.
@Suite struct ClientTableTests {
    /// A list of many networks with names.
    private func locations(_ count: Int) -> ClientLocations {
        let entries = (0..<count).map { index in
            NetworkMap.Entry(
                Network(.v4(0x0A00_0000 + UInt32(index) << 9), bits: 24), UInt32(index % 2))
        }
        let lists = LocationMap(
            map: NetworkMap(networks: entries),
            locations: ["office", "lab"].map { Location(network: $0) })
        return ClientLocations(lists: lists, database: LocationMap())
    }

    private func bytes(_ names: [PolicyDefinition], _ locations: ClientLocations) throws -> Int {
        var steering = SteeringDefinition()
        steering.endpoints = [
            Fixture.endpoint("a", .v4(1)), Fixture.endpoint("b", .v4(2)),
        ]
        steering.names = try names.enumerated().map {
            try Fixture.steered("n\($0.offset).example.org.", $0.element)
        }
        return try compile(
            [ZoneSource(zone: try Fixture.zone("example.org."), steering: steering)],
            platform: SteeringDefinition(), settings: AnswerSettings(), locations: locations,
            slots: SlotMap(capacity: 100), generation: 1
        ).bytes.count
    }

    private func subnet(_ name: String, _ endpoint: String) -> PolicyDefinition {
        .subnet([
            ClientBranch(.network(name), Fixture.reference(endpoint), position: Fixture.place),
            ClientBranch(.fallback, Fixture.reference("b"), position: Fixture.place),
        ])
    }

    /// Policies with the same branches share a table, wherever the branches lead.
    @Test func equalTablesAreWrittenOnce() throws {
        let locations = locations(4000)
        let one = try bytes([subnet("office", "a")], locations)
        let same = try bytes([subnet("office", "a"), subnet("office", "b")], locations)
        let other = try bytes([subnet("office", "a"), subnet("lab", "a")], locations)
        #expect(one > 20_000)
        #expect(same - one < 1000)
        #expect(other - one > 20_000)
    }

    @Test func networksThatStandForIPv4AreRefused() throws {
        var steering = SteeringDefinition()
        steering.endpoints = [Fixture.endpoint("a", .v4(1))]
        let network = try #require(IPNetwork("::ffff:10.0.0.0/104"))
        steering.names = [
            try Fixture.steered(
                "n.example.org.",
                .subnet([
                    ClientBranch(
                        .prefix(network), Fixture.reference("a"),
                        position: SourcePosition(file: "z.yaml", line: 3, column: 9))
                ]))
        ]
        #expect(
            try Fixture.findings(steering) == [
                "z.yaml:3:9: clients in '\(network)' are located by the IPv4 address inside theirs: "
                    + "write that"
            ])
    }
}
