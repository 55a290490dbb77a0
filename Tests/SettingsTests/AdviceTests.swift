import DNSWire
import Settings
import Testing
import Zones

/// What is odd about configurations without errors; every kind with a neighbour that is not.
struct AdviceTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let text: String
        /// `LINE:COLUMN code`, in order.
        let advice: [String]

        init(_ testDescription: String, _ text: String, _ advice: String...) {
            self.testDescription = testDescription
            self.text = text
            self.advice = advice
        }
    }

    /// Two endpoints in two clusters with a monitor: nothing is odd about them.
    private static let base = """
        clusters: { east: , west: }
        monitors: { m: { tcp: { port: 1 }, interval: 5s, fall: 3 } }
        endpoints:
          a: { addresses: 192.0.2.1, cluster: east, monitor: m }
          b: { addresses: 192.0.2.2, cluster: west, monitor: m }

        """

    private static func advice(
        _ text: String, platform: String = "", hasFeeds: Bool = false
    ) throws -> [Advice] {
        let origin = try Name(SettingsFixture.origin)
        let (zone, findings) = readZoneSteering(file: "z.yaml", text: text, origin: origin)
        let definition = try #require(zone)
        let settings = try SettingsFixture.settings(platform)
        let references = resolve(
            platform: settings.steering, zone: definition, origin: origin)
        #expect((findings + references).filter { $0.severity == .error } == [])
        return Settings.advice(
            platform: settings.steering, zones: [definition], hasFeeds: hasFeeds)
    }

    @Test(arguments: [
        Case("nothing is odd", "names: { w: { policy: { all: [a, b] } } }"),
        Case(
            "one endpoint", "names: { w: { policy: a }, x: { policy: { all: [a, b] } } }",
            "6:10 single-endpoint"),
        Case(
            "one endpoint with two addresses of a family is in one cluster",
            """
              c: { addresses: [192.0.2.3, 192.0.2.4], cluster: east, monitor: m }
            names: { w: { policy: c }, x: { policy: { all: [a, b] } } }
            """, "7:10 single-cluster"),
        Case(
            "a fallback of one's own takes over",
            "names: { w: { policy: a, whenDown: [192.0.2.9] }, x: { policy: { all: [a, b] } } }"),
        Case(
            "another policy takes over",
            "names: { w: { policy: a, whenDown: { policy: b } } }"),
        Case(
            "what is meant to be so is accepted",
            "names: { w: { policy: a, accept: single-endpoint }, x: { policy: { all: [a, b] } } }"),
        Case(
            "one cluster by name",
            """
              c: { addresses: 192.0.2.3, cluster: east, monitor: m }
            names: { w: { policy: { cluster: east } }, x: { policy: b, accept: single-endpoint } }
            """, "7:10 single-cluster"),
        Case(
            "a tier behind one that nothing checks",
            """
              c: { addresses: 192.0.2.3 }
            names: { w: { policy: { failover: [a, c, b] } } }
            """, "6:3 unchecked-endpoint", "7:42 unreachable-tier"),
        Case(
            "the last tier needs no check, but is answered while it is down",
            """
              c: { addresses: 192.0.2.3 }
            names: { w: { policy: { failover: [a, b, c] } } }
            """, "6:3 unchecked-endpoint"),
        Case(
            "traffic past a tier that is never down",
            """
              c: { addresses: 192.0.2.3 }
            names: { w: { policy: { failover: [c, { all: [a, b] }], trickle: 1% } } }
            """, "6:3 unchecked-endpoint"),
        Case(
            "a tier of what stood before",
            "names: { w: { policy: { failover: [{ all: [a, b] }, a] } } }", "6:53 repeated-tier"),
        Case(
            "a group that needs two is down before its member",
            "names: { w: { policy: { failover: [{ all: [a, b], atLeast: 2 }, a] } } }"),
        Case(
            "clients without a branch",
            "names: { w: { policy: { geo: { EU: a, US: b } } } }", "6:32 no-default"),
        Case(
            "a branch for everybody else",
            "names: { w: { policy: { geo: { EU: a, default: b } } } }"),
        Case(
            "weights of 0",
            "names: { w: { policy: { weighted: { a: 0, b: 0 } } } }", "6:37 no-weight"),
        Case("one weight of 0", "names: { w: { policy: { weighted: { a: 1, b: 0 } } } }"),
        Case(
            "more members than there are",
            "names: { w: { policy: { all: [a, b], atLeast: 3 } } }", "6:31 too-few-members"),
        Case("as many as there are", "names: { w: { policy: { all: [a, b], atLeast: 2 } } }"),
        Case(
            "a failback of what is never left",
            """
              c: { addresses: 192.0.2.3 }
            names: { w: { policy: { failover: [c, a], failback: manual } }, x: { policy: { all: [a, b] } } }
            """, "6:3 unchecked-endpoint", "7:36 idle-failback", "7:39 unreachable-tier"),
        Case(
            "a failback of what may be left",
            "names: { w: { policy: { failover: [a, b], failback: manual } } }"),
        Case(
            "a requirement that is never down",
            """
              c: { addresses: 192.0.2.3 }
            names: { w: { policy: { all: [a, b], requires: c } } }
            """, "7:48 idle-requirement"),
        Case(
            "a TTL below a failure's time",
            "names: { w: { ttl: 14, policy: { all: [a, b] } } }", "6:10 short-ttl"),
        Case("a TTL of a failure's time", "names: { w: { ttl: 15, policy: { all: [a, b] } } }"),
        Case(
            "a long TTL", "names: { w: { ttl: 301, policy: { all: [a, b] } } }", "6:10 long-ttl"),
        Case("a TTL of five minutes", "names: { w: { ttl: 300, policy: { all: [a, b] } } }"),
        Case(
            "an address that is down then",
            "names: { w: { policy: { all: [a, b] }, whenDown: [192.0.2.2] } }",
            "6:10 down-address"),
        Case(
            "another address", "names: { w: { policy: { all: [a, b] }, whenDown: [192.0.2.9] } }"),
        Case(
            "what nothing uses",
            """
              c: { addresses: 192.0.2.3, monitor: m }
            policies: { p: { all: [a, b] }, q: c }
            names: { w: { policy: p } }
            """, "7:33 unused-policy"),
        Case(
            "an endpoint that nothing uses",
            "  c: { addresses: 192.0.2.3, monitor: m }\nnames: { w: { policy: { all: [a, b] } } }",
            "6:3 unused-endpoint"),
        Case(
            "an endpoint that its cluster's name uses",
            """
              c: { addresses: 192.0.2.3, monitor: m, cluster: west }
            names: { w: { policy: { failover: [a, { cluster: west }] } } }
            """),
    ])
    func whatIsOddIsToldWithItsPlace(_ c: Case) throws {
        let advice = try Self.advice(Self.base + c.text)
        #expect(
            advice.map { "\($0.position.line):\($0.position.column) \($0.code.rawValue)" }
                == c.advice)
    }

    @Test func aClusterWithoutEndpointsIsUnused() throws {
        let advice = try Self.advice("clusters: { north: }")
        #expect(
            advice.map(\.finding.description) == [
                "z.yaml:1:13: warning: no endpoint is in cluster 'north': put one there, or remove "
                    + "it [unused-cluster]"
            ])
    }

    @Test func whatAZoneUsesOfThePlatformIsUsed() throws {
        let platform = """
            listen: 127.0.0.1:5300
            clusters: { east: , west: }
            monitors: { m: { tcp: { port: 1 } } }
            endpoints:
              a: { addresses: 192.0.2.1, cluster: east, monitor: m }
              b: { addresses: 192.0.2.2, cluster: west, monitor: m }
              c: { addresses: 192.0.2.3, cluster: west, monitor: m }
            policies: { p: { all: [a, b] } }
            """
        let used = try Self.advice("names: { w: { policy: p } }", platform: platform)
        #expect(used.map(\.code) == [.unusedEndpoint])
        let unused = try Self.advice(
            "names: { w: { policy: { all: [a, c] } } }", platform: platform)
        #expect(unused.map(\.code) == [.unusedPolicy])
    }

    @Test func aFeedMayCheckWhatNoMonitorDoes() throws {
        let text = """
            endpoints: { a: { addresses: 192.0.2.1 }, b: { addresses: 192.0.2.2 } }
            names: { w: { policy: { failover: [a, b] } } }
            """
        #expect(
            try Self.advice(text).map(\.code)
                == [.uncheckedEndpoint, .uncheckedEndpoint, .unreachableTier])
        #expect(try Self.advice(text, hasFeeds: true) == [])
    }

    @Test func manyOfAKindAreCounted() throws {
        let names = (1...30).map { "  n\($0): { policy: a }" }.joined(separator: "\n")
        let advice = try Self.advice(Self.base + "policies: { p: b }\nnames:\n" + names)
        let findings = Advice.findings(advice, ofCode: 20)
        #expect(advice.count == 31)
        #expect(findings.count == 22)
        #expect(
            findings.last?.description
                == "z.yaml: warning: and 10 more such warnings [single-endpoint]")
    }
}
