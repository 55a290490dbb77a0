import DNSWire
import Health
import Synchronization

/// The last changes of verdicts, kept in memory for those who ask what was known at a time.
package final class TransitionLog: Sendable {
    /// Changes kept; the oldest is forgotten for a new one.
    package static let maximumEntries = 10_000

    private struct Place: Hashable {
        var endpoint: String
        var address: IPAddress
    }

    private struct Entry {
        var time: Int64
        var place: Place
        var old: Verdict
    }

    private struct State {
        /// A ring once it is full.
        var entries: [Entry] = []
        var next = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Takes a change that happened at a time in Unix seconds.
    package func record(_ transition: Transition, at time: Int64) {
        let entry = Entry(
            time: time, place: Place(endpoint: transition.endpoint, address: transition.address),
            old: transition.old)
        state.withLock { state in
            if state.entries.count < TransitionLog.maximumEntries {
                state.entries.append(entry)
                return
            }
            state.entries[state.next] = entry
            state.next = (state.next + 1) % TransitionLog.maximumEntries
        }
    }

    /// What an address's verdict was at a time, where it has changed since; nil: that is not known.
    func verdict(of endpoint: String, _ address: IPAddress, at time: Int64) -> Verdict? {
        let place = Place(endpoint: endpoint, address: address)
        return state.withLock { state in
            // The first change behind that time ended what was then; of equal times the first written.
            let order = state.entries[state.next...] + state.entries[..<state.next]
            return order.first { $0.place == place && $0.time > time }?.old
        }
    }
}
