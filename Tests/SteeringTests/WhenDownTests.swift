import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// What `whenDown: all` builds on, and the time until something could change.
@Suite struct WhenDownTests {
    @Test func aRootThatIsDownHasNoAddresses() throws {
        let harness = try PolicyHarness(.all(["a", "b"], answers: 8))
        harness.set("a", .unhealthy)
        harness.set("b", .healthy, override: .hardDrain)
        let outcome = harness.evaluate()
        #expect(outcome.standing == .down)
        #expect(outcome.addresses.isEmpty)
    }

    @Test func aRootThatOperatorsTookOutIsOut() throws {
        let harness = try PolicyHarness(.all(["a", "b"], answers: 8))
        harness.set("a", .healthy, override: .down)
        harness.set("b", .healthy, override: .hardDrain)
        #expect(harness.evaluate().standing == .out)
        let assumed = harness.evaluate(assuming: .upUnlessOverridden)
        #expect(assumed.standing == .out)
        #expect(assumed.addresses.isEmpty)
        #expect(harness.picks(assuming: .everythingUp).sorted() == ["a", "b"])
    }

    @Test func assumingAllIsUpLeavesOutWhatOperatorsTookOut() throws {
        let harness = try PolicyHarness(.all(["a", "b", "c"], answers: 8))
        harness.set("a", .unhealthy)
        harness.set("b", .unhealthy)
        harness.set("c", .unhealthy, override: .hardDrain)
        #expect(harness.picks(assuming: .upUnlessOverridden).sorted() == ["a", "b"])
        #expect(harness.picks(assuming: .everythingUp).sorted() == ["a", "b", "c"])
    }

    @Test func drainedMembersAreAssumedUpLast() throws {
        let harness = try PolicyHarness(.failover(["a", "b"]))
        harness.set("a", .unhealthy, override: .softDrain)
        harness.set("b", .unhealthy)
        #expect(harness.evaluate().standing == .down)
        #expect(harness.picks(assuming: .upUnlessOverridden) == ["b"])
        harness.set("b", .unhealthy, override: .down)
        #expect(harness.picks(assuming: .upUnlessOverridden) == ["a"])
    }

    // MARK: TTL

    /// Seconds until a change, one a member, and the earliest.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var seconds: [UInt32]
        var earliest: UInt32
    }

    @Test(arguments: [
        Case(testDescription: "nothing checks", seconds: [0, 0, 0], earliest: 0),
        Case(testDescription: "one is checked", seconds: [0, 15, 0], earliest: 15),
        Case(testDescription: "the earliest counts", seconds: [15, 10, 60], earliest: 10),
        Case(
            testDescription: "a member that is not chosen counts", seconds: [60, 60, 5], earliest: 5
        ),
        Case(testDescription: "16 bits", seconds: [0xFFFF, 0, 0], earliest: 0xFFFF),
    ])
    func theEarliestChangeIsReported(_ c: Case) throws {
        let harness = try PolicyHarness(.failover(["e0", .weights(["e1": 1, "e2": 0])]))
        for (index, seconds) in c.seconds.enumerated() {
            harness.set("e\(index)", VerdictWord(.healthy, changeSeconds: seconds))
        }
        #expect(harness.evaluate().changeSeconds == c.earliest)
        #expect(harness.evaluate(assuming: .everythingUp).changeSeconds == c.earliest)
        for index in c.seconds.indices {
            harness.set("e\(index)", VerdictWord(.unhealthy, changeSeconds: c.seconds[index]))
        }
        #expect(harness.evaluate().changeSeconds == c.earliest)
    }

    @Test func theOtherFamilyDoesNotShortenTheTime() throws {
        let harness = try PolicyHarness("a")
        harness.set("a", VerdictWord(.healthy, changeSeconds: 30), v4: true)
        harness.set("a", VerdictWord(.healthy, changeSeconds: 5), v4: false)
        #expect(harness.evaluate(v4: true).changeSeconds == 30)
        #expect(harness.evaluate(v4: false).changeSeconds == 5)
    }
}
