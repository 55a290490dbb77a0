import Compiling
import Control
import Explaining
import Foundation
import Health
import Holding
import Serving
import Verdicts

extension Server {
    /// Explains an answer of the image that is served, with the verdicts of now or of another moment.
    func explain(_ query: ExplainQuery) async throws(ExplainRefusal) -> any Encodable & Sendable {
        guard let served, let compiled else {
            throw ExplainRefusal(
                "no configuration is loaded, as the files are broken", isUnavailable: true)
        }
        let now = Date()
        do throws(AssumptionError) {
            let request = try ExplainRequest(
                name: query.name, type: query.type, client: query.client, with: query.with,
                at: query.at, now: Int64(now.timeIntervalSince1970))
            let image = served.image.image
            let verdicts = VerdictCopy(of: plane.verdicts)
            var notes: [String] = []
            var statuses: [EndpointStatus] = []
            var time = now
            if let moment = request.time {
                let known = board.moment(at: moment, transitions)
                for (slot, word) in known.words { verdicts.table.store(word, slot: slot) }
                statuses = known.statuses
                notes = known.notes
                time = Date(timeIntervalSince1970: TimeInterval(moment))
                if time < published {
                    notes.append(
                        "the configuration is that of now, served since \(published.ISO8601Format())"
                    )
                }
            } else {
                statuses = board.snapshot()
            }
            var state = ExplainedState(
                configuration, compiled.endpoints, image, verdicts, statuses: statuses,
                state: Explanation.State(
                    isLive: true, image: served.place.generation, time: time.ISO8601Format(),
                    notes: notes))
            try state.assume(request.assumptions, names: request.names) { feed, key in
                board.words(ofEndpoint: key, whenSilent: feed, at: request.time)
            }
            var explanation = withExtendedLifetime(served.image) { state.explain(request) }
            if request.time == nil { explanation.state.notes += heldNotes(explanation.policy) }
            return explanation
        } catch {
            throw ExplainRefusal(error.description)
        }
    }

    /// What the policy's failovers hold back, and for how long.
    private func heldNotes(_ policy: Explanation.Policy?) -> [String] {
        guard let policy else { return [] }
        let isV4 = policy.family == "IPv4"
        return holds.held().filter { $0.isV4 == isV4 && $0.node.owner == policy.owner }.map {
            held in
            var text = "\(held.homeName) is held back and \(held.tierName) answers"
            if held.isWaiting { return text + ", until the first has answered again" }
            if let seconds = held.comesBackIn {
                text += "; it comes back in \(seconds) s"
            } else if let after = held.afterSeconds {
                text += "; it comes back once it has been well for \(after) s"
            } else {
                text += " until `sterna failback \(held.node.owner)`"
            }
            return text
        }
    }
}
