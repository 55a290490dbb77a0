import DNSWire
import Settings
import Testing
import Zones

/// Policies that look at the client, as they are written.
struct ClientPolicyTests {
    private static let definitions = """
        endpoints:
          a: { addresses: 192.0.2.1 }
          b: { addresses: 192.0.2.2 }
        policies: { p: a }

        """

    private static func names(_ policy: String) -> String {
        definitions + "names: { n: { policy: \(policy) } }"
    }

    @Test(arguments: [
        (
            "{ geo: { EU: a, US: b, US-CA: p, continent:NA: b, country:SA: a, network:office: a, default: b } }",
            "geo(continent:EU: a, country:US: b, US-CA: p, continent:NA: b, country:SA: a, "
                + "network:office: a, default: b)"
        ),
        (
            "{ geo: { AS64500: a, AS4294967295: b, country:AS: p } }",
            "geo(AS64500: a, AS4294967295: b, country:AS: p)"
        ),
        ("{ proximity: { a: 0, b: -99 } }", "proximity(a, b bias -99)"),
        (
            "{ proximity: [{ b: 20 }, { failover: [a, b] }, { policy: p, location: [40.7, -30], bias: 5, default: true }] }",
            "proximity(b bias 20, failover(a, b), p bias 5 at 40.7 -30.0 default)"
        ),
        (
            "{ latency: [a, { policy: { all: [b] }, region: us-east-1, default: true }] }",
            "latency(a, all(8; b) in us-east-1 default)"
        ),
        // Norway, which YAML 1.1 takes for a truth value.
        (
            "{ geo: { NO: a, \"DE\": { failover: [a, b] } } }",
            "geo(country:NO: a, country:DE: failover(a, b))"
        ),
        (
            "{ subnet: { 10.0.0.0/8: a, 192.0.2.1: b, \"2001:db8::/32\": p, network:lab: a, default: b } }",
            "subnet(10.0.0.0/8: a, 192.0.2.1/32: b, 2001:db8::/32: p, network:lab: a, default: b)"
        ),
        ("{ hash: { a: 3, b: 0 } }", "hash(24, 56; 3 a, 0 b)"),
        ("{ hash: [a, b] }", "hash(24, 56; 1 a, 1 b)"),
        (
            "{ hash: [{ failover: [a, b] }, { b: 2 }, { weight: 3, policy: p }], ipv4-prefix: 20, ipv6-prefix: 48 }",
            "hash(20, 48; 1 failover(a, b), 2 b, 3 p)"
        ),
    ])
    func formsAreRead(_ text: String, _ expected: String) throws {
        let steering = try SettingsFixture.steering(ClientPolicyTests.names(text))
        #expect(steering.names.map { PolicyText.of($0.policy) } == [expected])
    }

    @Test(arguments: [
        BrokenCase(
            "a code of both", "{ geo: { NA: a } }",
            "z.yaml:5:32: 'NA' is a continent and a country: write 'continent:NA' or 'country:NA'"),
        BrokenCase(
            "no such country", "{ geo: { UK: a, default: b } }",
            "z.yaml:5:32: warning: there is no country 'UK' in ISO 3166-1, so this branch is hardly "
                + "ever chosen"),
        BrokenCase(
            "no such country of a subdivision", "{ geo: { XX-1: a, default: b } }",
            "z.yaml:5:32: warning: there is no country 'XX' in ISO 3166-1, so this branch is hardly "
                + "ever chosen"),
        BrokenCase(
            "no such continent", "{ geo: { continent:XX: a } }",
            "z.yaml:5:32: there is no continent 'XX'; there are AF, AN, AS, EU, NA, OC, SA"),
        BrokenCase(
            "lower case", "{ geo: { eu: a } }",
            "z.yaml:5:32: 'eu' is no place: write a continent such as EU, a country such as DE, a "
                + "subdivision such as US-CA, an autonomous system such as AS64500, network:NAME, or "
                + "default"),
        BrokenCase(
            "unknown kind of place", "{ geo: { city:Berlin: a } }",
            "z.yaml:5:32: unknown kind of place 'city'; known here: network, country, continent"),
        BrokenCase(
            "no such autonomous system", "{ geo: { AS4294967296: a } }",
            "z.yaml:5:32: 'AS4294967296' is no place: write a continent such as EU, a country such as "
                + "DE, a subdivision such as US-CA, an autonomous system such as AS64500, network:NAME, "
                + "or default"),
        BrokenCase(
            "a bias out of range", "{ proximity: { a: 100 } }",
            "z.yaml:5:41: 'a' must be an integer from -99 to 99, not '100'"),
        BrokenCase(
            "no policy in the long form", "{ proximity: [{ bias: 1, location: [1, 2] }] }",
            "z.yaml:5:37: a member of 'proximity' has no 'policy'"),
        BrokenCase(
            "a bias of latency", "{ latency: [{ policy: a, bias: 1 }] }",
            "z.yaml:5:48: unknown key 'bias' in a member of 'latency'; known here: location, default, "
                + "region"),
        BrokenCase(
            "two defaults",
            "{ latency: [{ policy: a, default: true }, { policy: b, default: true }] }",
            "z.yaml:5:65: another member is the default already"),
        BrokenCase(
            "no place on the globe", "{ proximity: [{ policy: a, location: [91, 0] }] }",
            "z.yaml:5:60: 'location' must be [latitude, longitude] in degrees, as in [39.0, -77.5], "
                + "not a list"),
        BrokenCase(
            "a map of latencies", "{ latency: { a: 1 } }",
            "z.yaml:5:34: 'latency' must be a list of policies, not a map"),
        BrokenCase(
            "a place twice", "{ geo: { DE: a, country:DE: b } }",
            "z.yaml:5:39: 'country:DE' is given twice"),
        BrokenCase(
            "no map", "{ geo: [a] }",
            "z.yaml:5:30: 'geo' must be a map of places to policies, not a list"),
        BrokenCase(
            "no branches", "{ geo: {} }",
            "z.yaml:5:30: 'geo' must have 1 to 1000 members, not 0"),
        BrokenCase(
            "unknown endpoint in a branch", "{ geo: { EU: aa } }",
            "z.yaml:5:36: endpoint 'aa' is not defined; did you mean 'a'?"),
        BrokenCase(
            "bits behind the prefix", "{ subnet: { 10.0.0.1/8: a } }",
            "z.yaml:5:35: '10.0.0.1/8' is no network: write one such as 192.0.2.0/24 or 2001:db8::/32 "
                + "without bits behind its prefix, network:NAME, or default"),
        BrokenCase(
            "a network twice", "{ subnet: { 192.0.2.1: a, 192.0.2.1/32: b } }",
            "z.yaml:5:49: '192.0.2.1/32' is given twice"),
        BrokenCase(
            "prefix out of range", "{ hash: [a, b], ipv4-prefix: 33 }",
            "z.yaml:5:52: 'ipv4-prefix' must be an integer from 8 to 32, not '33'"),
        BrokenCase(
            "prefix beside another kind", "{ all: [a, b], ipv4-prefix: 24 }",
            "z.yaml:5:38: 'ipv4-prefix' has no meaning beside 'all'"),
        BrokenCase(
            "answers beside hash", "{ hash: [a, b], answers: 2 }",
            "z.yaml:5:39: 'answers' has no meaning beside 'hash'"),
    ])
    func mistakesAreNamedWithTheirPlace(_ broken: BrokenCase) throws {
        let findings = try SettingsFixture.findings(inZone: ClientPolicyTests.names(broken.text))
        #expect(findings == broken.findings)
    }

    @Test func aLoopThroughABranchIsFound() throws {
        let findings = try SettingsFixture.findings(
            inZone: ClientPolicyTests.definitions.replacing(
                "{ p: a }",
                with: "{ p: { geo: { EU: { hash: [q] } } }, q: { subnet: { default: p } } }"))
        #expect(findings == ["z.yaml:4:13: policy 'p' refers to itself: 'p' → 'q' → 'p'"])
    }

    // MARK: Against what is known of places

    private func findings(_ policy: String, _ places: KnownPlaces?) throws -> [String] {
        let origin = try Name(SettingsFixture.origin)
        let (definition, own) = readZoneSteering(
            file: "z.yaml", text: ClientPolicyTests.names(policy), origin: origin)
        let references = resolve(
            platform: SteeringDefinition(), zone: try #require(definition), origin: origin,
            places: places)
        return (own + references).map(\.description)
    }

    @Test func networksMustBeInALists() throws {
        let places = KnownPlaces(networks: ["office", "lab"], hasPlaces: true)
        #expect(
            try findings("{ geo: { network:ofice: a, EU: b } }", places) == [
                "z.yaml:5:32: no list of 'locations' has a network named 'ofice'; did you mean 'office'?"
            ])
        #expect(
            try findings("{ subnet: { network:home: a } }", places) == [
                "z.yaml:5:35: no list of 'locations' has a network named 'home'"
            ])
        #expect(try findings("{ subnet: { network:lab: a, default: b } }", places) == [])
        #expect(try findings("{ geo: { network:ofice: a } }", nil) == [])
    }

    @Test func placesNeedADatabase() throws {
        let places = KnownPlaces(networks: ["office"], hasPlaces: false)
        #expect(
            try findings("{ geo: { network:office: a, EU: b, US: a, default: b } }", places) == [
                "z.yaml:5:51: warning: branch 'continent:EU' is never chosen: no database of "
                    + "'locations' tells where clients are"
            ])
        #expect(try findings("{ geo: { network:office: a, default: b } }", places) == [])
    }

    @Test func systemsCoordinatesAndLatenciesNeedTheirFiles() throws {
        let bare = KnownPlaces(networks: [], hasPlaces: true)
        #expect(
            try findings("{ geo: { AS64500: a, AS64501: b, EU: a } }", bare) == [
                "z.yaml:5:32: warning: branch 'AS64500' is never chosen: no database of 'locations' "
                    + "tells autonomous systems"
            ])
        #expect(
            try findings("{ proximity: [a, b] }", bare) == [
                "z.yaml:5:37: warning: no client is nearer to one member than to another: no file of "
                    + "'locations' tells coordinates"
            ])
        #expect(
            try findings("{ latency: [a, b] }", bare) == [
                "z.yaml:5:35: warning: there is no table of 'latencies': members are tried by distance "
                    + "where the places of clients are known, else as written"
            ])
        let all = KnownPlaces(
            networks: [], hasPlaces: true, hasAutonomousSystems: true, hasCoordinates: true,
            hasLatencies: true)
        let policy = "{ geo: { AS64500: { proximity: [a, b] }, default: { latency: [a, b] } } }"
        #expect(try findings(policy, all) == [])
    }

    @Test func aZoneMayIgnoreClientSubnets() throws {
        let text = ClientPolicyTests.names("a")
        #expect(try SettingsFixture.steering(text).usesClientSubnet)
        #expect(try !SettingsFixture.steering(text + "\nclientSubnet: false").usesClientSubnet)
        #expect(
            try SettingsFixture.findings(inZone: text + "\nclientSubnet: off") == [
                "z.yaml:6:15: 'clientSubnet' must be true or false, not 'off'"
            ])
    }

    // MARK: Locations

    @Test func latenciesAreReadRelativeToTheFile() throws {
        let settings = try SettingsFixture.settings(
            "latencies: { file: latency.csv, hysteresis: 25% }", file: "/etc/sterna/sterna.yaml")
        #expect(settings.locations.latencies == "/etc/sterna/latency.csv")
        #expect(settings.locations.latencyHysteresis == 0.25)
        let plain = try SettingsFixture.settings("latencies: { file: latency.csv }")
        #expect(plain.locations.latencyHysteresis == 0.1)
    }

    @Test func locationsAreReadRelativeToTheFile() throws {
        let settings = try SettingsFixture.settings(
            """
            locations:
              databases: [geo/city.mmdb, /var/asn.mmdb]
              networks: networks.txt
            """, file: "/etc/sterna/sterna.yaml")
        #expect(
            settings.locations.databases == ["/etc/sterna/geo/city.mmdb", "/var/asn.mmdb"])
        #expect(settings.locations.networks == ["/etc/sterna/networks.txt"])
        #expect(try SettingsFixture.settings("").locations == LocationSettings())
    }

    @Test(arguments: [
        BrokenCase(
            "a file twice", "locations: { networks: [a.txt, a.txt] }",
            "s.yaml:1:14: 'networks' has 'a.txt' twice"),
        BrokenCase(
            "unknown key", "locations: { database: a.mmdb }",
            "s.yaml:1:14: unknown key 'database' in 'locations'; did you mean 'databases'?"),
        BrokenCase(
            "no table", "latencies: { hysteresis: 10% }",
            "s.yaml:1:12: 'latencies' has no 'file'"),
        BrokenCase(
            "no percentage", "latencies: { file: a.csv, hysteresis: 91% }",
            "s.yaml:1:39: 'hysteresis' must be a percentage from 0% to 90%, not '91%'"),
    ])
    func mistakesInLocationsAreNamed(_ broken: BrokenCase) {
        #expect(SettingsFixture.findings(inServer: broken.text) == broken.findings)
    }
}
