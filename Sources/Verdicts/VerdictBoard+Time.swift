import Health
import Synchronization

extension VerdictBoard {
    /// Lets time pass; call it every second.
    ///
    /// Reports and overrides end, feeds fall silent, addresses that came back take more of their share,
    /// and so do clusters whose load fell; the brake lets go when probes have seen again for a while.
    /// Only words that change are stored: at most 231 for one slow start, 256 for one cluster's way back.
    package func tick() {
        change { state, now in
            passFeeds(in: &state, now: now)
            for (key, override) in state.overrides
            where override.expires.map({ $0 <= now }) ?? false {
                state.overrides[key] = nil
                guard let index = state.indexes[key] else { continue }
                state.records[index].override = nil
                settle(index, in: &state, now: now)
            }
            passLoads(in: &state, now: now)
            for index in state.records.indices where state.records[index].changesWithTime {
                settle(index, in: &state, now: now)
            }
            if state.brake.isPast(at: now) { letGo(.recovered, in: &state, now: now) }
            state.endIfNothingIsHeld()
        }
    }

    /// Treats what feeds said that have become silent as their rules say.
    func passFeeds(in state: inout State, now: Int64) {
        for (rule, seconds) in state.feeds.pass(to: now) {
            state.notices.append(.feedSilent(rule.name, seconds: seconds, rule.silent))
            guard rule.silent != .freeze else { continue }
            settleReports(of: rule.name, in: &state, now: now)
        }
    }

    /// Recomputes the endpoints that a feed has spoken of.
    func settleReports(of feed: String, in state: inout State, now: Int64) {
        for index in state.records.indices
        where state.records[index].reports.contains(where: {
            FeedLives.feed(of: $0.source) == feed
        }) {
            settle(index, in: &state, now: now)
        }
    }
}

extension EndpointRecord {
    /// Whether its words may change though nobody says anything.
    var changesWithTime: Bool {
        reports.contains { $0.expires != nil } || addresses.contains { $0.ramp != nil }
    }
}
