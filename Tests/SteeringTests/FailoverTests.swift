import Health
import Steering
import TestSupport
import Testing
import Zones

@Suite struct FailoverTests {
    /// One row of Route 53's failover table.
    struct Case: CustomTestStringConvertible, Sendable {
        var primary: State
        /// nil: there is no secondary.
        var secondary: State?
        var answer: String

        init(_ primary: State, _ secondary: State?, _ answer: String) {
            self.primary = primary
            self.secondary = secondary
            self.answer = answer
        }

        var testDescription: String {
            "primary \(primary), secondary \(secondary.map { "\($0)" } ?? "absent"): \(answer)"
        }
    }

    static let cases = [
        Case(.healthy, .healthy, "P"), Case(.healthy, .down, "P"), Case(.healthy, .unchecked, "P"),
        Case(.healthy, nil, "P"),
        Case(.unchecked, .healthy, "P"), Case(.unchecked, .down, "P"),
        Case(.unchecked, .unchecked, "P"), Case(.unchecked, nil, "P"),
        Case(.down, .healthy, "S"), Case(.down, .unchecked, "S"),
        Case(.down, .down, "P"), Case(.down, nil, "P"),
    ]

    @Test(arguments: cases)
    func answersAreThoseOfRoute53(_ c: Case) throws {
        try check(c, .failover(c.secondary == nil ? ["P"] : ["P", "S"]))
    }

    /// The same when both tiers are groups that take their health from their members.
    @Test(arguments: cases)
    func groupsFailOverAsEndpointsDo(_ c: Case) throws {
        let primary = PolicyDefinition.weights(["P": 5])
        let secondary = PolicyDefinition.failover(["S"])
        try check(c, .failover(c.secondary == nil ? [primary] : [primary, secondary]))
    }

    private func check(_ c: Case, _ policy: PolicyDefinition) throws {
        let harness = try PolicyHarness(policy)
        harness.set("P", c.primary.word)
        if let secondary = c.secondary { harness.set("S", secondary.word) }
        #expect(harness.firsts(200, failOpen: true)[c.answer] == 200)
    }

    /// Any number of tiers; failback is immediate.
    @Test func theFirstTierThatWorksAnswers() throws {
        let names = (0..<9).map { "t\($0)" }
        let harness = try PolicyHarness(.failover(names.map(PolicyDefinition.to)))
        for tier in names.indices {
            #expect(harness.picks() == [names[tier]])
            harness.set(names[tier], .unhealthy)
        }
        #expect(harness.evaluate().standing == .down)
        harness.set(names[4], .healthy)
        #expect(harness.picks() == [names[4]])
        harness.set(names[2], .degraded)
        #expect(harness.picks() == [names[4]])
        harness.set(names[2], .healthy)
        #expect(harness.picks() == [names[2]])
    }

    /// Drained tiers are used in order when nothing else is left.
    @Test func drainedTiersComeLast() throws {
        let harness = try PolicyHarness(.failover(["a", "b", "c"]))
        harness.set("a", .healthy, override: .softDrain)
        #expect(harness.picks() == ["b"])
        harness.set("b", .healthy, override: .hardDrain)
        #expect(harness.picks() == ["c"])
        harness.set("c", .unhealthy)
        #expect(harness.picks() == ["a"])
        #expect(harness.evaluate().standing == .softDrained)
    }
}
