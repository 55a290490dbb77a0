import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// Route 53's rules of weights, failover, several values and trees, row by row.
@Suite struct Route53WeightTests {
    /// Members as `NAME WEIGHT STATE`: `u` up, `d` down, `-` nothing checks it; expected parts by name.
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var members: [(name: String, weight: UInt32, state: Character)]
        var parts: [String: Double]

        init(_ name: String, _ members: String, _ parts: [String: Double]) {
            testDescription = name
            self.members = members.split(separator: " ").compactMap { text in
                guard let name = text.first, let state = text.last,
                    let weight = UInt32(text.dropFirst().dropLast())
                else { return nil }
                return (String(name), weight, state)
            }
            self.parts = parts
        }
    }

    private static let trials = 100_000

    private func set(_ state: Character, _ name: String, _ harness: PolicyHarness) {
        switch state {
        case "u": harness.set(name, .healthy)
        case "d": harness.set(name, .unhealthy)
        default: harness.set(name, .unchecked)
        }
    }

    private func expect(
        _ parts: [String: Double], of harness: PolicyHarness, for client: PolicyClient = .anybody,
        trials: Int = Self.trials
    ) {
        let seen = harness.answered(trials, for: client)
        #expect(seen.values.reduce(0, +) == trials)
        #expect(Set(seen.keys) == Set(parts.keys))
        for (name, part) in parts {
            let count = seen[name, default: 0]
            #expect(
                isPlausible(count, of: trials, probability: part),
                "\(name): \(count) of \(trials), expected \(part)")
        }
    }

    @Test(arguments: [
        Row("W1", "a10- b20- c20-", ["a": 1 / 5, "b": 2 / 5, "c": 2 / 5]),
        Row("W2", "a10u b20u c20d", ["a": 1 / 3, "b": 2 / 3]),
        Row("W3: as if all were up", "a10d b20d c20d", ["a": 1 / 5, "b": 2 / 5, "c": 2 / 5]),
        Row("W4", "a10u z0u", ["a": 1]),
        Row("W5", "a10d z0u", ["z": 1]),
        Row("W6: as if all were up, and then weights count", "a10d z0d", ["a": 1]),
        Row("W7", "a0u b0u c0d", ["a": 1 / 2, "b": 1 / 2]),
        Row("W8", "a0d b0d", ["a": 1 / 2, "b": 1 / 2]),
        Row("W9", "a10d y0u z0u", ["y": 1 / 2, "z": 1 / 2]),
        Row("W10", "a1- b255-", ["a": 1 / 256, "b": 255 / 256]),
        Row("W11: nothing checks b, so it is up", "a10d b5-", ["b": 1]),
    ])
    func weighted(_ row: Row) throws {
        let members = row.members.map { WeightedMember(.to($0.name), weight: $0.weight) }
        let harness = try PolicyHarness(.weighted(members, answers: 1))
        for member in row.members { set(member.state, member.name, harness) }
        expect(row.parts, of: harness)
        // Each client of a hash keeps its member; over all clients the parts are the same.
        let hash = try PolicyHarness(.hash(members, v4Bits: 32, v6Bits: 56))
        for member in row.members { set(member.state, member.name, hash) }
        var seen: [String: Int] = [:]
        let clients: UInt32 = 20_000
        for number in 0..<clients {
            let client = PolicyClient(network: ClientNetwork(v4: number &* 2_654_435_761, bits: 32))
            let picked = hash.answered(1, for: client).keys.first ?? ""
            seen[picked, default: 0] += 1
        }
        for (name, part) in row.parts {
            #expect(
                isPlausible(seen[name, default: 0], of: Int(clients), probability: part), "\(name)")
        }
    }

    // MARK: Failover

    /// The states of primary and secondary, and who answers.
    @Test(arguments: [
        ("u", "u", "p"), ("u", "d", "p"), ("u", "-", "p"), ("d", "u", "s"), ("d", "-", "s"),
        ("d", "d", "p"), ("-", "u", "p"), ("-", "d", "p"), ("-", "-", "p"), ("d", "", "p"),
    ])
    func failover(_ primary: String, _ secondary: String, _ answer: String) throws {
        let harness = try PolicyHarness(.failover(secondary.isEmpty ? ["p"] : ["p", "s"]))
        set(primary.first ?? "-", "p", harness)
        if let state = secondary.first { set(state, "s", harness) }
        expect([answer: 1], of: harness, trials: 20)
    }

    @Test(arguments: ["uuuuu", "duuuu", "dduuu", "dddud", "ddddu", "ddddd"])
    func failoverOfFiveTiers(_ states: String) throws {
        let names = ["a", "b", "c", "d", "e"]
        let harness = try PolicyHarness(.failover(names.map { .to($0) }))
        for (name, state) in zip(names, states) { set(state, name, harness) }
        let first = Array(states).firstIndex(of: "u") ?? 0
        expect([names[first]: 1], of: harness, trials: 20)
    }

    // MARK: Several values

    /// Members, and how many of them are up.
    @Test(arguments: [(3, 3), (3, 0), (8, 5), (9, 9), (12, 0), (12, 8), (12, 9), (20, 1)])
    func multivalue(_ count: Int, _ up: Int) throws {
        let names = (0..<count).map { "e\($0)" }
        let harness = try PolicyHarness(.all(names.map { .to($0) }, answers: 8))
        for (index, name) in names.enumerated() {
            harness.set(name, index < up ? .healthy : .unhealthy)
        }
        let allowed = Set(up > 0 ? names.prefix(up) : names[...])
        var seen: Set<String> = []
        for _ in 0..<400 {
            let answer = harness.answer().addresses.compactMap { harness.endpoint(of: $0) }
            #expect(answer.count == min(8, allowed.count))
            #expect(Set(answer).count == answer.count)
            seen.formUnion(answer)
        }
        #expect(seen == allowed)
    }

    // MARK: Trees

    private static let near = ClientBranch.Key.country("DE")
    private static let leaves = ["e1": UInt32(10), "e2": 30, "s1": 1, "s2": 1]

    /// `x`: for clients near E first e, then s; a ladder of places is what latency makes as well.
    private func tree(
        _ east: (PolicyDefinition) -> PolicyDefinition = { $0 }
    ) throws -> PolicyHarness {
        let e: PolicyDefinition = .weights(["e1": 10, "e2": 30])
        let s: PolicyDefinition = .weights(["s1": 1, "s2": 1])
        return try PolicyHarness(
            .byPlace([Self.near: east(e), .fallback: s]), locations: .sample)
    }

    private func expectTree(
        _ parts: [String: Double], down: [String], _ harness: PolicyHarness
    ) throws {
        for leaf in Self.leaves.keys { harness.set(leaf, .healthy) }
        for leaf in down { harness.set(leaf, .unhealthy) }
        let client = harness.client(try #require(ClientNetwork(text: "10.2.0.0/24")))
        expect(parts, of: harness, for: client)
    }

    @Test func t1EverythingUp() throws {
        try expectTree(["e1": 1 / 4, "e2": 3 / 4], down: [], tree())
    }

    @Test func t2OneLeafDown() throws { try expectTree(["e2": 1], down: ["e1"], tree()) }

    @Test func t3BackOutOfTheBranch() throws {
        try expectTree(["s1": 1 / 2, "s2": 1 / 2], down: ["e1", "e2"], tree())
    }

    @Test func t4AllDownIsTheNearestBranchAgain() throws {
        try expectTree(["e1": 1 / 4, "e2": 3 / 4], down: ["e1", "e2", "s1", "s2"], tree())
    }

    /// ETH=No is `alwaysUp`: stuck in the dead branch.
    @Test func t5ABranchThatIsAlwaysUpKeepsItsClients() throws {
        let harness = try tree { $0.with { $0.alwaysUp = true } }
        try expectTree(["e1": 1 / 4, "e2": 3 / 4], down: ["e1", "e2"], harness)
    }

    /// A check of its own is `requires`, of an endpoint that is never answered.
    @Test func t6ABranchWhoseOwnCheckFailsIsGone() throws {
        let harness = try tree {
            $0.with { $0.requires = [.init("gate", TestZone.position)] }
        }
        harness.set("gate", .healthy)
        try expectTree(["e1": 1 / 4, "e2": 3 / 4], down: [], harness)
        harness.set("gate", .unhealthy)
        try expectTree(["s1": 1 / 2, "s2": 1 / 2], down: [], harness)
    }

    @Test func t7AnUncheckedLeafHidesTheFailure() throws {
        let harness = try tree()
        for leaf in ["s1", "s2"] { harness.set(leaf, .healthy) }
        harness.set("e1", .unhealthy)
        let client = harness.client(try #require(ClientNetwork(text: "10.2.0.0/24")))
        expect(["e2": 1], of: harness, for: client, trials: 1000)
    }

    // MARK: Networks

    /// What is stored, who asks, who answers; NODATA where nobody does.
    @Test(arguments: [
        (["2001:db8::/32": "l1"], "2001:db8:0:1234::/64", "l1"),
        (["2001:db8:0:1234::/64": "l1", "default": "d"], "2001:db8::/32", "d"),
        (["192.0.0.0/16": "l1", "192.0.2.0/24": "l2"], "192.0.2.7/32", "l2"),
        (["192.0.2.0/24": "l1"], "198.51.100.1/32", ""),
        (["192.0.2.0/24": "l1", "default": "d"], "198.51.100.1/32", "d"),
    ])
    func subnet(_ stored: [String: String], _ client: String, _ answer: String) throws {
        let branches = stored.sorted { $0.key < $1.key }.map { text, name in
            ClientBranch(
                IPNetwork(text).map { .prefix($0) } ?? .fallback, .to(name),
                position: TestZone.position)
        }
        let harness = try PolicyHarness(.subnet(branches))
        let network = harness.client(try #require(ClientNetwork(text: client)))
        let seen = harness.answered(20, for: network)
        #expect(seen == (answer.isEmpty ? [:] : [answer: 20]))
    }

    /// Undocumented by Route 53; here shorter matches, then the default, then the longest as if it were up.
    @Test(arguments: [
        (["l2"], "l1"), (["l2", "l1"], "d"), (["l2", "l1", "d"], "l2"),
    ])
    func subnetWhoseLocationIsDown(_ down: [String], _ answer: String) throws {
        let harness = try PolicyHarness(
            .byNetwork(["192.0.0.0/16": "l1", "192.0.2.0/24": "l2", "default": "d"]))
        for name in down { harness.set(name, .unhealthy) }
        let network = harness.client(try #require(ClientNetwork(text: "192.0.2.7/32")))
        #expect(harness.answered(20, for: network) == [answer: 20])
    }
}
