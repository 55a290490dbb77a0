package import Compiling
package import DNSWire
package import Geography
package import Health
import Serving
package import Steering
package import Zones

/// One policy, compiled the way the server does, and evaluated over verdicts that the test chooses.
package final class PolicyHarness {
    /// What one evaluation gave.
    package struct Outcome: Equatable {
        package var standing: Standing
        package var addresses: [IPAddress]
        /// The endpoints of the addresses, in the same order.
        package var endpoints: [String]
        package var changeSeconds: UInt32
    }

    private struct Place {
        var endpoint: String
        var address: IPAddress
        var slot: Int
    }

    /// What the next image begins with.
    package let latencyHistory: LatencyHistory
    let memory: MemoryImage
    let steered: SteeredView
    let program: PolicyProgram
    let verdicts: VerdictTable
    private var evaluator = PolicyEvaluator()
    var policies = ResolvedPolicies()
    var random: RandomSource
    /// The TTL of the last answer's first record.
    package internal(set) var lastTTL: UInt32?
    /// By number in the image's table of addresses.
    private let places: [Place]

    /// Compiles `policy`.
    ///
    /// - Parameters:
    ///   - endpoints: nil gives each endpoint that is mentioned one address of each family:
    ///     192.0.2.1 and 2001:db8::1 to the first, and so on.
    ///   - policies: what references may mean besides endpoints.
    ///   - change: gives the steered name more than a policy and a TTL of 30.
    ///   - locations: what is known about where clients are.
    ///   - latencies: how long packets take to them.
    ///   - history: the orders that served before.
    package init(
        _ policy: PolicyDefinition, endpoints: [EndpointDefinition]? = nil,
        policies: [NamedPolicy] = [], locations: ClientLocations = ClientLocations(),
        latencies: LatencyTable = LatencyTable(), after history: LatencyHistory = LatencyHistory(),
        seed: UInt64 = 42, name change: (inout SteeredName) -> Void = { _ in }
    ) throws {
        var steering = SteeringDefinition()
        var name = SteeredName(
            owner: try Name("steered.example.org."), ttl: .seconds(30), policy: policy,
            position: TestZone.position)
        change(&name)
        steering.endpoints =
            endpoints ?? PolicyHarness.defaultEndpoints(of: name.policies, policies: policies)
        steering.policies = policies
        steering.names = [name]
        let compiled = try TestZone.compile(
            steering, locations: locations, latencies: latencies, after: history)
        latencyHistory = compiled.latencyHistory
        memory = try MemoryImage(compiled.bytes)
        let node = name.owner.lowercasedWire.withView(memory.image.find)
        guard let entry = node?.entry(of: .a) ?? node?.entry(of: .aaaa) else {
            throw TestFailure("the policy has no addresses")
        }
        steered = entry.steered
        program = PolicyProgram(memory.image, offset: steered.program)
        verdicts = VerdictTable(privateWords: memory.image.addressCount)
        random = RandomSource(seed: seed)
        places = compiled.endpoints.flatMap { endpoint in
            endpoint.addresses.map {
                Place(endpoint: endpoint.definition.name, address: $0.address, slot: $0.slot)
            }
        }
    }

    private static func defaultEndpoints(
        of roots: [PolicyDefinition], policies: [NamedPolicy]
    ) -> [EndpointDefinition] {
        let named = Set(policies.map(\.name))
        var names: [String] = []
        for tree in roots + policies.map(\.policy) {
            for name in tree.references where !named.contains(name) && !names.contains(name) {
                names.append(name)
            }
        }
        return names.enumerated().map { index, name in
            EndpointDefinition(
                name, .v4(0xC000_0201 + UInt32(index)),
                .v6(0x2001_0DB8_0000_0000, UInt64(index + 1)))
        }
    }

    /// The endpoint of an address.
    package func endpoint(of address: IPAddress) -> String? {
        places.first { $0.address == address }?.endpoint
    }

    // MARK: What is known

    /// Gives an endpoint's addresses, or those of one family, a word.
    package func set(_ endpoint: String, _ word: VerdictWord, v4: Bool? = nil) {
        for place in places
        where place.endpoint == endpoint && (v4 == nil || v4 == place.address.isV4) {
            verdicts.store(word, slot: place.slot)
        }
    }

    package func set(_ endpoint: String, _ verdict: Verdict, override: Override = .none) {
        set(endpoint, VerdictWord(verdict, override: override))
    }

    /// Gives one address of an endpoint a word.
    package func set(_ endpoint: String, _ address: IPAddress, _ word: VerdictWord) {
        for place in places where place.endpoint == endpoint && place.address == address {
            verdicts.store(word, slot: place.slot)
        }
    }

    // MARK: What comes of it

    /// Evaluates once.
    package func evaluate(
        v4: Bool = true, for client: PolicyClient = .anybody,
        assuming assumption: Assumption = .facts
    ) -> Outcome {
        let result = run(v4: v4, for: client, assumption)
        let picked = (0..<result.count).map { places[evaluator.address($0)] }
        return Outcome(
            standing: result.standing, addresses: picked.map(\.address),
            endpoints: picked.map(\.endpoint), changeSeconds: result.changeSeconds)
    }

    /// The endpoints that one evaluation picked.
    package func picks(v4: Bool = true, assuming assumption: Assumption = .facts) -> [String] {
        evaluate(v4: v4, assuming: assumption).endpoints
    }

    /// How often each endpoint stood first in so many answers.
    ///
    /// - Parameter failOpen: whether a root that is down answers as `whenDown: all` does.
    package func firsts(
        _ trials: Int, v4: Bool = true, failOpen: Bool = false
    ) -> [String: Int] {
        var counts = [Int](repeating: 0, count: places.count)
        for _ in 0..<trials {
            var result = run(v4: v4, .facts)
            if failOpen, result.count == 0 { result = run(v4: v4, .upUnlessOverridden) }
            if result.count > 0 { counts[evaluator.address(0)] += 1 }
        }
        return Dictionary(zip(places.map(\.endpoint), counts), uniquingKeysWith: +)
    }

    /// How often each answer, as a list of endpoints, was given.
    package func tally(_ trials: Int, v4: Bool = true) -> [[String]: Int] {
        var counts: [[Int]: Int] = [:]
        for _ in 0..<trials {
            let result = run(v4: v4, .facts)
            counts[(0..<result.count).map { evaluator.address($0) }, default: 0] += 1
        }
        return Dictionary(
            counts.map { ($0.key.map { places[$0].endpoint }, $0.value) }, uniquingKeysWith: +)
    }

    private func run(
        v4: Bool, for client: PolicyClient = .anybody, _ assumption: Assumption
    ) -> PolicyResult {
        evaluator.evaluate(
            program, memory.image, verdicts, v4: v4, for: client, assuming: assumption,
            random: &random)
    }
}
