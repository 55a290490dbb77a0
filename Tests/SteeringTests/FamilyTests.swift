import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// Families are judged separately, and only passing addresses are given out.
@Suite struct FamilyTests {
    @Test func oneFamilyDownLeavesTheOther() throws {
        let harness = try PolicyHarness(.failover(["a", "b"]))
        harness.set("a", VerdictWord(.unhealthy), v4: false)
        #expect(harness.evaluate(v4: true).endpoints == ["a"])
        #expect(harness.evaluate(v4: false).endpoints == ["b"])
        harness.set("b", VerdictWord(.unhealthy), v4: false)
        #expect(harness.evaluate(v4: true).standing == .unchecked)
        #expect(harness.evaluate(v4: false).standing == .down)
    }

    @Test func answersHoldAddressesOfTheFamilyAsked() throws {
        let harness = try PolicyHarness(.all(["a", "b", "c"], answers: 8))
        #expect(harness.evaluate(v4: true).addresses.allSatisfy { $0.isV4 })
        #expect(harness.evaluate(v4: false).addresses.allSatisfy { !$0.isV4 })
        #expect(harness.evaluate(v4: false).addresses.count == 3)
    }

    @Test func anEndpointWithoutTheFamilyIsPassedOver() throws {
        let endpoints = [
            EndpointDefinition("a", .v4(1)), EndpointDefinition("b", .v4(2), .v6(0, 2)),
            EndpointDefinition("c", .v6(0, 3)),
        ]
        let harness = try PolicyHarness(.failover(["a", "b", "c"]), endpoints: endpoints)
        #expect(harness.picks(v4: true) == ["a"])
        #expect(harness.picks(v4: false) == ["b"])
        harness.set("b", .unhealthy)
        #expect(harness.picks(v4: false) == ["c"])
        harness.set("a", .unhealthy)
        #expect(harness.evaluate(v4: true).standing == .down)
    }

    /// Weights are those of the members that have the family.
    @Test func weightsOfTheOtherFamilyDoNotCount() throws {
        let endpoints = [
            EndpointDefinition("a", .v4(1)), EndpointDefinition("b", .v4(2), .v6(0, 2)),
            EndpointDefinition("c", .v4(3), .v6(0, 3)),
        ]
        let harness = try PolicyHarness(
            .weights(["a": 90, "b": 3, "c": 1]), endpoints: endpoints)
        let trials = 100_000
        let seen = harness.firsts(trials, v4: false)
        #expect(isPlausible(seen["b", default: 0], of: trials, probability: 3 / 4))
        #expect(isPlausible(seen["c", default: 0], of: trials, probability: 1 / 4))
    }

    /// A standby takes over for a family that no member above weight 0 has.
    @Test func aStandbyAnswersForAFamilyThatOthersLack() throws {
        let harness = try PolicyHarness(
            .weights(["a": 1, "z": 0]),
            endpoints: [EndpointDefinition("a", .v4(1)), EndpointDefinition("z", .v6(0, 1))])
        #expect(harness.picks(v4: true) == ["a"])
        #expect(harness.picks(v4: false) == ["z"])
    }

    @Test(arguments: [Assumption.facts, .upUnlessOverridden, .everythingUp])
    func aPolicyWithoutTheFamilyIsAbsent(_ assumption: Assumption) throws {
        let harness = try PolicyHarness(
            .failover([.weights(["a": 1, "b": 0]), .all(["a", "b"], answers: 8), "a"]),
            endpoints: [EndpointDefinition("a", .v4(1)), EndpointDefinition("b", .v4(2))])
        harness.set("a", VerdictWord(.unhealthy, override: .down, changeSeconds: 9))
        let outcome = harness.evaluate(v4: false, assuming: assumption)
        #expect(outcome.standing == .absent)
        #expect(outcome.addresses.isEmpty)
        #expect(outcome.changeSeconds == 0)
    }

    @Test func onlyPassingAddressesAreGivenOut() throws {
        let addresses = (1...3).map { IPAddress.v4($0) } + (1...3).map { IPAddress.v6(0, $0) }
        let harness = try PolicyHarness(
            .all(["a"], answers: 8),
            endpoints: [
                EndpointDefinition(name: "a", addresses: addresses, position: TestZone.position)
            ])
        harness.set("a", VerdictWord(.healthy))
        harness.set("a", .v4(2), VerdictWord(.unhealthy))
        harness.set("a", .v6(0, 1), VerdictWord(.degraded))
        harness.set("a", .v6(0, 3), VerdictWord(.healthy, override: .softDrain))
        for _ in 0..<50 {
            #expect(Set(harness.evaluate(v4: true).addresses) == [.v4(1), .v4(3)])
            #expect(harness.evaluate(v4: false).addresses == [.v6(0, 2)])
        }
    }
}
