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

    private static func server() throws -> TestServer {
        let text =
            "@ TXT "
            + Array(repeating: "\"\(String(repeating: "t", count: 200))\"", count: 3)
            .joined(separator: " ")
        var settings = AnswerSettings()
        settings.cookies = CookieSecrets(current: EdnsOptionTests.secret)
        return try TestServer([ZoneSource(zone: try TestZones.zone(text))], settings: settings)
    }

    @Test(arguments: checks)
    func checksPass(_ check: Check) throws {
        let server = try EdnsRFC8906Tests.server()
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

    /// What §3 says of each kind of query, beside what §8 has a command line for.
    static let kinds = [
        Kind("3.1.1 a zone that is served", rcode: .noError, hasSOA: true),
        Kind("3.1.1 a zone that is not", name: "example.com.", rcode: .refused),
        Kind("3.1.1 a name of no zone at all", name: ".", rcode: .refused),
        Kind("3.1.2 an unknown type", type: 1000, rcode: .noError, isNegative: true),
        Kind("3.1.2 a meta type", type: 128, rcode: .noError, isNegative: true),
        Kind(
            "3.1.2 an unknown type of a missing name", name: "no.example.org.", type: 1000,
            rcode: .nameError, isNegative: true),
        Kind("3.1.3 every flag", flags: 0x07F0, rcode: .noError, hasSOA: true),
        Kind("3.1.3.1 recursion is not offered", flags: 0x0100, rcode: .noError, hasSOA: true),
        Kind("3.1.4 an unknown opcode with a question", flags: 15 << 11, rcode: .notImplemented),
        Kind("3.1.4 STATUS", flags: 2 << 11, rcode: .notImplemented),
        Kind("3.1.5 TCP", over: .tcp, rcode: .noError, hasSOA: true),
        Kind(
            "3.1.5 TCP, a zone that is not served", name: "example.com.", over: .tcp,
            rcode: .refused),
        Kind("3.2.1 EDNS", edns: .init(), rcode: .noError, hasSOA: true),
        Kind(
            "3.2.1 EDNS, a zone that is not served", name: "example.com.", edns: .init(),
            rcode: .refused),
        Kind(
            "3.2.1 EDNS, a missing name", name: "no.example.org.", edns: .init(),
            rcode: .nameError, isNegative: true),
        Kind(
            "3.2.1 EDNS, an unknown opcode", flags: 15 << 11, edns: .init(), rcode: .notImplemented),
        Kind("3.2.2 another version", edns: .init(version: 1), rcode: .badVersion),
        Kind("3.2.2 the last version", edns: .init(version: 255), rcode: .badVersion),
        Kind(
            "3.2.2 another version for a zone that is not served", name: "example.com.",
            edns: .init(version: 1), rcode: .badVersion),
        Kind(
            "3.2.2 another version and an unknown opcode", flags: 15 << 11,
            edns: .init(version: 1), rcode: .badVersion),
        Kind(
            "3.2.3 unknown options",
            edns: .init(options: Options.option(100, [1]) + Options.option(65_001)),
            rcode: .noError, hasSOA: true),
        Kind("3.2.4 unknown flags", edns: .init(flags: 0x7FFF), rcode: .noError, hasSOA: true),
        Kind(
            "3.2.5 a truncated response", type: RRType.txt.rawValue, edns: .init(udpBytes: 512),
            rcode: .noError, isTruncated: true),
        Kind("3.2.6 DO=1", edns: .init(dnssecOK: true), rcode: .noError, hasSOA: true),
        Kind("3.2.7 EDNS over TCP", edns: .init(), over: .tcp, rcode: .noError, hasSOA: true),
        Kind(
            "3.2.7 another version over TCP", edns: .init(version: 1), over: .tcp,
            rcode: .badVersion),
    ]

    struct Kind: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name: String
        var type: UInt16
        var flags: UInt16
        var edns: Question.EDNS?
        var transport: TransportProtocol
        var rcode: RCode
        var hasSOA: Bool
        var isNegative: Bool
        var isTruncated: Bool

        init(
            _ testDescription: String, name: String = "example.org.",
            type: UInt16 = RRType.soa.rawValue, flags: UInt16 = 0, edns: Question.EDNS? = nil,
            over transport: TransportProtocol = .udp, rcode: RCode, hasSOA: Bool = false,
            isNegative: Bool = false, isTruncated: Bool = false
        ) {
            self.testDescription = testDescription
            self.name = name
            self.type = type
            self.flags = flags
            self.edns = edns
            self.transport = transport
            self.rcode = rcode
            self.hasSOA = hasSOA
            self.isNegative = isNegative
            self.isTruncated = isTruncated
        }
    }

    @Test(arguments: kinds)
    func everyKindOfQueryIsAnswered(_ kind: Kind) throws {
        let server = try EdnsRFC8906Tests.server()
        var question = try Question(kind.name, RRType(rawValue: kind.type), edns: kind.edns)
        question.flags = kind.flags
        let response = try server.answer(question, over: kind.transport)
        #expect(response.isResponse)
        #expect(response.rcode == kind.rcode)
        // Opcode and RD come back; RA, Z, AD and CD never do.
        #expect(response.flags & 0x79F0 == kind.flags & 0x7900)
        #expect(response.answer.map(\.type) == (kind.hasSOA ? [.soa] : []))
        #expect(response.authority.map(\.type) == (kind.isNegative ? [.soa] : []))
        #expect(
            response.isAuthoritative == (kind.hasSOA || kind.isNegative || kind.isTruncated))
        #expect(response.isTruncated == kind.isTruncated)
        #expect((response.opt != nil) == (kind.edns != nil))
        let flags: UInt32 = kind.edns?.dnssecOK == true ? 0x8000 : 0
        #expect((response.opt?.ttl ?? 0) & 0x00FF_FFFF == flags)
        #expect(response.options.allSatisfy { $0.code == 15 })
    }

    /// §7: a code of its own for each thing that a server may not do.
    @Test func codesTellWhatIsWrong() throws {
        let server = try EdnsRFC8906Tests.server()
        var codes: [RCode] = []
        for (opcode, count) in [(0, 1), (4, 1), (5, 1), (15, 1), (0, 2)] as [(UInt16, UInt8)] {
            var packet = try Question("example.org.", .soa).packet
            packet[2] = UInt8(opcode << 3)
            packet[5] = count
            codes.append(try DecodedMessage(server.answer(packet)).rcode)
        }
        #expect(codes == [.noError, .refused, .refused, .notImplemented, .formatError])
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
