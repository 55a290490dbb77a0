import Health
import Synchronization

/// A cluster's load and the share of its traffic that it takes.
struct ClusterRecord {
    var tracked: TrackedCluster
    /// The last report of each source, sorted by its name; at most `VerdictBoard.maximumSources`.
    var reports: [LoadReport] = []
    var share: LoadShare
    /// When the share was taken over from an earlier process, in Unix seconds; nil: it was not.
    var restored: Int64?
    /// Its endpoints, as indexes of records.
    var members: [Int] = []

    /// The highest load that anybody reports; the first by name of the source where several say the same.
    func heaviest(at now: Int64, _ feeds: FeedLives) -> LoadReport? {
        reports.lazy.filter { feeds.hears($0, at: now) }
            .reduce(nil) { heaviest, next in
                guard let heaviest else { return next }
                return next.load > heaviest.load ? next : heaviest
            }
    }
}

extension VerdictBoard {
    /// Takes a load that a feed reports; the highest of all sources counts.
    ///
    /// - Throws: a `LoadRefusal` that says what is wrong; nothing has changed then.
    package func report(load report: LoadReport) throws(LoadRefusal) {
        let refusal: LoadRefusal? = change { state, now in
            do throws(LoadRefusal) {
                try state.take(report, now: now)
                state.totals.reportsAccepted += 1
            } catch {
                state.totals.reportsRefused += 1
                return error
            }
            noteLife(of: report.source, at: report.received, in: &state, now: now)
            // What an earlier process acted on is in the share that it left.
            if let restored = state.clusters[report.cluster]?.restored, report.received <= restored
            {
                return nil
            }
            guard let capacity = state.clusters[report.cluster]?.tracked.capacity,
                let load = state.clusters[report.cluster]?.heaviest(at: now, state.feeds)?.load
            else { return nil }
            let before = state.clusters[report.cluster]?.share.of256
            state.clusters[report.cluster]?.share.report(load, capacity: capacity, at: now)
            settleCluster(report.cluster, before: before, load: load, in: &state, now: now)
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Forgets what a source said of a cluster's load, its sequence included.
    package func withdraw(source: String, cluster key: String) {
        change { state, _ in
            state.parkedClusters[key]?.removeAll { $0.source == source }
            state.clusters[key]?.reports.removeAll { $0.source == source }
        }
    }

    /// Whether the loaded configuration defines a cluster.
    package func defines(cluster key: String) -> Bool {
        state.withLock { $0.clusters[key] != nil }
    }

    /// Lets shares rise, all the way where nobody knows the load any more.
    func passLoads(in state: inout State, now: Int64) {
        for (key, cluster) in state.clusters where cluster.tracked.capacity != nil {
            let before = cluster.share.of256
            if cluster.heaviest(at: now, state.feeds) == nil {
                state.clusters[key]?.share.forgetLoad(at: now)
            }
            state.clusters[key]?.share.pass(to: now)
            settleCluster(key, before: before, load: 0, in: &state, now: now)
        }
    }

    /// Stores the words of a cluster's endpoints where its share has changed.
    private func settleCluster(
        _ key: String, before: UInt32?, load: Double, in state: inout State, now: Int64
    ) {
        guard let cluster = state.clusters[key], cluster.share.of256 != before else { return }
        let whole = VerdictWord.wholeShare
        if before == whole { state.notices.append(.shedding(cluster: key, load: load)) }
        if cluster.share.of256 == whole { state.notices.append(.sheddingEnded(cluster: key)) }
        for index in cluster.members { settle(index, in: &state, now: now) }
    }
}

extension VerdictBoard.State {
    /// What the cluster of an endpoint takes of its normal load, of 256.
    func clusterShare(of index: Int) -> UInt32 {
        guard let key = records[index].endpoint.clusterKey, let cluster = clusters[key],
            cluster.tracked.capacity != nil
        else { return VerdictWord.wholeShare }
        return cluster.share.of256
    }

    fileprivate mutating func take(_ report: LoadReport, now: Int64) throws(LoadRefusal) {
        let key = report.cluster
        guard var reports = clusters[key]?.reports else { throw .unknownCluster(key) }
        guard report.load.isFinite, report.load >= 0 else { throw .badLoad(cluster: key) }
        guard (1...FeedReport.maximumSourceBytes).contains(report.source.utf8.count) else {
            throw .badSource
        }
        if let expires = report.expires, expires <= now {
            throw .expired(cluster: key, source: report.source)
        }
        var report = report
        let place = reports.firstIndex { $0.source >= report.source } ?? reports.endIndex
        if place < reports.endIndex, reports[place].source == report.source {
            if let known = reports[place].sequence {
                if let given = report.sequence, given <= known {
                    throw .olderSequence(
                        cluster: key, source: report.source, given: given, known: known)
                }
                report.sequence = report.sequence ?? known
            }
            reports[place] = report
        } else {
            reports.insert(report, at: place)
            if reports.count > VerdictBoard.maximumSources {
                // Sources that have no say any more make room.
                guard let silent = reports.firstIndex(where: { !feeds.hears($0, at: now) }) else {
                    throw .tooManySources(cluster: key)
                }
                reports.remove(at: silent)
            }
        }
        clusters[key]?.reports = reports
    }
}
