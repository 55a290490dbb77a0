import DNSWire
import Geography
import Health
import Steering
import TestSupport
import Testing
import Zones

/// Policies that ask where the client is.
@Suite struct LocatedTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var client: String
        var down: [String] = []
        /// The endpoint answered first; nil: NODATA.
        var answer: String?
        /// SCOPE PREFIX-LENGTH.
        var scope: UInt8

        init(
            _ testDescription: String, _ client: String, down: [String] = [], _ answer: String?,
            scope: UInt8
        ) {
            self.testDescription = testDescription
            self.client = client
            self.down = down
            self.answer = answer
            self.scope = scope
        }
    }

    private func check(_ c: Case, _ policy: PolicyDefinition) throws {
        let harness = try PolicyHarness(policy, locations: .sample)
        for endpoint in policy.references { harness.set(endpoint, .healthy) }
        for endpoint in c.down { harness.set(endpoint, .unhealthy) }
        let client = harness.client(try #require(ClientNetwork(text: c.client)))
        let direct = harness.evaluate(for: client)
        #expect(direct.endpoints.first == c.answer)
        // Worked out, and then from what is kept.
        for _ in 0..<2 {
            let answer = harness.answer(for: client)
            #expect(answer.addresses == direct.addresses)
            #expect(answer.outcome == (c.answer == nil ? .noData : .addresses))
        }
        #expect(harness.scope(for: client) == c.scope)
        #expect(harness.resolutions == 1)
    }

    // MARK: By place

    static let places: PolicyDefinition = .byPlace([
        .fallback: "d", .continent("EU"): "eu", .country("DE"): "de",
        .subdivision(country: "DE", "BE"): "be", .network("office"): "office",
        .country("US"): "us", .subdivision(country: "US", "CA"): "ca",
    ])

    @Test(arguments: [
        Case("an operator's network first", "10.1.2.0/24", "office", scope: 21),
        Case("its network down: subdivision", "10.1.2.0/24", down: ["office"], "be", scope: 21),
        Case("then country", "10.1.2.0/24", down: ["office", "be"], "de", scope: 21),
        Case("then continent", "10.1.2.0/24", down: ["office", "be", "de"], "eu", scope: 21),
        Case(
            "then default", "10.1.2.0/24", down: ["office", "be", "de", "eu"], "d", scope: 21),
        // It has the place of what is around it, but no branch of its own.
        Case("a network without a branch", "10.1.9.0/24", "be", scope: 24),
        Case("subdivision before country", "10.32.0.0/24", "be", scope: 11),
        Case("country without a branch", "10.65.0.0/24", "eu", scope: 10),
        Case("country", "20.1.0.0/24", "us", scope: 13),
        Case("its subdivision", "20.8.3.0/24", "ca", scope: 16),
        Case("subdivision down", "20.8.3.0/24", down: ["ca"], "us", scope: 16),
        Case(
            "country down: no branch for its continent", "20.1.0.0/24", down: ["us"], "d", scope: 13
        ),
        Case("continent without a branch", "30.1.0.0/24", "d", scope: 5),
        Case("unknown", "99.0.0.0/24", "d", scope: 2),
        Case("IPv6", "2001:db8:8000::/56", "us", scope: 33),
        Case("IPv6 of an operator", "2001:db8:1:1::/64", "office", scope: 48),
        Case("IPv4 inside IPv6", "2002:1401::/32", "us", scope: 29),
    ])
    func theMostSpecificPlaceAnswers(_ c: Case) throws { try check(c, LocatedTests.places) }

    /// Route 53: no match and no default is NODATA.
    @Test(arguments: [
        Case("match", "10.65.0.0/24", "eu", scope: 8),
        Case("no match", "20.1.0.0/24", nil, scope: 4),
    ])
    func withoutADefaultThereIsNoData(_ c: Case) throws {
        try check(c, .byPlace([.continent("EU"): "eu"]))
    }

    @Test func aClientOfNoPlaceGoesToTheNextTier() throws {
        let policy = PolicyDefinition.failover([.byPlace([.continent("EU"): "eu"]), "rest"])
        try check(Case("match", "10.0.0.0/24", "eu", scope: 8), policy)
        try check(Case("no match", "20.0.0.0/24", "rest", scope: 4), policy)
        try check(Case("down", "10.0.0.0/24", down: ["eu"], "rest", scope: 8), policy)
    }

    /// What the policy did not have to ask about does not narrow its answer.
    @Test func aNodeThatIsNotReachedHasNoScope() throws {
        let policy = PolicyDefinition.failover(["a", .byPlace([.continent("EU"): "eu"])])
        try check(Case("first tier", "10.0.0.0/24", "a", scope: 0), policy)
        try check(Case("second tier", "10.0.0.0/24", down: ["a"], "eu", scope: 8), policy)
        let nested = PolicyDefinition.byPlace([
            .continent("EU"): .byNetwork(["10.200.0.0/16": "x", "default": "eu"]),
            .fallback: "d",
        ])
        try check(Case("inner asked", "10.0.0.0/24", "eu", scope: 9), nested)
        try check(Case("inner branch", "10.200.1.0/24", "x", scope: 16), nested)
        try check(Case("inner not asked", "20.0.0.0/24", "d", scope: 4), nested)
    }

    /// A member that is only degraded does not keep later ones from a say.
    @Test func aDegradedTierAsksWhatFollows() throws {
        let policy = PolicyDefinition.failover(["a", .byPlace([.continent("EU"): "eu"])])
        let harness = try PolicyHarness(policy, locations: .sample)
        harness.set("a", .degraded)
        harness.set("eu", .healthy)
        for (text, endpoint, scope) in [("10.0.0.0/24", "eu", 8), ("20.0.0.0/24", "a", 4)] {
            let client = harness.client(try #require(ClientNetwork(text: text)))
            #expect(harness.evaluate(for: client).endpoints == [endpoint])
            _ = harness.answer(for: client)
            #expect(Int(harness.scope(for: client)) == scope)
        }
    }

    // MARK: By network

    static let networks: PolicyDefinition = .byNetwork([
        "default": "d", "10.0.0.0/8": "wide", "10.1.0.0/16": "narrow", "office": "office",
        "10.1.9.0/25": "lab", "2001:db8::/32": "six",
    ])

    @Test(arguments: [
        Case("the longest", "10.1.9.0/26", "lab", scope: 25),
        Case("longest down: around it", "10.1.9.0/26", down: ["lab"], "narrow", scope: 25),
        Case("two down", "10.1.9.0/26", down: ["lab", "narrow"], "wide", scope: 25),
        Case("all around it down", "10.1.9.0/26", down: ["lab", "narrow", "wide"], "d", scope: 25),
        // 10.1.0.0/16 is given here and in a list.
        Case("the policy's own before a list's", "10.1.2.0/24", "narrow", scope: 21),
        Case("a list's network", "2001:db8:1::/56", "office", scope: 48),
        Case("around a list's network", "2001:db8:1::/56", down: ["office"], "six", scope: 48),
        Case("outside", "11.0.0.0/24", "d", scope: 8),
        Case("a subnet wider than what it touches", "10.0.0.0/12", "wide", scope: 16),
    ])
    func theLongestNetworkAnswers(_ c: Case) throws { try check(c, LocatedTests.networks) }

    @Test func noNetworkAndNoDefaultIsNoData() throws {
        let policy = PolicyDefinition.byNetwork(["10.0.0.0/8": "a"])
        try check(Case("outside", "11.0.0.0/24", nil, scope: 8), policy)
        try check(Case("inside", "10.9.0.0/24", "a", scope: 8), policy)
    }

    /// All of a client's ladder down is down, and answers what that is to answer.
    @Test func everyBranchDownFailsOpenWithinTheLadder() throws {
        let harness = try PolicyHarness(LocatedTests.networks, locations: .sample)
        for name in LocatedTests.networks.references { harness.set(name, .unhealthy) }
        let client = harness.client(try #require(ClientNetwork(text: "10.1.9.0/26")))
        let answer = harness.answer(for: client)
        #expect(answer.outcome == .addressesWhileDown)
        harness.set("d", .healthy)
        #expect(harness.evaluate(for: client).endpoints == ["d"])
        let other = try PolicyHarness(LocatedTests.networks, locations: .sample)
        #expect(
            answer.addresses
                == other.evaluate(for: client, assuming: .upUnlessOverridden).addresses)
    }

    /// The resolver's own address decides where no subnet is told, and the answer then has no scope.
    @Test func addressesOfResolversGiveNoScope() throws {
        let harness = try PolicyHarness(LocatedTests.places, locations: .sample)
        let network = try #require(ClientNetwork(text: "20.8.3.1", isFromSubnet: false))
        let client = harness.client(network)
        #expect(harness.evaluate(for: client).endpoints == ["ca"])
        _ = harness.answer(for: client)
        #expect(harness.scope(for: client) == 0)
    }

    @Test func tooManyNodesThatAskAreRefused() throws {
        let asking = (0..<9).map { index in
            PolicyDefinition.byNetwork(["10.\(index).0.0/16": "a", "default": "b"])
        }
        #expect(throws: (any Error).self) {
            try PolicyHarness(.failover(asking), locations: .sample)
        }
        _ = try PolicyHarness(.failover(Array(asking.prefix(8))), locations: .sample)
    }
}
