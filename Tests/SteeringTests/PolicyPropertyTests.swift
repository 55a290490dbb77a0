import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// Laws that hold for every policy, over seeded random trees.
@Suite struct PolicyPropertyTests {
    private static let treesPerSeed = 60
    private static let evaluations = 120

    @Test(arguments: 0..<12 as Range<UInt64>)
    func randomPoliciesAnswerAsTheReferenceDoes(_ seed: UInt64) throws {
        var compared = 0
        var nonEmpty = 0
        for tree in 0..<PolicyPropertyTests.treesPerSeed {
            let number = seed << 32 | UInt64(tree)
            var random = RandomPolicy(seed: number)
            let harness = try PolicyHarness(
                random.root, endpoints: random.endpoints, policies: random.policies, seed: number)
            let words = random.words()
            for endpoint in random.endpoints {
                for address in endpoint.addresses {
                    harness.set(endpoint.name, address, words[address] ?? VerdictWord(.unchecked))
                }
            }
            for v4 in [true, false] {
                let reference = ReferencePolicy(
                    endpoints: random.endpoints,
                    policies: Dictionary(
                        random.policies.map { ($0.name, $0.policy) },
                        uniquingKeysWith: { first, _ in first }), words: words, v4: v4)
                let place: Comment = "seed \(seed), tree \(tree), \(v4 ? "IPv4" : "IPv6")"
                let outcomes = (0..<PolicyPropertyTests.evaluations).map { _ in
                    harness.evaluate(v4: v4)
                }
                checkLaws(outcomes, words, v4: v4, mayFail: random.mayAnswerFailed, place)
                if !(outcomes.first?.addresses.isEmpty ?? true) { nonEmpty += 1 }
                if try agree(outcomes, reference, random.root, place) { compared += 1 }
            }
        }
        // Guards against random trees that prove nothing.
        #expect(compared > PolicyPropertyTests.treesPerSeed)
        #expect(nonEmpty > PolicyPropertyTests.treesPerSeed / 2)
    }

    private func checkLaws(
        _ outcomes: [PolicyHarness.Outcome], _ words: [IPAddress: VerdictWord], v4: Bool,
        mayFail: Bool, _ place: Comment
    ) {
        let kinds = outcomes.map { $0.standing.isUsable == !$0.addresses.isEmpty }
        #expect(!kinds.contains(false), place)
        #expect(outcomes.allSatisfy { $0.addresses.count <= ProgramLayout.maximumAnswers }, place)
        #expect(outcomes.allSatisfy { Set($0.addresses).count == $0.addresses.count }, place)
        for address in Set(outcomes.flatMap(\.addresses)) {
            #expect(address.isV4 == v4, place)
            let word = words[address] ?? VerdictWord(.unchecked)
            let standing = Standing(word, assuming: .facts)
            // Nothing brings back what operators took out.
            #expect(standing.isUsable || mayFail && standing == .down, place)
        }
    }

    /// Compares with the reference; false where that has too many answers to list.
    private func agree(
        _ outcomes: [PolicyHarness.Outcome], _ reference: ReferencePolicy,
        _ policy: PolicyDefinition, _ place: Comment
    ) throws -> Bool {
        let possible: ReferencePolicy.Answers
        do {
            possible = try reference.answers(of: policy)
        } catch is ReferencePolicy.TooMany {
            return false
        }
        let fitness = reference.fitness(of: policy)
        let standings = Set(outcomes.map { Int($0.standing.rawValue) })
        #expect(standings == [fitness.rawValue], place)
        let seen = Set(outcomes.map(\.addresses))
        let impossible = seen.filter { possible[$0, default: 0] == 0 }
        #expect(impossible.isEmpty, place)
        // Missing an answer of this probability in all evaluations has one below 1e-11.
        for (answer, p) in possible where p > 0.2 { #expect(seen.contains(answer), place) }
        return true
    }

    /// Assumptions only ever bring members back.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func assumptionsAlwaysFindAnAddress(_ seed: UInt64) throws {
        for tree in 0..<PolicyPropertyTests.treesPerSeed {
            let number = seed << 40 | UInt64(tree)
            var random = RandomPolicy(seed: number)
            let harness = try PolicyHarness(
                random.root, endpoints: random.endpoints, policies: random.policies, seed: number)
            let words = random.words()
            for endpoint in random.endpoints {
                for address in endpoint.addresses {
                    harness.set(endpoint.name, address, words[address] ?? VerdictWord(.unchecked))
                }
            }
            for v4 in [true, false] {
                let facts = harness.evaluate(v4: v4)
                let up = harness.evaluate(v4: v4, assuming: .upUnlessOverridden)
                let all = harness.evaluate(v4: v4, assuming: .everythingUp)
                let place: Comment = "seed \(seed), tree \(tree), \(v4 ? "IPv4" : "IPv6")"
                #expect((all.standing == .absent) == (facts.standing == .absent), place)
                #expect(all.addresses.isEmpty == (all.standing == .absent), place)
                #expect(up.standing.isUsable || !facts.standing.isUsable, place)
                for address in up.addresses {
                    let override = words[address]?.override ?? .none
                    #expect(override != .hardDrain && override != .down, place)
                }
            }
        }
    }
}
