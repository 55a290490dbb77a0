import Answering
import DNSWire
package import Serving
import Steering

/// One state of the world: an image with verdicts, asked for what it makes of traffic.
package struct SimulatedSide {
    package let image: ServingImage
    package let verdicts: VerdictTable
    package let endpoints: KnownEndpoints

    package init(_ image: ServingImage, _ verdicts: VerdictTable, _ endpoints: KnownEndpoints) {
        self.image = image
        self.verdicts = verdicts
        self.endpoints = endpoints
    }
}

/// Who gets the queries of one kind.
struct Outcome: Hashable {
    /// By the endpoint's key; what is missing to 1 gets no address, or one of `whenDown`.
    var shares: [String: Double] = [:]
    /// Addresses that belong to no endpoint.
    var listed: Double = 0
    var outcome = SteeredOutcome.noData

    /// Whether the policy is down for this family or for both.
    var isDown: Bool {
        switch outcome {
        case .addresses, .noData, .evaluate: false
        default: true
        }
    }
}

/// Works out outcomes, each kind once: equal policies, families and branches have the same.
struct OutcomeTable {
    private struct Key: Hashable {
        var steered: Int
        var v4: Bool
        var branch: UInt32
        /// Where a hash makes every client another.
        var client: ClientNetwork?
    }

    let side: SimulatedSide
    private var evaluator = OwnedEvaluator()
    private var known: [Key: Outcome] = [:]
    private var steered: [Name: (v4: Int?, v6: Int?)] = [:]
    /// By program: whether it has a hash.
    private var hashes: [Int: Bool] = [:]

    init(_ side: SimulatedSide) { self.side = side }

    /// What a client's query comes to; nil where no policy decides it.
    mutating func outcome(of name: Name, v4: Bool, client: IPNetwork?) -> Outcome? {
        guard let offset = offset(of: name, v4: v4) else { return nil }
        let view = SteeredView(of: side.image, offset: offset)
        let program = PolicyProgram(side.image, offset: view.program)
        var seen = PolicyClient.anybody
        var key = Key(steered: offset, v4: v4, branch: 0, client: nil)
        if let client, view.looks {
            let network = ClientNetwork(client)
            seen = program.client(network)
            key.branch = seen.branch
            if hasHash(program, at: view.program) { key.client = network }
        }
        if let outcome = known[key] { return outcome }
        let trace = evaluator.value.trace(
            view, side.image, side.verdicts, v4: v4, for: seen, spreadsHash: client == nil)
        let outcome = outcome(trace)
        known[key] = outcome
        return outcome
    }

    private func outcome(_ trace: SteeredTrace) -> Outcome {
        var outcome = Outcome(outcome: trace.outcome)
        if trace.decision.isListed { outcome.listed = 1 }
        guard let answering = trace.answering else { return outcome }
        for (address, share) in FirstShares(answering).byAddress {
            let endpoint = side.endpoints.all[side.image.address(address).endpoint]
            outcome.shares[endpoint.key, default: 0] += share
        }
        return outcome
    }

    private mutating func hasHash(_ program: PolicyProgram, at offset: Int) -> Bool {
        if let known = hashes[offset] { return known }
        let has = (0..<program.nodeCount).contains {
            program.node($0).kind == ProgramLayout.Kind.hash
        }
        hashes[offset] = has
        return has
    }

    private mutating func offset(of name: Name, v4: Bool) -> Int? {
        if let known = steered[name] { return v4 ? known.v4 : known.v6 }
        let found = (find(name, .a), find(name, .aaaa))
        steered[name] = found
        return v4 ? found.0 : found.1
    }

    private func find(_ name: Name, _ type: RRType) -> Int? {
        guard let last = lookups(of: name, type: type, in: side.image).last,
            case .name(let node) = last.place, last.next == nil,
            let entry = node.entry(of: type), entry.isSteered
        else { return nil }
        return entry.steered.offset
    }
}

/// An evaluator where a struct that is copied can keep one.
private final class OwnedEvaluator {
    var value = PolicyEvaluator()
}
