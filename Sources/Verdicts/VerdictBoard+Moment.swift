package import Health
import Synchronization

/// What the board can say honestly about another moment than now.
package struct BoardMoment: Sendable {
    /// As of that moment.
    package var statuses: [EndpointStatus] = []
    /// By slot.
    package var words: [Int: VerdictWord] = [:]
    /// What is not known, and what could be otherwise; one sentence each.
    package var notes: [String] = []

    /// Most notes of one kind; the rest is counted.
    static let maximumNotes = 20
}

extension VerdictBoard {
    /// The words of a moment.
    ///
    /// Ahead, everything that ends by itself has ended: overrides and reports that expire. What probes and feeds
    /// will say is not foreseen; the notes tell whose verdict could have changed by then.
    /// Back, verdicts are what `log` says they were; those that it does not know are unknown. Overrides that
    /// were given later are not there; those that were taken back since are not known.
    ///
    /// - Parameter time: Unix seconds.
    package func moment(at time: Int64, _ log: TransitionLog) -> BoardMoment {
        let now = now()
        let (records, shares, feeds) = state.withLock { state in
            (state.records, state.records.indices.map(state.clusterShare(of:)), state.feeds)
        }
        var moment = BoardMoment()
        if time >= now {
            var later = feeds
            let silent = Set(later.pass(to: time).map(\.rule.name))
            for (record, share) in zip(records, shares) {
                moment.addFuture(record, at: time, now: now, share, later)
            }
            for name in silent.sorted() {
                moment.notes.append("feed \(name) is silent by then, if it says nothing more")
            }
            if shares.contains(where: { $0 < VerdictWord.wholeShare }) {
                moment.notes.append("what clusters shed is taken as it is now")
            }
        } else {
            for (record, share) in zip(records, shares) {
                moment.addPast(record, at: time, now: now, share, feeds, log)
            }
        }
        if time < now {
            moment.notes.append("overrides that were taken back since are not known")
        }
        moment.cutNotes()
        return moment
    }

    /// The words of an endpoint's addresses once a feed is silent, by the feed's rule for that; nil where
    /// the endpoint is not defined.
    ///
    /// - Parameter time: Unix seconds; nil: now. What ends by itself by then has ended.
    package func words(
        ofEndpoint key: String, whenSilent feed: String, at time: Int64? = nil
    ) -> [VerdictWord]? {
        let now = time ?? now()
        return state.withLock { state in
            guard let index = state.indexes[key] else { return nil }
            var record = state.records[index]
            var feeds = state.feeds
            feeds.silence(feed)
            if let expires = record.override?.expires, expires <= now { record.override = nil }
            let share = state.clusterShare(of: index)
            return record.addresses.indices.map { place in
                _ = record.settle(place, now: now, feeds)
                return record.word(place, clusterShare: share, now: now)
            }
        }
    }
}

extension BoardMoment {
    fileprivate mutating func addFuture(
        _ record: EndpointRecord, at time: Int64, now: Int64, _ share: UInt32, _ feeds: FeedLives
    ) {
        var record = record
        if let expires = record.override?.expires, expires <= time {
            notes.append("the override of \(record.endpoint.key) has ended by then")
            record.override = nil
        }
        for place in record.addresses.indices {
            if let change = record.settle(place, now: time, feeds) {
                notes.append(
                    "\(change.endpoint) \(change.address) is \(change.new) by then, as a report ends or its feed is silent"
                )
            }
            let address = record.addresses[place]
            words[address.tracked.slot] = record.word(place, clusterShare: share, now: time)
            if address.changeSeconds > 0, time - now >= Int64(address.changeSeconds) {
                notes.append(
                    "\(record.endpoint.key) \(address.tracked.address) could change from "
                        + "\(address.changeSeconds) s on from now; it is taken as it is")
            }
        }
        statuses.append(record.status(now: time, feeds))
    }

    fileprivate mutating func addPast(
        _ record: EndpointRecord, at time: Int64, now: Int64, _ share: UInt32, _ feeds: FeedLives,
        _ log: TransitionLog
    ) {
        var record = record
        let key = record.endpoint.key
        if let since = record.override?.since, since > time {
            notes.append("the override of \(key) was given later")
            record.override = nil
        }
        var status = record.status(now: now, feeds)
        for place in record.addresses.indices {
            let address = record.addresses[place]
            var word = record.word(place, clusterShare: share, now: time)
            if address.since > time {
                let known = log.verdict(of: key, address.tracked.address, at: time)
                let verdict = known ?? .unknown
                if known == nil {
                    notes.append(
                        "what \(key) \(address.tracked.address) was then is not known: taken as "
                            + "unknown")
                }
                word = VerdictWord(
                    verdict, override: record.override?.override ?? .none,
                    changeSeconds: address.changeSeconds)
                status.addresses[place].verdict = verdict.description
                status.addresses[place].reason = "its reason then is not kept"
                status.addresses[place].source = ""
                status.addresses[place].since = time
            }
            words[address.tracked.slot] = word
        }
        statuses.append(status)
    }

    /// Keeps a page of notes.
    fileprivate mutating func cutNotes() {
        guard notes.count > BoardMoment.maximumNotes else { return }
        let more = notes.count - BoardMoment.maximumNotes
        notes = notes.prefix(BoardMoment.maximumNotes) + ["and \(more) more of this kind"]
    }
}
