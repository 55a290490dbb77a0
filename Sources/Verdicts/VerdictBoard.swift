package import DNSWire
package import Health
import Synchronization

/// Where monitors, feeds and operators meet: merges what they say and stores one word per address.
///
/// Calls may come from any thread. Words are stored under the board's lock, so that the last word
/// in the table is always the newest; transitions are told after it is released.
package final class VerdictBoard: Sendable {
    /// Most sources that may speak of one endpoint.
    package static let maximumSources = 64
    /// Most endpoints whose feed reports are remembered while no configuration defines them.
    package static let maximumParkedEndpoints = 10_000
    /// Most overrides kept: ten for each of 10,000 endpoints would be far more than anyone gives.
    package static let maximumOverrides = 100_000

    struct State {
        var records: [EndpointRecord] = []
        var indexes: [String: Int] = [:]
        /// Reports about endpoints that a reload removed, for the case that the next one defines
        /// them again.
        var parked: [String: [FeedReport]] = [:]
        /// By endpoint, whether or not the endpoint is defined now.
        var overrides: [String: AppliedOverride] = [:]
        var totals = VerdictTotals()
    }

    let state = Mutex(State())
    let now: @Sendable () -> Int64
    let store: @Sendable (_ slot: Int, VerdictWord) -> Void
    let onTransition: @Sendable (Transition) -> Void

    /// Makes an empty board.
    ///
    /// - Parameters:
    ///   - now: the wall clock, in Unix seconds.
    ///   - store: puts a word into the verdict table; called with the lock held, must not call the
    ///     board.
    ///   - onTransition: told of every change of a merged verdict.
    package init(
        now: @escaping @Sendable () -> Int64,
        store: @escaping @Sendable (_ slot: Int, VerdictWord) -> Void,
        onTransition: @escaping @Sendable (Transition) -> Void = { _ in }
    ) {
        self.now = now
        self.store = store
        self.onTransition = onTransition
    }

    /// Takes the endpoints of a newly loaded configuration and stores the words of all their
    /// addresses.
    ///
    /// What is known of addresses that stay is kept, also when their slots move. Set overrides
    /// first, so that no word is stored without them. A key that comes twice counts once, the first
    /// time.
    ///
    /// - Parameter initial: the word that an earlier control process left for a slot; asked for
    ///   monitored addresses that are new to this board. Without one they are unknown until their
    ///   first round.
    package func replaceEndpoints(
        _ endpoints: [TrackedEndpoint],
        initial: @Sendable (_ slot: Int) -> VerdictWord? = { _ in nil }
    ) {
        let now = now()
        let transitions = state.withLock { state in
            state.replace(endpoints, now: now, initial: initial)
            var transitions: [Transition] = []
            for index in state.records.indices {
                transitions += settle(index, in: &state, now: now)
            }
            return transitions
        }
        transitions.forEach(onTransition)
    }

    /// Takes what a monitor found; ignored unless that monitor checks that address now.
    ///
    /// - Parameter changeSeconds: interval × checks still needed until the verdict can change.
    package func report(
        monitor name: String, endpoint key: String, address: IPAddress, verdict: Verdict,
        reason: String, changeSeconds: UInt32
    ) {
        let now = now()
        let transition: Transition? = state.withLock { state in
            guard let index = state.indexes[key], state.records[index].endpoint.monitor == name,
                let place = state.records[index].addresses.firstIndex(where: {
                    $0.tracked.address == address
                })
            else { return nil }
            state.records[index].addresses[place].monitored = Opinion(
                verdict: verdict, reason: reason.cut(toBytes: FeedReport.maximumReasonBytes),
                source: name)
            state.records[index].addresses[place].changeSeconds = changeSeconds
            return settle(index, place, in: &state, now: now)
        }
        if let transition { onTransition(transition) }
    }

    /// Sets or, with nil, takes back an operator's word; endpoints that are not defined yet may
    /// have one.
    ///
    /// - Returns: false when there are `maximumOverrides` already.
    @discardableResult
    package func setOverride(endpoint key: String, _ override: AppliedOverride?) -> Bool {
        let now = now()
        let (isSet, transitions): (Bool, [Transition]) = state.withLock { state in
            let override = override?.override == Override.none ? nil : override
            let isNew = state.overrides[key] == nil
            if override != nil, isNew, state.overrides.count >= VerdictBoard.maximumOverrides {
                return (false, [])
            }
            state.overrides[key] = override
            guard let index = state.indexes[key] else { return (true, []) }
            state.records[index].override = override
            return (true, settle(index, in: &state, now: now))
        }
        transitions.forEach(onTransition)
        return isSet
    }

    /// Drops reports and overrides whose time has passed; call it every second.
    package func expire() {
        let now = now()
        let transitions = state.withLock { state in
            var transitions: [Transition] = []
            for (key, override) in state.overrides
            where override.expires.map({ $0 <= now }) ?? false {
                state.overrides[key] = nil
                guard let index = state.indexes[key] else { continue }
                state.records[index].override = nil
                transitions += settle(index, in: &state, now: now)
            }
            for index in state.records.indices
            where state.records[index].reports.contains(where: { $0.expires != nil }) {
                transitions += settle(index, in: &state, now: now)
            }
            return transitions
        }
        transitions.forEach(onTransition)
    }

    package func totals() -> VerdictTotals { state.withLock { $0.totals } }
}

extension VerdictBoard {
    /// Recomputes all addresses of an endpoint and stores the words that changed.
    func settle(_ index: Int, in state: inout State, now: Int64) -> [Transition] {
        state.records[index].addresses.indices.compactMap {
            settle(index, $0, in: &state, now: now)
        }
    }

    /// Recomputes one address and stores its word if it changed.
    func settle(_ index: Int, _ place: Int, in state: inout State, now: Int64) -> Transition? {
        let transition = state.records[index].settle(place, now: now)
        let word = state.records[index].word(place)
        if state.records[index].addresses[place].stored != word {
            state.records[index].addresses[place].stored = word
            store(state.records[index].addresses[place].tracked.slot, word)
        }
        if transition != nil { state.totals.transitions += 1 }
        return transition
    }
}
