import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// Nested policies; the rows T1 to T4 and T7 are Route 53's alias trees as an oracle.
@Suite struct TreeTests {
    /// States of e1, e2, s1, s2 and their probabilities, in this order.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var states: [State]
        var probabilities: [Double]

        init(_ testDescription: String, _ states: [State], _ probabilities: [Double]) {
            self.testDescription = testDescription
            self.states = states
            self.probabilities = probabilities
        }
    }

    /// For a client near E, the oracle's latency node is a failover from E to the other branch.
    @Test(arguments: [
        Case("T1", [.healthy, .healthy, .healthy, .healthy], [1 / 4, 3 / 4, 0, 0]),
        Case("T2", [.down, .healthy, .healthy, .healthy], [0, 1, 0, 0]),
        Case("T3", [.down, .down, .healthy, .healthy], [0, 0, 1 / 2, 1 / 2]),
        Case("T4", [.down, .down, .down, .down], [1 / 4, 3 / 4, 0, 0]),
        Case("T7", [.down, .unchecked, .healthy, .healthy], [0, 1, 0, 0]),
    ])
    func treesAreThoseOfRoute53(_ c: Case) throws {
        let names = ["e1", "e2", "s1", "s2"]
        let harness = try PolicyHarness(
            .failover([.weights(["e1": 10, "e2": 30]), .weights(["s1": 1, "s2": 1])]))
        for (name, state) in zip(names, c.states) { harness.set(name, state.word) }
        let trials = 100_000
        let seen = harness.firsts(trials, failOpen: true)
        for (name, p) in zip(names, c.probabilities) {
            let count = seen[name, default: 0]
            #expect(isPlausible(count, of: trials, probability: p), "\(name): \(count)")
        }
    }

    /// Shares multiply on the way down.
    @Test func sharesMultiply() throws {
        let harness = try PolicyHarness(
            .weighted(
                [
                    WeightedMember(.weights(["a": 1, "b": 3]), weight: 2),
                    WeightedMember(.failover(["c", "d"]), weight: 1),
                    WeightedMember(.weights(["e": 1, "f": 1]), weight: 1),
                ], answers: 1))
        harness.set("c", .unhealthy)
        harness.set("f", .unhealthy)
        let trials = 100_000
        let seen = harness.firsts(trials)
        let expected = ["a": 1.0 / 8, "b": 3.0 / 8, "c": 0, "d": 1.0 / 4, "e": 1.0 / 4, "f": 0]
        for (name, p) in expected {
            let count = seen[name, default: 0]
            #expect(isPlausible(count, of: trials, probability: p), "\(name): \(count)")
        }
    }

    /// A parent treats a child that is down, degraded or drained as it treats such an endpoint.
    @Test(arguments: State.allCases)
    func aGroupStandsAsItsMembersDo(_ state: State) throws {
        let endpoint = try PolicyHarness(.failover(["a", "b"]))
        let shapes: [PolicyDefinition] = [
            .all(["a"], answers: 8), .weights(["a": 7]), .weights(["a": 0]), .failover(["a"]),
            .failover([.weighted([WeightedMember(.all(["a"], answers: 1), weight: 1)], answers: 1)]
            ),
        ]
        for other in State.allCases {
            endpoint.set("a", state.word)
            endpoint.set("b", other.word)
            let expected = endpoint.evaluate()
            for shape in shapes {
                let nested = try PolicyHarness(.failover([shape, "b"]))
                nested.set("a", state.word)
                nested.set("b", other.word)
                #expect(nested.evaluate() == expected, "\(state), \(other), \(shape)")
            }
        }
    }

    /// A monitor that has just begun does not push its endpoint's group behind the next.
    @Test func aGroupOfUncheckedAndUnknownIsUnchecked() throws {
        let group = PolicyDefinition.weights(["u": 1, "k": 1])
        let harness = try PolicyHarness(.failover([group, "h"]))
        harness.set("k", .unknown)
        #expect(harness.evaluate().standing == .unchecked)
        harness.set("h", .healthy)
        for _ in 0..<100 { #expect(harness.picks() != ["h"]) }
        harness.set("k", .unhealthy)
        #expect(harness.picks() == ["u"])
    }

    @Test func aSharedPolicyStandsTheSameEverywhere() throws {
        let shared = NamedPolicy(
            name: "pair", policy: .weights(["a": 1, "b": 1], answers: 2),
            position: TestZone.position)
        let harness = try PolicyHarness(
            .weighted(
                [
                    WeightedMember(.failover(["c", "pair"]), weight: 1),
                    WeightedMember("pair", weight: 1),
                ], answers: 1), policies: [shared])
        harness.set("c", .unhealthy)
        for _ in 0..<100 { #expect(harness.picks().sorted() == ["a", "b"]) }
        harness.set("a", .unhealthy)
        #expect(harness.picks() == ["b"])
    }

    /// The root may be a reference, to an endpoint or to a policy.
    @Test func theRootMayBeAReference() throws {
        let named = NamedPolicy(
            name: "p", policy: .failover(["a", "b"]), position: TestZone.position)
        let policy = try PolicyHarness("p", policies: [named])
        #expect(policy.picks() == ["a"])
        policy.set("a", .unhealthy)
        #expect(policy.picks() == ["b"])
        let endpoint = try PolicyHarness("a")
        #expect(endpoint.picks() == ["a"])
    }

    /// An address that two branches give stands in the answer once.
    @Test func addressesAreNotRepeated() throws {
        let harness = try PolicyHarness(
            .all([.all(["a", "b"], answers: 8), .all(["b", "c"], answers: 8), "b"], answers: 8))
        for _ in 0..<200 { #expect(harness.picks().sorted() == ["a", "b", "c"]) }
    }

    /// A repeated address does not use up a place.
    @Test func repeatedAddressesLeaveRoomForOthers() throws {
        let harness = try PolicyHarness(.all(["a", "a", "a", "b"], answers: 2))
        for _ in 0..<200 { #expect(harness.picks().sorted() == ["a", "b"]) }
    }

    @Test func anInnerBoundHoldsWithinAnOuterOne() throws {
        let inner = PolicyDefinition.all(["a", "b", "c", "d"], answers: 2)
        let harness = try PolicyHarness(.all([inner, "x", "y"], answers: 3))
        for _ in 0..<300 {
            let picks = harness.picks()
            #expect(picks.count == 3)
            #expect(picks.filter { "abcd".contains($0) }.count <= 2)
        }
    }

    /// As deep as policies may be nested.
    @Test func theDeepestPolicyStillAnswers() throws {
        var policy = PolicyDefinition.inCluster("us")
        for _ in 1..<PolicyDefinition.maximumDepth { policy = .failover([policy]) }
        let harness = try PolicyHarness(
            policy, endpoints: [EndpointDefinition("a", cluster: "us", .v4(1))])
        #expect(harness.picks() == ["a"])
    }

    /// A policy that was met before at a shallow place still counts with its own levels.
    @Test func sharedPoliciesCountTowardsTheDepth() throws {
        var chain: PolicyDefinition = "a"
        for _ in 0..<10 { chain = .failover([chain]) }
        let shared = NamedPolicy(name: "p", policy: chain, position: TestZone.position)
        func root(_ levels: Int) -> PolicyDefinition {
            var deep: PolicyDefinition = "p"
            for _ in 0..<levels { deep = .failover([deep]) }
            return .weighted(
                [WeightedMember("p", weight: 0), WeightedMember(deep, weight: 1)], answers: 1)
        }
        let allowed = try PolicyHarness(root(2), policies: [shared])
        #expect(allowed.picks() == ["a"])
        #expect(throws: Findings.self) { try PolicyHarness(root(10), policies: [shared]) }
    }
}
