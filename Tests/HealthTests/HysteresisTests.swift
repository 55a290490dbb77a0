import Health
import Testing

@Suite struct HysteresisTests {
    /// gdnsd's TTLs with its defaults, an interval of 10 s: `interval × checks still needed` (its two
    /// thresholds for successes are one here, so each row has the one that it is about).
    @Test(arguments: [
        ("steady", 10, "+", 100), ("after one failure", 10, "+-", 90),
        ("after nine failures", 10, "+" + String(repeating: "-", count: 9), 10),
        ("just went down", 20, "+" + String(repeating: "-", count: 10), 200),
        ("down, one success", 20, "+" + String(repeating: "-", count: 10) + "+", 190),
        (
            "down, one success and a failure", 20, "+" + String(repeating: "-", count: 10) + "+-",
            200
        ),
        ("three failures, nine successes", 10, "+---" + String(repeating: "+", count: 9), 70),
        ("three failures, ten successes", 10, "+---" + String(repeating: "+", count: 10), 100),
    ])
    func timesAreThoseOfGdnsd(_ name: String, _ rise: Int, _ results: String, _ seconds: Int) {
        var machine = Hysteresis(rise: rise, fall: 10)
        for result in results { machine.record(passed: result == "+") }
        #expect(machine.checksUntilChange * 10 == seconds, "\(name)")
    }

    /// A sequence of results, `+` passed and `-` failed, and the state after it.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var rise = 2
        var fall = 3
        var known: Bool?
        var results: String
        var isUp: Bool?
        var left: Int
    }

    @Test(arguments: [
        Case(testDescription: "nothing known", results: "", isUp: nil, left: 1),
        Case(testDescription: "first success is final", results: "+", isUp: true, left: 3),
        Case(testDescription: "first failure is final", results: "-", isUp: false, left: 2),
        Case(testDescription: "one failure shortens", results: "+-", isUp: true, left: 2),
        Case(testDescription: "two failures", results: "+--", isUp: true, left: 1),
        Case(testDescription: "three failures", results: "+---", isUp: false, left: 2),
        Case(testDescription: "flapping goes down", results: "+-+-+-", isUp: false, left: 2),
        Case(testDescription: "a short run clears nothing", results: "+--+", isUp: true, left: 1),
        Case(testDescription: "a full run clears all", results: "+--++", isUp: true, left: 3),
        Case(
            testDescription: "after clearing it counts anew", results: "+--++--", isUp: true,
            left: 1),
        Case(
            testDescription: "a failure breaks the clearing run", results: "+-+-+", isUp: true,
            left: 1),
        Case(testDescription: "down counts successes", results: "-+", isUp: false, left: 1),
        Case(testDescription: "down starts over", results: "-+-", isUp: false, left: 2),
        Case(testDescription: "down needs a run", results: "-+-+", isUp: false, left: 1),
        Case(testDescription: "down comes up", results: "-++", isUp: true, left: 3),
        Case(testDescription: "up again, clean slate", results: "+---++-", isUp: true, left: 2),
        Case(
            testDescription: "rise and fall 1", rise: 1, fall: 1, results: "+-+-", isUp: false,
            left: 1),
        Case(
            testDescription: "thresholds below 1 act as 1", rise: 0, fall: -4, results: "+-",
            isUp: false, left: 1),
        Case(
            testDescription: "known up needs its failures", known: true, results: "-", isUp: true,
            left: 2),
        Case(
            testDescription: "known down needs its run", known: false, results: "+", isUp: false,
            left: 1),
    ])
    func resultsMoveTheState(_ c: Case) {
        var machine = Hysteresis(rise: c.rise, fall: c.fall, isUp: c.known)
        for result in c.results { machine.record(passed: result == "+") }
        #expect(machine.isUp == c.isUp)
        #expect(machine.checksUntilChange == c.left)
    }

    /// With fall 10 and rise 10, as gdnsd's documentation counts it: interval × checks left.
    @Test func checksLeftFollowAccumulatedFailures() {
        var machine = Hysteresis(rise: 10, fall: 10)
        machine.record(passed: true)
        for _ in 0..<3 { machine.record(passed: false) }
        for _ in 0..<9 { machine.record(passed: true) }
        #expect(machine.checksUntilChange == 7)
        machine.record(passed: true)
        #expect(machine.checksUntilChange == 10)
    }

    /// No state can be left in fewer checks than it said, and `isUp` never becomes nil again.
    @Test(arguments: [1 as UInt64, 2, 3, 42])
    func checksUntilChangeIsALowerBound(seed: UInt64) {
        var random = SplitMix(state: seed)
        for _ in 0..<50 {
            var machine = Hysteresis(
                rise: Int.random(in: 1...5, using: &random),
                fall: Int.random(in: 1...5, using: &random))
            machine.record(passed: Bool.random(using: &random))
            for _ in 0..<60 {
                let before = machine
                machine.record(passed: Int.random(in: 0..<3, using: &random) > 0)
                #expect(machine.isUp != nil, "seed \(seed)")
                #expect((1...5).contains(machine.checksUntilChange), "seed \(seed)")
                if machine.isUp != before.isUp {
                    #expect(before.checksUntilChange == 1, "seed \(seed)")
                } else {
                    #expect(
                        machine.checksUntilChange >= before.checksUntilChange - 1, "seed \(seed)")
                }
            }
        }
    }
}

/// A seeded generator (SplitMix64).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
