import DNSWire
import Geography
import Health
import Steering
import TestSupport
import Testing
import Zones

/// Route 53's rules of geolocation, row by row; the clients are where the rows say.
@Suite struct Route53PlaceTests {
    private static let world = ClientLocations(
        lists: LocationMap(),
        database: .table([
            ("10.0.0.0/16", Location(continent: "NA", country: "US", subdivision: "WA")),
            ("10.1.0.0/16", Location(continent: "NA", country: "US", subdivision: "OR")),
            ("10.2.0.0/16", Location(continent: "NA", country: "US")),
            ("10.3.0.0/16", Location(continent: "EU", country: "DE")),
            ("10.4.0.0/16", Location(country: "DE", autonomousSystem: 64500)),
        ]))

    private static let keys: [String: ClientBranch.Key] = [
        "US-WA": .subdivision(country: "US", "WA"), "US": .country("US"),
        "NA": .continent("NA"), "*": .fallback, "EU": .continent("EU"), "AF": .continent("AF"),
        "DE": .country("DE"), "FR": .country("FR"), "AS64500": .autonomousSystem(64500),
    ]

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var present: [String]
        var client: String
        var unhealthy: [String] = []
        /// Nil: NODATA.
        var answer: String?

        init(
            _ name: String, _ present: [String], _ client: String, unhealthy: [String] = [],
            _ answer: String?
        ) {
            testDescription = name
            self.present = present
            self.client = client
            self.unhealthy = unhealthy
            self.answer = answer
        }
    }

    private static let seattle = "10.0.0.0/24"
    private static let ladder = ["US-WA", "US", "NA", "*"]

    @Test(arguments: [
        Row("Seattle", ladder, seattle, "US-WA"),
        Row("Seattle, US-WA unhealthy", ladder, seattle, unhealthy: ["US-WA"], "US"),
        Row("Seattle, US-WA and US unhealthy", ladder, seattle, unhealthy: ["US-WA", "US"], "NA"),
        Row(
            "Seattle, all but the default unhealthy", ladder, seattle,
            unhealthy: ["US-WA", "US", "NA"], "*"),
        Row("Seattle, all four unhealthy", ladder, seattle, unhealthy: ladder, "US-WA"),
        Row("US, state unknown", ["US", "*"], "10.2.0.0/24", "US"),
        Row("US-WA only, Oregon", ["US-WA"], "10.1.0.0/24", nil),
        Row("EU and AF, unmapped", ["EU", "AF"], "99.0.0.0/24", nil),
        Row("EU and default, unmapped", ["EU", "*"], "99.0.0.0/24", "*"),
        Row(
            "DE and FR, Germany, DE unhealthy", ["DE", "FR"], "10.3.0.0/24", unhealthy: ["DE"], "DE"
        ),
        // Sterna's own.
        Row(
            "an autonomous system before its country", ["DE", "AS64500"], "10.4.0.0/24", "AS64500"),
        Row(
            "an autonomous system down: its country", ["DE", "AS64500"], "10.4.0.0/24",
            unhealthy: ["AS64500"], "DE"),
        Row("another autonomous system", ["AS64500", "*"], "10.3.0.0/24", "*"),
    ])
    func theSmallestHealthyRegionAnswers(_ row: Row) throws {
        let names = Dictionary(
            uniqueKeysWithValues: row.present.enumerated().map { ($0.element, "e\($0.offset)") })
        let policy = PolicyDefinition.geo(
            row.present.compactMap { text in
                guard let key = Self.keys[text], let name = names[text] else { return nil }
                return ClientBranch(key, .to(name), position: TestZone.position)
            })
        let harness = try PolicyHarness(policy, locations: Self.world)
        for (text, name) in names {
            harness.set(name, row.unhealthy.contains(text) ? .unhealthy : .healthy)
        }
        let client = harness.client(try #require(ClientNetwork(text: row.client)))
        let answer = harness.answer(for: client)
        guard let wanted = row.answer.flatMap({ names[$0] }) else {
            #expect(answer.outcome == .noData)
            return
        }
        // A name that is down answers as if all were up, with this member.
        let isDown =
            row.present.allSatisfy(row.unhealthy.contains)
            || row.answer == "DE"
                && row.unhealthy == ["DE"]
        let picked = harness.evaluate(for: client, assuming: isDown ? .upUnlessOverridden : .facts)
        #expect(picked.endpoints == [wanted])
        #expect(answer.addresses == picked.addresses)
        #expect(answer.outcome == (isDown ? .addressesWhileDown : .addresses))
    }
}
