package import DNSWire
package import Health
import Synchronization

extension VerdictBoard {
    /// Everything the board knows, in the order of the configuration.
    package func snapshot() -> [EndpointStatus] {
        let now = now()
        return state.withLock { state in state.records.map { $0.status(now: now, state.feeds) } }
    }

    /// One endpoint; nil where none has that key.
    package func status(ofEndpoint key: String) -> EndpointStatus? {
        let now = now()
        return state.withLock { state in
            state.indexes[key].map { state.records[$0].status(now: now, state.feeds) }
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

extension VerdictBoard {
    /// All clusters, by key.
    package func clusters() -> [ClusterStatus] {
        let now = now()
        return state.withLock { state in
            state.clusters.values.map { cluster in
                ClusterStatus(
                    key: cluster.tracked.key, capacity: cluster.tracked.capacity,
                    load: cluster.heaviest(at: now, state.feeds).map {
                        LoadStatus(load: $0.load, source: $0.source, age: max(0, now - $0.received))
                    }, share: cluster.share.share)
            }
        }.sorted { $0.key < $1.key }
    }

    package func brake() -> BrakeStatus {
        state.withLock { state in
            BrakeStatus(
                limits: state.brake.limits, probed: state.brake.probed,
                window: state.brake.window, since: state.brake.event?.since,
                held: state.held.count)
        }
    }

    /// How long each declared feed has been silent, by name.
    package func feeds() -> [FeedLifeStatus] {
        let now = now()
        return state.withLock { $0.feeds.statuses(at: now) }
    }
}

extension EndpointRecord {
    func status(now: Int64, _ feeds: FeedLives) -> EndpointStatus {
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
                    changeSeconds: $0.changeSeconds,
                    share: $0.stored?.share ?? VerdictWord.wholeShare,
                    ramp: $0.ramp?.share(at: now), isHeld: $0.isHeld)
            },
            reports: reports.map {
                SourceStatus(
                    source: $0.source, sequence: $0.sequence, verdict: $0.verdict.description,
                    reason: $0.reason, age: max(0, now - $0.received),
                    counts: feeds.heard($0, at: now) != nil)
            })
    }
}
