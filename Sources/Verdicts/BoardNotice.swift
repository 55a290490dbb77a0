package import Health

/// Something that operators should hear of beside single verdicts.
package enum BoardNotice: Hashable, Sendable, CustomStringConvertible {
    /// Too much fell at once; it is held.
    case brakeTripped(held: Int, probed: Int, seconds: Int64)
    case brakeEnded(BrakeEnd, held: Int)
    /// What the feed said last is treated as its policy says.
    case feedSilent(String, seconds: Int64, SilentPolicy)
    case feedSpeaks(String)
    case shedding(cluster: String, load: Double)
    case sheddingEnded(cluster: String)

    /// Whether somebody should look at it.
    package var isWarning: Bool {
        switch self {
        case .brakeTripped, .feedSilent, .shedding: true
        case .brakeEnded, .feedSpeaks, .sheddingEnded: false
        }
    }

    package var description: String {
        switch self {
        case .brakeTripped(let held, let probed, let seconds):
            "brake: addresses turned unhealthy within \(seconds) s, \(held) of \(probed) probed;"
                + " this server may be blind, so they keep their former verdicts until a feed, an"
                + " operator (sterna brake confirm) or their own probes say otherwise"
        case .brakeEnded(let end, let held):
            "brake: \(end) (\(held) addresses were held)"
        case .feedSilent(let name, let seconds, let policy):
            switch policy {
            case .freeze: "feed '\(name)' has been silent for \(seconds) s; what it said stays"
            case .expire: "feed '\(name)' has been silent for \(seconds) s; what it said lapses"
            case .up:
                "feed '\(name)' has been silent for \(seconds) s; what it spoke of counts as healthy"
            }
        case .feedSpeaks(let name): "feed '\(name)' speaks again"
        case .shedding(let cluster, let load):
            "cluster '\(cluster)' sheds load: \(load) is more than it should take"
        case .sheddingEnded(let cluster): "cluster '\(cluster)' takes its whole share again"
        }
    }
}

/// Why the brake holds nothing any more.
package enum BrakeEnd: String, Hashable, Sendable, CustomStringConvertible {
    case confirmed, released, recovered, witnessed, switchedOff

    package var description: String {
        switch self {
        case .confirmed: "an operator confirmed the change; it is in force"
        case .released: "an operator released it; the addresses are judged anew"
        case .recovered: "probes succeed again; what is still down is in force"
        case .witnessed: "nothing is held any more"
        case .switchedOff: "switched off; the change is in force"
        }
    }
}
