import Health
import Testing
import Verdicts

@Suite struct SilenceTests {
    /// What a feed said, what follows when it is silent, and what then counts.
    struct Case: CustomTestStringConvertible, Sendable {
        var policy: SilentPolicy
        var hasMonitor: Bool
        var said: Verdict
        var silent: Verdict

        var testDescription: String {
            "\(policy), \(hasMonitor ? "a healthy monitor" : "no monitor"), said \(said)"
        }
    }

    @Test(arguments: [
        Case(policy: .freeze, hasMonitor: true, said: .unhealthy, silent: .unhealthy),
        Case(policy: .freeze, hasMonitor: false, said: .degraded, silent: .degraded),
        Case(policy: .expire, hasMonitor: true, said: .unhealthy, silent: .healthy),
        Case(policy: .expire, hasMonitor: false, said: .unhealthy, silent: .unchecked),
        Case(policy: .expire, hasMonitor: false, said: .healthy, silent: .unchecked),
        Case(policy: .up, hasMonitor: true, said: .unhealthy, silent: .healthy),
        Case(policy: .up, hasMonitor: false, said: .unhealthy, silent: .healthy),
        Case(policy: .up, hasMonitor: false, said: .unknown, silent: .unchecked),
    ])
    func aSilentFeedCountsAsItsRuleSays(_ c: Case) throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: c.hasMonitor ? "canary" : nil)])
        bench.board.replaceFeeds([FeedRule(name: "robots", silentAfter: 60, silent: c.policy)])
        if c.hasMonitor { bench.probe("edge", .healthy) }
        try bench.feed("edge", c.said, source: "robots/one")
        let spoken = bench.words[0]?.verdict
        bench.advance(59)
        bench.board.tick()
        #expect(bench.words[0]?.verdict == spoken)
        #expect(bench.board.feeds().first?.isSilent == false)
        bench.advance(1)
        bench.board.tick()
        bench.board.tick()
        #expect(bench.words[0]?.verdict == c.silent)
        #expect(
            bench.board.feeds() == [
                FeedLifeStatus(
                    name: "robots", age: 60, isSilent: true, silentAfter: 60, silent: c.policy)
            ])
        #expect(bench.notices == [.feedSilent("robots", seconds: 60, c.policy)])
        // A word about another endpoint, or a sign of life, is enough.
        bench.board.noteLife(of: "robots", at: bench.now)
        #expect(bench.words[0]?.verdict == spoken)
        #expect(bench.notices.last == .feedSpeaks("robots"))
    }

    @Test func aRefusedReportIsNoSignOfLife() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        bench.board.replaceFeeds([FeedRule(name: "drills", silentAfter: 60, silent: .expire)])
        try bench.feed("edge", .unhealthy, sequence: 7)
        bench.advance(60)
        bench.board.tick()
        #expect(throws: FeedRefusal.self) { try bench.feed("edge", .unhealthy, sequence: 7) }
        #expect(bench.words[0]?.verdict == .unchecked)
        try bench.feed("edge", .unhealthy, sequence: 8)
        #expect(bench.words[0]?.verdict == .unhealthy)
    }

    /// Reports end with their own time, silent or not, and a feed that never spoke is not silent.
    @Test func theTimeOfAReportIsItsOwn() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        bench.board.replaceFeeds([
            FeedRule(name: "drills", silentAfter: 60), FeedRule(name: "other", silentAfter: 1),
        ])
        try bench.feed("edge", .unhealthy, expires: 1_010)
        bench.advance(10)
        bench.board.tick()
        #expect(bench.words[0]?.verdict == .unchecked)
        #expect(bench.board.feeds().map(\.isSilent) == [false, false])
        #expect(bench.board.feeds().map(\.age) == [10, nil])
    }

    /// What was said before a restart is as old as it is.
    @Test func aRestartDoesNotMakeAFeedYounger() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        bench.board.replaceFeeds([FeedRule(name: "drills", silentAfter: 60, silent: .expire)])
        try bench.board.report(
            FeedReport(endpoint: "edge", source: "drills", verdict: .unhealthy, received: 100))
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        #expect(bench.words[0]?.verdict == .unchecked)
    }

    @Test func aReloadChangesTheRule() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        bench.board.replaceFeeds([FeedRule(name: "drills", silentAfter: 60, silent: .expire)])
        try bench.feed("edge", .unhealthy)
        bench.advance(90)
        bench.board.tick()
        #expect(bench.words[0]?.verdict == .unchecked)
        bench.board.replaceFeeds([FeedRule(name: "drills", silentAfter: 600, silent: .expire)])
        #expect(bench.words[0]?.verdict == .unhealthy)
        bench.board.replaceFeeds([FeedRule(name: "drills")])
        #expect(bench.board.feeds().first?.isSilent == false)
    }
}
