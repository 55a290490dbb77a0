import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// Every kind of node over every state of its members, and every `whenDown` over every way to be down.
@Suite struct StateTableTests {
    private static let members: [PolicyDefinition] = ["a", "b", "c"]

    private static func changed(
        _ node: PolicyDefinition, _ change: (inout PolicyModifiers) -> Void
    ) -> PolicyDefinition { node.with(change) }

    private static let weighted = PolicyDefinition.weights(["a": 3, "b": 1, "c": 0])

    /// All that needs no client.
    static let nodes: [(name: String, policy: PolicyDefinition)] = [
        ("all", .all(members, answers: 8)), ("all of one", .all(members, answers: 1)),
        ("failover", .failover(members)), ("weighted", weighted),
        ("several", .weights(["a": 3, "b": 1, "c": 0], answers: 2)),
        ("nested", .failover([.all(["a", "b"], answers: 8), "c"])),
        ("all, threshold", changed(.all(members, answers: 8)) { $0.atLeast = .count(2) }),
        ("weighted, threshold", changed(weighted) { $0.atLeast = .percent(60) }),
        ("failover, threshold", changed(.failover(members)) { $0.atLeast = .percent(100) }),
        ("all, panic", changed(.all(members, answers: 8)) { $0.panicPercent = 50 }),
        ("weighted, panic", changed(weighted) { $0.panicPercent = 100 }),
        ("failover, trickle", changed(.failover(members)) { $0.trickle = 1000 }),
        ("failover, spill", changed(.failover(members)) { $0.spill = true }),
        (
            "failover, spill and trickle",
            changed(.failover(members)) {
                $0.spill = true
                $0.trickle = 2500
            }
        ),
        (
            "always up",
            .failover([changed(.all(["a", "b"], answers: 8)) { $0.alwaysUp = true }, "c"])
        ),
        (
            "required",
            .failover([
                changed("a") { $0.requires = [.init("c", TestZone.position)] }, "b",
            ])
        ),
        (
            "panic above a threshold",
            changed(
                .all(
                    [changed(.all(["a", "b"], answers: 8)) { $0.atLeast = .count(2) }, "c"],
                    answers: 8)
            ) { $0.panicPercent = 75 }
        ),
    ]

    /// Three members in all states; the first takes half of its traffic.
    @Test(arguments: nodes.indices)
    func answersAreThoseOfTheModel(_ number: Int) throws {
        let (name, policy) = Self.nodes[number]
        let harness = try PolicyHarness(policy)
        let endpoints = ["a", "b", "c"].enumerated().map { index, name in
            EndpointDefinition(
                name, .v4(0xC000_0201 + UInt32(policy.references.firstIndex(of: name) ?? index)))
        }
        for a in State.allCases {
            for b in State.allCases {
                for c in State.allCases {
                    var words: [IPAddress: VerdictWord] = [:]
                    for (endpoint, state) in zip(endpoints, [a, b, c]) {
                        let word = VerdictWord(
                            state.word.verdict, override: state.word.override,
                            share: endpoint.name == "a" ? 128 : 256)
                        words[endpoint.addresses[0]] = word
                        harness.set(endpoint.name, word)
                    }
                    let model = ReferencePolicy(
                        endpoints: endpoints, policies: [:], words: words, v4: true)
                    let place: Comment = "\(name): \(a.rawValue)\(b.rawValue)\(c.rawValue)"
                    let fitness = model.fitness(of: policy)
                    let direct = harness.evaluate()
                    #expect(Int(direct.standing.rawValue) == fitness.rawValue, place)
                    let answer = harness.answer()
                    guard direct.standing.isUsable else {
                        #expect(answer.outcome == .addressesWhileDown, place)
                        #expect(!answer.addresses.isEmpty, place)
                        continue
                    }
                    #expect(answer.outcome == .addresses, place)
                    let possible = try model.answers(of: policy)
                    for _ in 0..<4 {
                        let drawn = harness.answer().addresses
                        #expect(possible[drawn, default: 0] > 0, place)
                        #expect(possible[harness.evaluate().addresses, default: 0] > 0, place)
                    }
                }
            }
        }
    }

    /// What the client decides: a ladder answers as a failover, a hash as one of the members by weight.
    @Test func nodesThatLookAtTheClientAgreeWithTheModel() throws {
        let ladder = try PolicyHarness(
            .byPlace([.country("DE"): "a", .continent("EU"): "b", .fallback: "c"]),
            locations: .sample)
        let client = ladder.client(try #require(ClientNetwork(text: "10.2.0.0/24")))
        let hash = try PolicyHarness(.hashed(["a": 3, "b": 1, "c": 0]))
        let endpoints = ["a", "b", "c"].enumerated().map { index, name in
            EndpointDefinition(name, .v4(0xC000_0201 + UInt32(index)))
        }
        for a in State.allCases {
            for b in State.allCases {
                for c in State.allCases {
                    var words: [IPAddress: VerdictWord] = [:]
                    for (endpoint, state) in zip(endpoints, [a, b, c]) {
                        words[endpoint.addresses[0]] = state.word
                        ladder.set(endpoint.name, state.word)
                        hash.set(endpoint.name, state.word)
                    }
                    let model = ReferencePolicy(
                        endpoints: endpoints, policies: [:], words: words, v4: true)
                    let place: Comment = "\(a.rawValue)\(b.rawValue)\(c.rawValue)"
                    for (harness, policy) in [
                        (ladder, PolicyDefinition.failover(Self.members)), (hash, Self.weighted),
                    ] {
                        let outcome = harness.evaluate(for: client)
                        #expect(
                            Int(outcome.standing.rawValue) == model.fitness(of: policy).rawValue,
                            place)
                        guard outcome.standing.isUsable else { continue }
                        let possible = try model.answers(of: policy)
                        #expect(possible[outcome.addresses, default: 0] > 0, place)
                        #expect(harness.answer(for: client).addresses == outcome.addresses, place)
                    }
                }
            }
        }
    }

    // MARK: When the root is down

    /// Ways in which both members of a name may be, and what it answers by `whenDown`, in the order of `forms`.
    ///
    /// A feed that fell silent leaves its last word (frozen), or none (expired, so unknown).
    @Test(arguments: [
        ("all down", "XX", "ab ab x n s p"), ("down, silence frozen", "XX", "ab ab x n s p"),
        ("unknown: no verdict yet", "KK", "+ab +ab +ab +ab +ab +ab"),
        ("down and unknown: silence expired", "XK", "+b +b +b +b +b +b"),
        ("soft-drained", "SS", "+ab +ab +ab +ab +ab +ab"),
        ("down and soft-drained", "XS", "+b +b +b +b +b +b"),
        // What operators took out comes back for want of anything else only.
        ("hard-drained", "DD", "ab ab x n s p"), ("down and hard-drained", "XD", "a a x n s p"),
        ("overridden down", "OO", "ab ab x n s p"),
        ("down and overridden down", "XO", "a a x n s p"),
        ("down and overridden up", "XU", "+b +b +b +b +b +b"),
        ("down and unchecked", "XC", "+b +b +b +b +b +b"),
        ("degraded", "GX", "+a +a +a +a +a +a"),
    ])
    func everyWhenDownAnswersEveryState(
        _ name: String, _ states: String, _ expected: String
    ) throws {
        let policy = PolicyDefinition.all(["a", "b"], answers: 8)
        let fallbackDown: (inout SteeredName) -> Void = {
            $0.whenDown = .policy
            $0.fallback = "q"
        }
        let forms: [(inout SteeredName) -> Void] = [
            { $0.whenDown = .all }, fallbackDown,
            { $0.whenDown = .addresses([.v4(0xCB00_7101)]) }, { $0.whenDown = .noData },
            { $0.whenDown = .serverFailure },
            {
                $0.whenDown = .policy
                $0.fallback = "p"
            },
        ]
        for (form, answer) in zip(forms, expected.split(separator: " ")) {
            let harness = try PolicyHarness(policy, name: form)
            for (endpoint, state) in zip(["a", "b"], states) {
                harness.set(endpoint, try #require(State(rawValue: state)).word)
            }
            harness.set("q", .unhealthy)
            let isUp = answer.hasPrefix("+")
            let found = harness.answer()
            let text = found.addresses.map { harness.endpoint(of: $0) ?? "x" }.sorted().joined()
            switch found.outcome {
            case .addresses: #expect(isUp && "+" + text == answer)
            case .addressesWhileDown: #expect(!isUp && text == answer)
            case .noDataWhileDown: #expect(answer == "n")
            case .serverFailure: #expect(answer == "s")
            default: Issue.record("\(found.outcome)")
            }
        }
    }
}
