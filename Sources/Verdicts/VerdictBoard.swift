package import DNSWire
package import Health
import Synchronization

/// Where monitors, feeds and operators meet: merges what they say and stores one word per address.
///
/// Calls may come from any thread. Words are stored under the board's lock, so that the last word
/// in the table is always the newest; transitions and notices are told after it is released.
package final class VerdictBoard: Sendable {
    /// Most sources that may speak of one endpoint, or of the load of one cluster.
    package static let maximumSources = 64
    /// Most endpoints whose feed reports are remembered while no configuration defines them; as many
    /// clusters.
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
        var clusters: [String: ClusterRecord] = [:]
        /// As `parked`, of clusters.
        var parkedClusters: [String: [LoadReport]] = [:]
        var feeds = FeedLives()
        var brake = MassChangeBrake()
        /// Where each probed address is.
        var probed: [IPAddress: [Place]] = [:]
        /// Addresses whose fall the brake holds.
        var held: Set<Place> = []
        var totals = VerdictTotals()
        /// To be told when the lock is released.
        var transitions: [Transition] = []
        var notices: [BoardNotice] = []
    }

    /// One address of one endpoint.
    struct Place: Hashable {
        var index: Int
        var address: Int
    }

    let state = Mutex(State())
    let now: @Sendable () -> Int64
    let store: @Sendable (_ slot: Int, VerdictWord) -> Void
    let onTransition: @Sendable (Transition) -> Void
    let onNotice: @Sendable (BoardNotice) -> Void

    /// Makes an empty board.
    ///
    /// - Parameters:
    ///   - now: the wall clock, in Unix seconds.
    ///   - store: puts a word into the verdict table; called with the lock held, must not call the
    ///     board.
    ///   - onTransition: told of every change of a merged verdict.
    ///   - onNotice: told of what operators should hear of beside that.
    package init(
        now: @escaping @Sendable () -> Int64,
        store: @escaping @Sendable (_ slot: Int, VerdictWord) -> Void,
        onTransition: @escaping @Sendable (Transition) -> Void = { _ in },
        onNotice: @escaping @Sendable (BoardNotice) -> Void = { _ in }
    ) {
        self.now = now
        self.store = store
        self.onTransition = onTransition
        self.onNotice = onNotice
    }

    /// Takes the endpoints of a newly loaded configuration and stores the words of all their
    /// addresses.
    ///
    /// What is known of addresses that stay is kept, also when their slots move. Set overrides
    /// first, so that no word is stored without them. A key that comes twice counts once, the first
    /// time.
    ///
    /// - Parameters:
    ///   - brake: nil: changes of any size pass.
    ///   - initial: the word that an earlier control process left for a slot; asked for
    ///     monitored addresses that are new to this board. Without one they are unknown until their
    ///     first round.
    package func replaceEndpoints(
        _ endpoints: [TrackedEndpoint], clusters: [TrackedCluster] = [], brake: BrakeLimits? = nil,
        initial: @Sendable (_ slot: Int) -> VerdictWord? = { _ in nil }
    ) {
        change { state, now in
            state.replace(endpoints, clusters, now: now, initial: initial)
            state.replaceBrake(brake, now: now)
            passFeeds(in: &state, now: now)
            for index in state.records.indices { settle(index, in: &state, now: now) }
        }
    }

    /// Takes what a monitor found; ignored unless that monitor checks that address now.
    ///
    /// - Parameter changeSeconds: interval × checks still needed until the verdict can change.
    package func report(
        monitor name: String, endpoint key: String, address: IPAddress, verdict: Verdict,
        reason: String, changeSeconds: UInt32
    ) {
        change { state, now in
            guard let index = state.indexes[key], state.records[index].endpoint.monitor == name,
                let number = state.records[index].addresses.firstIndex(where: {
                    $0.tracked.address == address
                })
            else { return }
            let place = Place(index: index, address: number)
            let opinion = Opinion(
                verdict: verdict, reason: reason.cut(toBytes: FeedReport.maximumReasonBytes),
                source: name)
            let hasFallen = state.records[index].addresses[number].take(opinion, now: now)
            state.records[index].addresses[number].changeSeconds = changeSeconds
            var others: [Place] = []
            if hasFallen {
                others = state.noteFall(place, now: now)
            } else if verdict != .unhealthy {
                state.noteRise(of: address, now: now)
            }
            settle(place, in: &state, now: now)
            for other in others where other != place { settle(other, in: &state, now: now) }
            state.endIfNothingIsHeld()
        }
    }

    /// Sets or, with nil, takes back an operator's word; endpoints that are not defined yet may
    /// have one.
    ///
    /// - Returns: false when there are `maximumOverrides` already.
    @discardableResult
    package func setOverride(endpoint key: String, _ override: AppliedOverride?) -> Bool {
        change { state, now in
            let override = override?.override == Override.none ? nil : override
            let isNew = state.overrides[key] == nil
            if override != nil, isNew, state.overrides.count >= VerdictBoard.maximumOverrides {
                return false
            }
            state.overrides[key] = override
            guard let index = state.indexes[key] else { return true }
            state.records[index].override = override
            settle(index, in: &state, now: now)
            state.endIfNothingIsHeld()
            return true
        }
    }

    package func totals() -> VerdictTotals { state.withLock { $0.totals } }
}

extension VerdictBoard {
    /// Changes the state under the lock, and tells what came of it afterwards.
    func change<R: Sendable>(_ body: (inout State, _ now: Int64) -> R) -> R {
        let now = now()
        let (result, transitions, notices) = state.withLock { state in
            let result = body(&state, now)
            let told = (result, state.transitions, state.notices)
            if !state.transitions.isEmpty { state.transitions = [] }
            if !state.notices.isEmpty { state.notices = [] }
            return told
        }
        transitions.forEach(onTransition)
        notices.forEach(onNotice)
        return result
    }

    /// Recomputes all addresses of an endpoint and stores the words that changed.
    func settle(_ index: Int, in state: inout State, now: Int64) {
        for address in state.records[index].addresses.indices {
            settle(Place(index: index, address: address), in: &state, now: now)
        }
    }

    /// Recomputes one address and stores its word if it changed.
    func settle(_ place: Place, in state: inout State, now: Int64) {
        let (index, address) = (place.index, place.address)
        state.hearWitness(place, now: now)
        let transition = state.records[index].settle(address, now: now, state.feeds)
        let word = state.records[index].word(
            address, clusterShare: state.clusterShare(of: index), now: now)
        if state.records[index].addresses[address].stored != word {
            state.records[index].addresses[address].stored = word
            store(state.records[index].addresses[address].tracked.slot, word)
        }
        if let transition {
            state.totals.transitions += 1
            state.transitions.append(transition)
        }
    }
}
