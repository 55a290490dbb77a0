import DNSWire
import Health
import TestSupport
import Zones

/// Seeded random endpoints, policies of every kind, and words about them.
struct RandomPolicy {
    private(set) var endpoints: [EndpointDefinition] = []
    private(set) var policies: [NamedPolicy] = []
    private(set) var root: PolicyDefinition = "e0"
    /// What answers while the root is down; nil: as if all were up.
    private(set) var fallback: PolicyDefinition?
    private var random: SeededGenerator

    static let maximumDepth = 5

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let count = below(6) + 1
        var next: UInt32 = 1
        for index in 0..<count {
            var addresses: [IPAddress] = []
            for _ in 0..<below(3) {
                addresses.append(.v4(next))
                next += 1
            }
            for _ in 0..<below(3) {
                addresses.append(.v6(0, UInt64(next)))
                next += 1
            }
            if addresses.isEmpty { addresses = [.v4(1000 + UInt32(index))] }
            endpoints.append(
                EndpointDefinition(
                    name: "e\(index)", cluster: index % 2 == 0 ? "even" : nil,
                    addresses: addresses, position: TestZone.position))
        }
        // A policy refers to earlier ones only, which keeps loops out.
        for index in 0..<below(3) {
            let policy = tree(depth: 3, policies: index)
            policies.append(
                NamedPolicy(name: "p\(index)", policy: policy, position: TestZone.position))
        }
        root = tree(depth: 1, policies: policies.count)
        if below(2) == 0 { fallback = tree(depth: 3, policies: policies.count) }
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    private mutating func tree(depth: Int, policies: Int) -> PolicyDefinition {
        let isLeaf = depth >= RandomPolicy.maximumDepth || below(10) < depth * 2
        if isLeaf {
            let leaf = below(8)
            if leaf == 0 { return .inCluster("even") }
            if leaf == 1, policies > 0 { return .to("p\(below(policies))") }
            return .to("e\(below(endpoints.count))")
        }
        let members = (0...below(4)).map { _ in tree(depth: depth + 1, policies: policies) }
        let node: PolicyDefinition
        var modifiers = PolicyModifiers()
        switch below(3) {
        case 0: node = .all(members, answers: [1, 2, 3, 8, 64][below(5)])
        case 1:
            node = .failover(members)
            modifiers.spill = below(3) == 0
            if below(4) == 0 { modifiers.trickle = [100, 2500, 5000][below(3)] }
        default:
            let weighted = members.map { member in
                WeightedMember(member, weight: [0, 0, 1, 2, 5, 1_000_000][below(6)])
            }
            node = .weighted(weighted, answers: [1, 1, 1, 2, 3][below(5)])
        }
        if case .failover = node {
        } else if below(5) == 0 {
            modifiers.panicPercent = [30, 50, 100][below(3)]
        }
        addCommon(&modifiers)
        return modifiers == .none ? node : .with(node, modifiers)
    }

    private mutating func addCommon(_ modifiers: inout PolicyModifiers) {
        if below(6) == 0 { modifiers.atLeast = below(2) == 0 ? .count(2) : .percent(60) }
        if below(12) == 0 { modifiers.alwaysUp = true }
        if below(12) == 0 {
            modifiers.requires = [.init("e\(below(endpoints.count))", TestZone.position)]
        }
    }

    /// Whether members that failed may be answered: in a panic, or where a node counts as up.
    var mayAnswerFailed: Bool {
        func isBold(_ policy: PolicyDefinition) -> Bool {
            policy.modifiers.panicPercent > 0 || policy.modifiers.alwaysUp
                || policy.members.contains(where: isBold)
        }
        return isBold(root) || policies.contains { isBold($0.policy) }
    }

    /// Words for all addresses; some rounds know much, others little.
    mutating func words() -> [IPAddress: VerdictWord] {
        let mood = below(4)
        var words: [IPAddress: VerdictWord] = [:]
        for address in endpoints.flatMap(\.addresses) {
            let verdict =
                mood == 0 ? Verdict.unhealthy : Verdict.allCases[below(Verdict.allCases.count)]
            let override: Override =
                below(3) == 0 ? Override.allCases[below(Override.allCases.count)] : .none
            let share: UInt32 = [256, 256, 128, 26, 1][below(5)]
            words[address] = VerdictWord(verdict, override: override, share: share)
        }
        return words
    }
}
