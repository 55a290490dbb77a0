import DNSWire
import Geography
import Health
import TestSupport
import Testing
import Zones

/// The nearest member first (Route 53's geoproximity, with its formula of the bias).
@Suite struct ProximityTests {
    /// Clients at whole degrees on the equator and elsewhere.
    static let world = ClientLocations(
        lists: .table([
            ("10.9.0.0/16", Location(network: "ship", latitude: 0, longitude: 170))
        ]),
        database: .table([
            ("10.0.0.0/16", Location(country: "GA", latitude: 0, longitude: 10)),
            ("10.1.0.0/16", Location(country: "GA", latitude: 0, longitude: 11)),
            ("10.2.0.0/16", Location(country: "FJ", latitude: -17.7, longitude: 178)),
            ("10.3.0.0/16", Location(country: "WS", latitude: -13.8, longitude: -171.8)),
            ("10.4.0.0/16", Location(country: "FR", latitude: 48.9, longitude: 2.4)),
            ("10.5.0.0/16", Location(country: "DE")),
            ("10.9.0.0/16", Location(country: "SC", latitude: -4.6, longitude: 55.5)),
        ]))

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var client: String
        var down: [String] = []
        var answer: String
        var scope: UInt8?

        init(
            _ testDescription: String, _ client: String, down: [String] = [], _ answer: String,
            scope: UInt8? = nil
        ) {
            self.testDescription = testDescription
            self.client = client
            self.down = down
            self.answer = answer
            self.scope = scope
        }
    }

    private func check(_ c: Case, _ policy: PolicyDefinition) throws {
        let harness = try PolicyHarness(policy, locations: Self.world)
        for name in policy.references {
            harness.set(name, c.down.contains(name) ? .unhealthy : .healthy)
        }
        let client = harness.client(try #require(ClientNetwork(text: c.client)))
        #expect(harness.evaluate(for: client).endpoints == [c.answer])
        _ = harness.answer(for: client)
        if let scope = c.scope { #expect(harness.scope(for: client) == scope) }
    }

    static let sites: PolicyDefinition = .near([
        "paris": (48.9, 2.4), "suva": (-18.1, 178.4), "apia": (-13.8, -171.8),
        "libreville": (0.4, 9.5),
    ])

    @Test(arguments: [
        Case("the nearest", "10.4.1.0/24", "paris", scope: 16),
        Case("it is down: the next nearest", "10.4.1.0/24", down: ["paris"], "libreville"),
        Case(
            "two down: the third nearest", "10.4.1.0/24", down: ["paris", "libreville"], "apia"),
        Case("all others down", "10.4.1.0/24", down: ["paris", "libreville", "apia"], "suva"),
        Case("across the 180th meridian", "10.2.0.0/24", down: ["suva"], "apia"),
        Case("and back", "10.3.0.0/24", down: ["apia"], "suva"),
        // Both places have one order of all members: one region to clients.
        Case("neighbours are one scope", "10.0.0.0/24", "libreville", scope: 15),
        Case("a place in an operator's list", "10.9.0.0/24", "suva"),
        Case("a country alone is no place: as written", "10.5.0.0/24", "paris"),
        Case("an unknown client: as written", "99.0.0.0/24", "paris"),
        Case("an unknown client, first down", "99.0.0.0/24", down: ["paris"], "suva"),
    ])
    func theNearestAnswers(_ c: Case) throws { try check(c, Self.sites) }

    @Test(arguments: [
        Case("unknown: the default", "99.0.0.0/24", "suva"),
        Case("default down: as written", "99.0.0.0/24", down: ["suva"], "paris"),
        Case("known: the default is like any other", "10.4.0.0/24", "paris"),
    ])
    func aDefaultIsForTheUnknown(_ c: Case) throws {
        let policy = PolicyDefinition.near(
            ["paris": (48.9, 2.4), "suva": (-18.1, 178.4)], default: "suva")
        try check(c, policy)
    }

    /// Route 53 §"Geoproximity": A, 150 km away with bias +50, goes before B, 100 km away without.
    @Test(arguments: [
        // Members on the equator, west and east of the client; a degree is 111.195 km.
        (bias: 50, degrees: 1.5, answer: "a"), (bias: 0, degrees: 1.5, answer: "b"),
        (bias: 33, degrees: 1.5, answer: "b"), (bias: 34, degrees: 1.5, answer: "a"),
        (bias: 99, degrees: 99, answer: "a"), (bias: 99, degrees: 101, answer: "b"),
        (bias: -25, degrees: 0.76, answer: "b"), (bias: -25, degrees: 0.74, answer: "a"),
        (bias: -99, degrees: 0.011, answer: "b"), (bias: -99, degrees: 0.009, answer: "a"),
    ])
    func biasShiftsTheBoundary(_ c: (bias: Int, degrees: Double, answer: String)) throws {
        let policy = PolicyDefinition.near(
            ["a": (0, 10 - c.degrees), "b": (0, 11)], bias: ["a": c.bias])
        try check(Case("on the equator", "10.0.0.0/24", c.answer), policy)
    }

    @Test(arguments: [
        (["b", "a"], "a"), (["a", "b"], "a"), (["c", "b"], "b"),
    ])
    func equallyFarMembersGoByName(_ names: [String], _ answer: String) throws {
        let policy = PolicyDefinition.near([names[0]: (0, 9), names[1]: (0, 11)])
        try check(Case("in the middle", "10.0.0.0/24", answer), policy)
        let same = PolicyDefinition.near([names[0]: (5, 5), names[1]: (5, 5)])
        try check(Case("at one place", "10.0.0.0/24", answer), same)
    }

    /// Of many members the first few stand exactly as far as they are.
    @Test func manyMembersAreTriedFromTheNearestOn() throws {
        let members = (0..<40).map { index in
            PlacedMember(
                .to("m\(index)"),
                location: Coordinates(latitude: 0, longitude: Double(index * 9 % 360) - 180),
                position: TestZone.position)
        }
        let policy = PolicyDefinition.proximity(members)
        let harness = try PolicyHarness(policy, locations: Self.world)
        for member in policy.references { harness.set(member, .healthy) }
        let client = harness.client(try #require(ClientNetwork(text: "10.0.0.0/24")))
        // The client is at 10° E, the members at multiples of 9° from 180° W: 9, 18, 0, 27 and so on.
        for name in ["m21", "m22", "m20", "m23", "m19"] {
            #expect(harness.evaluate(for: client).endpoints == [name])
            harness.set(name, .unhealthy)
        }
        for member in policy.references { harness.set(member, .unhealthy) }
        harness.set("m39", .healthy)
        #expect(harness.evaluate(for: client).endpoints == ["m39"])
    }
}
