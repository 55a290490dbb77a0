import DNSWire
import Settings
import Testing
import Zones

struct ReferenceTests {
    @Test(arguments: [
        BrokenCase(
            "unknown cluster and monitor",
            """
            clusters: { east: }
            monitors: { canary: { tcp: { port: 1 } } }
            endpoints:
              a: { addresses: 192.0.2.1, cluster: eats, monitor: canray }
              b: { addresses: 192.0.2.2, monitor: canary }
            """,
            "z.yaml:4:3: cluster 'eats' is not defined; did you mean 'east'?",
            "z.yaml:4:3: monitor 'canray' is not defined; did you mean 'canary'?"),
        BrokenCase(
            "unused monitor", "monitors: { m: { tcp: { port: 1 } } }",
            "z.yaml:1:13: warning: no endpoint uses monitor 'm'"),
        BrokenCase(
            "a policy that refers to itself", "policies: { p: { failover: [p] } }",
            "z.yaml:1:13: policy 'p' refers to itself: 'p' → 'p'"),
        BrokenCase(
            "policies in a circle", "policies:\n  p: { all: [q] }\n  q: { all: [r] }\n  r: p",
            "z.yaml:2:3: policy 'p' refers to itself: 'p' → 'q' → 'r' → 'p'"),
        BrokenCase(
            "one name for two things",
            "endpoints: { x: { addresses: 192.0.2.1 } }\npolicies: { x: x }",
            "z.yaml:2:13: policy 'x' has the name of an endpoint"),
        BrokenCase(
            "names twice",
            """
            endpoints: { e: { addresses: 192.0.2.1 } }
            names:
              shop: { policy: e }
              Shop.gslb.example.com.: { policy: e }
            """, "z.yaml:4:3: name 'Shop.gslb.example.com.' is given twice"),
        BrokenCase(
            "outside of the zone",
            "endpoints: { e: { addresses: 192.0.2.1 } }\nnames: { www.example.com.: { policy: e } }",
            "z.yaml:2:10: name 'www.example.com.' is not in the zone 'gslb.example.com.'"),
        BrokenCase(
            "not a name",
            "endpoints: { e: { addresses: 192.0.2.1 } }\nnames: { a..b: { policy: e } }",
            "z.yaml:2:10: name 'a..b': the name has an empty label (RFC 1035 §3.1)"),
    ])
    func mistakesAreNamedWithTheirPlace(_ broken: BrokenCase) throws {
        let findings = try SettingsFixture.findings(inZone: broken.text)
        #expect(findings == broken.findings)
    }

    @Test func theDesignsExampleOfAnError() throws {
        let text = SettingsFixture.zone.replacing(
            "failover: [edge-us, edge-eu]", with: "failover: [edge-ue, edge-eu]")
        let origin = try Name(SettingsFixture.origin)
        let (definition, findings) = readZoneSteering(
            file: SettingsFixture.zonePath, text: text, origin: origin)
        #expect(findings.isEmpty)
        let zone = try #require(definition)
        #expect(
            resolve(platform: SteeringDefinition(), zone: zone, origin: origin).map(\.description)
                == [
                    "zones/gslb.example.com.yaml:18:41: endpoint 'edge-ue' is not defined; "
                        + "did you mean 'edge-us'?"
                ])
    }

    @Test func aZoneSeesThePlatformButNotTheOtherWayRound() throws {
        let settings = try SettingsFixture.settings(
            """
            clusters: { c: }
            monitors: { m: { tcp: { port: 1 } } }
            endpoints: { shared: { addresses: 192.0.2.1 } }
            policies: { p: { all: [shared, own] } }
            """)
        #expect(
            resolve(platform: settings.steering).map(\.description)
                == ["s.yaml:4:32: endpoint 'own' is not defined"])
        let text = """
            endpoints: { own: { addresses: 192.0.2.2, cluster: c, monitor: m } }
            names: { n: { policy: { failover: [own, shared, p] } } }
            """
        // The platform's own mistake is reported with the platform's file, not with every zone.
        let findings = try SettingsFixture.findings(inZone: text, platform: settings.steering)
        #expect(findings == [])
    }

    @Test func depthIsCountedThroughReferences() throws {
        func chain(_ length: Int) -> String {
            let links = (1..<length).map { "  p\($0): { all: [p\($0 - 1)] }\n" }.joined()
            return
                "endpoints: { e: { addresses: 192.0.2.1 } }\npolicies:\n  p0: { all: [e] }\n\(links)"
        }
        let shortest = try SettingsFixture.findings(inZone: chain(15))
        #expect(shortest == [])
        let findings = try SettingsFixture.findings(inZone: chain(17))
        #expect(
            findings == [
                "z.yaml:18:3: policy 'p15' is nested more than 16 deep, counted with the policies it refers to",
                "z.yaml:19:3: policy 'p16' is nested more than 16 deep, counted with the policies it refers to",
            ])
    }

    @Test func aChainOfAnyLengthIsChecked() throws {
        let links = (1..<20_000).map { "  p\($0): { all: [p\($0 - 1)] }\n" }.joined()
        let findings = try SettingsFixture.findings(
            inZone: "endpoints: { e: { addresses: 192.0.2.1 } }\npolicies:\n  p0: e\n\(links)")
        #expect(findings.count == 1000)
    }

    @Test func sizeIsCountedThroughReferences() throws {
        let links = (1..<6).map { level in
            let members = Array(repeating: "p\(level - 1)", count: 10).joined(separator: ", ")
            return "  p\(level): { all: [\(members)] }\n"
        }
        let text =
            "endpoints: { e: { addresses: 192.0.2.1 } }\npolicies:\n  p0: e\n" + links.joined()
        let findings = try SettingsFixture.findings(inZone: text)
        #expect(
            findings == [
                "z.yaml:8:3: policy 'p5' has more than 65536 members, counted with the policies it refers to"
            ])
    }
}
