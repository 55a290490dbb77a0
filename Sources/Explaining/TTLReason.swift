import Health
import Serving
import Steering

/// Says where the TTL of a steered answer comes from.
struct TTLReason {
    let image: ServingImage
    let steered: SteeredView
    let trace: SteeredTrace
    let endpoints: KnownEndpoints
    let v4: Bool

    var text: String {
        switch trace.outcome {
        case .addressesWhileDown where trace.decision.isListed:
            return steered.hasWhenDownTTL
                ? "whenDownTtl" : "the shortest, of an answer while all is down"
        case .addresses, .addressesWhileDown: break
        default: return "of the zone's negative answers"
        }
        if trace.outcome == .addressesWhileDown, steered.hasWhenDownTTL { return "whenDownTtl" }
        let standing = trace.facts.standing
        let isDegraded = standing == .degraded || standing == .softDrained
        if trace.outcome == .addresses, isDegraded, trace.decision.ttl == steered.degradedTTL,
            steered.ttl(changeSeconds: trace.decision.changeSeconds) > trace.decision.ttl
        {
            return "degradedTtl, as the policy is \(standing.word)"
        }
        guard steered.minimumTTL != steered.maximumTTL else { return "fixed" }
        let range = "between \(steered.minimumTTL) s and \(steered.maximumTTL) s"
        let judged = trace.instead ?? trace.facts
        guard judged.changeSeconds > 0, let cause = cause(judged) else {
            return "auto, \(range): nothing here can change by itself, so the longest"
        }
        var text = "auto, \(range): \(cause) could change in \(judged.changeSeconds) s at the earliest"
        if judged.changeSeconds < steered.minimumTTL { text += ", raised to the shortest" }
        if judged.changeSeconds > steered.maximumTTL { text += ", lowered to the longest" }
        return text
    }

    /// The address that could change first, and what it takes.
    private func cause(_ trace: PolicyTrace) -> String? {
        for node in trace.nodes {
            guard let number = node.endpoint,
                let address = node.addresses.first(where: {
                    $0.word.changeSeconds == trace.changeSeconds
                })
            else { continue }
            let endpoint = endpoints.all[number]
            let place = "\(endpoint.key) \(image.address(address.index).address(v4: v4))"
            guard let monitor = endpoints.monitor(of: endpoint.key) else { return place }
            let checks = (Double(trace.changeSeconds) / (monitor.interval / .seconds(1))).rounded()
            guard checks >= 1 else { return place }
            return "\(place) (\(Int(checks)) checks of \(monitor.name), one every "
                + "\(monitor.interval.shortText))"
        }
        return nil
    }
}

extension Duration {
    /// `500 ms`, `5 s`.
    var shortText: String {
        let (seconds, attoseconds) = components
        if attoseconds == 0 { return "\(seconds) s" }
        return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms"
    }
}
