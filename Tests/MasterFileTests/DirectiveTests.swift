import DNSWire
import Foundation
import MasterFile
import Testing
import Zones

/// `$INCLUDE` (RFC 1035 §5.1) and its confinement, `$GENERATE`.
@Suite struct DirectiveTests {
    private let origin = "example.org."

    private func read(
        _ contents: [String: String], links: [String: String] = [:]
    ) throws -> (records: [String], findings: [String]) {
        let files = ZoneFiles(folder: "/zones", contents: contents, links: links)
        let (records, findings) = MasterFileReader.read(
            "/zones/main.zone", origin: try Name(origin), files: files)
        return (
            records.map(summary), findings.sorted(first: "/zones/main.zone").map(\.description)
        )
    }

    @Test func includeKeepsToItself() throws {
        let (records, findings) = try read([
            "/zones/main.zone":
                "$TTL 5\n@ NS .\n$INCLUDE \"parts/a b.inc\" sub ; a comment\n A 192.0.2.1\nx A 192.0.2.2\n",
            "/zones/parts/a b.inc":
                " TXT a\ny TXT b\n$ORIGIN deep\n$TTL 7\nz TXT c\n$INCLUDE ../c.inc\n",
            "/zones/c.inc": "@ TXT d\n",
        ])
        #expect(findings == [])
        #expect(
            records == [
                "example.org. 5 NS 00", "example.org. 5 TXT 0161", "y.sub.example.org. 5 TXT 0162",
                "z.deep.sub.example.org. 7 TXT 0163", "deep.sub.example.org. 7 TXT 0164",
                "example.org. 5 A c0000201", "x.example.org. 5 A c0000202",
            ])
    }

    @Test func includeStaysInTheFolder() throws {
        let (records, findings) = try read(
            [
                "/zones/main.zone":
                    "$INCLUDE ../secret\n$INCLUDE /secret\n$INCLUDE link\n$INCLUDE /zones/in\n$INCLUDE ../zones2/x\n",
                "/secret": "a 5 A 192.0.2.1\n", "/zones/in": "b 5 A 192.0.2.1\n",
                "/zones2/x": "c 5 A 192.0.2.1\n",
            ], links: ["/zones/link": "/secret"])
        #expect(records == ["b.example.org. 5 A c0000201"])
        let rule = "the file lies outside the zones folder"
        #expect(
            findings == [
                "/zones/main.zone:1:10: /zones/../secret: \(rule)",
                "/zones/main.zone:2:10: /secret: \(rule)",
                "/zones/main.zone:3:10: /zones/link: \(rule)",
                "/zones/main.zone:5:10: /zones/../zones2/x: \(rule)",
            ])
    }

    @Test func includeFollowsLinksOnTheDisk() throws {
        let manager = FileManager.default
        let base = manager.temporaryDirectory.appendingPathComponent("sterna-\(UUID())")
        defer { try? manager.removeItem(at: base) }
        let folder = base.appendingPathComponent("zones")
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: base.appendingPathComponent(name))
        }
        try write("a 5 A 192.0.2.1\n", "outside.inc")
        try write("b 5 A 192.0.2.2\n", "zones/inside.inc")
        try write("$INCLUDE good\n$INCLUDE bad\n", "zones/main.zone")
        try manager.createSymbolicLink(
            atPath: folder.path + "/good", withDestinationPath: "inside.inc")
        try manager.createSymbolicLink(
            atPath: folder.path + "/bad", withDestinationPath: "../outside.inc")

        let (records, findings) = MasterFileReader.read(
            folder.path + "/main.zone", origin: try Name(origin),
            files: ZoneFiles(folder: folder.path))

        #expect(records.map(summary) == ["b.example.org. 5 A c0000202"])
        #expect(
            findings.sorted(first: "").map(\.message) == [
                "\(folder.path)/bad: the file lies outside the zones folder"
            ])
    }

    @Test func includeHasADepth() throws {
        var contents: [String: String] = [:]
        for depth in 0...9 {
            let name = depth == 0 ? "main.zone" : "\(depth)"
            contents["/zones/\(name)"] = "d\(depth) 5 TXT x\n$INCLUDE \(depth + 1)\n"
        }
        let (records, findings) = try read(contents)
        #expect(records.count == 9)
        #expect(findings == ["/zones/8:2:1: $INCLUDE is nested deeper than 8"])
    }

    @Test func includeHasANumber() throws {
        var contents = ["/zones/main.zone": "", "/zones/leaf": "x 5 TXT x\n"]
        contents["/zones/main.zone"] = String(repeating: "$INCLUDE leaf\n", count: 1200)
        let (records, findings) = try read(contents)
        #expect(records.count == 1000)
        #expect(findings == ["/zones/main.zone:1001:1: the zone includes more than 1000 files"])
    }

    @Test func missingFileIsAFinding() throws {
        #expect(try read([:]).findings == ["/zones/main.zone: no such file"])
    }

    struct Generation: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var line: String
        var records: [String]
    }

    @Test(arguments: [
        Generation(
            testDescription: "plain", line: "1-3 h$ 5 A 192.0.2.$",
            records: ["h1 5 A c0000201", "h2 5 A c0000202", "h3 5 A c0000203"]),
        Generation(
            testDescription: "step, class", line: "1-6/3 h$ IN A 192.0.2.$",
            records: ["h1 9 A c0000201", "h4 9 A c0000204"]),
        Generation(
            testDescription: "offset, width, base",
            line: "14-15 h${-4,3}-${0,0,x}-${1,3,X}-${0,0,o} TXT $",
            records: ["h010-e-00F-16 9 TXT 023134", "h011-f-010-17 9 TXT 023135"]),
        Generation(
            testDescription: "nibbles", line: "18-18 ${0,3,n}.${0,5,N}.${0,0,n} PTR .",
            records: ["2.1.2.1.0.2.1 9 PTR 00"]),
        Generation(
            testDescription: "dollar signs", line: "1-1 \\$a$$ TXT a\\$$",
            records: ["\\$a\\$ 9 TXT 03612431"]),
        Generation(
            testDescription: "rdata in quotes", line: "1-1 a MX \"$ .\"",
            records: ["a 9 MX 000100"]),
    ])
    func generateMakesRecords(_ c: Generation) throws {
        let (records, findings) = try read([
            "/zones/main.zone": "$TTL 9\nz A 192.0.2.9\n$GENERATE \(c.line)\n A 192.0.2.8\n"
        ])
        #expect(findings == [])
        let expected = c.records.map { record in
            let space = record.firstIndex(of: " ") ?? record.startIndex
            return record[..<space] + ".example.org." + record[space...]
        }
        #expect(
            records == ["z.example.org. 9 A c0000209"] + expected.map(String.init)
                + ["z.example.org. 9 A c0000208"])
    }

    @Test func generateReachesItsLimit() throws {
        let (records, findings) = try read([
            "/zones/main.zone": "$TTL 5\n$GENERATE 0-65535 h$ TXT x\n$GENERATE 0-65536 h$ TXT x\n"
        ])
        #expect(records.count == 65_536)
        #expect(findings == ["/zones/main.zone:3:11: the range has more than 65536 numbers"])
    }

    /// 15 times 65,536 numbers and 16,960 more are the million; their template fails at once, so that the test
    /// need not wait for records.
    @Test(arguments: [(16_960, nil), (16_961, 17)] as [(Int, Int?)])
    func generatingEndsAtAMillion(_ last: Int, _ line: Int?) throws {
        let directives =
            Array(repeating: "$GENERATE 1-65536 h${-70000} TXT x\n", count: 15)
            + ["$GENERATE 1-\(last) h${-70000} TXT x\n"]
        let (records, findings) = try read([
            "/zones/main.zone": "$TTL 5\n" + directives.joined() + "z TXT z\n"
        ])
        let limit = line.map {
            "/zones/main.zone:\($0):1: the zone's $GENERATE directives make more than 1000000 records, "
                + "a limit of this server"
        }
        #expect(findings.count == 16)
        #expect(findings.filter { $0.contains("1000000") } == (limit.map { [$0] } ?? []))
        // Nothing is read after that.
        #expect(records.count == (line == nil ? 1 : 0))
    }
}
