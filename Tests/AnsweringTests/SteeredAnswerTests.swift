import Compiling
import DNSWire
import Health
import Serving
import Steering
import Testing
import Zones

/// Steered names from the definition to the wire.
@Suite struct SteeredAnswerTests {
    private static let position = SourcePosition(file: "test.yaml", line: 1)

    /// Three endpoints: two with both families, one with IPv4 alone.
    private static func definition(_ names: [SteeredName]) throws -> SteeringDefinition {
        var definition = SteeringDefinition()
        let addresses = [
            "us": ["192.0.2.1", "2001:db8::1"], "eu": ["192.0.2.2", "2001:db8::2"],
            "v4": ["192.0.2.3"],
        ]
        definition.endpoints = try addresses.keys.sorted().map { name in
            EndpointDefinition(
                name: name,
                addresses: try (addresses[name] ?? []).map { try #require(IPAddress($0)) },
                position: position)
        }
        definition.names = names
        return definition
    }

    private static func reference(_ name: String) -> PolicyDefinition { .reference(name, position) }

    private static func weighted(_ weights: [(String, UInt32)]) -> PolicyDefinition {
        .weighted(
            weights.map { WeightedMember(reference($0.0), weight: $0.1) }, answers: 1)
    }

    private static func steered(
        _ owner: String, _ policy: PolicyDefinition, ttl: SteeredName.TimeToLive = .seconds(30),
        whenDown: SteeredName.WhenDown = .all
    ) throws -> SteeredName {
        SteeredName(
            owner: try Name(owner), ttl: ttl, policy: policy, whenDown: whenDown,
            position: position)
    }

    private static func server(
        _ names: [SteeredName], zone: String = "other A 192.0.2.99"
    ) throws -> TestServer {
        try TestServer([
            ZoneSource(zone: try TestZones.zone(zone), steering: try definition(names))
        ])
    }

    private func addresses(_ response: DecodedMessage) -> [IPAddress] {
        response.answer.filter { $0.type == .a || $0.type == .aaaa }
            .compactMap { IPAddress(bytes: $0.rdata) }
    }

    private func texts(_ response: DecodedMessage) -> Set<String> {
        Set(addresses(response).map(\.description))
    }

    /// - Parameter ttl: of the SOA; the zone's own unless health decided the absence.
    private func isNoData(_ response: DecodedMessage, ttl: UInt32 = 900) -> Bool {
        response.rcode == .noError && response.isAuthoritative && response.answer.isEmpty
            && response.authority.map(\.type) == [.soa] && response.authority[0].ttl == ttl
    }

    // MARK: Shares

    @Test(arguments: [(RRType.a, "192.0.2.1"), (.aaaa, "2001:db8::1")])
    func sharesOnTheWireFollowWeights(type: RRType, first: String) throws {
        let server = try Self.server([
            try Self.steered("shop.example.org.", Self.weighted([("us", 3), ("eu", 1)]))
        ])
        let packet = try Question("shop.example.org.", type, edns: .init()).packet
        let trials = 100_000
        let wanted = try #require(IPAddress(first)).bytes
        // Header, question, pointer, type, class, TTL, length: then the address.
        let at = Header.bytes + 18 + 4 + 12
        var count = 0
        var single = 0
        for _ in 0..<trials {
            let response = server.answer(packet)
            if response[7] == 1 { single += 1 }
            if response[at..<at + wanted.count].elementsEqual(wanted) { count += 1 }
        }
        #expect(single == trials)
        // σ of a binomial: √(n·p·(1−p)); 5 σ of 100,000 draws at 3/4 are 685.
        #expect(abs(count - trials * 3 / 4) <= 685)
        let decoded = try server.answer("shop.example.org.", type)
        #expect(addresses(decoded).count == 1)
        #expect(decoded.answer.map(\.ttl) == [30])
        #expect(server.counters.value(.steered) == UInt64(trials) + 1)
    }

    // MARK: Where steered names stand

    @Test func missingFamilyIsNoData() throws {
        let server = try Self.server([try Self.steered("v4.example.org.", Self.reference("v4"))])
        #expect(texts(try server.answer("v4.example.org.", .a)) == ["192.0.2.3"])
        #expect(isNoData(try server.answer("v4.example.org.", .aaaa)))
        #expect(isNoData(try server.answer("v4.example.org.", .txt)))
    }

    @Test func memberWithoutTheFamilyIsPassedOver() throws {
        let server = try Self.server([
            try Self.steered("mixed.example.org.", Self.weighted([("v4", 1000), ("us", 1)]))
        ])
        for _ in 0..<100 {
            #expect(texts(try server.answer("mixed.example.org.", .aaaa)) == ["2001:db8::1"])
        }
    }

    @Test func wildcardIsSteered() throws {
        let server = try Self.server([try Self.steered("*.app.example.org.", Self.reference("eu"))])
        let response = try server.answer("a.b.App.example.org.", .a)
        #expect(texts(response) == ["192.0.2.2"])
        #expect(response.answer.first?.owner == (try Name("a.b.app.example.org.")))
        #expect(isNoData(try server.answer("app.example.org.", .a)))
        #expect(isNoData(try server.answer("a.app.example.org.", .mx)))
    }

    @Test func emptyNonTerminalAboveASteeredNameIsNoData() throws {
        let server = try Self.server([try Self.steered("x.y.z.example.org.", Self.reference("eu"))])
        #expect(isNoData(try server.answer("y.z.example.org.", .a)))
        #expect(try server.answer("w.z.example.org.", .a).rcode == .nameError)
    }

    @Test func aliasLeadsToASteeredName() throws {
        let server = try Self.server(
            [try Self.steered("shop.example.org.", Self.reference("us"))],
            zone: "www CNAME shop\n*.wild CNAME shop")
        for name in ["www.example.org.", "x.wild.example.org."] {
            let response = try server.answer(name, .aaaa)
            #expect(response.answer.map(\.type) == [.cname, .aaaa])
            #expect(response.answer.last?.owner == (try Name("shop.example.org.")))
            #expect(texts(response) == ["2001:db8::1"])
            #expect(response.isAuthoritative)
        }
    }

    @Test func staticTypesStandBesideASteeredName() throws {
        let server = try Self.server(
            [try Self.steered("example.org.", Self.reference("us"))],
            zone: "@ MX 10 mail\n@ TXT \"text\"\nmail A 192.0.2.25")
        #expect(texts(try server.answer("example.org.", .a)) == ["192.0.2.1"])
        let mx = try server.answer("example.org.", .mx)
        #expect(mx.answer.map(\.type) == [.mx])
        #expect(mx.additional.map(\.type) == [.a])
        #expect(try server.answer("example.org.", .txt).answer.map(\.type) == [.txt])
        #expect(try server.answer("example.org.", .soa).answer.map(\.type) == [.soa])
        #expect(isNoData(try server.answer("example.org.", .caa)))
    }

    /// ANY gets one RRset: the smallest that is static, or else the addresses (RFC 8482 §4.1).
    @Test func anyIsOneRRset() throws {
        let server = try Self.server(
            [
                try Self.steered("text.example.org.", Self.reference("us")),
                try Self.steered("alone.example.org.", Self.reference("us")),
            ], zone: "text TXT \"a long text\"\ntext CAA 0 issue \"a\"")
        #expect(try server.answer("text.example.org.", .any).answer.map(\.type) == [.caa])
        let alone = try server.answer("alone.example.org.", .any)
        #expect(alone.answer.map(\.type) == [.a])
        #expect(texts(alone) == ["192.0.2.1"])
    }

    @Test func severalAddressesAreEachOnce() throws {
        let policy = PolicyDefinition.all(["us", "eu", "v4"].map(Self.reference), answers: 8)
        let server = try Self.server([try Self.steered("all.example.org.", policy)])
        var firsts: Set<String> = []
        for _ in 0..<100 {
            let found = addresses(try server.answer("all.example.org.", .a)).map(\.description)
            #expect(found.sorted() == ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
            firsts.insert(found[0])
        }
        #expect(firsts.count == 3)
    }

    @Test func addressesThatDoNotFitAreTruncatedWhole() throws {
        var definition = SteeringDefinition()
        let addresses = (1...60).map { IPAddress.v4(0xC633_6400 + UInt32($0)) }
        definition.endpoints = [
            EndpointDefinition(name: "many", addresses: addresses, position: Self.position)
        ]
        definition.names = [try Self.steered("many.example.org.", Self.reference("many"))]
        let server = try TestServer([
            ZoneSource(zone: try TestZones.zone("x A 192.0.2.1"), steering: definition)
        ])
        let question = try Question("many.example.org.", .a)
        let short = try server.answer(question)
        #expect(short.isTruncated && short.answer.isEmpty)
        let full = try server.answer(question, over: .tcp)
        #expect(!full.isTruncated)
        #expect(Set(self.addresses(full)) == Set(addresses))
    }

    // MARK: Verdicts

    @Test func storedVerdictChangesTheVeryNextAnswer() throws {
        let policy = PolicyDefinition.failover(["us", "eu"].map(Self.reference))
        let server = try Self.server([try Self.steered("pay.example.org.", policy)])
        let key = "example.org/us"
        for round in 0..<50 {
            let verdict: Verdict = round % 2 == 0 ? .healthy : .unhealthy
            server.store(verdict, endpoint: key)
            let expected: Set = [round % 2 == 0 ? "192.0.2.1" : "192.0.2.2"]
            #expect(texts(try server.answer("pay.example.org.", .a)) == expected)
        }
    }

    @Test func familiesFailApart() throws {
        let policy = PolicyDefinition.failover(["us", "eu"].map(Self.reference))
        let server = try Self.server([try Self.steered("pay.example.org.", policy)])
        let us = try #require(server.compiled.endpoints.first { $0.key == "example.org/us" })
        let v6 = try #require(us.addresses.first { !$0.address.isV4 })
        server.verdicts.store(VerdictWord(.unhealthy), slot: v6.slot)
        #expect(texts(try server.answer("pay.example.org.", .a)) == ["192.0.2.1"])
        #expect(texts(try server.answer("pay.example.org.", .aaaa)) == ["2001:db8::2"])
    }

    struct DownCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var whenDown: SteeredName.WhenDown
        var rcode = RCode.noError
        /// What A and AAAA give; empty: NODATA.
        var v4: Set<String> = []
        var v6: Set<String> = []
    }

    @Test(arguments: [
        DownCase(
            testDescription: "all", whenDown: .all, v4: ["192.0.2.1", "192.0.2.2"],
            v6: ["2001:db8::1", "2001:db8::2"]),
        DownCase(
            testDescription: "addresses of both families",
            whenDown: .addresses([.v4(0xCB00_7101), .v6(0x2001_0DB8 << 32, 0x99)]),
            v4: ["203.0.113.1"], v6: ["2001:db8::99"]),
        DownCase(
            testDescription: "addresses of one family",
            whenDown: .addresses([.v4(0xCB00_7101), .v4(0xCB00_7102)]),
            v4: ["203.0.113.1", "203.0.113.2"]),
        DownCase(testDescription: "nodata", whenDown: .noData),
        DownCase(testDescription: "servfail", whenDown: .serverFailure, rcode: .serverFailure),
    ])
    func downPolicyAnswersAsItsNameSays(_ c: DownCase) throws {
        let policy = PolicyDefinition.all(["us", "eu"].map(Self.reference), answers: 8)
        let server = try Self.server([
            try Self.steered("pay.example.org.", policy, whenDown: c.whenDown)
        ])
        for key in ["example.org/us", "example.org/eu"] {
            server.store(.unhealthy, endpoint: key)
        }
        for (type, expected) in [(RRType.a, c.v4), (.aaaa, c.v6)] {
            let response = try server.answer("pay.example.org.", type)
            #expect(response.rcode == c.rcode)
            #expect(texts(response) == expected)
            if expected.isEmpty, c.rcode == .noError {
                // What the name says for this case lasts as long as the name's answers.
                #expect(isNoData(response, ttl: c.whenDown == .noData ? 30 : 900))
            }
            #expect(response.isAuthoritative == (c.rcode == .noError))
        }
        #expect(server.counters.value(.steeredWhenDown) == 2)
        // Up again: as if nothing had been.
        server.store(.healthy, endpoint: "example.org/eu")
        #expect(texts(try server.answer("pay.example.org.", .a)) == ["192.0.2.2"])
    }

    @Test(arguments: [
        SteeredName.WhenDown.all, .serverFailure, .addresses([.v6(0x2001_0DB8 << 32, 0x99)]),
    ])
    func aFamilyThatIsDownIsNoDataWhileTheOtherIsUp(_ whenDown: SteeredName.WhenDown) throws {
        let server = try Self.server([
            try Self.steered(
                "pay.example.org.", .failover([Self.reference("us")]), whenDown: whenDown)
        ])
        server.store(.unhealthy, endpoint: "example.org/us", v4: false)
        #expect(isNoData(try server.answer("pay.example.org.", .aaaa), ttl: 30))
        #expect(texts(try server.answer("pay.example.org.", .a)) == ["192.0.2.1"])
        #expect(server.counters.value(.steeredWhenDown) == 0)
        server.store(.healthy, endpoint: "example.org/us")
        #expect(texts(try server.answer("pay.example.org.", .aaaa)) == ["2001:db8::1"])
    }

    @Test func drainedEndpointIsUsedOnlyWhenNothingElseIs() throws {
        let policy = PolicyDefinition.all(["us", "eu"].map(Self.reference), answers: 8)
        let server = try Self.server([try Self.steered("pay.example.org.", policy)])
        server.store(
            VerdictWord(.healthy, override: .softDrain), endpoint: "example.org/us")
        #expect(texts(try server.answer("pay.example.org.", .a)) == ["192.0.2.2"])
        server.store(.unhealthy, endpoint: "example.org/eu")
        #expect(texts(try server.answer("pay.example.org.", .a)) == ["192.0.2.1"])
        #expect(server.counters.value(.steeredWhenDown) == 0)
    }

    // MARK: TTL

    @Test(arguments: [(0, 300), (1, 5), (5, 5), (40, 40), (300, 300), (9999, 300)])
    func automaticTTLIsTheTimeToTheNextChange(seconds: UInt32, ttl: UInt32) throws {
        let server = try Self.server([
            try Self.steered(
                "auto.example.org.", Self.reference("us"), ttl: .auto(minimum: 5, maximum: 300))
        ])
        server.store(VerdictWord(.healthy, changeSeconds: seconds), endpoint: "example.org/us")
        #expect(try server.answer("auto.example.org.", .a).answer.map(\.ttl) == [ttl])
    }

    @Test func automaticTTLIsTheLeastOfAllMembers() throws {
        let policy = PolicyDefinition.failover(["us", "eu"].map(Self.reference))
        let server = try Self.server([
            try Self.steered("auto.example.org.", policy, ttl: .auto(minimum: 5, maximum: 300))
        ])
        server.store(VerdictWord(.healthy, changeSeconds: 30), endpoint: "example.org/us")
        server.store(VerdictWord(.unhealthy, changeSeconds: 10), endpoint: "example.org/eu")
        #expect(try server.answer("auto.example.org.", .a).answer.map(\.ttl) == [10])
    }
}
