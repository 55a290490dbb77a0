import DNSWire
import Geography
import Health
import Steering
import TestSupport
import Testing
import Zones

/// Laws of policies that look at clients, over seeded random trees, tables and states.
@Suite struct LocatedPropertyTests {
    private static let trees = 25
    private static let clients = 12
    private static let evaluations = 60

    /// A branch chosen is as good as its ladder written as failover: the reference knows how that answers.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func aClientGetsWhatItsLaddersGive(_ seed: UInt64) throws {
        var compared = 0
        for tree in 0..<Self.trees {
            var world = RandomWorld(seed: seed << 32 | UInt64(tree))
            let policy = world.policy(depth: 0)
            // One that asks too often is refused.
            guard let harness = try? world.harness(policy) else { continue }
            for number in 0..<Self.clients {
                let network = world.client([32])
                let client = harness.client(network)
                let plain = world.specialised(policy, for: network)
                let reference = ReferencePolicy(
                    endpoints: world.endpoints, policies: [:], words: world.words, v4: true)
                let place: Comment = "seed \(seed), tree \(tree), client \(number)"
                let possible: ReferencePolicy.Answers
                do {
                    possible = try reference.answers(of: plain)
                } catch is ReferencePolicy.TooMany {
                    continue
                }
                compared += 1
                let fitness = reference.fitness(of: plain)
                var seen: Set<[IPAddress]> = []
                for _ in 0..<Self.evaluations {
                    let outcome = harness.evaluate(for: client)
                    #expect(Int(outcome.standing.rawValue) == fitness.rawValue, place)
                    seen.insert(outcome.addresses)
                    let answer = harness.answer(for: client)
                    if answer.outcome == .addresses { seen.insert(answer.addresses) }
                }
                #expect(seen.allSatisfy { possible[$0, default: 0] > 0 }, place)
                for (answer, p) in possible where p > 0.4 { #expect(seen.contains(answer), place) }
            }
        }
        #expect(compared > Self.trees)
    }

    /// Two clients inside one returned scope get the same answers with the same probabilities.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func oneScopeHasOneDistribution(_ seed: UInt64) throws {
        var compared = 0
        var scopes: Set<UInt8> = []
        for tree in 0..<Self.trees {
            var world = RandomWorld(seed: seed << 40 | UInt64(tree))
            let policy = world.policy(depth: 0)
            // One that asks too often is refused.
            guard let harness = try? world.harness(policy) else { continue }
            for _ in 0..<Self.clients {
                let network = world.client([16, 20, 24, 32])
                let client = harness.client(network)
                _ = harness.answer(for: client)
                let scope = harness.scope(for: client)
                scopes.insert(scope)
                // What would take more bits to know holds for this network only.
                guard scope <= network.v4Bits else { continue }
                let reference = ReferencePolicy(
                    endpoints: world.endpoints, policies: [:], words: world.words, v4: true)
                for _ in 0..<8 {
                    let neighbour = world.neighbour(of: network, within: scope)
                    guard
                        let mine = try? reference.answers(
                            of: world.specialised(policy, for: network)),
                        let theirs = try? reference.answers(
                            of: world.specialised(policy, for: neighbour))
                    else { continue }
                    compared += 1
                    #expect(
                        isSame(mine, theirs),
                        "seed \(seed), tree \(tree): \(network) and \(neighbour), scope \(scope)")
                }
            }
        }
        #expect(compared > Self.trees)
        #expect(scopes.count > 5)
    }

    private func isSame(_ a: ReferencePolicy.Answers, _ b: ReferencePolicy.Answers) -> Bool {
        a.count == b.count && a.allSatisfy { abs($0.value - b[$0.key, default: -1]) < 1e-9 }
    }
}

/// Seeded random networks, places, endpoints and policies over them.
struct RandomWorld {
    private(set) var endpoints: [EndpointDefinition] = []
    private(set) var words: [IPAddress: VerdictWord] = [:]
    private(set) var latencies = LatencyTable()
    private var places: [(String, Location)] = []
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for index in 0..<5 {
            let address = IPAddress.v4(0xC000_0201 + UInt32(index))
            endpoints.append(
                EndpointDefinition(
                    name: "e\(index)", addresses: [address], position: TestZone.position))
            words[address] = VerdictWord(
                [.healthy, .healthy, .unhealthy, .degraded, .unknown][below(5)],
                share: [256, 256, 64][below(3)])
        }
        var taken: Set<String> = []
        for _ in 0..<below(30) + 2 {
            let text = prefix()
            guard taken.insert(text).inserted else { continue }
            places.append(
                (
                    text,
                    [
                        Location(continent: "EU", country: "DE"),
                        Location(continent: "EU", country: "FR"),
                        Location(continent: "NA", country: "US", subdivision: "CA"),
                        Location(continent: "NA", country: "US"), Location(continent: "AS"),
                    ][below(5)]
                ))
            if below(2) == 0 { places[places.count - 1].1.autonomousSystem = UInt32(below(3)) + 1 }
            if below(3) > 0 {
                let point = coordinates()
                places[places.count - 1].1.latitude = point.latitude
                places[places.count - 1].1.longitude = point.longitude
            }
        }
        latencies = latencyTable()
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    /// Addresses crowd together, so that networks nest.
    private mutating func address() -> UInt32 {
        UInt32(below(4)) << 30 | UInt32(below(4)) << 22 | UInt32(below(4)) << 14
            | UInt32(below(256))
    }

    mutating func prefix() -> String {
        let bits = [1, 2, 8, 9, 10, 16, 17, 18, 24][below(9)]
        let address = address() & (UInt32.max << UInt32(32 - bits))
        return "\(IPAddress.v4(address))/\(bits)"
    }

    mutating func client(_ lengths: [UInt8]) -> ClientNetwork {
        ClientNetwork(v4: address(), bits: lengths[below(lengths.count)], isFromSubnet: true)
    }

    mutating func neighbour(of network: ClientNetwork, within bits: UInt8) -> ClientNetwork {
        let mask = bits == 0 ? 0 : UInt32.max << UInt32(32 - bits)
        let other = UInt32.random(in: 0...UInt32.max, using: &random)
        return ClientNetwork(
            v4: network.v4 & mask | other & ~mask, bits: 32, isFromSubnet: true)
    }

    /// A policy of any kind, some with keys beside it.
    mutating func policy(depth: Int) -> PolicyDefinition {
        let node = bare(depth: depth)
        var modifiers = PolicyModifiers()
        switch node {
        case .reference: break
        case .weighted, .all: if below(4) == 0 { modifiers.panicPercent = 50 }
        case .failover:
            modifiers.spill = below(4) == 0
            if below(4) == 0 { modifiers.trickle = 2000 }
        case .geo, .subnet: modifiers.spill = below(3) == 0
        default:
            modifiers.spill = below(3) == 0
            if below(4) == 0 { modifiers.atLeast = .percent(60) }
        }
        if depth > 0, below(10) == 0 { modifiers.alwaysUp = true }
        return modifiers == .none ? node : .with(node, modifiers)
    }

    private mutating func bare(depth: Int) -> PolicyDefinition {
        if depth > 2 || depth > 0 && below(3) == 0 { return .to("e\(below(5))") }
        switch [0, 1, 5, 6, 2, 3, 4][below(depth == 0 ? 4 : 7)] {
        case 0:
            var keys: [ClientBranch.Key] = [
                .autonomousSystem(1), .continent("EU"), .country("DE"), .country("US"),
                .continent("AS"),
                .subdivision(country: "US", "CA"),
            ].filter { _ in below(3) > 0 }
            if below(4) > 0 || keys.isEmpty { keys.append(.fallback) }
            return .geo(
                keys.map {
                    ClientBranch($0, policy(depth: depth + 1), position: TestZone.position)
                })
        case 1:
            var keys: [ClientBranch.Key] = []
            for _ in 0...below(5) {
                if let network = IPNetwork(prefix()), !keys.contains(.prefix(network)) {
                    keys.append(.prefix(network))
                }
            }
            if below(4) > 0 { keys.append(.fallback) }
            return .subnet(
                keys.map {
                    ClientBranch($0, policy(depth: depth + 1), position: TestZone.position)
                })
        case 2: return .all((0...below(2)).map { _ in policy(depth: depth + 1) }, answers: 2)
        case 3: return .failover((0...below(2)).map { _ in policy(depth: depth + 1) })
        case 5: return .proximity(placedMembers { $0.policy(depth: depth + 1) })
        case 6: return .latency(placedMembers { $0.policy(depth: depth + 1) })
        default:
            return .weighted(
                (0...below(2)).map { _ in
                    WeightedMember(policy(depth: depth + 1), weight: UInt32(below(3)))
                }, answers: 1)
        }
    }

    func harness(_ policy: PolicyDefinition) throws -> PolicyHarness {
        let harness = try PolicyHarness(
            policy, endpoints: endpoints,
            locations: ClientLocations(lists: LocationMap(), database: .table(places)),
            latencies: latencies)
        for endpoint in endpoints {
            for address in endpoint.addresses {
                harness.set(endpoint.name, address, words[address] ?? VerdictWord(.unchecked))
            }
        }
        return harness
    }

    // MARK: The slow way

    /// The policy for one client, without nodes that ask: ladders by comparing every prefix.
    func specialised(_ policy: PolicyDefinition, for client: ClientNetwork) -> PolicyDefinition {
        switch policy {
        case .with(let node, let modifiers):
            return .with(specialised(node, for: client), modifiers)
        case .geo(let branches):
            return ladder(branches, keys(of: location(of: client)), client)
        case .subnet(let branches):
            let holding = branches.compactMap { branch -> IPNetwork? in
                guard case .prefix(let network) = branch.key, holds(network, client) else {
                    return nil
                }
                return network
            }.sorted { $0.prefixLength > $1.prefixLength }
            return ladder(branches, holding.map { .prefix($0) } + [.fallback], client)
        case .all(let members, let answers):
            return .all(members.map { specialised($0, for: client) }, answers: answers)
        case .failover(let members):
            return .failover(members.map { specialised($0, for: client) })
        case .weighted(let members, let answers):
            return .weighted(
                members.map {
                    WeightedMember(specialised($0.member, for: client), weight: $0.weight)
                }, answers: answers)
        case .proximity(let members):
            return .failover(
                byDistance(members, from: location(of: client))
                    .map { specialised($0.member, for: client) })
        case .latency(let members):
            return .failover(
                byLatency(members, for: client).map { specialised($0.member, for: client) })
        default: return policy
        }
    }

    /// What is known about a client.
    func location(of client: ClientNetwork) -> Location { longest(places, client) ?? Location() }

    /// The branches of `geo` for a place, the most specific first.
    func keys(of location: Location) -> [ClientBranch.Key] {
        var keys: [ClientBranch.Key] = []
        if let number = location.autonomousSystem { keys.append(.autonomousSystem(number)) }
        if let country = location.country {
            if let part = location.subdivision {
                keys.append(.subdivision(country: country, part))
            }
            keys.append(.country(country))
        }
        if let continent = location.continent { keys.append(.continent(continent)) }
        return keys + [.fallback]
    }

    private func ladder(
        _ branches: [ClientBranch], _ keys: [ClientBranch.Key], _ client: ClientNetwork
    ) -> PolicyDefinition {
        .failover(
            keys.compactMap { key in
                branches.first { $0.key == key }.map { specialised($0.policy, for: client) }
            })
    }

    private func longest(_ networks: [(String, Location)], _ client: ClientNetwork) -> Location? {
        networks.compactMap { text, location in
            IPNetwork(text).map { ($0, location) }
        }.filter { holds($0.0, client) }.max { $0.0.prefixLength < $1.0.prefixLength }?.1
    }

    /// The whole of a client's network is asked about: one that is only touched is of no matter here.
    func holds(_ network: IPNetwork, _ client: ClientNetwork) -> Bool {
        guard case .v4(let address) = network.address else { return false }
        let mask =
            network.prefixLength == 0 ? 0 : UInt32.max << UInt32(32 - network.prefixLength)
        return client.v4 & mask == address
    }
}
