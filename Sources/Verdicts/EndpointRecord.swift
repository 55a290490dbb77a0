import Health

/// Everything said of one endpoint, and what follows from it.
///
/// The worst word counts: of the monitor and of every feed whose last report has a say, in the
/// order unhealthy, degraded, unknown, healthy. Only a monitor can be unknown (no round finished
/// yet); a feed's `unknown` takes back what it said. Where nobody speaks, an address is unchecked.
struct EndpointRecord {
    var endpoint: TrackedEndpoint
    var addresses: [AddressRecord]
    /// The last report of each source, sorted by its name; at most `VerdictBoard.maximumSources`.
    var reports: [FeedReport] = []
    var override: AppliedOverride?

    /// The worst of what the feeds say; the first by name where several say the same.
    func worstReport(at now: Int64) -> FeedReport? {
        reports.lazy.filter { $0.counts(at: now) }
            .reduce(nil) { worst, next in
                guard let worst else { return next }
                return next.verdict.severity > worst.verdict.severity ? next : worst
            }
    }

    /// Recomputes one address from what was said; returns the change of its verdict, if any.
    mutating func settle(_ index: Int, now: Int64) -> Transition? {
        let merged = merge(addresses[index], with: worstReport(at: now))
        let old = addresses[index].merged
        addresses[index].merged = merged
        guard old.verdict != merged.verdict else { return nil }
        addresses[index].since = now
        return Transition(
            endpoint: endpoint.key, address: addresses[index].tracked.address, old: old.verdict,
            new: merged.verdict, reason: merged.reason, source: merged.source)
    }

    private func merge(_ address: AddressRecord, with report: FeedReport?) -> Opinion {
        switch (address.monitored, report) {
        case (nil, nil): .none
        case (let monitored?, nil): monitored
        case (nil, let report?): Opinion(report)
        case (let monitored?, let report?):
            report.verdict.severity > monitored.verdict.severity ? Opinion(report) : monitored
        }
    }

    /// The word of one address as it should stand in the table.
    func word(_ index: Int) -> VerdictWord {
        VerdictWord(
            addresses[index].merged.verdict, override: override?.override ?? .none,
            changeSeconds: addresses[index].changeSeconds)
    }
}

/// What is known of one address.
struct AddressRecord {
    var tracked: TrackedAddress
    /// What the monitor said last; nil: no monitor checks the address.
    var monitored: Opinion?
    /// Seconds until the monitor's word could change; 0 when nothing checks.
    var changeSeconds: UInt32 = 0
    /// What follows from the monitor and the feeds.
    var merged: Opinion
    /// Unix seconds of the last change of the merged verdict.
    var since: Int64
    /// What stands in the table; nil before the first store.
    var stored: VerdictWord?
}

/// A verdict, why, and whose it is.
struct Opinion: Equatable {
    var verdict: Verdict
    var reason: String
    var source: String

    static let none = Opinion(verdict: .unchecked, reason: "", source: "")

    init(verdict: Verdict, reason: String, source: String) {
        self.verdict = verdict
        self.reason = reason
        self.source = source
    }

    init(_ report: FeedReport) {
        self.init(verdict: report.verdict, reason: report.reason, source: report.source)
    }
}

extension Verdict {
    /// Higher wins where several sources speak.
    var severity: Int {
        switch self {
        case .unchecked: 0
        case .healthy: 1
        case .unknown: 2
        case .degraded: 3
        case .unhealthy: 4
        }
    }
}
