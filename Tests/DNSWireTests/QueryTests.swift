import DNSWire
import TestSupport
import Testing

/// Hand-made packets, each named for what is wrong with it.
@Suite struct QueryTests {
    enum Expected: Equatable, Sendable {
        case question
        case silent
        case error(RCode)

        init(_ outcome: ParseOutcome) {
            switch outcome {
            case .question: self = .question
            case .silent: self = .silent
            case .error(let rcode): self = .error(rcode)
            }
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var packet: [UInt8]
        var expected: Expected
        /// Whether there is a question to echo.
        var echoes: Bool

        init(_ testDescription: String, _ packet: [UInt8], _ expected: Expected, echoes: Bool) {
            self.testDescription = testDescription
            self.packet = packet
            self.expected = expected
            self.echoes = echoes
        }

        /// A packet that is refused as malformed.
        init(_ testDescription: String, malformed packet: QueryPacket, echoes: Bool = true) {
            self.init(testDescription, packet.bytes, .error(.formatError), echoes: echoes)
        }

        init(_ testDescription: String, good packet: QueryPacket) {
            self.init(testDescription, packet.bytes, .question, echoes: true)
        }

        init(signed testDescription: String, _ additional: [[UInt8]]) {
            self.init(
                testDescription, QueryPacket(additional: additional).bytes,
                .error(.notAuthorized), echoes: true)
        }

        init(unreadable testDescription: String, _ additional: [[UInt8]]) {
            self.init(testDescription, malformed: QueryPacket(additional: additional))
        }

        init(opcode: UInt16, _ rcode: RCode) {
            self.init(
                "opcode \(opcode)", QueryPacket(flags: opcode << 11).bytes, .error(rcode),
                echoes: false)
        }
    }

    static let headers = [
        Case("empty", [], .silent, echoes: false),
        Case("short header", Array(QueryPacket().bytes.prefix(11)), .silent, echoes: false),
        Case("response", QueryPacket(flags: 0x8000).bytes, .silent, echoes: false),
        Case("response to an update", QueryPacket(flags: 0xA800).bytes, .silent, echoes: false),
        Case(opcode: 1, .notImplemented), Case(opcode: 2, .notImplemented),
        Case(opcode: 3, .notImplemented), Case(opcode: 4, .refused), Case(opcode: 5, .refused),
        Case(opcode: 6, .notImplemented), Case(opcode: 15, .notImplemented),
        Case("every other flag", good: QueryPacket(flags: 0x07FF)),
        Case("header only", malformed: QueryPacket(question: []), echoes: false),
        Case("QDCOUNT 0", malformed: QueryPacket(counts: [0, 0, 0, 0]), echoes: false),
        Case(
            "QDCOUNT 0 and a cookie",
            QueryPacket(
                counts: [0, 0, 0, 1], question: [],
                records: [QueryPacket.opt(options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])]
            ).bytes, .error(.noError), echoes: false),
        Case(
            "QDCOUNT 0 and an OPT",
            malformed: QueryPacket(
                counts: [0, 0, 0, 1], question: [], records: [QueryPacket.opt()]), echoes: false),
        Case("QDCOUNT 2", malformed: QueryPacket(counts: [2, 0, 0, 0]), echoes: false),
        Case(
            "ANCOUNT 1",
            malformed: QueryPacket(counts: [1, 1, 0, 0], records: [QueryPacket.record()])),
        Case(
            "NSCOUNT 1",
            malformed: QueryPacket(counts: [1, 0, 1, 0], records: [QueryPacket.record()])),
        Case(
            "NSCOUNT 1 for IXFR",
            good: QueryPacket(
                counts: [1, 0, 1, 0], question: QueryPacket.question(type: 251),
                records: [QueryPacket.record(type: 6)])),
        Case("ARCOUNT 1 without a record", malformed: QueryPacket(counts: [1, 0, 0, 1])),
        Case("ARCOUNT 65535", malformed: QueryPacket(counts: [1, 0, 0, 65_535])),
    ]

    static let questions = [
        Case("plain", good: QueryPacket()),
        Case("bytes behind the message", QueryPacket().bytes + [1, 2, 3], .question, echoes: true),
        Case("the root", good: QueryPacket(question: QueryPacket.question([0]))),
        Case("class CHAOS", good: QueryPacket(question: QueryPacket.question(class: 3))),
        Case("type ANY", good: QueryPacket(question: QueryPacket.question(type: 255))),
        Case(
            "compressed", malformed: QueryPacket(question: QueryPacket.question([0xC0, 0])),
            echoes: false),
        Case(
            "compressed after a label",
            malformed: QueryPacket(question: QueryPacket.question([1, 97, 0xC0, 0])), echoes: false),
        Case(
            "label of 64",
            malformed: QueryPacket(
                question: QueryPacket.question([64] + [UInt8](repeating: 97, count: 64) + [0])),
            echoes: false),
        Case(
            "label of kind 10",
            malformed: QueryPacket(
                question: QueryPacket.question([0x80] + [UInt8](repeating: 97, count: 200) + [0])),
            echoes: false),
        Case("name of 255", good: QueryPacket(question: QueryPacket.question(longName(255)))),
        Case(
            "name of 256", malformed: QueryPacket(question: QueryPacket.question(longName(256))),
            echoes: false),
        Case(
            "name without end",
            malformed: QueryPacket(question: [UInt8](repeating: 1, count: 2_000)), echoes: false),
    ]

    /// A name of so many bytes.
    private static func longName(_ count: Int) -> [UInt8] {
        let label = [63] + [UInt8](repeating: 97, count: 63)
        let rest = count - 1 - 3 * 64
        return label + label + label + [UInt8(rest - 1)]
            + [UInt8](repeating: 98, count: rest - 1) + [0]
    }

    static let extras = [
        Case("OPT", good: QueryPacket(additional: [QueryPacket.opt()])),
        Case(
            "OPT twice", malformed: QueryPacket(additional: [QueryPacket.opt(), QueryPacket.opt()])),
        Case(
            "OPT in the authority section",
            malformed: QueryPacket(
                counts: [1, 0, 1, 0], question: QueryPacket.question(type: 251),
                records: [QueryPacket.opt()])),
        Case(
            "OPT in the answer section",
            malformed: QueryPacket(counts: [1, 1, 0, 0], records: [QueryPacket.opt()])),
        Case(
            "OPT not at the root",
            malformed: QueryPacket(additional: [QueryPacket.opt(owner: [1, 97, 0])])),
        Case(
            "OPT behind a pointer",
            malformed: QueryPacket(additional: [QueryPacket.opt(owner: [0xC0, 28])])),
        Case(
            "OPT longer than the packet",
            malformed: QueryPacket(additional: [QueryPacket.opt(length: 1)])),
        Case(
            "EDNS options",
            good: QueryPacket(additional: [
                QueryPacket.opt(options: [0, 3, 0, 0, 0, 10, 0, 2, 7, 7])
            ])),
        Case(
            "EDNS option header of 3",
            malformed: QueryPacket(additional: [QueryPacket.opt(options: [0, 3, 0])])),
        Case(
            "EDNS option over-long",
            malformed: QueryPacket(additional: [QueryPacket.opt(options: [0, 3, 0, 2, 7])])),
        Case(
            "EDNS option of 65535",
            malformed: QueryPacket(additional: [QueryPacket.opt(options: [0, 3, 255, 255])])),
        Case(
            "second EDNS option over-long",
            malformed: QueryPacket(additional: [QueryPacket.opt(options: [0, 3, 0, 0, 0, 3, 0, 1])])
        ),
        Case(
            "EDNS flags unknown",
            good: QueryPacket(additional: [QueryPacket.opt(extended: 9, flags: 0x7FFF)])),
        Case(
            "EDNS version 1", QueryPacket(additional: [QueryPacket.opt(version: 1)]).bytes,
            .error(.badVersion), echoes: true),
        Case(
            "EDNS version 255", QueryPacket(additional: [QueryPacket.opt(version: 255)]).bytes,
            .error(.badVersion), echoes: true),
        Case(
            "EDNS version 1, then nonsense",
            malformed: QueryPacket(additional: [QueryPacket.opt(version: 1), [0xC0]])),
        Case(
            "eight records",
            good: QueryPacket(additional: Array(repeating: QueryPacket.record(), count: 8))),
        Case(
            "nine records",
            malformed: QueryPacket(additional: Array(repeating: QueryPacket.record(), count: 9))),
        Case(
            "record data over-long",
            malformed: QueryPacket(additional: [QueryPacket.record(length: 5)])),
        Case("record owner cut short", malformed: QueryPacket(additional: [[5, 97]])),
        Case("record owner a half pointer", malformed: QueryPacket(additional: [[0xC0]])),
        Case(
            "record owner of kind 01",
            malformed: QueryPacket(additional: [QueryPacket.record(owner: [0x41, 97, 0])])),
        Case(
            "record owner of 256",
            malformed: QueryPacket(additional: [QueryPacket.record(owner: longName(256))])),
        Case("record without type", malformed: QueryPacket(additional: [[0]])),
    ]

    /// No key is known here, so a signature that can be read is refused, and any other is malformed.
    static let signatures = [
        Case(signed: "TSIG", [QueryPacket.tsig()]),
        Case(signed: "TSIG behind OPT", [QueryPacket.opt(), QueryPacket.tsig()]),
        Case(signed: "TSIG with a compressed key", [QueryPacket.tsig(owner: [1, 107, 0xC0, 12])]),
        Case(signed: "TSIG without a MAC", [QueryPacket.tsig(mac: [])]),
        Case(signed: "TSIG with other data", [QueryPacket.tsig(other: [1, 2, 3, 4, 5, 6])]),
        Case(signed: "TSIG of the longest algorithm", [QueryPacket.tsig(algorithm: longName(255))]),
        Case(
            "TSIG and EDNS version 1",
            QueryPacket(additional: [QueryPacket.opt(version: 1), QueryPacket.tsig()]).bytes,
            .error(.badVersion), echoes: true),
        Case(unreadable: "TSIG before OPT", [QueryPacket.tsig(), QueryPacket.opt()]),
        Case(unreadable: "TSIG twice", [QueryPacket.tsig(), QueryPacket.tsig()]),
        Case(unreadable: "TSIG of class IN", [QueryPacket.tsig(class: 1)]),
        Case(unreadable: "TSIG with a TTL", [QueryPacket.tsig(ttl: 1)]),
        Case(unreadable: "TSIG with a MAC too long", [QueryPacket.tsig(macBytes: 33)]),
        Case(unreadable: "TSIG with a MAC of 65535", [QueryPacket.tsig(macBytes: 65_535)]),
        Case(unreadable: "TSIG with a MAC too short", [QueryPacket.tsig(macBytes: 31)]),
        Case(unreadable: "TSIG with other data too long", [QueryPacket.tsig(otherBytes: 1)]),
        Case(
            unreadable: "TSIG with other data too short",
            [QueryPacket.tsig(other: [1], otherBytes: 0)]),
        Case(
            unreadable: "TSIG with a compressed algorithm",
            [QueryPacket.tsig(algorithm: [0xC0, 12])]),
        Case(
            unreadable: "TSIG with an algorithm of 256",
            [QueryPacket.tsig(algorithm: longName(256))]),
        Case(unreadable: "TSIG without data", [QueryPacket.record(type: 250, data: [])]),
        Case(
            "TSIG in the authority section",
            malformed: QueryPacket(
                counts: [1, 0, 1, 0], question: QueryPacket.question(type: 251),
                records: [QueryPacket.tsig()])),
    ]

    @Test(arguments: headers + questions + extras + signatures)
    func packetsAreJudged(_ c: Case) {
        var query = Query()
        let outcome = c.packet.withView { query.parse($0) }
        #expect(Expected(outcome) == c.expected)
        #expect((query.questionEnd > 0) == c.echoes)
    }

    /// Where the OPT is found although the packet is settled without it (RFC 6891 §6.1.1, §7).
    @Test(arguments: [
        (QueryPacket(flags: 0x2000, counts: [1, 0, 0, 1]), 1, RCode.refused, true),
        (QueryPacket(flags: 0x2000, counts: [1, 1, 0, 1]), 2, .refused, true),
        (QueryPacket(flags: 0x2800, counts: [1, 2, 3, 1]), 6, .refused, true),
        (QueryPacket(flags: 0x2800, counts: [1, 0, 7, 1]), 8, .refused, true),
        // More records than are looked at.
        (QueryPacket(flags: 0x2800, counts: [1, 0, 9, 1]), 10, .refused, false),
        (QueryPacket(flags: 0x7800, counts: [1, 0, 0, 1]), 1, .notImplemented, true),
        (QueryPacket(flags: 0x7800, counts: [0, 0, 0, 1], question: []), 1, .notImplemented, true),
        // What follows the header is not what it says.
        (QueryPacket(flags: 0x7800, counts: [0, 0, 0, 1]), 1, .notImplemented, false),
        (QueryPacket(flags: 0x7800, counts: [1, 0, 0, 2]), 1, .notImplemented, true),
        (QueryPacket(counts: [1, 1, 0, 1]), 2, .formatError, true),
        (QueryPacket(counts: [1, 0, 1, 1]), 2, .formatError, true),
    ])
    func theOPTIsFound(
        _ packet: QueryPacket, _ records: Int, _ rcode: RCode, _ isFound: Bool
    ) {
        var packet = packet
        packet.records =
            Array(repeating: QueryPacket.record(), count: records - 1) + [QueryPacket.opt()]
        var query = Query()
        #expect(Expected(packet.bytes.withView { query.parse($0) }) == .error(rcode))
        #expect(query.hasEDNS == isFound)
    }

    @Test func fieldsAreThoseOfThePacket() {
        var packet = QueryPacket(
            additional: [
                QueryPacket.record(),
                QueryPacket.opt(payload: 4096, flags: 0x8000, options: [0, 3, 0, 1, 9]),
            ])
        packet.flags = 0x0110
        packet.questions = [QueryPacket.question(type: 28, class: 3)]
        var query = Query()
        #expect(Expected(packet.bytes.withView { query.parse($0) }) == .question)
        #expect(query.id == 0x1234)
        #expect(query.flags == 0x0110)
        #expect(query.opcode == .query)
        #expect(query.nameBytes == QueryPacket.name.count)
        #expect(query.labelCount == 3)
        #expect(query.type == .aaaa)
        #expect(query.rrClass == 3)
        #expect(query.questionEnd == 12 + QueryPacket.name.count + 4)
        #expect(query.hasEDNS)
        #expect(query.ednsVersion == 0)
        #expect(query.udpPayloadBytes == 4096)
        #expect(query.dnssecOK)
        #expect(query.optionsBytes == 5)
        #expect(query.optionsOffset == packet.bytes.count - 5)
    }

    /// Values below 512 count as 512 (RFC 6891 §6.2.3).
    @Test(
        arguments: [(0, 512), (511, 512), (512, 512), (513, 513), (65_535, 65_535)]
            as [(UInt16, Int)])
    func smallPayloadsAreRaised(_ payload: UInt16, _ bytes: Int) {
        var query = Query()
        let packet = QueryPacket(additional: [QueryPacket.opt(payload: payload)]).bytes
        #expect(Expected(packet.withView { query.parse($0) }) == .question)
        #expect(query.udpPayloadBytes == bytes)
    }

    /// A packet cut anywhere is malformed; its question is echoed when it is whole.
    @Test func everyPrefixIsRefused() {
        let options: [UInt8] = [0, 3, 0, 1, 9]
        let packet = QueryPacket(additional: [
            QueryPacket.record(), QueryPacket.opt(options: options),
        ])
        let whole = packet.bytes
        let question = 12 + packet.questions[0].count
        for count in 0..<whole.count {
            var query = Query()
            let outcome = Array(whole.prefix(count)).withView { query.parse($0) }
            #expect(
                Expected(outcome) == (count < 12 ? .silent : .error(.formatError)), "\(count) bytes"
            )
            #expect(query.questionEnd == (count < question ? 0 : question), "\(count) bytes")
        }
    }
}
