import Health
import Testing
import Verdicts

@Suite struct SlowStartTests {
    @Test(arguments: [
        (-5 as Int64, 26 as UInt32), (0, 26), (15, 83), (30, 141), (59, 252), (60, 256), (600, 256),
    ])
    func theShareGrowsEvenly(elapsed: Int64, share: UInt32) {
        let ramp = SlowStart(start: 1_000, seconds: 60)
        #expect(ramp.share(at: 1_000 + elapsed) == share)
        #expect(ramp.isOver(at: 1_000 + elapsed) == (elapsed >= 60))
    }

    /// Whatever share an earlier process left, the next one goes on with it, never below.
    @Test(arguments: [1 as Int64, 7, 60, 3_600])
    func anotherProcessGoesOn(seconds: Int64) {
        for share in 1...256 as ClosedRange<UInt32> {
            let ramp = SlowStart(resuming: share, at: 500, seconds: seconds)
            let resumed = ramp.share(at: 500)
            #expect(resumed <= max(share, SlowStart.firstShare))
            #expect(max(share, SlowStart.firstShare) - resumed <= UInt32(230 / seconds + 1))
            #expect(ramp.share(at: 500 + seconds) == 256)
        }
    }

    /// What an address goes through, and the share that it has at the end.
    struct Case: CustomTestStringConvertible, Sendable {
        enum Step: Sendable {
            case probe(Verdict), feed(Verdict), override(Override), wait(Int64)
        }

        var testDescription: String
        var steps: [Step]
        var share: UInt32
    }

    @Test(arguments: [
        Case(
            testDescription: "the first result is no return", steps: [.probe(.healthy)], share: 256),
        Case(
            testDescription: "a return starts with a tenth",
            steps: [.probe(.healthy), .probe(.unhealthy), .wait(9), .probe(.healthy)], share: 26),
        Case(
            testDescription: "half of the time later",
            steps: [.probe(.unhealthy), .probe(.healthy), .wait(30)], share: 141),
        Case(
            testDescription: "the whole at its end",
            steps: [.probe(.unhealthy), .probe(.healthy), .wait(60)], share: 256),
        Case(
            testDescription: "a bad first result makes the next one a return",
            steps: [.probe(.unhealthy), .probe(.healthy)], share: 26),
        Case(
            testDescription: "from degraded", steps: [.probe(.degraded), .probe(.healthy)],
            share: 26),
        Case(
            testDescription: "a new fall ends it, and a degraded address has its whole share",
            steps: [.probe(.unhealthy), .probe(.healthy), .wait(30), .probe(.degraded)], share: 256),
        Case(
            testDescription: "each return starts anew",
            steps: [
                .probe(.unhealthy), .probe(.healthy), .wait(30), .probe(.unhealthy),
                .probe(.healthy),
            ], share: 26),
        Case(
            testDescription: "a feed took it out",
            steps: [.probe(.healthy), .feed(.unhealthy), .wait(5), .feed(.healthy)], share: 26),
        Case(
            testDescription: "a drain ends",
            steps: [.probe(.healthy), .override(.hardDrain), .wait(5), .override(.none)], share: 26),
        Case(
            testDescription: "an operator's up is whole",
            steps: [.probe(.unhealthy), .override(.up), .probe(.healthy)], share: 256),
        Case(
            testDescription: "and stays so behind it",
            steps: [.probe(.unhealthy), .override(.up), .probe(.healthy), .override(.none)],
            share: 256),
        Case(
            testDescription: "healthy again and again goes on",
            steps: [
                .probe(.unhealthy), .probe(.healthy), .wait(30), .probe(.healthy), .wait(15),
            ], share: 198),
    ])
    func aReturnStartsSlowly(_ c: Case) throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", slowStart: .seconds(60))])
        for step in c.steps { try bench.take(step) }
        #expect(bench.words[0]?.share == c.share)
        #expect(bench.address("edge")?.share == c.share)
        #expect((bench.address("edge")?.ramp != nil) == (c.share < 256))
    }

    @Test func withoutTheKeyAReturnIsWhole() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge")])
        for verdict in [Verdict.unhealthy, .healthy] { bench.probe("edge", verdict) }
        #expect(bench.words[0]?.share == 256)
    }

    /// Seconds without anything to ramp store nothing, and a ramp stores at most 231 words.
    @Test func onlyWhatRampsIsStored() {
        let bench = Bench()
        bench.board.replaceEndpoints([
            .test("edge", slowStart: .seconds(3_600)),
            .test("other", slot: 1, slowStart: .seconds(9)),
        ])
        bench.probe("edge", .unhealthy)
        bench.probe("other", .healthy)
        bench.probe("edge", .healthy)
        let before = bench.stores
        for _ in 0..<7_200 {
            bench.advance(1)
            bench.board.tick()
        }
        #expect(bench.words[0]?.share == 256)
        #expect(bench.stores - before == 230)
        #expect(bench.address("edge")?.ramp == nil)
    }

    @Test func aRestartGoesOnWhereTheWordsSay() {
        let bench = Bench()
        bench.board.replaceEndpoints(
            [
                .test("edge", slowStart: .seconds(60)),
                .test("whole", slot: 1, slowStart: .seconds(60)),
            ],
            initial: {
                VerdictWord(.healthy, share: $0 == 0 ? 141 : 256, changeSeconds: 5)
            })
        #expect(bench.words[0]?.share == 141)
        #expect(bench.words[1]?.share == 256)
        bench.advance(15)
        bench.board.tick()
        #expect(bench.words[0]?.share == 198)
    }
}

extension Bench {
    func take(_ step: SlowStartTests.Case.Step) throws {
        switch step {
        case .probe(let verdict): probe("edge", verdict)
        case .feed(let verdict): try feed("edge", verdict)
        case .override(let word):
            board.setOverride(endpoint: "edge", AppliedOverride(word, since: now))
        case .wait(let seconds):
            for _ in 0..<seconds {
                advance(1)
                board.tick()
            }
        }
    }
}
