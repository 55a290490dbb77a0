import Compiling
import DNSWire
import Geography
import Health
import TestSupport
import Testing
import Zones

/// The member with the lowest latency first, by a table that operators supply.
@Suite struct LatencyTests {
    static let table = LatencyTable([
        "10.0.0.0/8": ["use1": 30, "euw1": 80, "aps1": 200],
        "10.1.0.0/16": ["euw1": 20],
        "10.1.2.0/24": ["use1": 5, "aps1": 4],
        "DE": ["euw1": 15],
        "continent:EU": ["use1": 90, "euw1": 25, "aps1": 150],
        "US-CA": ["aps1": 10],
        "AS64500": ["use1": 1],
        "network:office": ["aps1": 2],
        "default": ["euw1": 50, "use1": 60],
    ])

    static let world = ClientLocations(
        lists: .table([("40.0.0.0/16", Location(network: "office"))]),
        database: .table([
            ("20.0.0.0/16", Location(continent: "EU", country: "DE")),
            ("20.1.0.0/16", Location(continent: "EU", country: "FR")),
            ("20.2.0.0/16", Location(continent: "NA", country: "US", subdivision: "CA")),
            ("20.3.0.0/16", Location(continent: "EU", country: "DE", autonomousSystem: 64500)),
            ("10.1.2.0/24", Location(continent: "EU", country: "DE")),
            ("30.0.0.0/16", Location(country: "IN", latitude: 19, longitude: 73)),
        ]))

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var client: String
        /// In the order in which they answer as the ones before go down.
        var order: [String]
        var scope: UInt8?

        init(
            _ testDescription: String, _ client: String, _ order: [String], scope: UInt8? = nil
        ) {
            self.testDescription = testDescription
            self.client = client
            self.order = order
            self.scope = scope
        }
    }

    private func check(_ c: Case, _ policy: PolicyDefinition, _ table: LatencyTable) throws {
        let harness = try PolicyHarness(policy, locations: Self.world, latencies: table)
        for name in policy.references { harness.set(name, .healthy) }
        let client = harness.client(try #require(ClientNetwork(text: c.client)))
        _ = harness.answer(for: client)
        if let scope = c.scope { #expect(harness.scope(for: client) == scope) }
        #expect(order(of: harness, for: c.client) == c.order)
    }

    /// Who answers, one after the other going down.
    private func order(of harness: PolicyHarness, for text: String) -> [String] {
        guard let network = ClientNetwork(text: text) else { return [] }
        let client = harness.client(network)
        var order: [String] = []
        for _ in 0..<4 {
            guard let name = harness.evaluate(for: client).endpoints.first else { break }
            order.append(name)
            harness.set(name, .unhealthy)
        }
        for name in order { harness.set(name, .healthy) }
        return order
    }

    @Test(arguments: [
        Case("the network's rows", "10.9.0.0/24", ["use1", "euw1", "aps1"]),
        Case("a row inside for one member", "10.1.9.0/24", ["euw1", "use1", "aps1"], scope: 21),
        Case("rows inside for two", "10.1.2.0/24", ["aps1", "use1", "euw1"], scope: 24),
        Case("a country before its continent", "20.0.0.0/24", ["euw1", "use1", "aps1"]),
        Case("a continent", "20.1.0.0/24", ["euw1", "use1", "aps1"]),
        Case("a subdivision, the rest by default", "20.2.0.0/24", ["aps1", "euw1", "use1"]),
        Case("an autonomous system", "20.3.0.0/24", ["use1", "euw1", "aps1"]),
        Case("an operator's network", "40.0.1.0/24", ["aps1", "euw1", "use1"]),
        Case("the default, then who has no row", "99.0.0.0/24", ["euw1", "use1", "aps1"]),
    ])
    func theFastestAnswers(_ c: Case) throws {
        try check(c, .fast("aps1", "use1", "euw1"), Self.table)
    }

    /// Route 53 §"Latency": only regions present in the group compete; ties go by name.
    @Test(arguments: [
        Case("the fastest is not a member", "10.1.2.0/24", ["use1", "euw1"]),
        Case("ties by name", "11.0.0.0/24", ["euw1", "use1"]),
    ])
    func onlyMembersCompete(_ c: Case) throws {
        let table = LatencyTable([
            "10.0.0.0/8": ["use1": 30, "euw1": 80, "aps1": 1],
            "11.0.0.0/8": ["use1": 30, "euw1": 30],
        ])
        try check(c, .fast("use1", "euw1"), table)
    }

    /// Without a row the way decides where it is known, else the order written, the default first.
    @Test(arguments: [
        Case("Mumbai is nearest", "30.0.0.0/24", ["aps1", "euw1", "use1"]),
        Case("an unknown client", "99.0.0.0/24", ["euw1", "use1", "aps1"]),
    ])
    func withoutARowTheWayDecides(_ c: Case) throws {
        let places = ["use1": (39.0, -77.5), "aps1": (19.1, 72.9), "euw1": (53.3, -6.3)]
        let policy = PolicyDefinition.latency(
            ["use1", "aps1", "euw1"].map { name in
                PlacedMember(
                    .to(name),
                    location: places[name].map { Coordinates(latitude: $0.0, longitude: $0.1) },
                    region: name, isDefault: name == "euw1", position: TestZone.position)
            })
        try check(c, policy, LatencyTable())
        let other = LatencyTable(["10.0.0.0/8": ["use1": 30, "euw1": 80, "aps1": 1]])
        try check(c, policy, other)
    }

    // MARK: Hysteresis

    struct Change: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var before: [Double]
        var after: [Double]
        var margin = 0.1
        var order: [String]
    }

    private static func table(_ latencies: [Double], _ margin: Double) -> LatencyTable {
        let values = Dictionary(uniqueKeysWithValues: zip(["a", "b", "c"], latencies))
        return LatencyTable(["10.0.0.0/8": values], hysteresis: margin)
    }

    @Test(arguments: [
        Change(
            testDescription: "faster, but not by the margin", before: [100, 120, 300],
            after: [100, 91, 300], order: ["a", "b", "c"]),
        Change(
            testDescription: "just the margin", before: [100, 120, 300], after: [100, 90, 300],
            order: ["a", "b", "c"]),
        Change(
            testDescription: "more than the margin", before: [100, 120, 300],
            after: [100, 89.9, 300], order: ["b", "a", "c"]),
        Change(
            testDescription: "the incumbent became slower", before: [100, 120, 300],
            after: [134, 120, 300], order: ["b", "a", "c"]),
        Change(
            testDescription: "lower rungs keep their order too", before: [10, 100, 105],
            after: [10, 100, 95], order: ["a", "b", "c"]),
        Change(
            testDescription: "the fastest of two that beat it", before: [100, 110, 120],
            after: [100, 85, 80], order: ["c", "b", "a"]),
        // c beats a by the margin; b beats neither and stays behind a.
        Change(
            testDescription: "only who beats it goes ahead", before: [100, 110, 120],
            after: [100, 95, 88], order: ["c", "a", "b"]),
        Change(
            testDescription: "no margin: a plain order", before: [100, 120, 300],
            after: [100, 99, 98], margin: 0, order: ["c", "b", "a"]),
        Change(
            testDescription: "all the same: nobody moves", before: [3, 2, 1],
            after: [50, 50, 50], order: ["c", "b", "a"]),
    ])
    func aMemberMustBeFasterByTheMargin(_ c: Change) throws {
        let policy = PolicyDefinition.fast("a", "b", "c")
        func harness(_ table: LatencyTable, _ history: LatencyHistory) throws -> PolicyHarness {
            let harness = try PolicyHarness(
                policy, locations: Self.world, latencies: table, after: history)
            for name in policy.references { harness.set(name, .healthy) }
            return harness
        }
        let first = try harness(Self.table(c.before, c.margin), LatencyHistory())
        let table = Self.table(c.after, c.margin)
        let second = try harness(table, first.latencyHistory)
        #expect(order(of: second, for: "10.0.0.0/24") == c.order)
        // Nothing has changed since.
        let third = try harness(table, second.latencyHistory)
        #expect(order(of: third, for: "10.0.0.0/24") == c.order)
        // A server that has just started knows no earlier order.
        let fresh = try harness(table, LatencyHistory())
        let sorted = zip(["a", "b", "c"], c.after).sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        #expect(order(of: fresh, for: "10.0.0.0/24") == sorted.map(\.0))
    }

    /// What is kept is kept for addresses, however the rows are cut.
    @Test func orderIsKeptForAClientWhoseRowsAreCutAnew() throws {
        let policy = PolicyDefinition.fast("a", "b")
        let before = LatencyTable(["10.0.0.0/8": ["a": 100, "b": 110]])
        let after = LatencyTable([
            "10.0.0.0/9": ["a": 100, "b": 95], "10.128.0.0/9": ["a": 100, "b": 50],
            "11.0.0.0/8": ["a": 100, "b": 95],
        ])
        let first = try PolicyHarness(policy, latencies: before)
        let second = try PolicyHarness(policy, latencies: after, after: first.latencyHistory)
        for name in ["a", "b"] { second.set(name, .healthy) }
        #expect(order(of: second, for: "10.1.0.0/24") == ["a", "b"])
        #expect(order(of: second, for: "10.200.0.0/24") == ["b", "a"])
        // Nobody had measured these; they were served as written.
        #expect(order(of: second, for: "11.0.0.0/24") == ["a", "b"])
    }
}
