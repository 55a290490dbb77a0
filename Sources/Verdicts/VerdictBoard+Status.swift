package import DNSWire
package import Health
import Synchronization

extension VerdictBoard {
    /// Everything the board knows, in the order of the configuration.
    package func snapshot() -> [EndpointStatus] {
        let now = now()
        return state.withLock { state in state.records.map { $0.status(now: now) } }
    }

    /// One endpoint; nil where none has that key.
    package func status(ofEndpoint key: String) -> EndpointStatus? {
        let now = now()
        return state.withLock { state in
            state.indexes[key].map { state.records[$0].status(now: now) }
        }
    }

    /// What the monitor of an address said last, for probe streams that start; nil: nothing checks
    /// it.
    package func monitored(endpoint key: String, address: IPAddress) -> Verdict? {
        state.withLock { state in
            guard let index = state.indexes[key] else { return nil }
            return state.records[index].addresses
                .first { $0.tracked.address == address }?.monitored?.verdict
        }
    }
}

extension EndpointRecord {
    func status(now: Int64) -> EndpointStatus {
        EndpointStatus(
            key: endpoint.key, cluster: endpoint.cluster, tier: endpoint.tier,
            monitor: endpoint.monitor,
            override: override.map {
                OverrideStatus(
                    override: "\($0.override)", owner: $0.owner, reason: $0.reason, since: $0.since,
                    expires: $0.expires)
            },
            addresses: addresses.map {
                AddressStatus(
                    address: $0.tracked.address.description, verdict: $0.merged.verdict.description,
                    override: "\(override?.override ?? .none)", since: $0.since,
                    reason: $0.merged.reason, source: $0.merged.source,
                    changeSeconds: $0.changeSeconds)
            },
            reports: reports.map {
                SourceStatus(
                    source: $0.source, sequence: $0.sequence, verdict: $0.verdict.description,
                    reason: $0.reason, age: max(0, now - $0.received), counts: $0.counts(at: now))
            })
    }
}
