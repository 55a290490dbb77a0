import Health

/// What can be known about one address, in the words of DESIGN §5.
enum State: Character, CaseIterable, Sendable {
    case healthy = "H"
    case unchecked = "C"
    case up = "U"
    case degraded = "G"
    case unknown = "K"
    case softDrained = "S"
    case hardDrained = "D"
    case down = "X"
    case overriddenDown = "O"

    var word: VerdictWord {
        switch self {
        case .healthy: VerdictWord(.healthy)
        case .unchecked: VerdictWord(.unchecked)
        case .up: VerdictWord(.unhealthy, override: .up)
        case .degraded: VerdictWord(.degraded)
        case .unknown: VerdictWord(.unknown)
        case .softDrained: VerdictWord(.healthy, override: .softDrain)
        case .hardDrained: VerdictWord(.healthy, override: .hardDrain)
        case .down: VerdictWord(.unhealthy)
        case .overriddenDown: VerdictWord(.healthy, override: .down)
        }
    }
}
