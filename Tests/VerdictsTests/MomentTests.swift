import Health
import Testing
import Verdicts

/// What is told of other moments than now.
@Suite struct MomentTests {
    private let log = TransitionLog()

    private func bench() -> Bench {
        let bench = Bench()
        bench.board.replaceEndpoints([
            TrackedEndpoint(
                key: "edge", monitor: "canary",
                addresses: [TrackedAddress(address: .test(1), slot: 0)]),
            TrackedEndpoint(
                key: "plain", addresses: [TrackedAddress(address: .test(2), slot: 1)]),
        ])
        return bench
    }

    @Test func anOverrideThatEndsByThenIsGone() {
        let bench = bench()
        bench.probe("edge", .healthy)
        bench.board.setOverride(
            endpoint: "edge", AppliedOverride(.down, since: bench.now, expires: bench.now + 60))
        let before = bench.board.moment(at: bench.now + 59, log)
        #expect(before.words[0]?.override == .down)
        let after = bench.board.moment(at: bench.now + 60, log)
        #expect(after.words[0]?.override == Override.none)
        #expect(after.words[0]?.verdict == .healthy)
        #expect(after.notes.contains("the override of edge has ended by then"))
        // Looking ahead changes nothing.
        #expect(bench.words[0]?.override == .down)
    }

    @Test func aReportThatEndsByThenHasNoSay() throws {
        let bench = bench()
        try bench.feed("plain", .unhealthy, expires: bench.now + 30)
        #expect(bench.board.moment(at: bench.now + 29, log).words[1]?.verdict == .unhealthy)
        let after = bench.board.moment(at: bench.now + 30, log)
        #expect(after.words[1]?.verdict == .unchecked)
        #expect(bench.words[1]?.verdict == .unhealthy)
    }

    @Test func whatProbesMayFindIsNoted() {
        let bench = bench()
        bench.probe("edge", .healthy, seconds: 15)
        #expect(bench.board.moment(at: bench.now + 14, log).notes.isEmpty)
        let notes = bench.board.moment(at: bench.now + 15, log).notes
        #expect(notes.count == 1)
        #expect(notes.first?.contains("could change from 15 s on") ?? false)
    }

    @Test func whatWasIsReadFromTheLog() {
        let bench = bench()
        for (verdict, seconds) in [(Verdict.healthy, 10), (.unhealthy, 10), (.degraded, 10)] {
            bench.probe("edge", verdict)
            for transition in bench.transitions.suffix(1) { log.record(transition, at: bench.now) }
            bench.advance(Int64(seconds))
        }
        let verdicts = [25, 15, 5].map { ago in
            bench.board.moment(at: bench.now - ago, log).words[0]?.verdict
        }
        #expect(verdicts == [.healthy, .unhealthy, .degraded])
    }

    @Test func whatNobodyKeptIsUnknown() {
        let bench = bench()
        bench.advance(100)
        bench.probe("edge", .healthy)
        let moment = bench.board.moment(at: bench.now - 50, log)
        #expect(moment.words[0]?.verdict == .unknown)
        #expect(moment.notes.contains { $0.hasPrefix("what edge 192.0.2.1 was then is not known") })
    }

    @Test func aSilentFeedFollowsItsRule() throws {
        for (policy, verdict) in [
            (SilentPolicy.freeze, Verdict.unhealthy), (.expire, .unchecked), (.up, .healthy),
        ] {
            let bench = bench()
            bench.board.replaceFeeds([
                FeedRule(name: "drills", silentAfter: 60, silent: policy)
            ])
            try bench.feed("plain", .unhealthy)
            let words = bench.board.words(ofEndpoint: "plain", whenSilent: "drills")
            #expect(words?.map(\.verdict) == [verdict])
            #expect(bench.board.moment(at: bench.now + 60, log).words[1]?.verdict == verdict)
            #expect(bench.words[1]?.verdict == .unhealthy)
        }
    }
}
