import DNSWire
import Health

extension VerdictBoard.State {
    /// Takes new endpoints and clusters over the old ones; the caller settles them.
    mutating func replace(
        _ endpoints: [TrackedEndpoint], _ clusters: [TrackedCluster], now: Int64,
        initial: @Sendable (_ slot: Int) -> VerdictWord?
    ) {
        let old = records
        let oldIndexes = indexes
        records = []
        indexes = [:]
        records.reserveCapacity(endpoints.count)
        replace(clusters, restoring: endpoints, now: now, initial: initial)
        for endpoint in endpoints where indexes[endpoint.key] == nil {
            let before = oldIndexes[endpoint.key].map { old[$0] }
            indexes[endpoint.key] = records.count
            if let key = endpoint.clusterKey {
                self.clusters[key]?.members.append(records.count)
            }
            records.append(
                EndpointRecord(
                    endpoint: endpoint,
                    addresses: endpoint.addresses.map {
                        record($0, of: endpoint, before: before, now: now, initial: initial)
                    },
                    reports: before?.reports ?? parked[endpoint.key] ?? [],
                    override: overrides[endpoint.key]))
            parked[endpoint.key] = nil
        }
        for record in old where indexes[record.endpoint.key] == nil && !record.reports.isEmpty {
            guard parked.count < VerdictBoard.maximumParkedEndpoints else { break }
            parked[record.endpoint.key] = record.reports
        }
    }

    /// Takes new clusters; those that stay keep their loads and shares.
    ///
    /// The share of one that is new is the largest that an earlier process left for its endpoints: each of
    /// them may have started slowly, but not all.
    private mutating func replace(
        _ new: [TrackedCluster], restoring endpoints: [TrackedEndpoint], now: Int64,
        initial: @Sendable (_ slot: Int) -> VerdictWord?
    ) {
        let old = clusters
        clusters = [:]
        var left: [String: UInt32] = [:]
        for endpoint in endpoints {
            guard let key = endpoint.clusterKey, old[key] == nil else { continue }
            let shares = endpoint.addresses.compactMap { initial($0.slot)?.share }
            left[key] = (shares + [left[key]].compactMap(\.self)).max()
        }
        for cluster in new where clusters[cluster.key] == nil {
            var record =
                old[cluster.key]
                ?? ClusterRecord(
                    tracked: cluster, reports: parkedClusters[cluster.key] ?? [],
                    share: LoadShare(
                        share: Double(left[cluster.key] ?? VerdictWord.wholeShare) / 256, at: now),
                    restored: left[cluster.key] == nil ? nil : now)
            parkedClusters[cluster.key] = nil
            if cluster.capacity == nil { record.share = LoadShare(at: now) }
            record.tracked = cluster
            record.members = []
            clusters[cluster.key] = record
        }
        for (key, record) in old where clusters[key] == nil && !record.reports.isEmpty {
            guard parkedClusters.count < VerdictBoard.maximumParkedEndpoints else { break }
            parkedClusters[key] = record.reports
        }
    }

    /// What is known of an address under a new configuration.
    private func record(
        _ tracked: TrackedAddress, of endpoint: TrackedEndpoint, before: EndpointRecord?,
        now: Int64,
        initial: @Sendable (_ slot: Int) -> VerdictWord?
    ) -> AddressRecord {
        if var kept = before?.addresses.first(where: { $0.tracked.address == tracked.address }) {
            kept.tracked = tracked
            kept.stored = nil
            if let monitor = endpoint.monitor {
                // Another monitor starts from what the last one found; its own reports follow.
                kept.probed =
                    kept.probed
                    ?? Opinion(verdict: .unknown, reason: "not checked yet", source: monitor)
            } else {
                kept.probed = nil
                kept.fall = nil
                kept.isHeld = false
                kept.changeSeconds = 0
            }
            return kept
        }
        guard let monitor = endpoint.monitor else {
            return AddressRecord(tracked: tracked, merged: .none, since: now)
        }
        var opinion = Opinion(verdict: .unknown, reason: "not checked yet", source: monitor)
        var result = AddressRecord(tracked: tracked, merged: opinion, since: now)
        if let word = initial(tracked.slot), word.verdict != .unchecked, word.verdict != .unknown {
            opinion.verdict = word.verdict
            opinion.reason = "last known before a restart"
            result.merged = opinion
            result.changeSeconds = word.changeSeconds
            result.ramp = ramp(left: word, of: endpoint, now: now)
        }
        result.probed = opinion
        return result
    }

    /// The slow start that an earlier process left in a word: what its cluster's share does not explain.
    private func ramp(
        left word: VerdictWord, of endpoint: TrackedEndpoint, now: Int64
    ) -> SlowStart? {
        guard let slowStart = endpoint.slowStart, word.verdict == .healthy else { return nil }
        let cluster = endpoint.clusterKey.flatMap { clusters[$0] }?.share.of256
        let share = word.share * VerdictWord.wholeShare / (cluster ?? VerdictWord.wholeShare)
        guard share < VerdictWord.wholeShare else { return nil }
        return SlowStart(resuming: share, at: now, seconds: slowStart.components.seconds)
    }
}
