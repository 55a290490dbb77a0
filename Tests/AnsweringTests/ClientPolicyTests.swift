import Compiling
import DNSWire
import Geography
import Health
import Serving
import Testing
import Zones

/// Policies that look at the client, from the query's option to the response's (RFC 7871).
@Suite struct ClientPolicyTests {
    private static let place = SourcePosition(file: "test.yaml")

    private static func branches(
        _ policies: KeyValuePairs<ClientBranch.Key, String>
    ) -> [ClientBranch] {
        policies.map { ClientBranch($0.key, .reference($0.value, place), position: place) }
    }

    private func server(ecs: Bool = true, inZone: Bool = true) throws -> TestServer {
        var steering = SteeringDefinition()
        steering.endpoints = ["de", "us", "office", "rest"].enumerated().map { index, name in
            EndpointDefinition(
                name: name, addresses: [.v4(0x0A00_0001 + UInt32(index))],
                position: ClientPolicyTests.place)
        }
        let policies: [(String, PolicyDefinition)] = [
            (
                "geo",
                .geo(
                    ClientPolicyTests.branches([
                        .network("office"): "office", .country("DE"): "de", .country("US"): "us",
                        .fallback: "rest",
                    ]))
            ),
            ("eu", .geo(ClientPolicyTests.branches([.continent("EU"): "de"]))),
            (
                "hash",
                .hash(
                    ["de", "us", "rest"].map {
                        WeightedMember(.reference($0, ClientPolicyTests.place), weight: 1)
                    }, v4Bits: 24, v6Bits: 56)
            ),
            ("plain", .reference("rest", ClientPolicyTests.place)),
        ]
        steering.names = try policies.map { name, policy in
            SteeredName(
                owner: try Name(name + ".example.org."), ttl: .seconds(30), policy: policy,
                whenDown: .noData, position: ClientPolicyTests.place)
        }
        steering.usesClientSubnet = inZone
        var settings = AnswerSettings()
        settings.clientSubnet = ecs
        return try TestServer(
            [
                ZoneSource(
                    zone: try TestZones.zone("www A 192.0.2.80\nalias CNAME geo"),
                    steering: steering)
            ], settings: settings, locations: .sample)
    }

    private func ask(
        _ server: TestServer, _ name: String, _ type: RRType = .a, subnet: [UInt8]? = nil,
        from client: ClientAddress = ClientAddress(v4: 0xCB00_7105)
    ) throws -> DecodedMessage {
        let options = subnet.map { Options.option(8, $0) } ?? []
        let question = try Question(
            name + ".example.org.", type, edns: .init(options: options))
        return try DecodedMessage(server.answer(question.packet, from: client))
    }

    /// The last byte of the address answered: 1 de, 2 us, 3 office, 4 rest.
    private func last(_ response: DecodedMessage) -> UInt8? { response.answer.last?.rdata.last }

    private func scope(_ response: DecodedMessage) -> UInt8? { response.option(8).map { $0[3] } }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var subnet: [UInt8]
        var answer: UInt8
        var scope: UInt8
    }

    @Test(arguments: [
        Case(testDescription: "Germany", subnet: [0, 1, 24, 0, 192, 0, 2], answer: 1, scope: 24),
        Case(
            testDescription: "an office", subnet: [0, 1, 24, 0, 198, 51, 100], answer: 3, scope: 24),
        Case(testDescription: "nowhere", subnet: [0, 1, 24, 0, 8, 8, 8], answer: 4, scope: 1),
        Case(
            testDescription: "an office, IPv6", subnet: [0, 2, 48, 0, 0x20, 1, 0x0D, 0xB8, 0, 0],
            answer: 3, scope: 48),
        // As many bits as it would take to know more (RFC 7871 §7.2.1).
        Case(
            testDescription: "half of the internet", subnet: [0, 1, 1, 0, 128], answer: 4, scope: 2),
        // The resolver asks for an answer that is not about its client (RFC 7871 §7.1.2).
        Case(testDescription: "no bits", subnet: [0, 1, 0, 0], answer: 2, scope: 0),
    ])
    func theSubnetDecides(_ c: Case) throws {
        let server = try server()
        for _ in 0..<3 {
            let response = try ask(server, "geo", subnet: c.subnet)
            #expect(last(response) == c.answer)
            #expect(scope(response) == c.scope)
        }
        // What is no matter of the client has no scope.
        #expect(scope(try ask(server, "plain", subnet: c.subnet)) == 0)
        #expect(scope(try ask(server, "www", subnet: c.subnet)) == 0)
        #expect(scope(try ask(server, "geo", .txt, subnet: c.subnet)) == 0)
    }

    @Test func withoutASubnetTheAddressDecides() throws {
        let server = try server()
        let response = try ask(server, "geo")
        #expect(last(response) == 2)
        #expect(response.option(8) == nil)
        #expect(last(try ask(server, "geo", from: ClientAddress(v4: 0xC000_0207))) == 1)
        #expect(last(try ask(server, "geo", from: ClientAddress(v4: 0x0808_0808))) == 4)
        #expect(last(try ask(server, "geo", from: ClientAddress(v6: 0x2001_0DB8 << 32, 9))) == 3)
        // An IPv4 client at a socket for both families.
        #expect(
            last(try ask(server, "geo", from: ClientAddress(v6: 0, 0xFFFF_C000_0207))) == 1)
    }

    /// A switched off option is as good as unknown.
    @Test func aSubnetThatIsNotReadDecidesNothing() throws {
        let server = try server(ecs: false)
        let response = try ask(server, "geo", subnet: [0, 1, 24, 0, 192, 0, 2])
        #expect(last(response) == 2)
        #expect(response.option(8) == nil)
    }

    /// RFC 7871 §7.2.1: an answer that was not made for the subnet has scope 0.
    @Test func aZoneThatIgnoresSubnetsAnswersByTheResolver() throws {
        let server = try server(inZone: false)
        for subnet: [UInt8] in [[0, 1, 24, 0, 192, 0, 2], [0, 1, 24, 0, 8, 8, 8]] {
            for name in ["geo", "alias"] {
                let response = try ask(server, name, subnet: subnet)
                #expect(last(response) == 2)
                #expect(scope(response) == 0)
            }
            let all = try (0..<4).map { _ in last(try ask(server, "hash", subnet: subnet)) }
            #expect(Set(all) == [last(try ask(server, "hash"))])
            #expect(scope(try ask(server, "hash", subnet: subnet)) == 0)
        }
        // The resolver's own address goes on deciding.
        let response = try ask(
            server, "geo", subnet: [0, 1, 24, 0, 8, 8, 8],
            from: ClientAddress(v4: 0xC000_0207))
        #expect(last(response) == 1)
        #expect(scope(response) == 0)
    }

    /// RFC 7871 §7.4: an absence that is due to the client has the scope of that.
    @Test func noBranchIsNoDataWithAScope() throws {
        let server = try server()
        let response = try ask(server, "eu", subnet: [0, 1, 24, 0, 8, 8, 8])
        #expect(response.rcode == .noError)
        #expect(response.answer.isEmpty)
        #expect(response.authority.count == 1)
        #expect(scope(response) == 1)
        #expect(last(try ask(server, "eu", subnet: [0, 1, 24, 0, 192, 0, 2])) == 1)
    }

    @Test func behindAnAliasTheScopeIsTheSame() throws {
        let server = try server()
        let response = try ask(server, "alias", subnet: [0, 1, 24, 0, 192, 0, 2])
        #expect(response.answer.count == 2)
        #expect(last(response) == 1)
        #expect(scope(response) == 24)
    }

    /// A verdict shows in the next answer of every branch.
    @Test func aBranchThatGoesDownLeavesItsClientsToTheNext() throws {
        let server = try server()
        let germany: [UInt8] = [0, 1, 24, 0, 192, 0, 2]
        #expect(last(try ask(server, "geo", subnet: germany)) == 1)
        server.store(.unhealthy, endpoint: "example.org/de")
        server.verdicts.noteChange()
        let next = try ask(server, "geo", subnet: germany)
        #expect(last(next) == 4)
        #expect(scope(next) == 24)
        #expect(last(try ask(server, "geo", subnet: [0, 1, 24, 0, 203, 0, 113])) == 2)
        // Only this client's policy is down.
        #expect(
            try ask(server, "eu", subnet: germany).extendedError?.text == "all endpoints are down")
        #expect(scope(try ask(server, "eu", subnet: germany)) == 24)
    }

    @Test func aHashKeepsItsClients() throws {
        let server = try server()
        var answers: Set<UInt8> = []
        for third in UInt8(0)..<40 {
            let first = try ask(server, "hash", subnet: [0, 1, 24, 0, 10, 1, third])
            #expect(scope(first) == 24)
            answers.insert(try #require(last(first)))
            for fourth in UInt8(0)..<3 {
                let again = try ask(server, "hash", subnet: [0, 1, 32, 0, 10, 1, third, fourth])
                #expect(last(again) == last(first))
                #expect(scope(again) == 24)
                let direct = try ask(
                    server, "hash",
                    from: ClientAddress(v4: 0x0A01_0000 | UInt32(third) << 8 | UInt32(fourth)))
                #expect(last(direct) == last(first))
            }
        }
        #expect(answers == [1, 2, 4])
    }
}
