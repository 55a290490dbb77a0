import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// The checks of RFC 8906 §8, one by one, each as the command line there puts it.
@Suite struct EdnsRFC8906Tests {
    struct Check: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var type = RRType.soa
        /// The header's second word.
        var flags: UInt16 = 0
        var edns: Question.EDNS?
        var transport = TransportProtocol.udp
        var isHeaderOnly = false

        var rcode = RCode.noError
        /// Flags of the response, without its code.
        var expectedFlags: UInt16 = 0x8400
        var hasSOA = true
    }

    static let checks = [
        Check(testDescription: "8.1.1 is the server configured for the zone?"),
        Check(
            testDescription: "8.1.2 unknown types", type: RRType(rawValue: 1000), hasSOA: false),
        Check(testDescription: "8.1.3.1 CD=1", flags: 0x0010),
        Check(testDescription: "8.1.3.2 AD=1", flags: 0x0020),
        Check(testDescription: "8.1.3.3 the reserved bit", flags: 0x0040),
        Check(testDescription: "8.1.3.4 RD=1", flags: 0x0100, expectedFlags: 0x8500),
        Check(
            testDescription: "8.1.4 unknown opcodes", flags: 15 << 11, isHeaderOnly: true,
            rcode: .notImplemented, expectedFlags: 0x8000 | 15 << 11, hasSOA: false),
        Check(testDescription: "8.1.5 TCP", transport: .tcp),
        Check(testDescription: "8.2.1 minimal EDNS", edns: .init()),
        Check(
            testDescription: "8.2.2 EDNS version negotiation", edns: .init(version: 1),
            rcode: .badVersion, expectedFlags: 0x8000, hasSOA: false),
        Check(
            testDescription: "8.2.3 unknown EDNS options",
            edns: .init(options: Options.option(100))),
        Check(testDescription: "8.2.4 unknown EDNS flags", edns: .init(flags: 0x40)),
        Check(
            testDescription: "8.2.5 version negotiation with unknown flags",
            edns: .init(version: 1, flags: 0x40), rcode: .badVersion, expectedFlags: 0x8000,
            hasSOA: false),
        Check(
            testDescription: "8.2.6 version negotiation with unknown options",
            edns: .init(version: 1, options: Options.option(100)), rcode: .badVersion,
            expectedFlags: 0x8000, hasSOA: false),
        Check(
            testDescription: "8.2.7 truncated responses", type: .txt,
            edns: .init(udpBytes: 512, dnssecOK: true), expectedFlags: 0x8600, hasSOA: false),
        Check(testDescription: "8.2.8 DO=1", edns: .init(dnssecOK: true)),
        Check(
            testDescription: "8.2.9 version negotiation with DO=1",
            edns: .init(version: 1, dnssecOK: true), rcode: .badVersion, expectedFlags: 0x8000,
            hasSOA: false),
        Check(
            testDescription: "8.2.10 several known options",
            edns: .init(
                options: Options.cookie() + Options.nsid + Options.option(9)
                    + Options.option(8, [0, 1, 0, 0]))),
    ]

    @Test(arguments: checks)
    func checksPass(_ check: Check) throws {
        let text =
            "@ TXT "
            + Array(repeating: "\"\(String(repeating: "t", count: 200))\"", count: 3)
            .joined(separator: " ")
        var settings = AnswerSettings()
        settings.cookies = CookieSecrets(current: EdnsOptionTests.secret)
        let server = try TestServer(
            [ZoneSource(zone: try TestZones.zone(text))], settings: settings)
        var question = try Question("example.org.", check.type, edns: check.edns)
        question.flags = check.flags
        var packet = question.packet
        if check.isHeaderOnly { packet = Array(packet[..<4]) + [UInt8](repeating: 0, count: 8) }
        let response = try DecodedMessage(server.answer(packet, over: check.transport))

        #expect(response.rcode == check.rcode)
        #expect(response.flags & 0xFFF0 == check.expectedFlags)
        #expect(response.answer.map(\.type) == (check.hasSOA ? [.soa] : []))
        #expect((response.question == nil) == check.isHeaderOnly)
        guard let edns = check.edns else {
            #expect(response.opt == nil)
            return
        }
        let opt = try #require(response.opt)
        // Version 0, DO as asked, no other flag.
        #expect(opt.ttl & 0x00FF_FFFF == (edns.dnssecOK ? 0x8000 : 0))
        let known: [UInt16] = check.testDescription.hasPrefix("8.2.10") ? [10, 8] : []
        #expect(response.options.map(\.code) == known)
    }

    /// Nothing that the server does not know comes back, and no header bit that means nothing.
    @Test func everyFlagAtOnce() throws {
        let server = try TestServer([ZoneSource(zone: try TestZones.zone("www A 192.0.2.80"))])
        var question = try Question("www.example.org.", .a, edns: .init(flags: 0x7FFF))
        question.flags = 0x07FF
        let response = try server.answer(question)
        #expect(response.flags == 0x8500)
        #expect(response.opt?.ttl == 0)
        #expect(response.answer.count == 1)
    }
}
