import Compiling
import DNSWire
import Health
import Importing
import Testing
import Zones

/// What was imported answers as gdnsd does, for several clients and states.
@Suite struct GdnsdTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name: String
        var type = RRType.a
        var client = "192.0.2.1"
        var down: [String] = []
        var shares: [String: Double]
    }

    private static let ams = "192.0.2.10 192.0.2.11 192.0.2.12"
    private static let nyc = "198.51.100.10 198.51.100.11"
    private static let three = "192.0.2.31 192.0.2.32 192.0.2.33"

    @Test(arguments: [
        Case(testDescription: "first datacenter", name: "www", shares: [ams: 1]),
        Case(
            testDescription: "up_thresh 0.3: one of three suffices", name: "www",
            down: ["192.0.2.10", "192.0.2.11"], shares: ["192.0.2.12": 1]),
        Case(
            testDescription: "second datacenter", name: "www",
            down: ams.split(separator: " ").map(String.init), shares: [nyc: 1]),
        Case(
            testDescription: "all are down: the first one's", name: "www",
            down: (ams + " " + nyc).split(separator: " ").map(String.init), shares: [ams: 1]),
        Case(
            testDescription: "up_thresh 0.5: two of three", name: "half", down: ["192.0.2.31"],
            shares: ["192.0.2.32 192.0.2.33": 1]),
        Case(
            testDescription: "up_thresh 0.5: one of three is too few", name: "half",
            down: ["192.0.2.31", "192.0.2.32"], shares: [three: 1]),
        Case(testDescription: "primary", name: "mail", shares: ["192.0.2.25": 1]),
        Case(
            testDescription: "secondary", name: "mail", down: ["192.0.2.25"],
            shares: ["198.51.100.25": 1]),
        Case(
            testDescription: "both down: primary", name: "mail",
            down: ["192.0.2.25", "198.51.100.25"], shares: ["192.0.2.25": 1]),
        Case(
            testDescription: "weights", name: "api",
            shares: [
                "192.0.2.51": 0.25, "192.0.2.52": 1.0 / 3, "192.0.2.53": 5.0 / 12,
            ]),
        Case(
            testDescription: "weights without one that is down", name: "api",
            down: ["192.0.2.52"], shares: ["192.0.2.51": 45.0 / 120, "192.0.2.53": 75.0 / 120]),
        Case(
            testDescription: "groups", name: "grouped",
            shares: ["192.0.2.61 192.0.2.62": 2.0 / 3, "198.51.100.61 198.51.100.62": 1.0 / 3]),
        Case(
            testDescription: "both families", name: "both", type: .aaaa,
            shares: ["2001:db8::41 2001:db8::42": 1]),
        Case(testDescription: "country", name: "shop", client: "10.9.0.1", shares: [nyc: 1]),
        Case(
            testDescription: "continent's default", name: "shop", client: "10.70.0.1",
            shares: [ams: 1]),
        Case(testDescription: "subdivision", name: "shop", client: "20.8.0.1", shares: [nyc: 1]),
        Case(testDescription: "network", name: "shop", client: "10.1.2.3", shares: [nyc: 1]),
        Case(testDescription: "nowhere", name: "shop", client: "30.1.0.1", shares: [ams: 1]),
        Case(
            testDescription: "a datacenter by name", name: "shop-ams", client: "10.1.2.3",
            shares: [ams: 1]),
        Case(testDescription: "inline datacenters", name: "fb", shares: ["192.0.2.81": 1]),
        Case(
            testDescription: "a parking place", name: "fb", down: ["192.0.2.81"],
            shares: ["203.0.113.99": 1]),
        Case(testDescription: "@Z", name: "top", shares: ["192.0.2.151": 1]),
        Case(testDescription: "$ORIGIN", name: "host.lab", shares: ["192.0.2.150": 1]),
    ])
    func answersAreThoseOfTheSource(_ c: Case) throws {
        let server = try ImportedServer(.gdnsd)
        try server.set(.unhealthy, c.down)
        let draws = c.shares.count == 1 ? 50 : 10_000
        let tally = try server.tally(draws, "\(c.name).example.net.", c.type, from: c.client)
        #expect(Set(tally.keys) == Set(c.shares.keys))
        for (answer, share) in c.shares {
            let expected = share * Double(draws)
            let deviation = (Double(draws) * share * (1 - share)).squareRoot()
            #expect(abs(Double(tally[answer] ?? 0) - expected) <= 5 * deviation, "\(answer)")
        }
    }

    /// `300/30` is a range, `300` one from its half, `60/60` fixed.
    @Test func timesToLiveAreRanges() throws {
        let steering = try Imported.zones(Imported.result(.gdnsd)).sources[0].steering
        func ttl(_ owner: String) throws -> String {
            let owner = try Name("\(owner).example.net.")
            return try "\(#require(steering.names.first { $0.owner == owner }).ttl)"
        }
        #expect(try ttl("www") == "auto(minimum: 30, maximum: 300)")
        #expect(try ttl("shop") == "auto(minimum: 150, maximum: 300)")
        #expect(try ttl("api") == "seconds(60)")
    }

    @Test func serviceTypesBecomeMonitors() throws {
        let steering = try Imported.zones(Imported.result(.gdnsd)).sources[0].steering
        let web = try #require(steering.monitors.first { $0.name == "web" })
        #expect(web.fall == 4)
        #expect(web.rise == 8)
        #expect(web.interval == .seconds(5))
        #expect(web.timeout == .seconds(3))
        var check = HTTPCheck(
            tls: false, port: 8080, path: "/healthz", host: "www.example.net")
        check.statuses = [200...200, 204...204]
        #expect(web.reachable == .http(check))
    }

    @Test(arguments: [
        ("me.example.net.", ImportNote.Kind.lost, "plugin 'reflect' has no counterpart"),
        ("gone.example.net.", .lost, "no resource 'multifo!nowhere'"),
        ("weighted!odds", .lost, "odds of its own"),
        ("service type 'script'", .lost, "/usr/local/bin/probe %%ITEM%%"),
        ("geoip!shop AS → JP → 13 → Tokyo", .lost, "not carried"),
        ("geoip!shop AF", .lost, "get no address"),
        ("options", .changed, "listen"),
        ("weighted!cn 'c-1'", .changed, "is not answered as such"),
        ("weighted!grouped", .changed, "keeps its weight"),
    ])
    func whatIsDifferentIsReported(
        _ subject: String, _ kind: ImportNote.Kind, _ words: String
    ) throws {
        let report = try Imported.result(.gdnsd).report
        let notes = report.notes.filter { $0.subject == subject && $0.kind == kind }
        #expect(notes.contains { $0.message.contains(words) }, "\(notes)")
        #expect(notes.allSatisfy { $0.position.line > 0 })
    }

    @Test(arguments: [
        ("plugins => {", "has no end"), ("a => ]", "missing"), ("a b", "has no value"),
        ("a => \"x", "has no end"), ("a => $include{b}", "not among the sources"),
        (String(repeating: "a => { ", count: 100), "nested too deeply"),
    ])
    func configurationThatCannotBeReadIsAFailure(_ text: String, _ words: String) {
        let result = importZones(
            .gdnsd,
            [
                ImportSource(name: "etc/config", text: text),
                ImportSource(name: "etc/zones/a.test", text: "@ NS ns.b.test."),
            ])
        #expect(result.files.isEmpty)
        #expect(result.report.failures.contains { "\($0)".contains(words) }, "\(result.report)")
    }

    /// Resources that lead back to themselves end in a note.
    @Test func resourcesInACircleAreNotCarried() throws {
        let text = """
            plugins => { metafo => { resources => {
              a => { datacenters => [x], dcmap => { x => %metafo!b } }
              b => { datacenters => [y], dcmap => { y => %metafo!a } } } } }
            """
        let result = importZones(
            .gdnsd,
            [
                ImportSource(name: "config", text: text),
                ImportSource(name: "zones/a.test", text: "@ NS ns.b.test.\nw 60 DYNA metafo!a\n"),
            ])
        #expect(result.files.map(\.name) == ["a.test.zone"])
        #expect(try Imported.findings(result).allSatisfy { $0.severity == .warning })
    }
}
