import DNSWire
import Testing
import Zones

/// Zones made from records, without a file.
@Suite struct ZoneTests {
    private func record(
        _ owner: String, _ type: RRType, _ rdata: [UInt8], ttl: UInt32 = 60, line: Int = 1
    ) throws -> ResourceRecord {
        ResourceRecord(
            owner: try Name(owner), type: type, ttl: ttl, rdata: rdata,
            position: SourcePosition(file: "f", line: line, column: 1))
    }

    private func apex() throws -> [ResourceRecord] {
        [
            try record("example.", .soa, [0, 0] + [UInt8](repeating: 0, count: 20)),
            try record("example.", .ns, [0]),
        ]
    }

    private func checked(_ more: [ResourceRecord]) throws -> (zone: Zone?, findings: [String]) {
        let (zone, findings) = Zone.checked(
            origin: try Name("example."), records: try apex() + more, file: "f")
        return (zone, findings.map(\.description))
    }

    @Test func rrsetsAreSortedAndHoldEachRecordOnce() throws {
        let (zone, findings) = try checked([
            record("a.example.", .txt, [0], line: 1),
            record("A.example.", .a, [1, 1, 1, 1], line: 2),
            record("a.example.", .mx, [0, 1, 1, 0x78, 0], line: 3),
            record("a.example.", .a, [1, 1, 1, 2], ttl: 30, line: 4),
            record("a.example.", .mx, [0, 1, 1, 0x58, 0], line: 5),
        ])
        let rrsets = try #require(zone?.owners[try Name("a.example.")])
        #expect(rrsets.map(\.type) == [.a, .mx, .txt])
        #expect(rrsets[0].ttl == 30)
        #expect(rrsets[0].rdatas == [[1, 1, 1, 1], [1, 1, 1, 2]])
        #expect(rrsets[1].rdatas == [[0, 1, 1, 0x78, 0]])
        #expect(findings.count == 2)
        #expect(findings.first?.hasPrefix("f:4:1: warning: a.example. A: TTL 30 differs") ?? false)
        #expect(findings.last?.hasPrefix("f:5:1: warning: a.example. MX: this record") ?? false)
    }

    @Test func largeRRsetsHoldEachRecordOnce() throws {
        let many = try (0..<300).map { try record("a.example.", .a, [10, 0, 0, UInt8($0 % 100)]) }
        let (zone, findings) = try checked(many)
        #expect(zone?.rrset(try Name("a.example."), .a)?.rdatas.count == 100)
        #expect(findings.count == 101)
        #expect(findings.last == "f: warning: and 100 more warnings")
    }

    @Test func malformedRdataIsRefused() throws {
        let bad: [(RRType, [UInt8])] = [
            (.a, [1, 2, 3]), (.aaaa, []), (.ns, [3, 0x61]), (.mx, [0, 1]), (.soa, [0, 0, 1]),
            (.cname, [0, 0]), (.txt, []), (.txt, [2, 0x61]), (.srv, [0, 0, 0, 0, 0, 1, 64]),
            (.caa, [0, 1]), (.https, [0, 1, 0, 0, 3, 0, 9]), (.ns, [0xC0, 0x0C]),
        ]
        let (zone, findings) = try checked(try bad.map { try record("a.example.", $0, $1) })
        #expect(zone == nil)
        #expect(findings.count == bad.count)
        #expect(findings.allSatisfy { $0.contains("the bytes are not") })
    }

    @Test func partialZonesAreNotSaidToLack() throws {
        let records = [
            try record(
                "sub.example.", .ns,
                [2, 0x6E, 0x73, 3] + Array("sub".utf8) + [7] + Array("example".utf8) + [0])
        ]
        let (zone, findings) = Zone.checked(
            origin: try Name("example."), records: records, file: "f", isPartial: true)
        #expect(zone == nil)
        #expect(findings == [])
    }

    struct Steered: Sendable, CustomTestStringConvertible {
        var owner: String
        var messages: [String]

        init(_ owner: String, _ messages: String...) {
            self.owner = owner
            self.messages = messages
        }

        var testDescription: String { owner }
    }

    @Test(arguments: [
        Steered("shop.example."), Steered("example."), Steered("*.example."),
        Steered("txt.example."),
        Steered("a.b.c.example."),
        Steered("example.net.", "example.net. is not in the zone example."),
        Steered(
            "sub.example.", "sub.example. is a zone cut and cannot be steered (RFC 1034 §4.2.1)"),
        Steered(
            "a.sub.example.",
            "a.sub.example. lies below the zone cut sub.example. and cannot be steered (RFC 1034 §4.2.1)"
        ),
        Steered(
            "alias.example.", "alias.example. is steered and has a CNAME at f:1:1 (RFC 1034 §3.6.2)"
        ),
        Steered("moved.example.", "moved.example. is steered and has a DNAME at f:1:1"),
        Steered(
            "a.moved.example.",
            "a.moved.example. lies below the DNAME at moved.example. and cannot be steered (RFC 6672 §2.4)"
        ),
        Steered(
            "host.example.",
            "host.example. is steered and has A records at f:1:1; only one of them can decide the answer",
            "host.example. is steered and has AAAA records at f:1:1; only one of them can decide the answer"
        ),
    ])
    func steeredNamesKeepToTheirPlace(_ c: Steered) throws {
        let (zone, _) = try checked([
            record("sub.example.", .ns, [0]), record("alias.example.", .cname, [0]),
            record("moved.example.", .dname, [0]), record("txt.example.", .txt, [0]),
            record("host.example.", .a, [1, 2, 3, 4]),
            record("host.example.", .aaaa, [UInt8](repeating: 0, count: 16)),
        ])
        let position = SourcePosition(file: "g", line: 7, column: 3)
        let name = SteeredName(
            owner: try Name(c.owner), ttl: .seconds(30),
            policy: .reference("edge", position), position: position)
        let findings = try #require(zone).findings(forSteered: [name])
        #expect(findings.map(\.message) == c.messages)
        #expect(findings.allSatisfy { $0.position == position && $0.severity == .error })
    }
}
