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
        switch policy {
        case .weighted(let members, _):
            let useZero = usesStandbys(members)
            let candidates = members.filter { ($0.weight == 0) == useZero }
            return group(
                chosen: best(candidates.map { fitness(of: $0.member) }),
                all: members.map { fitness(of: $0.member) })
        default:
            let own = addresses(of: policy)?.map { fitness(of: $0) }
            let all = own ?? members(of: policy).map { fitness(of: $0) }
            return group(chosen: best(all), all: all)
        }
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
            let kinds = best(addresses.map { fitness(of: $0) })
            let chosen = addresses.filter { kinds.contains(fitness(of: $0)) }
            return rotations(chosen) { $0.reduce(into: earlier) { $0.addNew($1, atMost: limit) } }
        }
        switch policy {
        case .failover(let members):
            let kinds = best(members.map { fitness(of: $0) })
            guard let first = members.first(where: { kinds.contains(fitness(of: $0)) }) else {
                return [earlier: 1]
            }
            return try answers(of: first, after: earlier, atMost: limit)
        case .weighted(let members, let draws):
            let useZero = usesStandbys(members)
            let candidates = members.filter { ($0.weight == 0) == useZero }
            let kinds = best(candidates.map { fitness(of: $0.member) })
            let chosen = candidates.filter { kinds.contains(fitness(of: $0.member)) }.map {
                (member: $0.member, weight: useZero ? 1 : Double($0.weight))
            }
            return try draw(draws, from: chosen, after: earlier, atMost: limit)
        default:
            var bound = limit
            if case .all(_, let most) = policy { bound = min(limit, earlier.count + most) }
            if case .cluster = policy { bound = min(limit, earlier.count + 8) }
            let members = members(of: policy)
            let kinds = best(members.map { fitness(of: $0) })
            let chosen = members.filter { kinds.contains(fitness(of: $0)) }
            return try rotations(chosen) { order in
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

    /// The addresses of the family if this is an endpoint.
    private func addresses(of policy: PolicyDefinition) -> [IPAddress]? {
        guard case .reference(let name, _) = policy else { return nil }
        return endpoints.first { $0.name == name }.map { $0.addresses.filter { $0.isV4 == v4 } }
    }

    private func members(of policy: PolicyDefinition) -> [PolicyDefinition] {
        switch policy {
        case .reference(let name, let position):
            // A named policy stands for itself: a failover of one.
            policies[name].map { [$0] } ?? [.reference(name, position)]
        case .cluster(let name, let position):
            endpoints.filter { $0.cluster == name }.map { .reference($0.name, position) }
        default: policy.members
        }
    }
}

extension [IPAddress] {
    fileprivate mutating func addNew(_ address: IPAddress, atMost limit: Int) {
        if count < limit, !contains(address) { append(address) }
    }
}
