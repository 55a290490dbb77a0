import Synchronization

/// The switches and counts of one canary.
package struct CanaryState: Hashable, Sendable {
    package internal(set) var isFailing = false
    package internal(set) var isMuted = false
    package internal(set) var isLocalGone = false
    /// Connections accepted since the start.
    package internal(set) var connections: UInt64 = 0
    /// Requests read since the start, control included.
    package internal(set) var requests: UInt64 = 0

    var openConnections = 0

    mutating func turn(_ change: CanarySwitch) {
        switch change {
        case .fail: isFailing = true
        case .recover: (isFailing, isMuted) = (false, false)
        case .localGone: isLocalGone = true
        case .localBack: isLocalGone = false
        case .mute: isMuted = true
        }
    }

    /// The local hop in one word.
    var localWord: String { isLocalGone ? "gone" : "back" }

    func json(name: String) -> String {
        """
        {"name":\(name.jsonQuoted),"failing":\(isFailing),"muted":\(isMuted),\
        "local":"\(localWord)","connections":\(connections),"requests":\(requests)}

        """
    }
}

/// The state where all connections share it.
final class CanaryBox: Sendable {
    private let state = Mutex(CanaryState())

    func read() -> CanaryState { state.withLock { $0 } }

    func update<R: Sendable>(_ change: @Sendable (inout CanaryState) -> R) -> R {
        state.withLock { change(&$0) }
    }
}

extension String {
    /// The text as a JSON string, quotes included (RFC 8259 §7).
    var jsonQuoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case let scalar where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
