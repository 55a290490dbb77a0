import Settings
import Testing
import Zones

@Suite struct FailbackSettingsTests {
    private static let definitions = """
        endpoints: { a: { addresses: 192.0.2.1 }, b: { addresses: 192.0.2.2 } }

        """

    @Test(arguments: [
        ("auto", Failback.automatic), ("manual", .manual), ("{ after: 5m }", .after(seconds: 300)),
        ("{ after: 1500ms }", .after(seconds: 2)), ("{ after: 168h }", .after(seconds: 604_800)),
    ])
    func failbackHasThreeForms(_ text: String, _ failback: Failback) throws {
        let steering = try SettingsFixture.steering(
            Self.definitions + "names: { n: { policy: { failover: [a, b], failback: \(text) } } }")
        #expect(steering.names.map(\.policy.modifiers.failback) == [failback])
    }

    @Test(arguments: [
        BrokenCase(
            "another word", "{ failover: [a], failback: never }",
            "z.yaml:2:50: 'failback' must be 'auto', 'manual' or {after: 5m}, not 'never'"),
        BrokenCase(
            "no time", "{ failover: [a], failback: { after: 0s } }",
            "z.yaml:2:59: 'after' must be a duration from 1s to 168h, not '0s'"),
        BrokenCase(
            "beside weighted", "{ weighted: { a: 1 }, failback: manual }",
            "z.yaml:2:45: 'failback' has no meaning beside 'weighted'"),
    ])
    func mistakesAreNamed(_ broken: BrokenCase) throws {
        let findings = try SettingsFixture.findings(
            inZone: Self.definitions + "names: { n: { policy: \(broken.text) } }")
        #expect(findings == broken.findings)
    }
}
