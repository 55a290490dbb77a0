import Answering
import Compiling
import DNSWire
import Health
import Serving
import Steering
import Zones

/// What a policy answers one client for one family, and why.
struct SteeredAnswer {
    private let explainer: Explainer
    private let node: NodeView
    private let steered: SteeredView
    private let v4: Bool
    private let client: PolicyClient
    private let trace: SteeredTrace
    private let distribution: AnswerDistribution?
    private let looked: LookedAt
    private let seed: UInt64

    private var image: ServingImage { explainer.image }
    private var family: String { v4 ? "IPv4" : "IPv6" }

    init(
        explainer: Explainer, node: NodeView, steered: SteeredView, v4: Bool,
        network: ClientNetwork, seed: UInt64
    ) {
        self.explainer = explainer
        self.node = node
        self.steered = steered
        self.v4 = v4
        self.seed = seed
        let image = explainer.image
        let verdicts = explainer.verdicts
        let program = PolicyProgram(image, offset: steered.program)
        let client = steered.looks ? program.client(network) : .anybody
        self.client = client
        var evaluator = PolicyEvaluator()
        let trace = evaluator.trace(steered, image, verdicts, v4: v4, for: client)
        self.trace = trace
        var random = RandomSource(seed: seed)
        evaluator.lastGood = trace.decision.lastGood
        distribution = trace.answering.map { judged in
            AnswerDistribution(judged) {
                let result = evaluator.evaluate(
                    program, image, verdicts, v4: v4, for: client,
                    usesFallback: trace.usesFallback, assuming: judged.assumption,
                    random: &random)
                return (0..<result.count).map { evaluator.address($0) }
            }
        }
        var policies = ResolvedPolicies()
        looked = policies.lookedAt(steered, v4: v4, branch: client.branch, image, verdicts)
    }

    // MARK: The policy

    var policy: Explanation.Policy {
        let owner = Name(view: node.name)
        var tree = tree(trace.facts)
        var policy = Explanation.Policy(
            owner: owner?.description ?? "?", family: family, standing: trace.facts.standing.word,
            tree: tree.root(), instead: nil, insteadText: nil)
        switch trace.outcome {
        case .addressesWhileDown:
            if let instead = trace.instead {
                var tree = self.tree(instead)
                policy.instead = tree.root()
                policy.insteadText =
                    trace.decision.lastGood != .max
                    ? "all is down: whenDown answers what was good last"
                    : whyInstead(instead.assumption)
            } else {
                policy.insteadText = "all is down: whenDown gives addresses of its own"
            }
        case .noDataFamilyDown:
            policy.insteadText =
                "all \(family) addresses are down, the \(v4 ? "IPv6" : "IPv4") ones are not: clients "
                + "have that way"
        case .noDataWhileDown: policy.insteadText = "all is down: whenDown answers without records"
        case .noFallback:
            policy.insteadText = "all is down: whenDown gives addresses, but no \(family) one"
        case .serverFailure: policy.insteadText = "all is down: whenDown answers SERVFAIL"
        default: break
        }
        return policy
    }

    private func whyInstead(_ assumption: Assumption) -> String {
        switch assumption {
        case .facts: "all is down: whenDown answers by another policy"
        case .upUnlessOverridden:
            "all is down: whenDown answers as if everything were up but what operators took out"
        case .everythingUp:
            "all is down or taken out: whenDown answers as if everything were up"
        }
    }

    private func tree(_ judged: PolicyTrace) -> PolicyTree {
        PolicyTree(
            image: image, trace: judged, labels: labels(judged), endpoints: explainer.endpoints,
            reasons: StateReasons(isLive: explainer.state.isLive), v4: v4)
    }

    private func labels(_ judged: PolicyTrace) -> PolicyLabels {
        guard let owner = Name(view: node.name),
            let origin = Name(view: image.zone(node.zone).apex.name),
            let source = explainer.sources.first(where: { $0.zone.origin == origin }),
            let name = source.steering.names.first(where: { $0.owner == owner })
        else { return PolicyLabels(judged) }
        return PolicyLabels(
            of: name, in: source, platform: explainer.platform, judged,
            isFallback: judged.root > trace.facts.root)
    }

    // MARK: The response

    /// Says what the policy makes of a response.
    func complete(
        _ response: inout Explanation.Response, _ wire: WireAnswer?, _ question: Explainer.Question
    ) {
        response.ttlText =
            TTLReason(
                image: image, steered: steered, trace: trace, endpoints: explainer.endpoints, v4: v4
            ).text
        if (wire?.addresses ?? []).isEmpty, 
            [steered.minimumTTL, steered.whenDownTTL].contains(wire?.negativeTTL ?? .max),
            trace.outcome == .noDataFamilyDown || trace.outcome == .noDataWhileDown
        {
            response.ttlText = "short, as it is health that has no answer"
        }
        explainScope(&response, question)
        switch trace.outcome {
        case .noData: response.text = "the policy has no \(family) address"
        case .noDataFamilyDown: response.text = "no \(family) address is up"
        case .noDataWhileDown, .noFallback, .serverFailure: response.text = "all is down"
        case .addressesWhileDown where distribution == nil:
            response.text = "all is down: the addresses given for that case"
            let addresses = (wire?.addresses ?? []).map(\.description)
            response.answers = [Explanation.Answer(addresses: addresses, probability: 1)]
            response.addresses = addresses.enumerated().map {
                Explanation.AddressShare(
                    address: $0.element, endpoint: nil, first: $0.offset == 0 ? 1 : 0, included: 1)
            }
        default: explainDistribution(&response)
        }
    }

    private func explainDistribution(_ response: inout Explanation.Response) {
        guard let distribution else { return }
        let sorted = distribution.answers.sorted {
            $0.value == $1.value
                ? $0.key.lexicographicallyPrecedes($1.key) : $0.value > $1.value
        }
        response.answers = sorted.prefix(Explanation.Response.maximumAnswers).map {
            Explanation.Answer(addresses: $0.key.map(text), probability: $0.value)
        }
        response.moreAnswers = max(0, sorted.count - Explanation.Response.maximumAnswers)
        response.draws = distribution.draws
        response.addresses = distribution.included.sorted {
            let first = (distribution.firsts[$0.key] ?? 0, distribution.firsts[$1.key] ?? 0)
            return first.0 == first.1
                ? ($0.value == $1.value ? $0.key < $1.key : $0.value > $1.value)
                : first.0 > first.1
        }.map {
            Explanation.AddressShare(
                address: text($0.key), endpoint: endpoint($0.key),
                first: distribution.firsts[$0.key] ?? 0, included: $0.value)
        }
        let sizes = Set(distribution.answers.keys.map(\.count))
        let counts = sizes.sorted().map(String.init).joined(separator: " or ")
        let many = "\(counts) address\(sizes == [1] ? "" : "es")"
        response.text =
            trace.instead == nil || trace.usesFallback ? many : "\(many), as if all were up"
        if distribution.answers.count == 1 { response.text += ", always the same" }
    }

    private func text(_ address: Int) -> String { image.address(address).address(v4: v4) }

    private func endpoint(_ address: Int) -> String {
        explainer.endpoints.all[image.address(address).endpoint].key
    }

    // MARK: The scope

    private func explainScope(
        _ response: inout Explanation.Response, _ question: Explainer.Question
    ) {
        guard steered.looks else {
            response.scopeText = "the policy does not look at the client"
            return
        }
        let bits = client.scope(looked)
        guard let subnet = question.subnet else {
            response.scopeText =
                "the policy looks at the address that asks; no scope is sent without a client subnet"
            return
        }
        guard image.hasClientSubnet else {
            response.scopeText = "this server does not read client subnets"
            return
        }
        guard image.zone(node.zone).usesClientSubnet else {
            response.scopeText =
                "this zone does not read client subnets; the address that asks decides"
            return
        }
        if bits == 0 {
            response.scopeText = "nothing that decided looked at the client"
        } else if Int(bits) > subnet.prefixLength {
            response.scopeText =
                "clients inside \(subnet) may get other answers; it takes /\(bits) to know"
        } else {
            let key = question.client.network(bits: Int(bits), subnet.address.isV4)
            response.scopeText = "every client in \(key) gets the same answers"
        }
    }
}

extension ClientAddress {
    /// The network around the address, as text.
    fileprivate func network(bits: Int, _ isV4: Bool) -> String {
        let first = keyed(length: isV4 ? bits + 96 : bits)
        let address =
            isV4
            ? IPAddress.v4(UInt32(truncatingIfNeeded: first.low))
            : IPAddress.v6(first.high, first.low)
        return "\(address)/\(bits)"
    }
}
