import Health
import Settings
import Testing
import Zones

/// Slow start, capacity, the brake, and feeds that may fall silent.
struct HealthSettingsTests {
    @Test func withoutKeysNothingChanges() throws {
        let settings = try SettingsFixture.settings(
            """
            monitors: { m: { tcp: { port: 1 } } }
            clusters: { c: { } }
            feeds: { f: { push: true } }
            """)
        #expect(settings.brake == BrakeLimits(percent: 80, atLeast: 10))
        #expect(settings.steering.monitors.first?.slowStart == nil)
        #expect(settings.steering.clusters.first?.capacity == nil)
        #expect(settings.feeds.first?.silentAfter == nil)
        #expect(settings.feeds.first?.silent == .freeze)
    }

    @Test(arguments: [
        ("brake: off", nil as BrakeLimits?), ("brake: {}", BrakeLimits()),
        ("brake: { share: 50% }", BrakeLimits(percent: 50)),
        ("brake: { share: 9%, atLeast: 3 }", BrakeLimits(percent: 9, atLeast: 3)),
        ("brake: { atLeast: 100 }", BrakeLimits(atLeast: 100)),
    ])
    func theBrakeHasItsForms(_ text: String, _ limits: BrakeLimits?) throws {
        #expect(try SettingsFixture.settings(text).brake == limits)
    }

    @Test func theOtherKeysAreTaken() throws {
        let settings = try SettingsFixture.settings(
            """
            monitors: { m: { tcp: { port: 1 }, slowStart: 1m } }
            clusters: { a: { capacity: 100 }, b: { capacity: { low: 80, high: 90.5 } } }
            feeds:
              f: { push: true, silentAfter: 60s, silent: up }
              g: { file: g.json, silentAfter: 1h, silent: expire }
              h: { file: h.json, silentAfter: 5s }
            """)
        #expect(settings.steering.monitors.first?.slowStart == .seconds(60))
        #expect(settings.steering.clusters.map(\.capacity) == [100, 90.5])
        #expect(settings.steering.clusters.map(\.lowMark) == [nil, 80])
        #expect(settings.feeds.map(\.silent) == [.up, .expire, .freeze])
        #expect(settings.feeds.map(\.silentAfter) == [.seconds(60), .seconds(3600), .seconds(5)])
    }

    @Test(arguments: [
        ("brake: on", "s.yaml:1:8: 'brake' must be something else, not 'on'"),
        (
            "brake: { share: 80 }",
            "s.yaml:1:17: 'share' must be a percentage from 1% to 99%, not '80'"
        ),
        (
            "brake: { share: 100% }",
            "s.yaml:1:17: 'share' must be a percentage from 1% to 99%, not '100%'"
        ),
        (
            "brake: { share: +9% }",
            "s.yaml:1:17: 'share' must be a percentage from 1% to 99%, not '+9%'"
        ),
        (
            "brake: { atLeast: 1 }",
            "s.yaml:1:19: 'atLeast' must be an integer from 2 to 1000000, not '1'"
        ),
        (
            "clusters: { c: { capacity: { low: 90, high: 80 } } }",
            "s.yaml:1:30: 'low' (90.0) is above 'high' (80.0)"
        ),
        (
            "clusters: { c: { capacity: { low: 90 } } }",
            "s.yaml:1:28: 'capacity' has no 'high'"
        ),
        (
            "feeds: { f: { push: true, silent: up } }",
            "s.yaml:1:27: 'silent' needs 'silentAfter', as in silentAfter: 60s"
        ),
        (
            "feeds: { f: { push: true, silentAfter: 1500ms } }",
            "s.yaml:1:27: 'silentAfter' must be whole seconds"
        ),
        (
            "feeds: { f: { push: true, silentAfter: 5s, silent: down } }",
            "s.yaml:1:52: 'silent' must be 'freeze', 'expire', 'up', not 'down'"
        ),
        (
            "monitors: { m: { tcp: { port: 1 }, slowStart: 2h } }",
            "s.yaml:1:47: 'slowStart' must be a duration from 1s to 1h, not '2h'"
        ),
    ])
    func mistakesAreFound(_ text: String, _ finding: String) throws {
        let (_, findings) = readServerSettings(file: "s.yaml", text: text, environment: [:])
        #expect(findings.map(\.description) == [finding])
    }
}
