import DNSWire
import Health
import Zones

/// A slow and plain reading of DESIGN §5: the exact probability of every possible answer.
///
/// It works on policies as written, follows references by name, and knows nothing of images.
struct ReferencePolicy {
    typealias Answers = [[IPAddress]: Double]

    let endpoints: [EndpointDefinition]
    let policies: [String: PolicyDefinition]
    let words: [IPAddress: VerdictWord]
    let v4: Bool
    /// What was found about groups, by what they are.
    private let memory = Memory()

    init(
        endpoints: [EndpointDefinition], policies: [String: PolicyDefinition],
        words: [IPAddress: VerdictWord], v4: Bool
    ) {
        self.endpoints = endpoints
        self.policies = policies
        self.words = words
        self.v4 = v4
    }

    private final class Memory {
        var judged: [String: (fitness: Fitness, candidates: [WeightedMember])] = [:]
        var shares: [String: Double] = [:]
    }

    /// How fit a member is, worst first.
    enum Fitness: Int {
        case absent, out, down, drained, unknown, degraded, unchecked, healthy
    }

    /// There are too many possible answers to list.
    struct TooMany: Error {}

    private static let mostAnswers = 64
    /// Possible answers listed of one node.
    private static let limit = 3_000

    /// Every answer that the policy may give, with its probability; the empty one when it is down.
    func answers(of policy: PolicyDefinition) throws -> Answers {
        guard ReferencePolicy.isUsable(fitness(of: policy)) else { return [[]: 1] }
        return try answers(of: policy, after: [], atMost: ReferencePolicy.mostAnswers)
    }

    // MARK: Fitness

    func fitness(of policy: PolicyDefinition) -> Fitness {
        if let addresses = addresses(of: policy) {
            let all = addresses.map { fitness(of: $0) }
            return group(chosen: best(all), all: all)
        }
        return judged(policy).fitness
    }

    /// How a group stands, and the members that it chooses from, with their weights.
    private func judged(_ policy: PolicyDefinition) -> (
        fitness: Fitness, candidates: [WeightedMember]
    ) {
        let key = ReferencePolicy.key(policy)
        if let known = memory.judged[key] { return known }
        let found = judgedAnew(policy)
        memory.judged[key] = found
        return found
    }

    private func judgedAnew(_ policy: PolicyDefinition) -> (
        fitness: Fitness, candidates: [WeightedMember]
    ) {
        let modifiers = policy.modifiers
        let all = weightedMembers(of: policy)
        let fitnesses = all.map { fitness(of: $0.member) }
        let regular = all.filter { $0.weight > 0 }
        let standbys = all.filter { $0.weight == 0 }
        var pool = usesStandbys(all) ? standbys : regular
        var kinds = best(pool.map { fitness(of: $0.member) })
        var result = group(chosen: kinds, all: fitnesses)
        if modifiers.panicPercent > 0, kinds != [.drained] {
            let trusted: [Fitness] = [.healthy, .unchecked, .unknown, .degraded, .down]
            func has(_ kinds: [Fitness], _ members: [WeightedMember]) -> Int {
                members.filter { kinds.contains(fitness(of: $0.member)) }.count
            }
            let tried = has(trusted, pool) > 0 ? pool : standbys
            let healthy = has([.healthy, .unchecked], tried)
            let known = healthy + has([.degraded, .down], tried)
            if known > 0, Double(healthy) / Double(known) < Double(modifiers.panicPercent) / 100 {
                pool = tried
                kinds = trusted
                result = .degraded
            }
        }
        let up = fitnesses.filter { $0.rawValue > Fitness.drained.rawValue }.count
        let drained = fitnesses.filter { $0 == .drained }.count
        let present = fitnesses.filter { $0 != .absent }.count
        var needed = 0
        switch modifiers.atLeast {
        case .count(let count): needed = min(count, present)
        case .percent(let percent):
            needed = Int((Double(percent * present) / 100 - 1e-9).rounded(.up))
        case nil: break
        }
        if ReferencePolicy.isUsable(result), up < needed {
            result = up + drained < needed ? .down : worse(result, .drained)
        }
        if modifiers.alwaysUp, [.down, .unknown, .degraded].contains(result) {
            result = .unchecked
        }
        for requirement in modifiers.required {
            let other = fitness(of: requirement)
            if other != .absent, other.rawValue <= Fitness.drained.rawValue {
                result = worse(result, other)
            }
        }
        var candidates = pool.filter { kinds.contains(fitness(of: $0.member)) }
        if candidates.isEmpty { candidates = regular.filter { fitness(of: $0.member) == .down } }
        if candidates.isEmpty { candidates = standbys.filter { fitness(of: $0.member) == .down } }
        return (result, candidates)
    }

    private func worse(_ a: Fitness, _ b: Fitness) -> Fitness { a.rawValue < b.rawValue ? a : b }

    /// Which addresses an endpoint gives out: those that failed when there are no others.
    private func passing(_ addresses: [IPAddress]) -> [IPAddress] {
        let kinds = best(addresses.map { fitness(of: $0) })
        let passing = addresses.filter { kinds.contains(fitness(of: $0)) }
        return passing.isEmpty ? addresses.filter { fitness(of: $0) == .down } : passing
    }

    // MARK: Shares

    /// How much a node can take, in 256ths, rounded up.
    private func share(of policy: PolicyDefinition) -> Double {
        let key = ReferencePolicy.key(policy)
        if let known = memory.shares[key] { return known }
        let found = shareAnew(of: policy)
        memory.shares[key] = found
        return found
    }

    private func shareAnew(of policy: PolicyDefinition) -> Double {
        func roundedUp(_ part: Double) -> Double {
            min(max((part * 256 - 1e-9).rounded(.up), 1), 256)
        }
        func mean(_ shares: [Double]) -> Double {
            shares.isEmpty ? 256 : roundedUp(shares.reduce(0, +) / Double(shares.count) / 256)
        }
        if let addresses = addresses(of: policy) {
            return mean(passing(addresses).map { Double(words[$0]?.share ?? 256) })
        }
        let candidates = judged(policy).candidates
        guard !candidates.isEmpty else { return 256 }
        switch policy.bare {
        case .weighted:
            let weights = candidates.map { Double(max($0.weight, 1)) }
            let taken = zip(candidates, weights).map { $1 * share(of: $0.member) / 256 }
            return roundedUp(taken.reduce(0, +) / weights.reduce(0, +))
        case .failover, .reference:
            let shares = candidates.map { share(of: $0.member) }
            guard policy.modifiers.spill else { return shares[0] }
            return roundedUp(1 - shares.map { 1 - $0 / 256 }.reduce(1, *))
        default: return mean(candidates.map { share(of: $0.member) })
        }
    }

    /// The parts of the members of a failover.
    private func partsInOrder(_ policy: PolicyDefinition) -> [(PolicyDefinition, Double)] {
        let candidates = judged(policy).candidates.map(\.member)
        let modifiers = policy.modifiers
        let trickle = Double(modifiers.trickle) / 10_000
        var rest = 1 - trickle
        var parts: [(PolicyDefinition, Double)] = []
        for (index, member) in candidates.enumerated() {
            let part = modifiers.spill ? rest * share(of: member) / 256 : rest
            rest -= part
            parts.append((member, part + (index == 1 ? trickle : 0)))
        }
        let sum = parts.reduce(0) { $0 + $1.1 }
        return parts.filter { $0.1 > 0 }.map { ($0.0, $0.1 / sum) }
    }

    private func fitness(of address: IPAddress) -> Fitness {
        let word = words[address] ?? VerdictWord(.unchecked)
        switch (word.override, word.verdict) {
        case (.up, _): return .healthy
        case (.down, _), (.hardDrain, _): return .out
        case (_, .unhealthy): return .down
        case (.softDrain, _): return .drained
        case (.none, .unchecked): return .unchecked
        case (.none, .unknown): return .unknown
        case (.none, .healthy): return .healthy
        case (.none, .degraded): return .degraded
        }
    }

    /// The kinds of members that are chosen from among all.
    private func best(_ all: [Fitness]) -> [Fitness] {
        if all.contains(.healthy) || all.contains(.unchecked) {
            let somebodyKnows = all.contains { [.healthy, .degraded, .down].contains($0) }
            return all.filter {
                $0 == .healthy || $0 == .unchecked || $0 == .unknown && !somebodyKnows
            }
        }
        for kind in [Fitness.degraded, .unknown, .drained] where all.contains(kind) {
            return [kind]
        }
        return []
    }

    /// How a node stands that chooses among these kinds of its members.
    private func group(chosen: [Fitness], all: [Fitness]) -> Fitness {
        for kind in [Fitness.healthy, .unchecked, .unknown, .degraded, .drained]
        where chosen.contains(kind) {
            return kind
        }
        if all.contains(.down) { return .down }
        return all.contains(.out) ? .out : .absent
    }

    /// Members of weight 0 stand in when the others are down, or drained while a standby is better.
    private func usesStandbys(_ members: [WeightedMember]) -> Bool {
        let regular = best(members.filter { $0.weight > 0 }.map { fitness(of: $0.member) })
        let standby = best(members.filter { $0.weight == 0 }.map { fitness(of: $0.member) })
        if standby.isEmpty { return false }
        return regular.isEmpty || regular == [.drained] && standby != [.drained]
    }

    private static func isUsable(_ fitness: Fitness) -> Bool {
        fitness.rawValue >= Fitness.drained.rawValue
    }

    // MARK: Answers

    private func answers(
        of policy: PolicyDefinition, after earlier: [IPAddress], atMost limit: Int
    ) throws -> Answers {
        if let addresses = addresses(of: policy) {
            return rotations(passing(addresses)) {
                $0.reduce(into: earlier) { $0.addNew($1, atMost: limit) }
            }
        }
        let candidates = judged(policy).candidates
        switch policy.bare {
        case .failover, .reference:
            var result: Answers = [:]
            for (member, part) in partsInOrder(policy) {
                for (list, p) in try answers(of: member, after: earlier, atMost: limit) {
                    result[list, default: 0] += part * p
                }
            }
            return result.isEmpty ? [earlier: 1] : try bounded(result)
        case .weighted(_, let draws):
            let chosen = candidates.map {
                (member: $0.member, weight: Double(max($0.weight, 1)) * share(of: $0.member))
            }
            return try draw(draws, from: chosen, after: earlier, atMost: limit)
        default:
            var bound = limit
            if case .all(_, let most) = policy.bare { bound = min(limit, earlier.count + most) }
            if case .cluster = policy.bare { bound = min(limit, earlier.count + 8) }
            return try rotations(candidates.map(\.member)) { order in
                try order.reduce([earlier: 1]) { try extend($0, by: $1, atMost: bound) }
            }
        }
    }

    private func draw(
        _ draws: Int, from members: [(member: PolicyDefinition, weight: Double)],
        after earlier: [IPAddress], atMost limit: Int
    ) throws -> Answers {
        guard draws > 0, !members.isEmpty, earlier.count < limit else { return [earlier: 1] }
        let sum = members.reduce(0) { $0 + $1.weight }
        var result: Answers = [:]
        for index in members.indices {
            var rest = members
            let drawn = rest.remove(at: index)
            for (list, p) in try answers(of: drawn.member, after: earlier, atMost: limit) {
                for (longer, q) in try draw(draws - 1, from: rest, after: list, atMost: limit) {
                    result[longer, default: 0] += drawn.weight / sum * p * q
                }
            }
        }
        return try bounded(result)
    }

    private func extend(
        _ answers: Answers, by member: PolicyDefinition, atMost limit: Int
    ) throws -> Answers {
        var result: Answers = [:]
        for (list, p) in answers {
            if list.count >= limit {
                result[list, default: 0] += p
                continue
            }
            for (longer, q) in try self.answers(of: member, after: list, atMost: limit) {
                result[longer, default: 0] += p * q
            }
        }
        return try bounded(result)
    }

    private func bounded(_ answers: Answers) throws -> Answers {
        guard answers.count <= ReferencePolicy.limit else { throw TooMany() }
        return answers
    }

    /// Every rotation is equally probable.
    private func rotations<T>(_ items: [T], _ body: ([T]) throws -> Answers) throws -> Answers {
        var result: Answers = [:]
        for start in items.indices {
            for (list, p) in try body(Array(items[start...] + items[..<start])) {
                result[list, default: 0] += p / Double(items.count)
            }
        }
        return try bounded(result)
    }

    private func rotations<T>(_ items: [T], _ body: ([T]) -> [IPAddress]) -> Answers {
        var result: Answers = [:]
        for start in items.indices {
            let list = body(Array(items[start...] + items[..<start]))
            result[list, default: 0] += 1 / Double(items.count)
        }
        return result
    }

    // MARK: Names

    /// Equal for equal policies.
    private static func key(_ policy: PolicyDefinition) -> String {
        func list(_ members: [PolicyDefinition]) -> String {
            members.map(key).joined(separator: ",")
        }
        switch policy {
        case .reference(let name, _): return name
        case .cluster(let name, _): return "cluster " + name
        case .with(let node, let modifiers):
            return "\(key(node))+\(modifiers.atLeast.map { "\($0)" } ?? "")"
                + "/\(modifiers.panicPercent)/\(modifiers.trickle)/\(modifiers.spill)"
                + "/\(modifiers.alwaysUp)/\(list(modifiers.required))"
        case .weighted(let members, let answers):
            return "w\(answers)("
                + members.map { "\($0.weight):\(key($0.member))" }.joined(separator: ",") + ")"
        case .all(let members, let answers): return "a\(answers)(\(list(members)))"
        case .failover(let members): return "f(\(list(members)))"
        default: return "o(\(list(policy.members)))"
        }
    }

    /// The addresses of the family if this is an endpoint.
    private func addresses(of policy: PolicyDefinition) -> [IPAddress]? {
        guard case .reference(let name, _) = policy else { return nil }
        return endpoints.first { $0.name == name }.map { $0.addresses.filter { $0.isV4 == v4 } }
    }

    /// The members of a group; those without weights have 1.
    private func weightedMembers(of policy: PolicyDefinition) -> [WeightedMember] {
        if case .weighted(let members, _) = policy.bare { return members }
        let members: [PolicyDefinition] =
            switch policy {
            // Keys beside a name are those of a failover of one.
            case .with(.reference(let name, let position), _): [.reference(name, position)]
            // A named policy stands for itself, as a failover of one does.
            case .reference(let name, let position):
                policies[name].map { [$0] } ?? [.reference(name, position)]
            default:
                switch policy.bare {
                case .cluster(let name, let position):
                    endpoints.filter { $0.cluster == name }.map { .reference($0.name, position) }
                default: policy.bare.members
                }
            }
        return members.map { WeightedMember($0, weight: 1) }
    }
}

extension [IPAddress] {
    fileprivate mutating func addNew(_ address: IPAddress, atMost limit: Int) {
        if count < limit, !contains(address) { append(address) }
    }
}
