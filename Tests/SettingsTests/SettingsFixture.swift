import DNSWire
import Settings
import Testing
import Zones

/// Text of the design's examples and short ways to read it.
enum SettingsFixture {
    static let origin = "gslb.example.com"
    static let zonePath = "zones/gslb.example.com.yaml"

    static let server = """
        # sterna.yaml
        listen: [127.0.0.1:5300]            # UDP and TCP; several allowed
        zones: zones
        state: state
        control: { listen: 127.0.0.1:8053 }
        feeds:
          drills: { file: feeds/drills.json }
          robots: { push: true, token: "env:ROBOTS_TOKEN" }
        """

    static let zone = """
        # zones/gslb.example.com.yaml
        clusters:
          us-east: { region: us-east-1, location: [39.0, -77.5] }
          eu-west: { region: eu-west-1, location: [53.3, -6.3] }
        monitors:
          canary:
            https: { host: canary.example.com, path: /status/200 }
            local: { headers: { X-HealthCheck: "true" } }
            interval: 5s
            timeout: 2s
            fall: 3
            rise: 2
        endpoints:
          edge-us: { cluster: us-east, addresses: [192.0.2.10, "2001:db8::10"], monitor: canary }
          edge-eu: { cluster: eu-west, addresses: [198.51.100.10], monitor: canary }
        names:
          shop: { ttl: 30, policy: { weighted: { edge-us: 3, edge-eu: 1 } } }
          pay:  { ttl: 15, policy: { failover: [edge-us, edge-eu] } }
          www:
            ttl: auto
            policy: { failover: [edge-eu, edge-us] }
            whenDown: [203.0.113.99]
        """

    /// Reads a zone's file and resolves it against an empty platform; findings in their printed form.
    static func findings(
        inZone text: String, platform: SteeringDefinition = SteeringDefinition()
    ) throws -> [String] {
        let origin = try Name(origin)
        let (definition, findings) = readZoneSteering(file: "z.yaml", text: text, origin: origin)
        let references =
            definition.map { resolve(platform: platform, zone: $0, origin: origin) } ?? []
        return (findings + references).map(\.description)
    }

    /// Reads a zone's file that must be right.
    static func steering(_ text: String) throws -> SteeringDefinition {
        let origin = try Name(origin)
        let (definition, findings) = readZoneSteering(file: "z.yaml", text: text, origin: origin)
        let steering = try #require(definition)
        let references = resolve(platform: SteeringDefinition(), zone: steering, origin: origin)
        #expect((findings + references).map(\.description) == [])
        return steering
    }

    /// Reads a server's file; findings in their printed form.
    static func findings(inServer text: String, environment: [String: String] = [:]) -> [String] {
        let (settings, findings) = readServerSettings(
            file: "s.yaml", text: text, environment: environment)
        let references = settings.map { resolve(platform: $0.steering) } ?? []
        return (findings + references).map(\.description)
    }

    /// Reads a server's file that must be right.
    static func settings(
        _ text: String, file: String = "s.yaml", environment: [String: String] = [:]
    ) throws -> ServerSettings {
        let (settings, findings) = readServerSettings(
            file: file, text: text, environment: environment)
        #expect(findings.map(\.description) == [])
        return try #require(settings)
    }
}

/// A text with a mistake and every finding it must lead to.
struct BrokenCase: CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let findings: [String]

    init(_ testDescription: String, _ text: String, _ findings: String...) {
        self.testDescription = testDescription
        self.text = text
        self.findings = findings
    }
}
