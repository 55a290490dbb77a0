import Compiling
import DNSWire
import Explaining
import Geography
import Health
import Serving
import Steering
import TestSupport
import Testing
import Zones

/// What an explanation says is what comes over the wire: over seeded random policies, states and clients.
@Suite struct WireAgreementTests {
    private static let treesPerSeed = 50
    private static let questions = 200

    @Test(arguments: 0..<20 as Range<UInt64>)
    func explanationsAgreeWithAnswers(_ seed: UInt64) throws {
        var exact = 0
        var scopes: Set<UInt8> = []
        var codes: Set<String> = []
        for tree in 0..<Self.treesPerSeed {
            var world = RandomWorld(seed: seed << 32 | UInt64(tree))
            guard let site = try? world.site() else { continue }
            for (address, word) in world.words() {
                for endpoint in site.compiled.endpoints {
                    for known in endpoint.addresses where known.address == address {
                        site.verdicts.store(word, slot: known.slot)
                    }
                }
            }
            let client = world.client()
            for type in [RRType.a, .aaaa] {
                let place: Comment = "seed \(seed), tree \(tree), \(type) for \(client)"
                let explanation = try site.explain(
                    "steered.example.org.", type, client: client.description)
                let response = explanation.response
                codes.insert(response.rcode)
                if response.draws == 0 { exact += 1 }
                var asker = WireAsker(site.memory.image, site.verdicts, seed: seed &+ 99)
                var seen: [[String]: Int] = [:]
                var firsts: [String: Int] = [:]
                for _ in 0..<Self.questions {
                    let question = Explainer.Question(
                        try Name("steered.example.org."), type, client: client)
                    let given = asker.ask(
                        question.name, type, from: question.client, subnet: question.subnet)
                    let wire = try #require(given)
                    let addresses = wire.addresses.map(\.description)
                    seen[addresses, default: 0] += 1
                    if let first = addresses.first { firsts[first, default: 0] += 1 }
                    #expect(wire.ttl == response.ttl, place)
                    #expect(wire.scope == response.scope, place)
                    #expect(wire.extendedError?.code == response.extendedErrorCode, place)
                }
                if let scope = response.scope { scopes.insert(scope) }
                check(response, firsts, seen, place)
                checkTree(explanation, place)
            }
        }
        // Guards against random trees that prove nothing.
        #expect(exact > Self.treesPerSeed)
        #expect(scopes.count > 1)
        #expect(codes.contains("NOERROR"))
    }

    private func check(
        _ response: Explanation.Response, _ firsts: [String: Int], _ seen: [[String]: Int],
        _ place: Comment
    ) {
        for share in response.addresses {
            #expect(
                isPlausible(
                    firsts[share.address] ?? 0, of: Self.questions,
                    probability: snapped(share.first)), place)
            guard response.draws == 0 else { continue }
            let included = seen.reduce(0) { $0 + ($1.key.contains(share.address) ? $1.value : 0) }
            #expect(
                isPlausible(
                    included, of: Self.questions, probability: snapped(share.included)), place)
        }
        let known = Set(response.addresses.map(\.address))
        #expect(Set(seen.keys.joined()).subtracting(known).isEmpty, place)
        let sum = response.addresses.reduce(0) { $0 + $1.first }
        #expect(response.addresses.isEmpty || abs(sum - 1) < 1e-9, place)
        guard response.draws == 0, response.moreAnswers == 0, !response.answers.isEmpty else {
            return
        }
        for answer in response.answers {
            #expect(
                isPlausible(
                    seen[answer.addresses] ?? 0, of: Self.questions,
                    probability: snapped(answer.probability)), place)
        }
    }

    /// Sums of fractions that are certain come out a little off.
    private func snapped(_ probability: Double) -> Double {
        probability > 1 - 1e-12 ? 1 : probability < 1e-12 ? 0 : probability
    }

    /// Every member has a reason, and who is chosen may be.
    private func checkTree(_ explanation: Explanation, _ place: Comment) {
        guard let tree = explanation.policy?.tree else { return }
        var waiting = [tree]
        while let node = waiting.popLast() {
            for member in node.members {
                #expect(!member.text.isEmpty, place)
                #expect(member.chance == 0 || member.isCandidate, place)
                waiting.append(member.node)
            }
        }
    }
}

/// Seeded random policies of every kind, places of clients, and words about addresses.
private struct RandomWorld {
    private var random: SeededGenerator
    private var endpoints: [EndpointDefinition] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for index in 0..<below(6) + 1 {
            var addresses: [IPAddress] = (0..<below(3)).map { .v4(UInt32(index * 10 + $0 + 1)) }
            addresses += (0..<below(3)).map { .v6(1, UInt64(index * 10 + $0 + 1)) }
            if addresses.isEmpty { addresses = [.v4(1000 + UInt32(index))] }
            endpoints.append(
                EndpointDefinition(
                    name: "e\(index)", cluster: index % 2 == 0 ? "even" : nil,
                    addresses: addresses, position: TestZone.position))
        }
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func site() throws -> ExplainedSite {
        var steering = SteeringDefinition()
        steering.endpoints = endpoints
        let whenDown: [SteeredName.WhenDown] = [
            .all, .all, .noData, .serverFailure, .addresses([.v4(0xC000_0263)]),
        ]
        let ttl: SteeredName.TimeToLive = below(2) == 0 ? .seconds(30) : SteeredName.defaultAuto
        var name = SteeredName(
            owner: try Name("steered.example.org."), ttl: ttl, policy: tree(depth: 0),
            whenDown: whenDown[below(whenDown.count)], position: TestZone.position)
        if below(4) == 0 {
            name.whenDown = .policy
            name.fallback = tree(depth: 2)
        }
        if below(3) == 0 { name.degradedTTL = 7 }
        if below(3) == 0 { name.whenDownTTL = 9 }
        steering.names = [name]
        return try ExplainedSite(steering, locations: .sample)
    }

    private mutating func tree(depth: Int) -> PolicyDefinition {
        let plain = plainTree(depth: depth)
        guard below(3) == 0 else { return plain }
        var keys = PolicyModifiers()
        switch plain {
        case .reference, .cluster: keys.alwaysUp = true
        case .failover:
            keys.spill = below(2) == 0
            keys.trickle = [0, 100, 2500][below(3)]
        case .geo: keys.spill = true
        default:
            keys.panicPercent = [0, 50, 100][below(3)]
            keys.atLeast = [nil, .count(2), .percent(60)][below(3)]
        }
        if below(5) == 0 { keys.requires = [.init("e0", TestZone.position)] }
        return .with(plain, keys)
    }

    private mutating func plainTree(depth: Int) -> PolicyDefinition {
        if depth > 3 || depth > 0 && below(10) < depth * 3 {
            return below(8) == 0 ? .inCluster("even") : .to("e\(below(endpoints.count))")
        }
        let members = (0...below(4)).map { _ in tree(depth: depth + 1) }
        switch below(6) {
        case 0: return .all(members, answers: [1, 2, 3, 8][below(4)])
        case 1: return .failover(members)
        case 2, 3:
            return .weighted(weigh(members), answers: [1, 1, 1, 2, 3][below(5)])
        case 4: return .hash(weigh(members), v4Bits: 24, v6Bits: 56)
        default:
            let keys: [ClientBranch.Key] = [
                .continent("EU"), .country("DE"), .country("US"), .continent("NA"), .fallback,
            ]
            return .geo(
                zip(keys.shuffled(using: &random), members).map {
                    ClientBranch($0, $1, position: TestZone.position)
                })
        }
    }

    private mutating func weigh(_ members: [PolicyDefinition]) -> [WeightedMember] {
        members.map { WeightedMember($0, weight: [0, 0, 1, 2, 5, 1_000_000][below(6)]) }
    }

    mutating func client() -> IPNetwork {
        let texts = [
            "10.0.0.0/24", "10.64.1.0/24", "20.8.0.0/16", "20.9.0.0/24", "192.0.2.0/24",
            "192.0.2.7", "10.0.0.0/4", "2001:db8:1::/56", "10.1.9.1",
        ]
        return IPNetwork(texts[below(texts.count)]) ?? .loopback
    }

    mutating func words() -> [IPAddress: VerdictWord] {
        let mood = below(4)
        var words: [IPAddress: VerdictWord] = [:]
        for address in endpoints.flatMap(\.addresses) {
            let verdict =
                mood == 0 ? Verdict.unhealthy : Verdict.allCases[below(Verdict.allCases.count)]
            let override: Override =
                below(4) == 0 ? Override.allCases[below(Override.allCases.count)] : .none
            words[address] = VerdictWord(
                verdict, override: override, share: [256, 256, 100, 1][below(4)],
                changeSeconds: UInt32(below(3) * 4))
        }
        return words
    }
}

extension IPNetwork {
    fileprivate static var loopback: IPNetwork {
        IPNetwork(address: .v4(0x7F00_0001), prefixLength: 32) ?? IPNetwork.loopback
    }
}
