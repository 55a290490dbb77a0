/// What a request asks of the canary.
enum CanaryRoute: Equatable, Sendable {
    /// Answer with this status.
    case status(Int)
    /// Answer 200 after so many milliseconds.
    case delay(milliseconds: Int64)
    /// Turn a switch.
    case control(CanarySwitch)
    /// Tell the switches.
    case state

    /// Longest delay, in seconds.
    static let maximumDelaySeconds = 60.0

    /// Reads method and path; what stands after a question mark does not matter.
    init(method: String, target: String) {
        let path = target.prefix { $0 != "?" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        switch parts.first {
        case nil: self = .status(200)
        case "status"? where parts.count == 2: self = CanaryRoute.status(parts[1])
        case "delay"? where parts.count == 2: self = CanaryRoute.delay(parts[1])
        case "control"?:
            self = CanaryRoute.control(method, parts.dropFirst().joined(separator: "/"))
        default: self = .status(404)
        }
    }

    /// Statuses below 200 are interim and cannot end an exchange (RFC 9110 §15.2).
    private static func status(_ text: Substring) -> CanaryRoute {
        guard let code = Int(text), (200...599).contains(code) else { return .status(400) }
        return .status(code)
    }

    private static func delay(_ text: Substring) -> CanaryRoute {
        guard let seconds = Double(text), seconds >= 0, seconds <= maximumDelaySeconds else {
            return .status(400)
        }
        return .delay(milliseconds: Int64(seconds * 1000))
    }

    private static func control(_ method: String, _ name: String) -> CanaryRoute {
        if name.isEmpty { return method == "GET" ? .state : .status(405) }
        guard let change = CanarySwitch(rawValue: name) else { return .status(404) }
        return method == "PUT" ? .control(change) : .status(405)
    }
}

/// What `PUT /control/…` does, named as in the path.
package enum CanarySwitch: String, Hashable, Sendable, CaseIterable {
    /// Answer 503 to everything but control.
    case fail
    /// Answer as usual again: takes back `fail` and `mute`.
    case recover
    /// Answer 503 to requests that carry `X-HealthCheck`, as a gateway whose own next hop is gone.
    case localGone = "local/gone"
    case localBack = "local/back"
    /// Accept connections and requests, and never answer, control excepted.
    case mute
}
