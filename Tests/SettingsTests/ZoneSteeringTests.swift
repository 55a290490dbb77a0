import DNSWire
import Health
import Settings
import Testing
import Zones

struct ZoneSteeringTests {
    @Test func theExampleLoads() throws {
        let steering = try SettingsFixture.steering(SettingsFixture.zone)
        #expect(steering.clusters.map(\.name) == ["us-east", "eu-west"])
        #expect(steering.clusters[0].region == "us-east-1")
        #expect(steering.clusters[0].latitude == 39)
        #expect(steering.clusters[1].longitude == -6.3)
        #expect(
            steering.endpoints[0].addresses.map(\.description) == ["192.0.2.10", "2001:db8::10"])
        #expect(steering.endpoints[1].cluster == "eu-west")
        #expect(
            steering.names.map(\.owner.description) == [
                "shop.gslb.example.com.", "pay.gslb.example.com.", "www.gslb.example.com.",
            ])
        #expect(
            steering.names.map(\.ttl) == [.seconds(30), .seconds(15), SteeredName.defaultAuto])
        let address = try #require(IPAddress("203.0.113.99"))
        #expect(steering.names.map(\.whenDown) == [.all, .all, .addresses([address])])
        #expect(
            steering.names.map { PolicyText.of($0.policy) } == [
                "weighted(1; 3 edge-us, 1 edge-eu)", "failover(edge-us, edge-eu)",
                "failover(edge-eu, edge-us)",
            ])
    }

    @Test func theLocalCheckIsTheOtherOneWithChanges() throws {
        let monitor = try #require(
            try SettingsFixture.steering(SettingsFixture.zone).monitors.first)
        var expected = HTTPCheck(tls: true, path: "/status/200", host: "canary.example.com")
        #expect(monitor.reachable == .http(expected))
        expected.headers = [HTTPField("X-HealthCheck", "true")]
        #expect(monitor.local == .http(expected))
        #expect(monitor.interval == .seconds(5))
        #expect(monitor.timeout == .seconds(2))
        #expect(monitor.fall == 3)
        #expect(monitor.rise == 2)
    }

    @Test func headersAreMergedByNameInAnyCase() throws {
        let steering = try SettingsFixture.steering(
            """
            monitors:
              m:
                http: { port: 8080, method: HEAD, headers: { A: x, B: y }, status: [204, 301-302], body: ok }
                local: { headers: { b: z }, path: /next, status: 200, host: h.example:81 }
                interval: 500ms
            endpoints: { e: { addresses: 192.0.2.1, monitor: m } }
            """)
        let monitor = try #require(steering.monitors.first)
        var check = HTTPCheck(
            tls: false, port: 8080, method: "HEAD",
            headers: [HTTPField("A", "x"), HTTPField("B", "y")],
            statuses: [204...204, 301...302], bodyContains: "ok")
        #expect(monitor.reachable == .http(check))
        check.headers = [HTTPField("A", "x"), HTTPField("b", "z")]
        check.path = "/next"
        check.host = "h.example:81"
        check.statuses = [200...200]
        #expect(monitor.local == .http(check))
        // The default of two seconds would be longer than the interval.
        #expect(monitor.timeout == .milliseconds(500))
    }

    @Test func everyKeyOfATLSCheckIsTaken() throws {
        let steering = try SettingsFixture.steering(
            """
            monitors:
              m: { https: { server-name: sni.example, host: h.example, verify: true }, timeout: 1s }
              c: { tcp: { port: 443 } }
            endpoints:
              e: { addresses: 192.0.2.1, monitor: m, tier: edge, labels: { team: web, "a b": 1 } }
              f: { addresses: [192.0.2.2], monitor: c, tier: ingress }
            """)
        #expect(
            steering.monitors.map(\.reachable) == [
                .http(
                    HTTPCheck(
                        tls: true, host: "h.example", serverName: "sni.example",
                        verifyCertificate: true)), .tcp(port: 443),
            ])
        #expect(steering.monitors.map(\.local) == [nil, nil])
        #expect(steering.endpoints.map(\.tier) == [.edge, .ingress])
        #expect(steering.endpoints[0].labels == ["team": "web", "a b": "1"])
    }

    @Test(arguments: [
        ("30", SteeredName.TimeToLive.seconds(30)), ("0", .seconds(0)), ("30s", .seconds(30)),
        ("5m", .seconds(300)), ("1h", .seconds(3600)), ("2000ms", .seconds(2)),
        ("auto", .auto(minimum: 5, maximum: 300)),
        ("{ auto: { min: 1, max: 60 } }", .auto(minimum: 1, maximum: 60)),
        ("{ auto: { max: 60 } }", .auto(minimum: 5, maximum: 60)),
        ("{ auto: }", .auto(minimum: 5, maximum: 300)), ("2147483647", .seconds(2_147_483_647)),
    ])
    func timesToLiveHaveManyForms(_ text: String, _ ttl: SteeredName.TimeToLive) throws {
        let steering = try SettingsFixture.steering(
            "endpoints: { e: { addresses: 192.0.2.1 } }\nnames: { a: { policy: e, ttl: \(text) } }")
        #expect(steering.names.map(\.ttl) == [ttl])
    }

    @Test(arguments: [
        ("all", SteeredName.WhenDown.all), ("nodata", .noData), ("servfail", .serverFailure),
        ("lastGood", .lastGood),
        ("192.0.2.9", .addresses([.v4(0xC000_0209)])),
        ("[192.0.2.9, '::1']", .addresses([.v4(0xC000_0209), .v6(0, 1)])),
    ])
    func whenDownHasManyForms(_ text: String, _ whenDown: SteeredName.WhenDown) throws {
        let steering = try SettingsFixture.steering(
            "endpoints: { e: { addresses: 192.0.2.1 } }\nnames: { a: { policy: e, whenDown: \(text) } }"
        )
        #expect(steering.names.map(\.whenDown) == [whenDown])
    }

    @Test func whenDownMayBeAPolicy() throws {
        let steering = try SettingsFixture.steering(
            """
            endpoints: { e: { addresses: 192.0.2.1 }, f: { addresses: 192.0.2.2 } }
            names:
              a:
                policy: e
                degradedTtl: 10
                whenDown: { policy: { failover: [f, e] } }
                whenDownTtl: 1m
            """)
        let name = try #require(steering.names.first)
        #expect(name.whenDown == .policy)
        #expect(name.fallback.map { PolicyText.of($0) } == "failover(f, e)")
        #expect(name.degradedTTL == 10)
        #expect(name.whenDownTTL == 60)
    }

    @Test(arguments: [
        BrokenCase(
            "another key", "whenDown: { polisy: edge }",
            "z.yaml:2:39: a map as 'whenDown' must be {policy: POLICY} or {host: NAME}: what answers instead"
        ),
        BrokenCase(
            "no such endpoint", "whenDown: { policy: edgy }",
            "z.yaml:2:49: endpoint 'edgy' is not defined; did you mean 'edge'?"),
        BrokenCase(
            "a word", "degradedTtl: auto",
            "z.yaml:2:42: 'degradedTtl' must be seconds, or a duration such as 30s, not 'auto'"),
        BrokenCase(
            "below 0", "whenDownTtl: -1",
            "z.yaml:2:42: 'whenDownTtl' must be seconds, or a duration such as 30s, not '-1'"),
    ])
    func mistakesAboutDownAreNamed(_ broken: BrokenCase) throws {
        let text =
            "endpoints: { edge: { addresses: 192.0.2.1 } }\nnames: { a: { policy: edge, \(broken.text) } }"
        #expect(try SettingsFixture.findings(inZone: text) == broken.findings)
    }

    @Test(arguments: [
        ("'@'", "gslb.example.com."), ("shop", "shop.gslb.example.com."),
        ("\"*.apps\"", "*.apps.gslb.example.com."),
        ("a.gslb.example.com.", "a.gslb.example.com."),
        ("GSLB.Example.COM.", "GSLB.Example.COM."), ("_sip._tcp", "_sip._tcp.gslb.example.com."),
    ])
    func ownersAreRelativeToTheZone(_ key: String, _ owner: String) throws {
        let steering = try SettingsFixture.steering(
            "endpoints: { e: { addresses: 192.0.2.1 } }\nnames: { \(key): { policy: e } }")
        #expect(steering.names.map(\.owner.description) == [owner])
    }

    @Test func aliasesMayBeUsed() throws {
        let steering = try SettingsFixture.steering(
            """
            endpoints:
              e: { addresses: &both [192.0.2.1, 192.0.2.2] }
              f: { addresses: *both }
            """)
        #expect(steering.endpoints[0].addresses == steering.endpoints[1].addresses)
    }
}

extension PolicyModifiers {
    /// What was written, in one line.
    fileprivate var text: String {
        var parts: [String] = []
        switch atLeast {
        case .count(let count): parts.append("atLeast \(count)")
        case .percent(let percent): parts.append("atLeast \(percent)%")
        case nil: break
        }
        if panicPercent > 0 { parts.append("panic \(panicPercent)%") }
        if trickle > 0 { parts.append("trickle \(trickle)/10000") }
        if spill { parts.append("spill") }
        if alwaysUp { parts.append("alwaysUp") }
        if !requires.isEmpty {
            parts.append("requires \(requires.map(\.name).joined(separator: " "))")
        }
        return parts.joined(separator: ", ")
    }
}

/// A policy in one line.
enum PolicyText {
    static func of(_ policy: PolicyDefinition) -> String {
        switch policy {
        case .reference(let name, _): name
        case .cluster(let name, _): "cluster \(name)"
        case .with(let policy, let modifiers): "\(of(policy)) with \(modifiers.text)"
        case .all(let members, let answers): "all(\(answers); \(list(members)))"
        case .weighted(let members, let answers):
            "weighted(\(answers); "
                + members.map { "\($0.weight) \(of($0.member))" }.joined(separator: ", ") + ")"
        case .failover(let members): "failover(\(list(members)))"
        case .geo(let branches): "geo(\(list(branches)))"
        case .subnet(let branches): "subnet(\(list(branches)))"
        case .proximity(let members): "proximity(\(list(members)))"
        case .latency(let members): "latency(\(list(members)))"
        case .hash(let members, let v4Bits, let v6Bits):
            "hash(\(v4Bits), \(v6Bits); "
                + members.map { "\($0.weight) \(of($0.member))" }.joined(separator: ", ") + ")"
        }
    }

    private static func list(_ branches: [ClientBranch]) -> String {
        branches.map { "\($0.key): \(of($0.policy))" }.joined(separator: ", ")
    }

    private static func list(_ members: [PlacedMember]) -> String {
        members.map { member in
            var words = [of(member.member)]
            if member.bias != 0 { words.append("bias \(member.bias)") }
            if let place = member.location {
                words.append("at \(place.latitude) \(place.longitude)")
            }
            if let region = member.region { words.append("in \(region)") }
            if member.isDefault { words.append("default") }
            return words.joined(separator: " ")
        }.joined(separator: ", ")
    }

    private static func list(_ members: [PolicyDefinition]) -> String {
        members.map(of).joined(separator: ", ")
    }
}
