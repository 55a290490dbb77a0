import Compiling
import DNSWire
import Health
import Serving
import Testing
import Zones

/// ANY answered with a HINFO record made for it (RFC 8482 §4.2).
@Suite struct AnyTests {
    private static let zone = """
        www A 192.0.2.80
        www TXT text
        below.empty A 192.0.2.81
        *.wild A 192.0.2.82
        alias CNAME www
        machine HINFO PDP-10 ITS
        machine A 192.0.2.83
        sub NS ns.sub
        ns.sub A 192.0.2.53
        old DNAME new
        """

    static func server(hinfo: Bool = true) throws -> TestServer {
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
        var settings = AnswerSettings()
        settings.hinfoForAny = hinfo
        return try TestServer(
            [ZoneSource(zone: try TestZones.zone(zone), steering: steering)], settings: settings)
    }

    private static let made = "\"RFC8482\" \"\""

    @Test(
        arguments: [
            ("www.example.org.", "HINFO \(made)"), ("example.org.", "HINFO \(made)"),
            ("x.y.wild.example.org.", "HINFO \(made)"), ("shop.example.org.", "HINFO \(made)"),
            ("old.example.org.", "HINFO \(made)"), ("WWW.Example.ORG.", "HINFO \(made)"),
        ])
    func namesWithDataHaveARecordMadeForThem(_ name: String, _ record: String) throws {
        let server = try AnyTests.server()
        for transport in [TransportProtocol.udp, .tcp] {
            let bytes = server.answer(
                try Question(name, .any, edns: .init()).packet, over: transport)
            let response = try JudgedMessage(bytes)
            #expect(response.rcode == "NOERROR")
            #expect(response.flags == ["aa"])
            #expect(
                response.answer == [try JudgedMessage.canonical("\(name) 3600 IN \(record)")])
            #expect(response.authority.isEmpty && response.additional.isEmpty)
        }
        // No policy was asked.
        #expect(server.counters.value(.steered) == 0)
    }

    @Test(
        arguments: [
            // Nothing to stand for.
            ("empty.example.org.", .noError, []), ("missing.example.org.", .nameError, []),
            ("www.example.com.", .refused, []),
            // An alias is one for ANY too (RFC 8482 §4.2).
            ("alias.example.org.", .noError, [.cname]),
            ("www.old.example.org.", .noError, [.dname, .cname]),
            // A HINFO RRset that is really there is not contradicted.
            ("machine.example.org.", .noError, [.a]),
            ("sub.example.org.", .noError, []), ("x.sub.example.org.", .noError, []),
        ] as [(String, RCode, [RRType])])
    func otherNamesAnswerAsTheyWould(
        _ name: String, _ rcode: RCode, _ types: [RRType]
    ) throws {
        let response = try AnyTests.server().answer(name, .any)
        let usual = try AnyTests.server(hinfo: false).answer(name, .any)
        #expect(response.rcode == rcode)
        #expect(response.answer.map(\.type) == types)
        #expect(response.flags == usual.flags)
        #expect(response.authority == usual.authority)
        #expect(response.additional == usual.additional)
        // Not the one that is made.
        #expect(!response.answer.contains { $0.rdata.starts(with: [7, 0x52, 0x46, 0x43]) })
    }

    @Test(arguments: [RRType.hinfo, .a, .txt])
    func otherTypesAreAnsweredAsEver(_ type: RRType) throws {
        let response = try AnyTests.server().answer("www.example.org.", type)
        #expect(response.answer.map(\.type) == (type == .hinfo ? [] : [type]))
    }

    @Test func theSettingIsOffByDefault() throws {
        let response = try AnyTests.server(hinfo: false).answer("www.example.org.", .any)
        #expect(response.answer.map(\.type) == [.a])
        #expect(!AnswerSettings().hinfoForAny)
    }
}
