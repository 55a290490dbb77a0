import Health
import Steering
import TestSupport
import Testing
import Zones

/// Shares of weighted nodes; the rows W1 to W11 are Route 53's semantics as an oracle.
@Suite struct WeightedTests {
    /// Members in order: weight, state, and the exact probability of being answered.
    struct Case: CustomTestStringConvertible, Sendable {
        struct Member: Sendable {
            var weight: UInt32
            var word: VerdictWord
            var probability: Double
        }

        var testDescription: String
        var members: [Member]

        /// - Parameter members: rows of weight, state and probability.
        init(_ testDescription: String, _ members: [(UInt32, State, Double)]) {
            self.testDescription = testDescription
            self.members = members.map {
                Member(weight: $0.0, word: $0.1.word, probability: $0.2)
            }
        }

        var isCertain: Bool { members.allSatisfy { $0.probability == 0 || $0.probability == 1 } }
    }

    @Test(arguments: [
        Case("W1", [(10, .unchecked, 1 / 5), (20, .unchecked, 2 / 5), (20, .unchecked, 2 / 5)]),
        Case("W2", [(10, .healthy, 1 / 3), (20, .healthy, 2 / 3), (20, .down, 0)]),
        Case("W3", [(10, .down, 1 / 5), (20, .down, 2 / 5), (20, .down, 2 / 5)]),
        Case("W4", [(10, .healthy, 1), (0, .healthy, 0)]),
        Case("W5", [(10, .down, 0), (0, .healthy, 1)]),
        Case("W6", [(10, .down, 1), (0, .down, 0)]),
        Case("W7", [(0, .healthy, 1 / 2), (0, .healthy, 1 / 2), (0, .down, 0)]),
        Case("W8", [(0, .down, 1 / 2), (0, .down, 1 / 2)]),
        Case("W9", [(10, .down, 0), (0, .healthy, 1 / 2), (0, .healthy, 1 / 2)]),
        Case("W10", [(1, .unchecked, 1 / 256), (255, .unchecked, 255 / 256)]),
        Case("W11", [(10, .down, 0), (5, .unchecked, 1)]),
    ])
    func sharesAreThoseOfRoute53(_ c: Case) throws { try check(c) }

    @Test(arguments: [
        Case("the largest weights", [(1_000_000, .healthy, 1 / 2), (1_000_000, .healthy, 1 / 2)]),
        Case("one member", [(1, .healthy, 1)]),
        Case("healthy and unchecked share", [(3, .healthy, 3 / 4), (1, .unchecked, 1 / 4)]),
        Case("an operator's up shares", [(3, .healthy, 3 / 4), (1, .up, 1 / 4)]),
        Case("degraded yields to healthy", [(100, .degraded, 0), (1, .healthy, 1)]),
        Case("unknown yields to degraded", [(100, .unknown, 0), (1, .degraded, 1)]),
        Case("drained yields to unknown", [(100, .softDrained, 0), (1, .unknown, 1)]),
        Case("drained members share", [(3, .softDrained, 3 / 4), (1, .softDrained, 1 / 4)]),
        Case("all down, one taken out", [(10, .down, 1), (90, .hardDrained, 0)]),
    ])
    func sharesAreAmongTheBestMembers(_ c: Case) throws { try check(c) }

    @Test(arguments: [
        Case("degraded above 0 goes first", [(10, .degraded, 1), (0, .healthy, 0)]),
        Case("unknown above 0 goes first", [(10, .unknown, 1), (0, .healthy, 0)]),
        Case("drained above 0 yields", [(10, .softDrained, 0), (0, .healthy, 1)]),
        Case("drained above 0 yields to degraded", [(10, .softDrained, 0), (0, .degraded, 1)]),
        Case("drained above 0 yields to unknown", [(10, .softDrained, 0), (0, .unknown, 1)]),
        Case("both drained", [(10, .softDrained, 1), (0, .softDrained, 0)]),
        Case("drained above 0, standby down", [(10, .softDrained, 1), (0, .down, 0)]),
        Case("one of two drained", [(10, .softDrained, 0), (9, .healthy, 1), (0, .healthy, 0)]),
        Case("above 0 down, standby drained", [(10, .down, 0), (0, .softDrained, 1)]),
        Case("above 0 taken out", [(10, .hardDrained, 0), (0, .healthy, 1)]),
        Case(
            "best of the standbys", [(10, .down, 0), (0, .degraded, 0), (0, .healthy, 1)]),
    ])
    func weightZeroIsAStandby(_ c: Case) throws { try check(c) }

    private func check(_ c: Case) throws {
        let names = c.members.indices.map { "e\($0)" }
        let harness = try PolicyHarness(
            .weighted(
                zip(names, c.members).map { WeightedMember(.to($0), weight: $1.weight) },
                answers: 1))
        for (name, member) in zip(names, c.members) { harness.set(name, member.word) }
        let trials = c.isCertain ? 1_000 : 100_000
        let seen = harness.firsts(trials, failOpen: true)
        for (name, member) in zip(names, c.members) {
            let count = seen[name, default: 0]
            #expect(
                isPlausible(count, of: trials, probability: member.probability),
                "\(name): \(count) of \(trials), expected \(member.probability)")
        }
    }

    /// Members are drawn one after the other, each once: P(i, j) = wᵢ/Σ · wⱼ/(Σ − wᵢ).
    @Test func severalAnswersAreDrawnWithoutReplacement() throws {
        let weights: [String: UInt32] = ["a": 1, "b": 2, "c": 3]
        let harness = try PolicyHarness(.weights(["a": 1, "b": 2, "c": 3], answers: 2))
        let trials = 120_000
        let seen = harness.tally(trials)
        #expect(seen.count == 6)
        for (first, w) in weights {
            for (second, v) in weights where second != first {
                let p = Double(w) / 6 * Double(v) / Double(6 - w)
                let count = seen[[first, second], default: 0]
                #expect(
                    isPlausible(count, of: trials, probability: p), "\(first), \(second): \(count)")
            }
        }
    }

    @Test func moreAnswersThanMembersGiveAllOfThem() throws {
        let harness = try PolicyHarness(.weights(["a": 5, "b": 1, "c": 1, "z": 0], answers: 9))
        harness.set("c", .unhealthy)
        for _ in 0..<200 { #expect(harness.picks().sorted() == ["a", "b"]) }
    }

    @Test func severalStandbysAreDrawnAlike() throws {
        let harness = try PolicyHarness(
            .weights(["a": 5, "x": 0, "y": 0, "z": 0], answers: 2))
        harness.set("a", .unhealthy)
        let trials = 100_000
        let seen = harness.tally(trials)
        #expect(seen.count == 6)
        for (pair, count) in seen {
            #expect(isPlausible(count, of: trials, probability: 1 / 6), "\(pair): \(count)")
        }
    }

    /// A member that is mentioned twice has both weights.
    @Test func aMemberMentionedTwiceHasBothWeights() throws {
        let harness = try PolicyHarness(.weights(["a": 1, "b": 2, "a": 1]))
        let trials = 100_000
        let seen = harness.firsts(trials)
        #expect(isPlausible(seen["a", default: 0], of: trials, probability: 1 / 2))
        #expect(isPlausible(seen["b", default: 0], of: trials, probability: 1 / 2))
    }
}
