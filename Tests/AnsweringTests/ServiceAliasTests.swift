import Compiling
import DNSWire
import Health
import Serving
import Testing
import Zones

/// AliasMode records whose targets are steered: what goes along names no address that may be withdrawn.
@Suite struct ServiceAliasTests {
    private func server() throws -> TestServer {
        let place = SourcePosition(file: "test.yaml")
        var steering = SteeringDefinition()
        steering.endpoints = [
            EndpointDefinition(name: "us", addresses: [.v4(0xC000_0201)], position: place)
        ]
        steering.names = [
            SteeredName(
                owner: try Name("shop.example.org."), ttl: .seconds(30),
                policy: .reference("us", place), position: place)
        ]
        let zone = """
            @ HTTPS 0 shop
            shop HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1
            shop HTTPS 2 static ipv4hint=192.0.2.8
            static A 192.0.2.8
            """
        return try TestServer([ZoneSource(zone: try TestZones.zone(zone), steering: steering)])
    }

    @Test func hintsAndAddressesOfSteeredTargetsAreLeftOut() throws {
        for word in [VerdictWord(.healthy), VerdictWord(.unhealthy)] {
            let server = try server()
            server.store(word, endpoint: "example.org/us")
            let bytes = server.answer(
                try Question("example.org.", .https, edns: .init()).packet)
            let response = try JudgedMessage(bytes)
            #expect(
                response.answer == [
                    try JudgedMessage.canonical("example.org. 3600 HTTPS 0 shop.example.org.")
                ])
            #expect(
                response.additional
                    == [
                        try JudgedMessage.canonical("shop.example.org. 3600 HTTPS 1 . alpn=h2"),
                        try JudgedMessage.canonical(
                            "shop.example.org. 3600 HTTPS 2 static.example.org. ipv4hint=192.0.2.8"),
                        try JudgedMessage.canonical("static.example.org. 3600 A 192.0.2.8"),
                    ].sorted())
        }
    }

    /// One warning for each RRset, not one for each answer that it goes along with.
    @Test func warningsAreNotRepeated() throws {
        #expect(try server().compiled.warnings.count == 1)
    }

    /// Loops end, and so do trees: eight RRsets at most go along.
    @Test func chainsAreBounded() throws {
        let zone =
            (0..<20).map { "a\($0) SVCB 0 a\($0 + 1)" }.joined(separator: "\n")
            + "\nloop SVCB 0 loop2\nloop2 SVCB 0 loop\n"
        let server = try TestServer([ZoneSource(zone: try TestZones.zone(zone))])
        let chain = try server.answer("a0.example.org.", .svcb)
        #expect(
            chain.additional.map(\.owner)
                == (try (1...8).map { try Name("a\($0).example.org.") }))
        let loop = try server.answer("loop.example.org.", .svcb)
        #expect(loop.additional.map(\.owner) == [try Name("loop2.example.org.")])
    }
}
