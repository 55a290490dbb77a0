import Canary
import DNSWire
import Health
import Monitors
import Testing
import Verdicts

@Suite(.timeLimit(.minutes(2))) struct MonitorSetTests {
    private func check(_ port: UInt16, path: String = "/", marked: Bool = false) -> CheckDefinition
    {
        let headers = marked ? [HTTPField("X-HealthCheck", "true")] : []
        return .http(HTTPCheck(tls: false, port: port, path: path, headers: headers))
    }

    @Test func aPairOfProbesTellsDegradedFromUnhealthy() async throws {
        try await withCanary { canary, port in
            let bench = Bench()
            let target = MonitorTarget.test(
                "edge", check(port), local: check(port, marked: true), fall: 2, rise: 2)
            try await withMonitors([target], bench: bench) { monitors in
                try await bench.wait("edge", .healthy)
                canary.turn(.localGone)
                let degraded = try await bench.wait("edge", .degraded)
                #expect(degraded.reason == "local: status 503")
                #expect(degraded.source == "canary")
                canary.turn(.fail)
                let unhealthy = try await bench.wait("edge", .unhealthy)
                #expect(unhealthy.reason == "status 503")
                canary.turn(.recover)
                canary.turn(.localBack)
                try await bench.wait("edge", .healthy)
                let totals = await monitors.totals()
                #expect(totals.transitions >= 4)
                #expect(
                    totals.probes
                        == totals.passed + totals.notMade + totals.failed.values.reduce(0, +))
                #expect((totals.failed[.status] ?? 0) >= 6)
            }
            #expect(
                bench.log.lines.contains { $0.contains("127.0.0.1: healthy → degraded: local: ") })
        }
    }

    @Test func theTimeUntilAChangeShrinksWithFailures() async throws {
        try await withCanary { canary, port in
            let bench = Bench()
            let target = MonitorTarget.test(
                "edge", check(port), interval: .seconds(1), fall: 600, rise: 2)
            try await withMonitors([target], bench: bench) { _ in
                try await bench.wait("edge") { $0.changeSeconds == 600 }
                canary.turn(.fail)
                let shaken = try await bench.wait("edge") { $0.changeSeconds < 600 }
                #expect(shaken.verdict == "healthy")
                #expect(shaken.reason == "status 503 (\(600 - shaken.changeSeconds) of 600)")
            }
        }
    }

    @Test func oneStreamServesAllWhoAskTheSame() async throws {
        try await withCanary { canary, port in
            let bench = Bench()
            let hour = Duration.seconds(3600)
            let targets = [
                MonitorTarget.test("a", check(port), interval: hour),
                MonitorTarget.test("b", check(port), name: "other", interval: hour),
                MonitorTarget.test("c", check(port), interval: hour, fall: 2),
                MonitorTarget.test("d", .tcp(port: port), interval: hour),
            ]
            try await withMonitors(targets, bench: bench) { monitors in
                for key in ["a", "b", "c", "d"] { try await bench.wait(key, .healthy) }
                #expect(bench.address("b")?.source == "other")
                let totals = await monitors.totals()
                #expect(totals.streams == 3)
                #expect(totals.probes == 3)
                // A connection that carried no request may not have been accepted yet.
                #expect(canary.currentState().connections <= 3)
                #expect(canary.currentState().requests == 2)
            }
        }
    }

    @Test func aReloadKeepsWhatStays() async throws {
        try await withCanary { _, port in
            let bench = Bench()
            let a = MonitorTarget.test("a", check(port), interval: .seconds(3600))
            let b = MonitorTarget.test("b", check(port), name: "other", interval: .seconds(3600))
            let c = MonitorTarget.test("c", check(port, path: "/status/500"))
            try await withMonitors([a], bench: bench) { monitors in
                try await bench.wait("a", .healthy)
                // The new user of a running stream hears its verdict without another probe.
                bench.track([a, b])
                monitors.replace([a, b])
                try await bench.wait("b", .healthy)
                #expect(await monitors.totals().probes == 1)
                bench.track([b, c])
                monitors.replace([b, c])
                try await bench.wait("c", .unhealthy)
                #expect(bench.address("b")?.verdict == "healthy")
                #expect(await monitors.totals().streams == 2)
                monitors.replace([])
                #expect(await monitors.totals().streams == 0)
            }
        }
    }

    @Test func aStreamStartsFromTheLastKnownVerdict() async throws {
        try await withCanary { _, port in
            let bench = Bench()
            let target = MonitorTarget.test(
                "edge", check(port), interval: .milliseconds(500), fall: 3, rise: 1_000)
            bench.board.replaceEndpoints(
                [
                    TrackedEndpoint(
                        key: "edge", monitor: "canary",
                        addresses: [TrackedAddress(address: target.address, slot: 0)])
                ], initial: { _ in VerdictWord(.unhealthy, changeSeconds: 9) })
            try await withMonitors([target], bench: bench) { _ in
                // One success of a thousand that it takes; without the past it would decide alone.
                let status = try await bench.wait("edge") { $0.changeSeconds > 9 }
                #expect(status.verdict == "unhealthy")
                #expect(status.reason.hasPrefix("status 200 ("))
            }
        }
    }

    /// After the brake is released, an address needs all its failures again.
    @Test func addressesAreJudgedAnew() async throws {
        try await withCanary { canary, port in
            let bench = Bench()
            let target = MonitorTarget.test(
                "edge", check(port), interval: .milliseconds(50), fall: 3, rise: 1_000)
            try await withMonitors([target], bench: bench) { monitors in
                try await bench.wait("edge", .healthy)
                canary.turn(.fail)
                try await bench.wait("edge", .unhealthy)
                canary.turn(.recover)
                // A thousand successes would be needed, were it not forgotten what there was.
                await monitors.judgeAnew([target.address])
                try await bench.wait("edge") { $0.reason.contains("of 1000") }
                bench.board.replaceEndpoints([])
                await monitors.judgeAnew([target.address])
                bench.track([target])
                try await bench.wait("edge", .healthy)
            }
        }
    }

    @Test func aSilentTargetDelaysNobody() async throws {
        try await withCanary { muted, mutedPort in
            muted.turn(.mute)
            try await withCanary { canary, port in
                let bench = Bench()
                let targets = [
                    MonitorTarget.test("silent", check(mutedPort), timeout: .seconds(100)),
                    MonitorTarget.test("edge", check(port)),
                ]
                try await withMonitors(targets, bench: bench) { _ in
                    try await bench.wait("edge", .healthy)
                    canary.turn(.fail)
                    try await bench.wait("edge", .unhealthy)
                    canary.turn(.recover)
                    try await bench.wait("edge", .healthy)
                    #expect(bench.address("silent")?.verdict == "unknown")
                }
            }
        }
    }

    @Test func probesAboveTheLimitWaitTheirTurn() async throws {
        try await withCanary { muted, mutedPort in
            muted.turn(.mute)
            try await withCanary { _, port in
                let bench = Bench()
                var targets = (0..<5).map { index in
                    MonitorTarget.test(
                        "edge\(index)", check(port, path: "/?\(index)"), interval: .seconds(3600))
                }
                targets.append(
                    MonitorTarget.test("silent", check(mutedPort), timeout: .milliseconds(100)))
                var options = MonitorSet.Options()
                options.maximumConcurrentProbes = 1
                try await withMonitors(targets, bench: bench, options: options) { monitors in
                    for index in 0..<5 { try await bench.wait("edge\(index)", .healthy) }
                    let silent = try await bench.wait("silent", .unhealthy)
                    #expect(silent.reason == "timed out after 100ms")
                    #expect(await monitors.totals().running <= 1)
                }
            }
        }
    }
}
