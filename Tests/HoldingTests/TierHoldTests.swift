import Holding
import Steering
import TestSupport
import Testing

/// The rule alone: what the first tier that may answer is, as tiers fail and come back.
@Suite struct TierHoldTests {
    struct Step: Sendable {
        var second: Int64
        /// A letter for each tier: `H`ealthy, un`C`hecked, de`G`raded, un`K`nown, `S`oft-drained, taken `O`ut,
        /// down (`X`), `A`bsent.
        var tiers: String
        /// The tier that is answered, from 0 on; nil: none.
        var answered: Int?

        init(_ second: Int64, _ tiers: String, _ answered: Int?) {
            self.second = second
            self.tiers = tiers
            self.answered = answered
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// Nil: manual.
        var after: Int64?
        var steps: [Step]

        init(_ description: String, after: Int64? = nil, _ steps: Step...) {
            testDescription = description
            self.after = after
            self.steps = steps
        }
    }

    static let standings: [Character: Standing] = [
        "H": .healthy, "C": .unchecked, "G": .degraded, "K": .unknown, "S": .softDrained, "O": .out,
        "X": .down, "A": .absent,
    ]

    static let cases = [
        Case("manual: never by itself", Step(0, "HH", 0), Step(1, "XH", 1), Step(9_999, "HH", 1)),
        Case(
            "manual: on to the next, never back", Step(0, "XHH", 1), Step(1, "XXH", 2),
            Step(2, "HHH", 2)),
        Case(
            "manual: back when nothing else is left", Step(0, "XH", 1), Step(1, "HX", 0),
            Step(2, "HH", 0)),
        Case("an unchecked tier takes over and stays", Step(0, "XC", 1), Step(1, "HC", 1)),
        Case(
            "a degraded tier is left, and held", Step(0, "GH", 1), Step(1, "HH", 1)),
        Case(
            "what is held is better than drained", Step(0, "XH", 1), Step(1, "HS", 0),
            Step(2, "HH", 0)),
        Case(
            "what is held is better than taken out", Step(0, "XH", 1), Step(1, "HO", 0),
            Step(2, "HH", 0)),
        Case(
            "the first round of checks holds nothing", Step(0, "KK", 0), Step(1, "KH", 1),
            Step(2, "HH", 0)),
        Case(
            "a drain holds nothing", Step(0, "SH", 1), Step(1, "HH", 0), Step(2, "OH", 1),
            Step(3, "HH", 0)),
        Case(
            "all down holds nothing", Step(0, "HH", 0), Step(1, "HX", 0), Step(2, "XX", nil),
            Step(3, "HX", 0), Step(4, "HH", 0)),
        Case(
            "all down, and the tier in use comes back first", Step(0, "XH", 1),
            Step(1, "XX", nil), Step(2, "XH", 1), Step(3, "HH", 1)),
        Case(
            "all down, and the first tier comes back first", Step(0, "XH", 1), Step(1, "XX", nil),
            Step(2, "HX", 0), Step(3, "HH", 0)),
        Case("a family without the first tier is not held", Step(0, "AH", 1), Step(1, "AH", 1)),
        Case(
            "absent tiers are passed", Step(0, "XAH", 2), Step(1, "HAH", 2)),
        Case(
            "a tier behind a failed one that nobody knows yet", Step(0, "XKH", 2),
            Step(1, "XHH", 1), Step(2, "HHH", 1)),
        // Akamai's failbackDelay: a target must pass for so long without a break before the change counts.
        Case(
            "after: not before its time", after: 300, Step(0, "XH", 1), Step(10, "HH", 1),
            Step(309, "HH", 1), Step(310, "HH", 0)),
        Case(
            "after: a break begins it anew", after: 300, Step(0, "XH", 1), Step(10, "HH", 1),
            Step(300, "XH", 1), Step(301, "HH", 1), Step(600, "HH", 1), Step(601, "HH", 0)),
        Case(
            "after: flapping at half the time changes nothing", after: 10, Step(0, "XH", 1),
            Step(5, "HH", 1), Step(10, "XH", 1), Step(15, "HH", 1), Step(20, "XH", 1),
            Step(25, "HH", 1), Step(30, "XH", 1)),
        Case(
            "after: degraded is no better tier", after: 10, Step(0, "XH", 1), Step(1, "GH", 1),
            Step(99, "GH", 1)),
        Case(
            "after: each tier has its own time", after: 10, Step(0, "XXH", 2), Step(5, "XHH", 2),
            Step(10, "HHH", 2), Step(15, "HHH", 1), Step(20, "HHH", 0)),
        Case(
            "after: the tier in use fails meanwhile", after: 10, Step(0, "XH", 1),
            Step(5, "HH", 1), Step(6, "HX", 0), Step(7, "HH", 0)),
    ]

    @Test(arguments: cases)
    func tiersAreAnsweredInTime(_ c: Case) throws {
        var hold = TierHold()
        for step in c.steps {
            let tiers = try step.tiers.map { try #require(Self.standings[$0]) }
            _ = hold.update(tiers, after: c.after, now: step.second) {
                tiers[$0] == .down || tiers[$0] == .degraded
            }
            #expect(answered(hold, tiers) == step.answered, "second \(step.second)")
        }
    }

    /// As the query path does it.
    private func answered(_ hold: TierHold, _ tiers: [Standing]) -> Int? {
        TierHold.first(tiers, from: hold.tier) ?? TierHold.first(tiers, from: 0)
    }

    /// Of a tier that failed, `after` never lets traffic back sooner than asked, and holds it no longer than
    /// that while all is well.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func randomHistoriesKeepTheTime(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let after: Int64 = 7
        let letters = Array("HHHXXGKSOC")
        var hold = TierHold()
        var fitSince: Int64?
        var tiers: [Standing] = [.healthy, .healthy, .healthy]
        for second in 0..<2_000 as Range<Int64> {
            if Int.random(in: 0..<4, using: &random) == 0 {
                let letter = letters[Int.random(in: 0..<letters.count, using: &random)]
                tiers[Int.random(in: 0..<3, using: &random)] = try #require(Self.standings[letter])
            }
            let before = hold.tier
            let wasLeft = TierHold.first(tiers, from: before) == nil
            _ = hold.update(tiers, after: after, now: second) {
                tiers[$0] == .down || tiers[$0] == .degraded
            }
            if TierHold.first(tiers, from: 0) == 0 {
                fitSince = fitSince ?? second
            } else {
                fitSince = nil
            }
            if before > 0, hold.tier == 0, !wasLeft {
                let since = try #require(fitSince, "seed \(seed), second \(second)")
                #expect(second - since >= after, "seed \(seed), second \(second)")
            }
            if let since = fitSince, second - since >= after {
                #expect(hold.tier == 0, "seed \(seed), second \(second)")
            }
            // Held or not, whoever answers is as well as a tier from there on can be.
            if let tier = TierHold.first(tiers, from: hold.tier) { #expect(tier >= hold.tier) }
        }
    }

    @Test func operatorLetsBackAtOnceWhatWorks() {
        var hold = TierHold(tier: 1)
        let first = hold.release(to: 0, [.healthy, .healthy])
        #expect(first && hold == TierHold())
        let second = hold.release(to: 0, [.healthy, .healthy])
        #expect(!second)
    }

    /// DOWN_AWAIT: it comes back by itself, once.
    @Test func operatorLetsBackLaterWhatDoesNotWorkYet() {
        var hold = TierHold(tier: 1)
        let isLetBack = hold.release(to: 0, [.down, .healthy])
        #expect(isLetBack && hold.isWaiting && hold.tier == 0)
        for standings in [[Standing.down, .healthy], [.unknown, .healthy]] {
            let reason = hold.update(standings, after: nil, now: 1) { standings[$0] == .down }
            #expect(reason == nil && hold.isWaiting && hold.tier == 0)
        }
        let back = hold.update([.healthy, .healthy], after: nil, now: 2) { _ in false }
        #expect(back == nil && hold == TierHold())
        let again = hold.update([.down, .healthy], after: nil, now: 3) { $0 == 0 }
        #expect(again == .failed && hold.tier == 1)
    }
}
