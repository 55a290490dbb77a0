import Foundation
import Health
import Verdicts

/// Says in a few words why an address is in the state that it is in: since when, by whom, what for.
struct StateReasons {
    /// Whether the verdicts are a running server's.
    let isLive: Bool

    func text(
        _ word: VerdictWord, of endpoint: KnownEndpoints.Endpoint, address: String
    ) -> String {
        let status = endpoint.status?.addresses.first { $0.address == address }
        var text = stateText(word, of: endpoint, status)
        if status?.isHeld ?? false { text += "; the mass-change brake holds what was before" }
        guard word.share < VerdictWord.wholeShare else { return text }
        let whole = Double(VerdictWord.wholeShare)
        text += "; takes \(Percentage(Double(word.share) / whole).text) of its normal share"
        if let ramp = status?.ramp, ramp < VerdictWord.wholeShare {
            text += " (slow start: \(Percentage(Double(ramp) / whole).text)"
            text += ramp == word.share ? ")" : ", and its cluster sheds load)"
        } else {
            text += " (its cluster sheds load)"
        }
        return text
    }

    private func stateText(
        _ word: VerdictWord, of endpoint: KnownEndpoints.Endpoint, _ status: AddressStatus?
    ) -> String {
        if let assumed = endpoint.assumed { return "assumed: \(assumed)" }
        if word.override != .none { return text(word.override, endpoint.status?.override) }
        guard let status else {
            if isLive { return "nothing is known of it" }
            return word.verdict == .unchecked
                ? "nothing checks it" : "taken as \(word.verdict)"
        }
        guard word.verdict != .unchecked else { return "nothing checks it" }
        // What the board says is of another moment where words were taken back in time.
        guard status.verdict == "\(word.verdict)" else { return "\(word.verdict)" }
        var text = "\(word.verdict) since \(StateReasons.time(status.since))"
        let source = [status.source, status.reason].filter { !$0.isEmpty }
        if !source.isEmpty { text += " (\(source.joined(separator: ": ")))" }
        return text
    }

    private func text(_ override: Override, _ known: OverrideStatus?) -> String {
        var text =
            switch override {
            case .none: ""
            case .softDrain: "drained softly"
            case .hardDrain: "drained"
            case .up: "held up"
            case .down: "held down"
            }
        guard let known else { return text }
        if !known.owner.isEmpty { text += " by \(known.owner)" }
        text += " since \(StateReasons.time(known.since))"
        if let expires = known.expires { text += ", until \(StateReasons.time(expires))" }
        return known.reason.isEmpty ? text : text + ": \(known.reason)"
    }

    /// RFC 3339, in UTC.
    static func time(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).ISO8601Format()
    }
}
