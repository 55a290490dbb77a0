import DNSWire
import MasterFile
import Testing
import Zones

/// How text becomes entries (RFC 1035 §5.1).
@Suite struct EntryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var records: [String]
    }

    @Test(arguments: [
        Case(
            testDescription: "a blank first repeats the owner",
            text: "www 60 A 192.0.2.1\n\t60 A 192.0.2.2\n",
            records: ["www.example.org. 60 A c0000201", "www.example.org. 60 A c0000202"]),
        Case(
            testDescription: "TTL and class in any order, or none",
            text: """
                $TTL 5
                a 60 IN A 192.0.2.1
                b IN 60 A 192.0.2.1
                c class1 A 192.0.2.1
                d a 192.0.2.1
                """,
            records: [
                "a.example.org. 60 A c0000201", "b.example.org. 60 A c0000201",
                "c.example.org. 5 A c0000201", "d.example.org. 5 A c0000201",
            ]),
        Case(
            testDescription: "owners that look like classes, types and numbers",
            text: "IN 60 A 192.0.2.1\nA 60 IN A 192.0.2.1\n60 60 A 192.0.2.1\n",
            records: [
                "IN.example.org. 60 A c0000201", "A.example.org. 60 A c0000201",
                "60.example.org. 60 A c0000201",
            ]),
        Case(
            testDescription: "parentheses join lines, and nest",
            text: "a ( 60 ; one\n TXT ( x\n\n y ) ; two\n ) \nb 60 TXT(z)\n",
            records: ["a.example.org. 60 TXT 01780179", "b.example.org. 60 TXT 017a"]),
        Case(
            testDescription: "a record may end in parentheses opened before its owner",
            text: "( a 60\nTXT x )\n",
            records: ["a.example.org. 60 TXT 0178"]),
        Case(
            testDescription: "marks in quotes have no meaning",
            text: "a 60 TXT \"x;(y) @ $\\\"\" \"\" ; \"comment\n",
            records: ["a.example.org. 60 TXT 0a783b287929204020242200"]),
        Case(
            testDescription: "escapes in words",
            text: "a\\.b\\046c 60 TXT x\\;y\\032z \\# \\255\n",
            records: ["a\\.b\\.c.example.org. 60 TXT 05783b79207a012301ff"]),
        Case(
            testDescription: "byte order mark, CRLF, tabs, no end of line at the end",
            text: "\u{FEFF}a\t60\tA\t192.0.2.1\r\n\t60 A 192.0.2.2 ; x\r\n\r\nb 60 A 192.0.2.3",
            records: [
                "a.example.org. 60 A c0000201", "a.example.org. 60 A c0000202",
                "b.example.org. 60 A c0000203",
            ]),
        Case(
            testDescription: "origins",
            text: """
                @ 60 NS @
                $ORIGIN sub
                @ 60 NS ns
                $ORIGIN .
                example.org 60 NS ns.sub.example.org
                """,
            records: [
                "example.org. 60 NS 076578616d706c65036f726700",
                "sub.example.org. 60 NS 026e7303737562076578616d706c65036f726700",
                "example.org. 60 NS 026e7303737562076578616d706c65036f726700",
            ]),
        Case(
            testDescription: "times with units",
            text: "a 1h30m A 192.0.2.1\nb 1W2d3H4m5s A 192.0.2.1\n$TTL 2w\nc A 192.0.2.1\n",
            records: [
                "a.example.org. 5400 A c0000201", "b.example.org. 788645 A c0000201",
                "c.example.org. 1209600 A c0000201",
            ]),
        Case(
            testDescription: "$TTL before the last TTL (RFC 2308 §4)",
            text:
                "a 60 A 192.0.2.1\nb A 192.0.2.1\n$TTL 5\nc A 192.0.2.1\nd 60 A 192.0.2.1\ne A 192.0.2.1\n",
            records: [
                "a.example.org. 60 A c0000201", "b.example.org. 60 A c0000201",
                "c.example.org. 5 A c0000201", "d.example.org. 60 A c0000201",
                "e.example.org. 5 A c0000201",
            ]),
        Case(
            testDescription: "an SOA without a TTL has its minimum",
            text: "@ SOA . . 1 2 3 4 300\n",
            records: ["example.org. 300 SOA 0000000000010000000200000003000000040000012c"]),
        Case(
            testDescription: "any byte above ASCII stands for itself",
            text: "ä 60 TXT ä\n",
            records: ["\\195\\164.example.org. 60 TXT 02c3a4"]),
        Case(testDescription: "nothing", text: " \n;x\n\t;\n\n", records: []),
    ])
    func textBecomesRecords(_ c: Case) throws {
        let (records, findings) = try read(c.text)
        #expect(findings == [])
        #expect(records.map(summary) == c.records)
    }

    @Test func positionsAreThoseOfTheFirstWord() throws {
        let (records, _) = try read("a 60 A 192.0.2.1\n\n  60 TXT (\n x )\nb 60 A 192.0.2.1\n")
        #expect(
            records.map(\.position.description) == [
                "test.zone:1:1", "test.zone:3:3", "test.zone:5:1",
            ])
    }

    @Test func findingsAreCountedPastTheLimit() throws {
        let (records, findings) = try read(String(repeating: "a 60 A x\n", count: 150))
        #expect(records.isEmpty)
        #expect(findings.count == 101)
        #expect(findings.last == "test.zone: and 50 more errors")
    }

    @Test func nulIsAnError() throws {
        let (_, findings) = try read([0x61, 0x00, 0x62])
        #expect(
            findings == [
                "test.zone:1:2: a control character of code 0; write it as \\DDD (RFC 1035 §5.1)"
            ])
    }

    @Test func namesReadAsNameDoes() throws {
        let origin = try Name("example.org.")
        var generator = SeededGenerator(seed: 7)
        let pieces = [
            "a", "B", ".", ".", "\\.", "\\000", "\\255", "*", "-", "@x", "\\\\",
            String(repeating: "x", count: 30),
        ]
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 1...12, using: &generator))
                .compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            let expected = try? Name(text, relativeTo: origin)
            let (records, findings) = try read("@ 60 CNAME \(text)\n")
            #expect(records.first?.rdata == expected?.wire, "\(text)")
            #expect(findings.isEmpty == (expected != nil), "\(text)")
        }
    }
}
