import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// What is kept of a policy answers as the policy does, and for no longer than it holds.
@Suite struct ResolvedPolicyTests {
    private static let treesPerSeed = 40
    private static let trials = 300

    @Test(arguments: 0..<12 as Range<UInt64>)
    func randomPoliciesAnswerWithTheExactShares(_ seed: UInt64) throws {
        var compared = 0
        for tree in 0..<ResolvedPolicyTests.treesPerSeed {
            let number = seed << 32 | UInt64(tree) | 1 << 62
            var random = RandomPolicy(seed: number)
            let harness = try PolicyHarness(
                random.root, endpoints: random.endpoints, policies: random.policies, seed: number,
                name: { name in
                    guard let fallback = random.fallback else { return }
                    name.whenDown = .policy
                    name.fallback = fallback
                })
            // The second round meets blocks that hold for other words.
            for round in 0..<2 {
                let words = random.words()
                for endpoint in random.endpoints {
                    for address in endpoint.addresses {
                        harness.set(
                            endpoint.name, address, words[address] ?? VerdictWord(.unchecked))
                    }
                }
                for v4 in [true, false] {
                    let references = [v4, !v4].map { family in
                        ReferencePolicy(
                            endpoints: random.endpoints,
                            policies: Dictionary(
                                random.policies.map { ($0.name, $0.policy) },
                                uniquingKeysWith: { first, _ in first }), words: words, v4: family)
                    }
                    let place: Comment =
                        "seed \(seed), tree \(tree), round \(round), \(v4 ? "IPv4" : "IPv6")"
                    if try agree(
                        harness, references, random.root, random.fallback, v4: v4, place)
                    {
                        compared += 1
                    }
                }
            }
        }
        #expect(compared > ResolvedPolicyTests.treesPerSeed)
    }

    /// - Parameter references: for this family and for the other one.
    private func agree(
        _ harness: PolicyHarness, _ references: [ReferencePolicy], _ policy: PolicyDefinition,
        _ fallback: PolicyDefinition?, v4: Bool, _ place: Comment
    ) throws -> Bool {
        let answers = harness.answers(ResolvedPolicyTests.trials, v4: v4)
        let fitness = references.map { $0.fitness(of: policy).rawValue }
        let usable = ReferencePolicy.Fitness.drained.rawValue
        let absent = ReferencePolicy.Fitness.absent.rawValue
        guard fitness[0] >= usable else {
            var expected = SteeredOutcome.addressesWhileDown
            if fitness[0] == absent {
                expected = .noData
            } else if fitness[1] >= usable {
                expected = .noDataFamilyDown
            } else if let fallback {
                let other = references.map { $0.fitness(of: fallback).rawValue }
                if other[0] >= usable {
                    #expect(Set(answers.keys.map(\.outcome)) == [expected], place)
                    return try compare(answers, references[0], fallback, expected, place)
                }
                if other[1] >= usable {
                    expected = other[0] == absent ? .noFallback : .noDataWhileDown
                }
            }
            #expect(Set(answers.keys.map(\.outcome)) == [expected], place)
            if expected == .addressesWhileDown { compareWhileDown(harness, answers, v4: v4, place) }
            return false
        }
        #expect(Set(answers.keys.map(\.outcome)) == [.addresses], place)
        return try compare(answers, references[0], policy, .addresses, place)
    }

    /// Compares with every answer that the policy may give; false where these are too many.
    private func compare(
        _ answers: [PolicyHarness.Answer: Int], _ reference: ReferencePolicy,
        _ policy: PolicyDefinition, _ outcome: SteeredOutcome, _ place: Comment
    ) throws -> Bool {
        let possible: ReferencePolicy.Answers
        do {
            possible = try reference.answers(of: policy)
        } catch is ReferencePolicy.TooMany {
            return false
        }
        for (answer, count) in answers {
            #expect(possible[answer.addresses, default: 0] > 0, place)
            #expect(count <= ResolvedPolicyTests.trials)
        }
        for (addresses, p) in possible where p > 0.03 {
            let seen = answers[.init(outcome: outcome, addresses: addresses), default: 0]
            // The reference adds fractions up: what is certain may come out a hair below 1.
            let certain = p > 1 - 1e-9 ? 1 : p
            #expect(
                isPlausible(seen, of: ResolvedPolicyTests.trials, probability: certain), place)
        }
        return true
    }

    /// `whenDown: all`: the evaluator and the resolved form give the same answers, about equally often.
    private func compareWhileDown(
        _ harness: PolicyHarness, _ answers: [PolicyHarness.Answer: Int], v4: Bool,
        _ place: Comment
    ) {
        var assumption = Assumption.upUnlessOverridden
        if harness.evaluate(v4: v4, assuming: assumption).addresses.isEmpty {
            assumption = .everythingUp
        }
        var expected: [[IPAddress]: Int] = [:]
        for _ in 0..<ResolvedPolicyTests.trials {
            expected[harness.evaluate(v4: v4, assuming: assumption).addresses, default: 0] += 1
        }
        let seen = Dictionary(
            answers.map { ($0.key.addresses, $0.value) }, uniquingKeysWith: +)
        for addresses in Set(expected.keys).union(seen.keys) {
            let counts = [expected, seen].map { Double($0[addresses, default: 0]) }
            let spread = (counts[0] + counts[1]).squareRoot()
            #expect(abs(counts[0] - counts[1]) <= 5 * spread + 3, place)
        }
    }

    // MARK: How long it holds

    @Test func whatHoldsIsWorkedOutOnce() throws {
        let harness = try PolicyHarness(.weights(["a": 1, "b": 2, "c": 3]))
        _ = harness.answers(500)
        #expect(harness.resolutions == 1)
        _ = harness.answers(500, v4: false)
        #expect(harness.resolutions == 2)
        // Another address's word, stored again as it is, changes nothing.
        harness.set("a", VerdictWord(.unchecked))
        _ = harness.answers(10)
        #expect(harness.resolutions == 2)
    }

    /// Words about others change all the time.
    @Test func aChangeElsewhereNeedsNoWork() throws {
        let harness = try PolicyHarness(.failover(["a", "b"]))
        harness.set("a", .healthy)
        _ = harness.answers(5)
        #expect(harness.resolutions == 1)
        for _ in 0..<10 {
            harness.noteChangeElsewhere()
            #expect(harness.answer().outcome == .addresses)
        }
        #expect(harness.resolutions == 1)
        // The other family's words do not count as long as this one has addresses.
        harness.set("a", VerdictWord(.unhealthy), v4: false)
        _ = harness.answers(5)
        #expect(harness.resolutions == 1)
        harness.set("a", VerdictWord(.unhealthy), v4: true)
        harness.set("b", VerdictWord(.unhealthy), v4: true)
        #expect(harness.answer().outcome == .noDataFamilyDown)
        // Now they do.
        harness.set("b", VerdictWord(.unhealthy), v4: false)
        #expect(harness.answer().outcome == .addressesWhileDown)
        harness.set("a", VerdictWord(.healthy), v4: false)
        #expect(harness.answer().outcome == .noDataFamilyDown)
    }

    @Test func theNextAnswerSeesAVerdict() throws {
        let harness = try PolicyHarness(.failover(["a", "b"]))
        let first = harness.answer().addresses
        for _ in 0..<20 {
            #expect(harness.answer().addresses == first)
            harness.set("a", .unhealthy)
            #expect(harness.answer().addresses != first)
            harness.set("a", .healthy)
        }
    }

    @Test func drawsWithoutReplacementTakeEveryMember() throws {
        let harness = try PolicyHarness(
            .weights(["a": 1_000_000, "b": 1, "c": 1, "d": 1, "e": 1], answers: 5))
        for (answer, _) in harness.answers(200) {
            #expect(Set(answer.addresses).count == 5)
        }
    }

    /// One endpoint more than a block has room for.
    @Test func whatIsTooLargeToKeepIsEvaluated() throws {
        let endpoints = (0..<8).map { index in
            EndpointDefinition(
                name: "e\(index)",
                addresses: (0..<1000).map { .v6(UInt64(index + 1), UInt64($0)) },
                position: TestZone.position)
        }
        let members = (0..<8).map { PolicyDefinition.to("e\($0)") }
        let nested = PolicyDefinition.all(
            (0..<8).map { _ in
                .all((0..<900).map { members[$0 % 8] }, answers: 3)
            }, answers: 8)
        let harness = try PolicyHarness(nested, endpoints: endpoints)
        let answer = harness.answer(v4: false)
        #expect(answer.outcome == .addresses)
        #expect(answer.addresses.count == 8)
        #expect(harness.evaluate(v4: false).addresses.count == 8)
        for index in 0..<8 { harness.set("e\(index)", .unhealthy) }
        #expect(harness.answer(v4: false).outcome == .addressesWhileDown)
        harness.set("e3", .healthy)
        let left = harness.answer(v4: false)
        #expect(left.outcome == .addresses)
        #expect(
            left.addresses.allSatisfy { address in
                endpoints[3].addresses.contains(address)
            })
    }
}
