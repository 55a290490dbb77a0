import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// One member for each client network, shares by weight.
@Suite struct HashTests {
    private static let clients = 4000

    private static func network(_ number: Int) -> ClientNetwork {
        ClientNetwork(v4: 0x0A00_0000 + UInt32(number) << 8, bits: 24, isFromSubnet: true)
    }

    private func choices(
        _ policy: PolicyDefinition, down: [String] = []
    ) throws -> [String?] {
        let harness = try PolicyHarness(policy)
        for name in policy.references { harness.set(name, .healthy) }
        for name in down { harness.set(name, .unhealthy) }
        return (0..<HashTests.clients).map {
            harness.evaluate(for: harness.client(HashTests.network($0))).endpoints.first
        }
    }

    @Test(arguments: [[1, 1], [3, 1], [1, 1, 1, 1, 1], [1000, 1], [5, 0, 2]] as [[UInt32]])
    func sharesFollowWeights(_ weights: [UInt32]) throws {
        let policy = PolicyDefinition.hash(
            weights.enumerated().map { WeightedMember(.to("e\($0.offset)"), weight: $0.element) },
            v4Bits: 24, v6Bits: 56)
        let choices = try choices(policy)
        let sum = Double(weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            let count = choices.filter { $0 == "e\(index)" }.count
            #expect(isPlausible(count, of: choices.count, probability: Double(weight) / sum))
        }
    }

    /// Only the clients of the member that left move, and they come back.
    @Test func aMemberThatLeavesMovesItsOwnClientsOnly() throws {
        let policy = PolicyDefinition.hashed(["a": 3, "b": 1, "c": 2])
        let before = try choices(policy)
        let without = try choices(policy, down: ["b"])
        for (old, new) in zip(before, without) {
            #expect(old == "b" ? new != "b" && new != nil : new == old)
        }
        #expect(Set(without) == ["a", "c"])
    }

    @Test func theOrderOfMembersDoesNotMatter() throws {
        #expect(
            try choices(.hashed(["a": 3, "b": 1, "c": 2]))
                == (try choices(.hashed(["c": 2, "b": 1, "a": 3]))))
        #expect(
            try choices(.hashed(["a": 1, "b": 1])) != (try choices(.hashed(["a": 1, "c": 1]))))
    }

    /// Weight 0 stands by, as in `weighted`.
    @Test func weightZeroStandsBy() throws {
        let policy = PolicyDefinition.hashed(["a": 1, "b": 0, "c": 0])
        #expect(Set(try choices(policy)) == ["a"])
        let standbys = try choices(policy, down: ["a"])
        let count = standbys.filter { $0 == "b" }.count
        #expect(isPlausible(count, of: standbys.count, probability: 0.5))
    }

    @Test(
        arguments: [
            ("10.1.2.3", 24, 24), ("10.1.2.3", 16, 16), ("2001:db8::1", 24, 56),
            ("2002:a01:203::1", 24, 40), ("::ffff:10.1.2.3", 24, 120),
        ] as [(String, UInt8, UInt8)])
    func theScopeIsThePrefix(_ text: String, _ v4Bits: UInt8, _ scope: UInt8) throws {
        let harness = try PolicyHarness(.hashed(["a": 1, "b": 1], v4Bits: v4Bits))
        let client = harness.client(try #require(ClientNetwork(text: text)))
        let answer = harness.answer(for: client)
        #expect(answer.addresses.count == 1)
        #expect(harness.scope(for: client) == scope)
        for _ in 0..<20 { #expect(harness.answer(for: client) == answer) }
        // With one member left nobody is told apart.
        harness.set("a", .unhealthy)
        #expect(harness.evaluate(for: client).endpoints == ["b"])
        let other = try PolicyHarness(.hashed(["a": 1, "b": 1], v4Bits: v4Bits))
        other.set("a", .unhealthy)
        _ = other.answer(for: client)
        #expect(other.scope(for: client) == 0)
    }

    /// All clients of one prefix are one client, in either form of an IPv4 address.
    @Test func clientsOfOnePrefixAreOne() throws {
        let harness = try PolicyHarness(.hashed(["a": 1, "b": 1, "c": 1]))
        for number in 0..<200 {
            let base = 0x0A00_0000 + UInt32(number) << 8
            let expected = harness.evaluate(for: harness.client(HashTests.network(number)))
            for client in [
                ClientNetwork(v4: base | 77, bits: 32),
                ClientNetwork(v6: 0, 0xFFFF_0000_0000 | UInt64(base | 5), bits: 128),
                ClientNetwork(v6: 0x2002 << 48 | UInt64(base) << 16, 0, bits: 40),
            ] {
                #expect(
                    harness.evaluate(for: harness.client(client)).endpoints == expected.endpoints)
            }
        }
    }

    @Test func hashesNestWithOtherNodes() throws {
        let policy = PolicyDefinition.failover([
            .hash(
                [
                    WeightedMember(.weights(["a": 1, "b": 1]), weight: 1),
                    WeightedMember("c", weight: 1),
                ], v4Bits: 24, v6Bits: 56), "d",
        ])
        let harness = try PolicyHarness(policy)
        for name in ["a", "b", "c", "d"] { harness.set(name, .healthy) }
        var kinds: Set<Set<String>> = []
        for number in 0..<60 {
            let client = harness.client(HashTests.network(number))
            let seen = Set(
                (0..<60).compactMap { _ in harness.evaluate(for: client).endpoints.first })
            kinds.insert(seen)
        }
        #expect(kinds == [["a", "b"], ["c"]])
        for name in ["a", "b", "c"] { harness.set(name, .unhealthy) }
        #expect(harness.picks() == ["d"])
    }
}
