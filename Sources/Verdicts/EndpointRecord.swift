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
    func worstReport(at now: Int64, _ feeds: FeedLives) -> FeedReport? {
        reports.lazy.compactMap { feeds.heard($0, at: now) }
            .reduce(nil) { worst, next in
                guard let worst else { return next }
                return next.verdict.severity > worst.verdict.severity ? next : worst
            }
    }

    /// Whether somebody beside the monitor says that the endpoint is out: a feed, or an operator who
    /// took it out before.
    func hasWitness(at now: Int64, _ feeds: FeedLives) -> Bool {
        switch override?.override {
        case .softDrain, .hardDrain, .down: return true
        case .up, nil, Override.none?: break
        }
        return worstReport(at: now, feeds)?.verdict == .unhealthy
    }

    /// Recomputes one address from what was said; returns the change of its verdict, if any.
    mutating func settle(_ index: Int, now: Int64, _ feeds: FeedLives) -> Transition? {
        let merged = merge(addresses[index].monitored, with: worstReport(at: now, feeds))
        let old = addresses[index].merged
        addresses[index].merged = merged
        addresses[index].noteReturn(
            override: override?.override ?? .none, slowStart: endpoint.slowStart, now: now)
        guard old.verdict != merged.verdict else { return nil }
        addresses[index].since = now
        return Transition(
            endpoint: endpoint.key, address: addresses[index].tracked.address, old: old.verdict,
            new: merged.verdict, reason: merged.reason, source: merged.source)
    }

    private func merge(_ monitored: Opinion?, with report: FeedReport?) -> Opinion {
        switch (monitored, report) {
        case (nil, nil): .none
        case (let monitored?, nil): monitored
        case (nil, let report?): Opinion(report)
        case (let monitored?, let report?):
            report.verdict.severity > monitored.verdict.severity ? Opinion(report) : monitored
        }
    }

    /// The word of one address as it should stand in the table.
    ///
    /// - Parameter clusterShare: what the cluster takes of its normal load, of 256.
    func word(_ index: Int, clusterShare: UInt32, now: Int64) -> VerdictWord {
        let ramp = addresses[index].ramp?.share(at: now) ?? VerdictWord.wholeShare
        return VerdictWord(
            addresses[index].merged.verdict, override: override?.override ?? .none,
            share: max(ramp * clusterShare / VerdictWord.wholeShare, 1),
            changeSeconds: addresses[index].changeSeconds)
    }
}

/// What is known of one address.
struct AddressRecord {
    var tracked: TrackedAddress
    /// What the monitor said last; nil: no monitor checks the address.
    var probed: Opinion?
    /// When the monitor last turned from anything to unhealthy, while it says so.
    var fall: Fall?
    /// Whether the brake keeps what the monitor said before its fall in force.
    var isHeld = false
    /// Seconds until the monitor's word could change; 0 when nothing checks.
    var changeSeconds: UInt32 = 0
    /// What follows from the monitor and the feeds.
    var merged: Opinion
    /// Unix seconds of the last change of the merged verdict.
    var since: Int64
    /// Whether traffic was kept away when its state was last known; a return may start slowly.
    var isAway = false
    /// The slow start that it is in.
    var ramp: SlowStart?
    /// What stands in the table; nil before the first store.
    var stored: VerdictWord?

    /// A monitor's turn to unhealthy, and what there was before it.
    struct Fall {
        var time: Int64
        var former: Opinion
        var wasAway: Bool
        var ramp: SlowStart?
    }

    /// What counts of the monitor's word.
    var monitored: Opinion? {
        guard isHeld, let former = fall?.former, let probed else { return probed }
        return Opinion(
            verdict: former.verdict,
            reason: "held by the brake; its monitor says: \(probed.reason)",
            source: former.source)
    }

    /// Takes what the monitor says now; returns whether that is a fall.
    mutating func take(_ opinion: Opinion, now: Int64) -> Bool {
        let before = monitored
        let wasDown = probed?.verdict == .unhealthy
        probed = opinion
        guard opinion.verdict == .unhealthy else {
            fall = nil
            isHeld = false
            return false
        }
        guard !wasDown, let before else { return false }
        fall = Fall(time: now, former: before, wasAway: isAway, ramp: ramp)
        return true
    }

    /// Keeps the former word of the monitor in force, as if there had been no fall.
    mutating func hold() {
        guard let fall, !isHeld else { return }
        isHeld = true
        isAway = fall.wasAway
        ramp = fall.ramp
    }

    /// Starts slowly where an address that was away is healthy again.
    ///
    /// Where its state is unknown nothing follows: the first result after a start is no return.
    fileprivate mutating func noteReturn(override: Override, slowStart: Duration?, now: Int64) {
        switch (override, merged.verdict) {
        case (.up, _):
            // The operator's word is whole.
            isAway = false
            ramp = nil
        case (.softDrain, _), (.hardDrain, _), (.down, _), (.none, .degraded), (.none, .unhealthy):
            isAway = true
            ramp = nil
        case (.none, .healthy):
            if isAway {
                ramp = slowStart.map { SlowStart(start: now, seconds: $0.components.seconds) }
            }
            isAway = false
            if slowStart == nil || ramp?.isOver(at: now) ?? true { ramp = nil }
        case (.none, .unknown), (.none, .unchecked): break
        }
    }
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
