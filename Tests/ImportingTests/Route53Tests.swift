import Compiling
import DNSWire
import Health
import Importing
import Testing
import Zones

/// What was imported answers as Route 53 does, for several clients and states.
@Suite struct Route53Tests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name: String
        var type = RRType.a
        var client = "192.0.2.1"
        var down: [String] = []
        /// Each answer and its share of all.
        var shares: [String: Double]
    }

    private static let all = [
        "192.0.2.31", "192.0.2.32", "198.51.100.31", "198.51.100.32",
    ]

    @Test(arguments: [
        Case(
            testDescription: "weights", name: "www",
            shares: ["192.0.2.10": 0.75, "198.51.100.10": 0.25]),
        Case(
            testDescription: "weights over IPv6", name: "www", type: .aaaa,
            shares: ["2001:db8:1::10": 0.75, "2001:db8:2::10": 0.25]),
        Case(
            testDescription: "one is down", name: "www", down: ["192.0.2.10"],
            shares: ["198.51.100.10": 1]),
        Case(
            testDescription: "weight 0 when nothing else is up", name: "www",
            down: ["192.0.2.10", "198.51.100.10"], shares: ["203.0.113.10": 1]),
        Case(
            testDescription: "fail open, without weight 0", name: "www",
            down: [
                "192.0.2.10", "198.51.100.10", "203.0.113.10", "2001:db8:1::10",
                "2001:db8:2::10", "2001:db8:3::10",
            ],
            shares: ["192.0.2.10": 0.75, "198.51.100.10": 0.25]),
        Case(testDescription: "primary", name: "pay", shares: ["192.0.2.10": 1]),
        Case(
            testDescription: "secondary", name: "pay", down: ["192.0.2.10"],
            shares: ["198.51.100.10": 1]),
        Case(
            testDescription: "country", name: "geo", client: "10.9.0.1",
            shares: ["198.51.100.20": 1]),
        Case(
            testDescription: "country is down: continent", name: "geo", client: "10.9.0.1",
            down: ["198.51.100.20"], shares: ["198.51.100.21": 1]),
        Case(
            testDescription: "country and continent are down: default", name: "geo",
            client: "10.9.0.1", down: ["198.51.100.20", "198.51.100.21"],
            shares: ["192.0.2.22": 1]),
        Case(
            testDescription: "subdivision", name: "geo", client: "20.8.0.1",
            shares: ["192.0.2.21": 1]),
        Case(
            testDescription: "its country alone is for nobody: default", name: "geo",
            client: "20.1.0.1", shares: ["192.0.2.22": 1]),
        Case(
            testDescription: "no default: NODATA", name: "eu-only", client: "20.1.0.1",
            shares: ["": 1]),
        Case(
            testDescription: "for the continent", name: "eu-only", client: "10.70.0.1",
            shares: ["198.51.100.22": 1]),
        Case(
            testDescription: "multivalue", name: "pool", down: ["192.0.2.102"],
            shares: ["192.0.2.101 192.0.2.103 192.0.2.104": 1]),
        Case(
            testDescription: "network of the collection", name: "office", client: "10.1.2.3",
            shares: ["192.0.2.61": 1]),
        Case(
            testDescription: "network of the other family", name: "office",
            client: "2001:db8:1::9", shares: ["192.0.2.61": 1]),
        Case(
            testDescription: "no network: default location", name: "office", client: "10.2.0.1",
            shares: ["192.0.2.62": 1]),
        Case(
            testDescription: "tree T1", name: "tree",
            shares: ["192.0.2.31": 0.25, "192.0.2.32": 0.75]),
        Case(
            testDescription: "tree T2", name: "tree", down: ["192.0.2.31"],
            shares: ["192.0.2.32": 1]),
        Case(
            testDescription: "tree T3", name: "tree", down: ["192.0.2.31", "192.0.2.32"],
            shares: ["198.51.100.31": 0.5, "198.51.100.32": 0.5]),
        Case(
            testDescription: "tree T4", name: "tree", down: all,
            shares: ["192.0.2.31": 0.25, "192.0.2.32": 0.75]),
        Case(
            testDescription: "alias of a tree", name: "follows",
            down: ["192.0.2.31", "192.0.2.32"],
            shares: ["198.51.100.31": 0.5, "198.51.100.32": 0.5]),
        Case(
            testDescription: "alias of records", name: "copy",
            shares: ["192.0.2.80 192.0.2.81": 1]),
        Case(
            testDescription: "forced out of service", name: "maint",
            shares: ["192.0.2.72": 1]),
        Case(
            testDescription: "wildcard", name: "any.apps", shares: ["192.0.2.200": 1]),
    ])
    func answersAreThoseOfTheSource(_ c: Case) throws {
        let server = try ImportedServer(.route53)
        try server.set(.unhealthy, c.down)
        let name = "\(c.name).shop.example.net."
        let draws = c.shares.count == 1 ? 50 : 10_000
        let tally = try server.tally(draws, name, c.type, from: c.client)
        #expect(Set(tally.keys) == Set(c.shares.keys))
        for (answer, share) in c.shares {
            let expected = share * Double(draws)
            let deviation = (Double(draws) * share * (1 - share)).squareRoot()
            #expect(abs(Double(tally[answer] ?? 0) - expected) <= 5 * deviation, "\(answer)")
        }
    }

    @Test func timesToLiveAreCarried() throws {
        let server = try ImportedServer(.route53)
        for (name, ttl) in [("www", 60), ("pay", 30), ("static", 300), ("follows", 60)] {
            #expect(try server.answer("\(name).shop.example.net.").ttl == UInt32(ttl), "\(name)")
        }
    }

    // MARK: Text

    @Test func octalEscapesBecomeDecimalOnes() throws {
        let text = try zoneText()
        #expect(text.contains("*.apps "))
        #expect(text.contains("at\\@sign "))
        #expect(text.contains(#""owner=caf\195\169 \"shop\"""#))
    }

    @Test func namesInValuesAreAbsolute() throws {
        let text = try zoneText()
        #expect(text.contains("IN MX 10 mx1.shop.example.net."))
        #expect(text.contains("IN SRV 10 60 5060 sip1.shop.example.net."))
        #expect(text.contains("IN CNAME pages.example.org."))
    }

    private func zoneText() throws -> String {
        let result = try Imported.result(.route53)
        return try #require(result.files.first { $0.name == "shop.example.net.zone" }).text
    }

    /// Record sets that share addresses, checked alike, share an endpoint.
    @Test func addressesAreOneEndpoint() throws {
        let steering = try Imported.zones(Imported.result(.route53)).sources[0].steering
        var seen: Set<String> = []
        for endpoint in steering.endpoints where endpoint.host == nil {
            let key =
                endpoint.addresses.map(\.description).sorted().joined() + (endpoint.monitor ?? "")
            #expect(seen.insert(key).inserted, "\(endpoint.name)")
        }
        let www = try #require(steering.endpoints.first { $0.name == "www-us" })
        #expect(www.addresses.map(\.description) == ["192.0.2.10", "2001:db8:1::10"])
    }

    @Test func healthChecksBecomeMonitors() throws {
        let steering = try Imported.zones(Imported.result(.route53)).sources[0].steering
        #expect(steering.monitors.count == 3)
        let pay = try #require(steering.monitors.first { $0.name.hasPrefix("http-pay") })
        #expect(pay.interval == .seconds(30))
        #expect(pay.fall == 2)
        #expect(pay.rise == 2)
        guard case .http(let check) = pay.reachable else {
            Issue.record("not HTTP")
            return
        }
        #expect(check.port == 8080)
        #expect(check.host == "pay.shop.example.net:8080")
        #expect(check.path == "/status")
        #expect(check.bodyContains == "all \"good\"")
    }

    // MARK: The report

    @Test(arguments: [
        ("flag.shop.example.net. TXT", ImportNote.Kind.lost, "only addresses can be steered"),
        ("health check hc-inverted", .lost, "an inverted check has no counterpart"),
        ("health check hc-calc", .lost, "'at least 1 of 2' has no counterpart"),
        ("health check hc-alarm", .changed, "push the verdict"),
        ("inv.shop.example.net. A 'inv-2'", .lost, "hc-missing is not in the sources"),
        ("maint.shop.example.net. A 'old'", .changed, "forces it out of service"),
        ("copy.shop.example.net. A", .changed, "are copied"),
        ("static.shop.example.net. A", .changed, "decided nothing"),
        ("shop.example.net. A", .changed, "becomes a 'host' node"),
        ("shop.example.net. NS and SOA", .changed, "still name the servers of Route 53"),
    ])
    func whatIsDifferentIsReported(
        _ subject: String, _ kind: ImportNote.Kind, _ words: String
    ) throws {
        let report = try Imported.result(.route53).report
        let notes = report.notes.filter { $0.subject == subject && $0.kind == kind }
        #expect(notes.contains { $0.message.contains(words) }, "\(notes)")
        #expect(notes.allSatisfy { $0.position.file.hasPrefix("route53/") })
    }

    // MARK: Pages

    @Test func pagesMayStandInOneFileOrSeveral() throws {
        func page(_ name: String, _ type: String, _ value: String) -> String {
            """
            {"ResourceRecordSets": [{"Name": "\(name)", "Type": "\(type)", "TTL": 60,
              "ResourceRecords": [{"Value": "\(value)"}]}], "IsTruncated": true}
            """
        }
        let soa = page("a.test.", "SOA", "ns.a.test. host.a.test. 1 2 3 4 5")
        let ns = page("a.test.", "NS", "ns.example.net.")
        let first = page("one.a.test.", "A", "192.0.2.1")
        let forms = [
            [soa + "\n" + ns + first], [soa, ns, first], ["[\(soa), \(ns), \(first)]"],
        ]
        let files = forms.map { texts in
            importZones(
                .route53,
                texts.enumerated().map { ImportSource(name: "\($0.offset).json", text: $0.element) }
            ).files
        }
        #expect(files[0].count == 1)
        #expect(files[0] == files[1])
        #expect(files[0] == files[2])
        #expect(files[0][0].text.contains("one 60 IN A 192.0.2.1"))
    }

    @Test(arguments: [
        ("", "holds no JSON"), ("{", "cannot be read"), ("{}", "neither ResourceRecordSets nor"),
        ("{\"ResourceRecordSets\": [{\"Name\": \"a.\"}]}", "has no 'Type'"),
        ("{\"ResourceRecordSets\": [{\"Name\": \"a.\", \"Type\": \"A\"}]}", "name it with --zone"),
        ("{\"ResourceRecordSets\": []}", "there are no ResourceRecordSets"),
    ])
    func whatCannotBeReadIsAFailure(_ text: String, _ words: String) {
        let result = importZones(.route53, [ImportSource(name: "x.json", text: text)])
        #expect(result.files.isEmpty)
        #expect(!result.report.isComplete)
        #expect(result.report.failures.contains { "\($0)".contains(words) }, "\(result.report)")
    }

    @Test func aliasesInACircleAreNotCarried() throws {
        let sets = ["a", "b"].map { name in
            let other = name == "a" ? "b" : "a"
            return """
                {"Name": "\(name).c.test.", "Type": "A", "SetIdentifier": "x", "Weight": 1,
                 "AliasTarget": {"HostedZoneId": "Z", "DNSName": "\(other).c.test.",
                 "EvaluateTargetHealth": true}},
                {"Name": "\(name).c.test.", "Type": "A", "SetIdentifier": "y", "Weight": 1, "TTL": 5,
                 "ResourceRecords": [{"Value": "192.0.2.1"}]}
                """
        }.joined(separator: ",")
        let result = importZones(
            .route53, [ImportSource(name: "c.json", text: "{\"ResourceRecordSets\": [\(sets)]}")],
            origin: try Name("c.test."))
        #expect(result.report.notes.contains { $0.message.contains("leads back here") })
        #expect(try Imported.findings(result).allSatisfy { $0.severity == .warning })
    }
}
