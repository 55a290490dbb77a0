import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// `all`: Route 53's multivalue.
@Suite struct AllTests {
    private func harness(_ count: Int, answers: Int = 8) throws -> (PolicyHarness, [String]) {
        let names = (0..<count).map { "e\($0)" }
        return (
            try PolicyHarness(.all(names.map(PolicyDefinition.to), answers: answers)), names
        )
    }

    /// Answers start at any member with the same probability and go round from there.
    @Test(arguments: [
        (members: 2, down: []), (members: 3, down: []), (members: 8, down: []),
        (members: 3, down: [1]), (members: 6, down: [1, 2, 3]), (members: 8, down: [0, 7]),
    ])
    func eachMemberStandsFirstEquallyOften(members: Int, down: [Int]) throws {
        let (harness, names) = try harness(members)
        for index in down { harness.set(names[index], .unhealthy) }
        let left = names.indices.filter { !down.contains($0) }.map { names[$0] }
        let trials = 100_000
        let seen = harness.tally(trials)
        #expect(seen.count == left.count)
        for start in left.indices {
            let answer = Array(left[start...] + left[..<start])
            let count = seen[answer, default: 0]
            #expect(
                isPlausible(count, of: trials, probability: 1 / Double(left.count)),
                "\(answer): \(count)")
        }
    }

    /// Of more than eight, each is included and stands first equally often.
    @Test(arguments: [9, 12, 40])
    func eachOfManyMembersIsIncludedEquallyOften(_ count: Int) throws {
        let (harness, names) = try harness(count)
        let trials = 100_000
        var included: [String: Int] = [:]
        var first: [String: Int] = [:]
        for (answer, times) in harness.tally(trials) {
            #expect(answer.count == 8)
            #expect(Set(answer).count == 8)
            for name in answer { included[name, default: 0] += times }
            first[answer.first ?? "", default: 0] += times
        }
        for name in names {
            let often = included[name, default: 0]
            #expect(
                isPlausible(often, of: trials, probability: 8 / Double(count)), "\(name): \(often)")
            #expect(
                isPlausible(first[name, default: 0], of: trials, probability: 1 / Double(count)))
        }
    }

    @Test(arguments: [1, 2, 8, 64])
    func answersBoundTheAddresses(_ answers: Int) throws {
        let (harness, _) = try harness(70, answers: answers)
        for _ in 0..<20 { #expect(Set(harness.picks()).count == answers) }
    }

    /// Addresses count, not members.
    @Test func anEndpointWithManyAddressesFillsTheAnswer() throws {
        let many = EndpointDefinition(
            name: "a", addresses: (0..<100).map { .v4(0xC633_6400 + $0) },
            position: TestZone.position)
        let harness = try PolicyHarness(
            .all(["a", "b"], answers: 8),
            endpoints: [many, EndpointDefinition("b", .v4(0xC000_0201))])
        for _ in 0..<100 {
            let picked = harness.evaluate()
            #expect(picked.addresses.count == 8)
            #expect(Set(picked.addresses).count == 8)
        }
        let alone = try PolicyHarness("a", endpoints: [many])
        #expect(Set(alone.evaluate().addresses).count == ProgramLayout.maximumAnswers)
    }

    /// The passing addresses of one endpoint take turns at the head.
    @Test func eachPassingAddressStandsFirstEquallyOften() throws {
        let addresses = (1...4).map { IPAddress.v4(0xC000_0200 + $0) }
        let harness = try PolicyHarness(
            "a",
            endpoints: [
                EndpointDefinition(name: "a", addresses: addresses, position: TestZone.position)
            ])
        harness.set("a", addresses[1], VerdictWord(.unhealthy))
        let trials = 100_000
        var first: [IPAddress: Int] = [:]
        for _ in 0..<trials {
            if let address = harness.evaluate().addresses.first {
                first[address, default: 0] += 1
            }
        }
        for address in addresses {
            let p = address == addresses[1] ? 0 : 1.0 / 3
            let count = first[address, default: 0]
            #expect(isPlausible(count, of: trials, probability: p), "\(address): \(count)")
        }
    }

    @Test func aClusterIsAllOfItsEndpoints() throws {
        let endpoints = [
            EndpointDefinition("a", cluster: "us", .v4(1)),
            EndpointDefinition("x", cluster: "eu", .v4(2)),
            EndpointDefinition("b", cluster: "us", .v4(3)), EndpointDefinition("y", .v4(4)),
        ]
        let harness = try PolicyHarness(
            .failover([.inCluster("us"), "x"]), endpoints: endpoints)
        #expect(harness.picks().sorted() == ["a", "b"])
        harness.set("a", .unhealthy)
        #expect(harness.picks() == ["b"])
        harness.set("b", .unhealthy, override: .hardDrain)
        #expect(harness.picks() == ["x"])
    }

    @Test func aLargeClusterGivesEightAddresses() throws {
        let endpoints = (0..<12).map {
            EndpointDefinition("e\($0)", cluster: "us", .v4(0xC000_0200 + UInt32($0)))
        }
        let harness = try PolicyHarness(.inCluster("us"), endpoints: endpoints)
        #expect(Set(harness.picks()).count == 8)
    }
}
