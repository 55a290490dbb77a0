import Compiling
import DNSWire
import Health
import Importing
import Testing
import Zones

/// What was imported answers as octoDNS's providers do, for several clients and states.
@Suite struct OctoTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name: String
        var type = RRType.a
        var client = "192.0.2.1"
        var down: [String] = []
        var shares: [String: Double]
    }

    private static let eu = ["198.51.100.1", "198.51.100.2"]

    @Test(arguments: [
        Case(
            testDescription: "weights of a pool", name: "www", client: "10.70.0.1",
            shares: ["198.51.100.1": 0.4, "198.51.100.2": 0.6]),
        Case(
            testDescription: "a network before a place", name: "www", client: "10.1.2.3",
            shares: ["198.51.100.1": 0.4, "198.51.100.2": 0.6]),
        Case(
            testDescription: "continent", name: "www", client: "30.1.0.1",
            shares: ["203.0.113.1": 1]),
        Case(
            testDescription: "subdivision", name: "www", client: "20.8.0.1", down: [eu[0]],
            shares: ["198.51.100.2": 1]),
        Case(
            testDescription: "the fallback of a pool", name: "www", client: "10.70.0.1", down: eu,
            shares: ["192.0.2.11": 1]),
        Case(testDescription: "everybody else", name: "www", shares: ["192.0.2.11": 1]),
        Case(
            testDescription: "every pool is down: the values", name: "www",
            down: ["192.0.2.11"], shares: ["192.0.2.91 192.0.2.92": 1]),
        Case(
            testDescription: "static records of the other family", name: "www", type: .aaaa,
            shares: ["2001:db8::91": 1]),
        Case(
            testDescription: "geo", name: "old", client: "20.1.0.1", shares: ["192.0.2.31": 1]),
        Case(
            testDescription: "all values of a place", name: "old", client: "10.9.0.1",
            shares: ["198.51.100.31 198.51.100.32": 1]),
        Case(
            testDescription: "geo is down: the values", name: "old", client: "20.1.0.1",
            down: ["192.0.2.31"], shares: ["192.0.2.30": 1]),
        Case(testDescription: "static", name: "sip", shares: ["192.0.2.60": 1]),
    ])
    func answersAreThoseOfTheSource(_ c: Case) throws {
        let server = try ImportedServer(.octodns)
        try server.set(.unhealthy, c.down)
        let draws = c.shares.count == 1 ? 50 : 10_000
        let tally = try server.tally(draws, "\(c.name).example.org.", c.type, from: c.client)
        #expect(Set(tally.keys) == Set(c.shares.keys))
        for (answer, share) in c.shares {
            let expected = share * Double(draws)
            let deviation = (Double(draws) * share * (1 - share)).squareRoot()
            #expect(abs(Double(tally[answer] ?? 0) - expected) <= 5 * deviation, "\(answer)")
        }
    }

    @Test(arguments: [
        "@         3600 IN MX 10 mx1.example.org.", "IN SRV 10 60 5060 sip.example.org.",
        "IN TXT \"v=spf1 include:_spf.example.net ~all; trailing\"",
        "IN CAA 0 issue \"ca.example.net\"",
        "IN SSHFP 4 1 123456789abcdef67890123456789abcdef67890",
        "IN LOC 31 58 52.1 S 115 49 11.7 E 20m 10m 10m 2m", "IN CNAME pages.example.net.",
    ])
    func recordsAreWrittenAsMasterFilesHaveThem(_ line: String) throws {
        let result = try Imported.result(.octodns)
        #expect(result.files[0].text.contains(line), "\(result.files[0].text)")
    }

    @Test(arguments: [
        ("odd.example.org. URLFWD", ImportNote.Kind.lost, "octoDNS's own"),
        ("cname.example.org. CNAME", .lost, "nothing checks"),
        ("kept.example.org. A", .changed, "told to leave it alone"),
        ("www.example.org. A", .changed, "has status 'down'"),
        ("alias.example.org. ALIAS", .changed, "becomes a 'host' node"),
        ("the apex of example.org.", .changed, "no SOA"),
    ])
    func whatIsDifferentIsReported(
        _ subject: String, _ kind: ImportNote.Kind, _ words: String
    ) throws {
        let report = try Imported.result(.octodns).report
        let notes = report.notes.filter { $0.subject == subject && $0.kind == kind }
        #expect(notes.contains { $0.message.contains(words) }, "\(notes)")
    }

    @Test(arguments: [
        ("[a", "example.test.yaml:"), ("- a", "must be a map"), ("a: &x [*x]", ""),
        ("a: 1\na: 2", "given twice"),
    ])
    func whatCannotBeReadIsAFailure(_ text: String, _ words: String) {
        let result = importZones(
            .octodns, [ImportSource(name: "example.test.yaml", text: text)])
        #expect(result.files.isEmpty)
        #expect(result.report.failures.contains { "\($0)".contains(words) }, "\(result.report)")
    }

    @Test func aFileAloneMayHaveAnyName() throws {
        let source = ImportSource(name: "zone.txt", text: "www: {type: A, value: 192.0.2.1}\n")
        #expect(importZones(.octodns, [source]).files.isEmpty)
        let result = importZones(.octodns, [source], origin: try Name("b.test."))
        #expect(result.files.map(\.name) == ["b.test.zone"])
    }
}
