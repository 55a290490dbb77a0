import DNSWire
import Health

extension VerdictBoard.State {
    /// Takes new endpoints over the old ones; the caller settles them.
    mutating func replace(
        _ endpoints: [TrackedEndpoint], now: Int64, initial: @Sendable (_ slot: Int) -> VerdictWord?
    ) {
        let old = records
        let oldIndexes = indexes
        records = []
        indexes = [:]
        records.reserveCapacity(endpoints.count)
        for endpoint in endpoints where indexes[endpoint.key] == nil {
            let before = oldIndexes[endpoint.key].map { old[$0] }
            indexes[endpoint.key] = records.count
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
                kept.monitored =
                    kept.monitored
                    ?? Opinion(verdict: .unknown, reason: "not checked yet", source: monitor)
            } else {
                kept.monitored = nil
                kept.changeSeconds = 0
            }
            return kept
        }
        guard let monitor = endpoint.monitor else {
            return AddressRecord(tracked: tracked, merged: .none, since: now)
        }
        var opinion = Opinion(verdict: .unknown, reason: "not checked yet", source: monitor)
        var changeSeconds: UInt32 = 0
        if let word = initial(tracked.slot), word.verdict != .unchecked, word.verdict != .unknown {
            opinion.verdict = word.verdict
            opinion.reason = "last known before a restart"
            changeSeconds = word.changeSeconds
        }
        return AddressRecord(
            tracked: tracked, monitored: opinion, changeSeconds: changeSeconds, merged: opinion,
            since: now)
    }
}
