import Health
import Synchronization

extension VerdictBoard {
    /// Takes a feed's report; `unknown` withdraws what the source said, and its sequence still
    /// counts.
    ///
    /// - Throws: a `FeedRefusal` that says what is wrong; nothing has changed then.
    package func report(_ report: FeedReport) throws(FeedRefusal) {
        let refusal: FeedRefusal? = change { state, now in
            do throws(FeedRefusal) {
                let index = try state.take(report, now: now)
                state.totals.reportsAccepted += 1
                noteLife(of: report.source, at: report.received, in: &state, now: now)
                settle(index, in: &state, now: now)
                state.endIfNothingIsHeld()
                return nil
            } catch {
                state.totals.reportsRefused += 1
                return error
            }
        }
        if let refusal { throw refusal }
    }

    /// Forgets what a source said of an endpoint, its sequence included.
    package func withdraw(source: String, endpoint key: String) {
        change { state, now in
            state.parked[key]?.removeAll { $0.source == source }
            guard let index = state.indexes[key] else { return }
            state.records[index].reports.removeAll { $0.source == source }
            settle(index, in: &state, now: now)
        }
    }

    /// Takes the rules of the declared feeds.
    package func replaceFeeds(_ rules: [FeedRule]) {
        change { state, now in
            state.feeds.replace(rules)
            passFeeds(in: &state, now: now)
            for index in state.records.indices where !state.records[index].reports.isEmpty {
                settle(index, in: &state, now: now)
            }
        }
    }

    /// Notes that a feed said something at a time, though nothing new: it is not silent.
    package func noteLife(of feed: String, at time: Int64) {
        change { state, now in noteLife(of: feed, at: time, in: &state, now: now) }
    }

    func noteLife(of source: String, at time: Int64, in state: inout State, now: Int64) {
        guard let name = state.feeds.spoke(source, at: time, now: now) else { return }
        state.notices.append(.feedSpeaks(name))
        settleReports(of: name, in: &state, now: now)
    }

    /// Whether the loaded configuration defines an endpoint.
    package func defines(endpoint key: String) -> Bool {
        state.withLock { $0.indexes[key] != nil }
    }
}

extension VerdictBoard.State {
    /// Puts a report in its place; returns the index of its endpoint.
    mutating func take(_ report: FeedReport, now: Int64) throws(FeedRefusal) -> Int {
        guard let index = indexes[report.endpoint] else { throw .unknownEndpoint(report.endpoint) }
        guard report.verdict != .unchecked else { throw .verdictNotAllowed(report.verdict) }
        guard (1...FeedReport.maximumSourceBytes).contains(report.source.utf8.count) else {
            throw .badSource
        }
        if let expires = report.expires, expires <= now {
            throw .expired(endpoint: report.endpoint, source: report.source)
        }
        var report = report
        report.reason = report.reason.cut(toBytes: FeedReport.maximumReasonBytes)

        let reports = records[index].reports
        let place = reports.firstIndex { $0.source >= report.source } ?? reports.endIndex
        guard place < reports.endIndex, reports[place].source == report.source else {
            try insert(report, at: place, of: index, now: now)
            return index
        }
        if let known = reports[place].sequence {
            if let given = report.sequence, given <= known {
                throw .olderSequence(
                    endpoint: report.endpoint, source: report.source, given: given, known: known)
            }
            // A report without a sequence is newer than all, but does not open the door to older
            // ones.
            report.sequence = report.sequence ?? known
        }
        records[index].reports[place] = report
        return index
    }

    private mutating func insert(
        _ report: FeedReport, at place: Int, of index: Int, now: Int64
    ) throws(FeedRefusal) {
        var place = place
        if records[index].reports.count >= VerdictBoard.maximumSources {
            // Sources that have no say any more make room.
            guard let silent = records[index].reports.firstIndex(where: { !$0.counts(at: now) })
            else { throw .tooManySources(endpoint: report.endpoint) }
            records[index].reports.remove(at: silent)
            if silent < place { place -= 1 }
        }
        records[index].reports.insert(report, at: place)
    }
}
