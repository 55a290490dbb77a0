import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// Questions that are not for zones: CHAOS, other classes, transfers, meta types.
@Suite struct EdnsMetaTests {
    private func server(version: String = "", id: String = "") throws -> TestServer {
        var settings = AnswerSettings()
        settings.chaosVersion = Array(version.utf8)
        settings.chaosID = Array(id.utf8)
        return try TestServer(
            [ZoneSource(zone: try TestZones.zone("www A 192.0.2.80"))], settings: settings)
    }

    private func chaos(_ name: String, _ type: RRType = .txt) throws -> Question {
        var question = try Question(name, type, edns: .init())
        question.rrClass = 3
        return question
    }

    @Test(arguments: [
        ("version.bind.", "v1"), ("VERSION.Server.", "v1"), ("hostname.bind.", "ams-3"),
        ("id.server.", "ams-3"), ("Id.SERVER.", "ams-3"),
    ])
    func whatIsSetIsTold(_ name: String, _ text: String) throws {
        let server = try server(version: "v1", id: "ams-3")
        for type in [RRType.txt, .any] {
            let response = try server.answer(chaos(name, type))
            #expect(response.rcode == .noError)
            #expect(response.isAuthoritative)
            let record = try #require(response.answer.first)
            #expect(response.answer.count == 1)
            #expect(record.type == .txt)
            #expect(record.rrClass == 3)
            #expect(record.ttl == 0)
            #expect(record.rdata == [UInt8(text.utf8.count)] + Array(text.utf8))
            #expect(record.owner == response.question?.name)
        }
        #expect(try server.answer(chaos(name, .a)).rcode == .refused)
        #expect(try self.server().answer(chaos(name)).rcode == .refused)
    }

    @Test func eachIsSetByItself() throws {
        let server = try server(id: "ams-3")
        #expect(try server.answer(chaos("version.bind.")).rcode == .refused)
        #expect(try server.answer(chaos("id.server.")).rcode == .noError)
        for name in [
            "www.example.org.", "example.org.", ".", "bind.", "a.id.server.", "id.servex.",
        ] {
            let response = try server.answer(chaos(name))
            #expect(response.rcode == .refused)
            #expect(response.extendedError?.code == 21)
        }
    }

    /// Class NONE, ANY, HESIOD and one that nobody knows.
    @Test(arguments: [0, 2, 4, 254, 255, 0xFF00] as [UInt16])
    func otherClassesAreRefused(_ rrClass: UInt16) throws {
        var question = try Question("www.example.org.", .a, edns: .init())
        question.rrClass = rrClass
        let response = try server().answer(question)
        #expect(response.rcode == .refused)
        #expect(!response.isAuthoritative)
        #expect(response.extendedError?.code == 21)
    }

    @Test(
        arguments: [
            (252, .refused, 21), (251, .refused, 21),
            // Types that no zone can hold, and unknown ones, are types like others.
            (0, .noError, nil), (24, .noError, nil), (41, .noError, nil), (43, .noError, nil),
            (46, .noError, nil), (128, .noError, nil), (248, .noError, nil), (249, .noError, nil),
            (250, .noError, nil), (253, .noError, nil), (254, .noError, nil),
            (1000, .noError, nil), (65_280, .noError, nil),
        ] as [(UInt16, RCode, UInt16?)])
    func metaTypesHaveTheirCodes(_ type: UInt16, _ rcode: RCode, _ reason: UInt16?) throws {
        let server = try server()
        let question = try Question(
            "www.example.org.", RRType(rawValue: type), edns: .init())
        for transport in [TransportProtocol.udp, .tcp] {
            let response = try server.answer(question, over: transport)
            #expect(response.rcode == rcode)
            #expect(response.answer.isEmpty)
            #expect(response.extendedError?.code == reason)
            #expect(response.isAuthoritative == (rcode == .noError))
            #expect(response.authority.map(\.type) == (rcode == .noError ? [.soa] : []))
        }
    }
}
