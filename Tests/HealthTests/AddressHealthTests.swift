import Health
import Testing

@Suite struct AddressHealthTests {
    /// Rounds of two results each: first the reachable probe, then the local one (`.`: there is
    /// none).
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var lastKnown = Verdict.unknown
        var rounds: [String]
        var verdict: Verdict
        var left: Int
    }

    @Test(arguments: [
        Case(testDescription: "no round yet", rounds: [], verdict: .unknown, left: 1),
        Case(testDescription: "both pass", rounds: ["++"], verdict: .healthy, left: 3),
        Case(testDescription: "only reachable", rounds: ["+-"], verdict: .degraded, left: 2),
        Case(testDescription: "only local", rounds: ["-+"], verdict: .healthy, left: 3),
        Case(testDescription: "none", rounds: ["--"], verdict: .unhealthy, left: 2),
        Case(testDescription: "no local probe, up", rounds: ["+."], verdict: .healthy, left: 3),
        Case(testDescription: "no local probe, down", rounds: ["-."], verdict: .unhealthy, left: 2),
        Case(
            testDescription: "local fails slowly", rounds: ["++", "+-", "+-"], verdict: .healthy,
            left: 1),
        Case(
            testDescription: "local fails", rounds: ["++", "+-", "+-", "+-"], verdict: .degraded,
            left: 2),
        Case(
            testDescription: "both fail together", rounds: ["++", "--", "--", "--"],
            verdict: .unhealthy, left: 2),
        Case(
            testDescription: "back over the local path", rounds: ["+-", "++", "++"],
            verdict: .healthy, left: 3),
        Case(
            testDescription: "degraded, reachable shaky", rounds: ["+-", "--", "--"],
            verdict: .degraded, left: 1),
        Case(
            testDescription: "last known healthy holds", lastKnown: .healthy, rounds: ["--"],
            verdict: .healthy, left: 2),
        Case(
            testDescription: "last known degraded holds", lastKnown: .degraded, rounds: ["++"],
            verdict: .degraded, left: 1),
        Case(
            testDescription: "last known unhealthy holds", lastKnown: .unhealthy, rounds: ["++"],
            verdict: .unhealthy, left: 1),
        Case(
            testDescription: "unchecked is no knowledge", lastKnown: .unchecked, rounds: ["--"],
            verdict: .unhealthy, left: 2),
    ])
    func roundsMakeAVerdict(_ c: Case) {
        let hasLocal = !c.rounds.contains { $0.hasSuffix(".") }
        var health = AddressHealth(rise: 2, fall: 3, hasLocal: hasLocal, lastKnown: c.lastKnown)
        for round in c.rounds {
            health.recordReachable(passed: round.hasPrefix("+"))
            health.recordLocal(passed: round.hasSuffix("+"))
        }
        #expect(health.verdict == c.verdict)
        #expect(health.checksUntilChange == c.left)
    }

    @Test func halfARoundOfTwoProbesIsUnknown() {
        var health = AddressHealth(rise: 2, fall: 3, hasLocal: true)
        health.recordReachable(passed: true)
        #expect(health.verdict == .unknown)
        health.recordLocal(passed: false)
        #expect(health.verdict == .degraded)
    }
}
