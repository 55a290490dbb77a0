import Compiling
import DNSWire
import Health
import Serving
import Steering

/// Makes the tree of a policy that was judged, with a reason for everything.
struct PolicyTree {
    let image: ServingImage
    let trace: PolicyTrace
    let labels: PolicyLabels
    let endpoints: KnownEndpoints
    let reasons: StateReasons
    let v4: Bool
    private let shares: FirstShares
    private var shown: Set<Int> = []

    init(
        image: ServingImage, trace: PolicyTrace, labels: PolicyLabels, endpoints: KnownEndpoints,
        reasons: StateReasons, v4: Bool
    ) {
        self.image = image
        self.trace = trace
        self.labels = labels
        self.endpoints = endpoints
        self.reasons = reasons
        self.v4 = v4
        shares = FirstShares(trace)
    }

    mutating func root() -> Explanation.Node { node(trace.root, depth: 0) }

    private mutating func node(_ index: Int, depth: Int) -> Explanation.Node {
        let node = trace.nodes[index]
        let isShown = !shown.insert(index).inserted
        let endpoint = node.endpoint.map { endpoints.all[$0] }
        var result = Explanation.Node(
            number: index, kind: kind(node, index), endpoint: endpoint?.key,
            cluster: endpoint?.cluster, standing: node.standing.word, text: text(node, index),
            isShownAbove: isShown && endpoint == nil, members: [], addresses: [], requirements: [])
        guard !result.isShownAbove, depth <= ProgramLayout.maximumDepth else { return result }
        if let endpoint {
            result.addresses = node.addresses.map { address($0, endpoint) }
        }
        let names = labels.members[index] ?? []
        for (place, (member, chance)) in zip(node.members, node.chances).enumerated() {
            let child = self.node(member.node, depth: depth + 1)
            let label = place < names.count ? names[place] : child.endpoint ?? ""
            // A group that is down has its failed members ready for one above that takes it for up.
            let isAsked = node.standing.isUsable || shares.byNode[index] > 0
            result.members.append(
                Explanation.Member(
                    label: label, weight: node.isByWeight ? member.weight : nil,
                    isCandidate: member.isCandidate && isAsked, chance: isAsked ? chance : 0,
                    text: isAsked
                        ? text(member, place, of: node, result.kind, chance)
                        : whyLeftOut(member, place, of: node), node: child))
        }
        result.requirements = (node.keys?.required ?? []).map { required in
            let child = trace.nodes[required]
            let name = child.endpoint.map { endpoints.all[$0].key } ?? "a policy"
            return "\(name): \(child.standing.word)"
        }
        return result
    }

    private func address(
        _ address: PolicyTrace.Address, _ endpoint: KnownEndpoints.Endpoint
    ) -> Explanation.Address {
        let text = image.address(address.index).address(v4: v4)
        return Explanation.Address(
            address: text, standing: address.standing.word, verdict: "\(address.word.verdict)",
            isGiven: address.passes,
            text: reasons.text(address.word, of: endpoint, address: text))
    }

    // MARK: In words

    private func kind(_ node: PolicyTrace.Node, _ index: Int) -> String {
        if let written = labels.kinds[index] { return written }
        return switch node.kind {
        case ProgramLayout.Kind.endpoint: "endpoint"
        case ProgramLayout.Kind.all: "all"
        case ProgramLayout.Kind.weighted: "weighted"
        case ProgramLayout.Kind.failover: "failover"
        case ProgramLayout.Kind.hash: "hash"
        default: "by client"
        }
    }

    private func text(_ node: PolicyTrace.Node, _ index: Int) -> String {
        ([picks(node, kind(node, index))] + keys(node)).filter { !$0.isEmpty }.joined(
            separator: "; ")
    }

    private func keys(_ node: PolicyTrace.Node) -> [String] {
        guard let keys = node.keys else { return [] }
        var texts: [String] = []
        if keys.needed > 0 {
            texts.append("at least \(keys.needed) must be up, \(keys.up) are")
        }
        if keys.panicPercent > 0 {
            texts.append(
                keys.panics
                    ? "panics: less than \(keys.panicPercent) % is healthy, so all are used"
                    : "would panic below \(keys.panicPercent) % healthy")
        }
        if keys.trickle > 0 {
            texts.append("\(Percentage(Double(keys.trickle) / 10_000).text) goes to the next one")
        }
        if keys.spills { texts.append("what one cannot take spills to the next") }
        if keys.heldTiers > 0 {
            let tiers =
                keys.heldTiers == 1 ? "the first member is" : "\(keys.heldTiers) members are"
            texts.append("\(tiers) held back, as failback is not automatic")
        }
        if keys.isAlwaysUp { texts.append("always counts as up") }
        if node.share < 256 {
            texts.append("takes \(Percentage(Double(node.share) / 256).text) of its normal share")
        }
        return texts
    }

    private func picks(_ node: PolicyTrace.Node, _ kind: String) -> String {
        switch node.kind {
        case ProgramLayout.Kind.endpoint:
            return node.addresses.isEmpty ? "it has no \(v4 ? "IPv4" : "IPv6") address" : ""
        case ProgramLayout.Kind.all:
            guard case .rotation(let most) = node.picks else { return "" }
            return most == 1
                ? "one of the members that may answer"
                : "every member that may answer, from a random one on; at most \(most) addresses"
        case ProgramLayout.Kind.weighted:
            if case .draw(let draws) = node.picks, draws > 1 {
                return "\(draws) members by weight, none twice"
            }
            return "one member by weight"
        case ProgramLayout.Kind.failover: return "the first member that may answer"
        case ProgramLayout.Kind.hash: return "the member that the client's network chooses"
        default:
            if node.ladder.isEmpty { return "no branch is for this client" }
            return "the \(PolicyTree.first(kind)) that may answer"
        }
    }

    /// Which member of a ladder comes first.
    private static func first(_ kind: String) -> String {
        switch kind {
        case "proximity": "nearest member"
        case "latency": "member with the lowest latency"
        default: "most specific branch for this client"
        }
    }

    private func text(
        _ member: PolicyTrace.Member, _ place: Int, of node: PolicyTrace.Node, _ kind: String,
        _ chance: Double
    ) -> String {
        guard member.isCandidate else { return whyLeftOut(member, place, of: node) }
        switch node.kind {
        case ProgramLayout.Kind.all: return "given"
        case ProgramLayout.Kind.weighted:
            if node.usesStandbys { return "a standby: every member above weight 0 is down" }
            let sum = node.members.reduce(0) { $0 + ($1.isCandidate ? UInt64($1.weight) : 0) }
            return "weight \(member.weight) of \(sum)" + slowed(member)
        case ProgramLayout.Kind.failover:
            let isFirst = node.members.firstIndex { $0.isCandidate } == place
            if chance > 0, !isFirst {
                return "chosen for what \(node.keys?.spills ?? false ? "others leave" : "trickles on")"
            }
            return chance > 0
                ? "chosen: the first that may answer" + slowed(member) : "may answer, stands behind"
        case ProgramLayout.Kind.hash:
            return chance > 0 ? "this client's" : "for other clients"
        default:
            let isFirst = node.ladder.first { node.members[$0].isCandidate } == place
            if chance > 0, !isFirst { return "chosen for what others leave" }
            return chance > 0
                ? "chosen: the \(PolicyTree.first(kind)) that may answer" + slowed(member)
                : "may answer, but another comes before it"
        }
    }

    /// Says that a member cannot take its whole share.
    private func slowed(_ member: PolicyTrace.Member) -> String {
        let share = trace.nodes[member.node].share
        return share < 256
            ? ", of which it takes \(Percentage(Double(share) / 256).text)" : ""
    }

    private func whyLeftOut(
        _ member: PolicyTrace.Member, _ place: Int, of node: PolicyTrace.Node
    ) -> String {
        if node.kind == ProgramLayout.Kind.located, !node.ladder.contains(place) {
            return "not for this client"
        }
        let child = trace.nodes[member.node]
        switch child.standing {
        case .absent: return "no \(v4 ? "IPv4" : "IPv6") address"
        case .out: return "taken out"
        case .down: return "down"
        default: break
        }
        if place < node.keys?.heldTiers ?? 0 { return "\(child.standing.word), but held back" }
        if node.isByWeight, member.weight == 0, !node.usesStandbys {
            return "weight 0: stands by until every member above 0 is down"
        }
        if node.isByWeight, member.weight > 0, node.usesStandbys {
            return "\(child.standing.word); members of weight 0 stand in"
        }
        switch child.standing {
        case .softDrained: return "being drained: used when nothing better is left"
        case .unknown: return "not checked yet, while others are"
        case .degraded: return "degraded: used when no member is healthy"
        default:
            let isUp = node.standing.isUsable
            return isUp ? child.standing.word : "\(child.standing.word), but its group is down"
        }
    }
}

extension PolicyTrace.Node {
    var isByWeight: Bool {
        kind == ProgramLayout.Kind.weighted || kind == ProgramLayout.Kind.hash
    }
}

extension AddressView {
    /// The address as text.
    package func address(v4: Bool) -> String {
        let wire = wire(v4: v4)
        return IPAddress(bytes: (0..<wire.count).map { wire.byte($0) })?.description ?? "?"
    }
}

extension Standing {
    /// The word that people read.
    package var word: String {
        switch self {
        case .absent: "absent"
        case .out: "taken out"
        case .down: "down"
        case .softDrained: "being drained"
        case .unknown: "unknown"
        case .degraded: "degraded"
        case .unchecked: "unchecked"
        case .healthy: "healthy"
        }
    }
}
