import DNSWire
import Settings
import Testing
import Zones

/// Endpoints and policy nodes that name a host, and the resolver that finds its addresses.
@Suite struct HostSettingsTests {
    @Test func anEndpointMayHaveAHostInsteadOfAddresses() throws {
        let steering = try SettingsFixture.steering(
            """
            clusters: { c: }
            monitors: { m: { tcp: { port: 80 } } }
            endpoints: { e: { host: LB.example.net, cluster: c, monitor: m, tier: edge } }
            names: { n: { policy: { cluster: c } } }
            """)
        let endpoint = try #require(steering.endpoints.first)
        #expect(endpoint.host == (try Name("lb.example.net.")))
        #expect(endpoint.addresses.isEmpty)
        #expect(endpoint.cluster == "c" && endpoint.monitor == "m" && endpoint.tier == .edge)
        #expect(steering.endpoints.count == 1)
    }

    /// Each host that policies name is one endpoint, however often and in whatever spelling.
    @Test func aHostInAPolicyIsAnEndpointOfItsOwn() throws {
        let steering = try SettingsFixture.steering(
            """
            endpoints: { a: { addresses: 192.0.2.1 } }
            policies: { p: { failover: [{ host: two.example.net }, a] } }
            names:
              "@": { policy: { host: one.example.net. } }
              n: { policy: { weighted: [{ weight: 1, policy: { host: ONE.example.net } },
                                        { weight: 2, policy: p }] } }
            """)
        #expect(
            steering.endpoints.map(\.name) == [
                "a", "host:two.example.net", "host:one.example.net",
            ])
        #expect(
            steering.endpoints.compactMap(\.host?.description) == [
                "two.example.net.", "one.example.net.",
            ])
        #expect(
            steering.names.map { PolicyText.of($0.policy) } == [
                "host:one.example.net", "weighted(1; 1 host:one.example.net, 2 p)",
            ])
    }

    @Test func aHostMayAnswerWhenThePolicyIsDown() throws {
        let steering = try SettingsFixture.steering(
            """
            endpoints: { a: { addresses: 192.0.2.1 } }
            names: { n: { policy: a, whenDown: { host: sorry.example.net } } }
            """)
        #expect(steering.names.first?.whenDown == .policy)
        let fallback = try #require(steering.names.first?.fallback)
        #expect(PolicyText.of(fallback) == "host:sorry.example.net")
        #expect(steering.endpoints.map(\.name) == ["a", "host:sorry.example.net"])
    }

    @Test func thePlatformMayNameHostsToo() throws {
        let settings = try SettingsFixture.settings(
            "policies: { cdn: { failover: [{ host: a.cdn.example }, { host: b.cdn.example }] } }")
        #expect(settings.steering.endpoints.count == 2)
        let zone = try SettingsFixture.findings(
            inZone: "names: { n: { policy: cdn } }", platform: settings.steering)
        #expect(zone == [])
    }

    @Test(arguments: [
        BrokenCase(
            "both", "endpoints: { e: { addresses: 192.0.2.1, host: a.example } }",
            "z.yaml:1:41: endpoint 'e' has both 'addresses' and 'host'; it needs exactly one of 'addresses', 'host'"
        ),
        BrokenCase(
            "the root", "endpoints: { e: { host: . } }",
            "z.yaml:1:25: 'host' must be the name of a host, as in lb.example.net, not '.'"),
        BrokenCase(
            "a wildcard", "names: { n: { policy: { host: '*.example.net' } } }",
            "z.yaml:1:31: 'host' must be the name of a host, as in lb.example.net, not '*.example.net'"
        ),
        BrokenCase(
            "an address", "names: { n: { policy: { host: 192.0.2.1 } } }",
            "z.yaml:1:31: 'host' must be the name of a host, as in lb.example.net, not '192.0.2.1'"),
        BrokenCase(
            "no name", "names: { n: { policy: { host: a..b } } }",
            "z.yaml:1:31: 'host' must be the name of a host, as in lb.example.net, not 'a..b'"),
        BrokenCase(
            "a list", "names: { n: { policy: { host: [a.example] } } }",
            "z.yaml:1:31: 'host' must be the name of a host, as in lb.example.net, not a list"),
        BrokenCase(
            "the name that it is given here", "names: { n: { policy: 'host:a.example' } }",
            "z.yaml:1:23: a name must be letters, digits, '-', '_' and '.', at most 63, not 'host:a.example'"
        ),
    ])
    func mistakes(_ broken: BrokenCase) throws {
        let findings = try SettingsFixture.findings(inZone: broken.text)
        #expect(findings == broken.findings)
    }

    @Test func theResolverIsTaken() throws {
        let settings = try SettingsFixture.settings(
            """
            resolver:
              servers: [192.0.2.53, "[::1]:5353", "127.0.0.1:54", "2001:db8::53"]
              timeout: 500ms
              floor: 1s
              ceiling: 10m
            """)
        #expect(
            settings.resolver.servers.map(\.description) == [
                "192.0.2.53:53", "[::1]:5353", "127.0.0.1:54", "[2001:db8::53]:53",
            ])
        #expect(settings.resolver.timeout == .milliseconds(500))
        #expect(settings.resolver.floor == .seconds(1))
        #expect(settings.resolver.ceiling == .seconds(600))
    }

    @Test func withoutAResolverTheSystemsIsAsked() throws {
        let resolver = try SettingsFixture.settings("").resolver
        #expect(resolver == ResolverSettings())
        #expect(resolver.servers.isEmpty)
        #expect(resolver.floor == .seconds(5) && resolver.ceiling == .seconds(3600))
    }

    @Test(arguments: [
        BrokenCase(
            "floor above ceiling", "resolver: { floor: 1m, ceiling: 30s }",
            "s.yaml:1:13: 'floor' is above 'ceiling'"),
        BrokenCase(
            "twice", "resolver: { servers: [192.0.2.53, '192.0.2.53:53'] }",
            "s.yaml:1:13: 'servers' has 192.0.2.53:53 twice"),
        BrokenCase(
            "a name", "resolver: { servers: dns.example }",
            "s.yaml:1:22: 'servers' must be an address, with or without a port, as in 192.0.2.53 or '[::1]:5353', not 'dns.example'"
        ),
    ])
    func resolverMistakes(_ broken: BrokenCase) {
        #expect(SettingsFixture.findings(inServer: broken.text) == broken.findings)
    }
}
