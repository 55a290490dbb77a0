import DNSWire
import Health
import Logging
import NIOCore

/// Repeats the probes of one address for all endpoints that ask for them.
///
/// Lives on one event loop. Rounds start on a fixed beat, start to start, whatever the last one
/// took; a round that outlasts the interval skips beats. Both probes of a pair start together and
/// count together, so that an address that dies does not pass through `degraded` on its way.
final class ProbeStream {
    let identity: ProbeIdentity
    /// Who is told; each with its own monitor name.
    private(set) var targets: [MonitorTarget]
    private(set) var health: AddressHealth

    private let prober: Prober
    private let metrics: MonitorMetrics
    private let logger: Logger
    private let report: (MonitorTarget, MonitorReport) -> Void
    private let interval: TimeAmount
    private let timeout: TimeAmount
    private let reachable: Result<ProbePlan, any Error>
    private let local: Result<ProbePlan, any Error>?

    private var timer: Scheduled<Void>?
    private var nextStart = NIODeadline.now()
    private var isStopped = false
    private var unfinished = 0
    private var lastReachable: ProbeOutcome?
    private var lastLocal: ProbeOutcome?

    init(
        _ identity: ProbeIdentity, targets: [MonitorTarget], lastKnown: Verdict, prober: Prober,
        metrics: MonitorMetrics, logger: Logger,
        report: @escaping (MonitorTarget, MonitorReport) -> Void
    ) {
        let definition = identity.definition
        self.identity = identity
        self.targets = targets
        self.prober = prober
        self.metrics = metrics
        self.logger = logger
        self.report = report
        // A zero interval would keep the loop busy with one stream.
        interval = max(TimeAmount(definition.interval), .milliseconds(10))
        timeout = max(TimeAmount(definition.timeout), .milliseconds(1))
        reachable = Result { try ProbePlan(definition.reachable, address: identity.address) }
        local = definition.local.map { check in
            Result { try ProbePlan(check, address: identity.address) }
        }
        health = AddressHealth(
            rise: definition.rise, fall: definition.fall, hasLocal: definition.local != nil,
            lastKnown: lastKnown)
    }

    /// Starts the rounds: the first within a second, the others on a beat of their own.
    ///
    /// - Parameter phase: 0 up to 1, this stream's place in the interval.
    func start(phase: Double) {
        let now = NIODeadline.now()
        let first = interval.scaled(phase, atMost: .seconds(1))
        nextStart = now + interval.scaled(phase, atMost: interval)
        // The second round comes half an interval to one and a half after the first.
        if nextStart < now + first + interval.scaled(0.5, atMost: interval) {
            nextStart = nextStart + interval
        }
        schedule(at: now + first)
    }

    func stop() {
        isStopped = true
        timer?.cancel()
        timer = nil
    }

    /// Takes the targets of a new configuration; those that are new hear the verdict at once.
    func replaceTargets(_ new: [MonitorTarget]) {
        let old = Set(targets)
        targets = new
        guard health.verdict != .unknown else { return }
        let current = currentReport
        for target in new where !old.contains(target) { report(target, current) }
    }

    /// Forgets what was found: results from now on decide, from a verdict that the stream is told.
    func judgeAnew(from verdict: Verdict) {
        let definition = identity.definition
        health = AddressHealth(
            rise: definition.rise, fall: definition.fall, hasLocal: definition.local != nil,
            lastKnown: verdict)
    }

    private func schedule(at start: NIODeadline) {
        timer = prober.loop.assumeIsolated().scheduleTask(deadline: start) { self.round() }
    }

    private func round() {
        unfinished = local == nil ? 1 : 2
        lastReachable = nil
        lastLocal = nil
        probe(reachable) { self.lastReachable = $0 }
        if let local { probe(local) { self.lastLocal = $0 } }
    }

    private func probe(
        _ plan: Result<ProbePlan, any Error>, keep: @escaping (ProbeOutcome) -> Void
    ) {
        switch plan {
        case .success(let plan):
            prober.probe(plan, timeout: timeout) { outcome in
                keep(outcome)
                self.finished(outcome)
            }
        case .failure(let error):
            let outcome = ProbeOutcome.failed(.response, "cannot be probed: \(error)")
            keep(outcome)
            finished(outcome)
        }
    }

    private func finished(_ outcome: ProbeOutcome) {
        unfinished -= 1
        metrics.update { $0.count(outcome) }
        guard !isStopped, unfinished == 0 else { return }
        conclude()
        let now = NIODeadline.now()
        if nextStart <= now {
            let missed = (now - nextStart).nanoseconds / interval.nanoseconds + 1
            nextStart = nextStart + .nanoseconds(interval.nanoseconds * missed)
        }
        schedule(at: nextStart)
        nextStart = nextStart + interval
    }

    /// Counts a finished round and tells everybody.
    private func conclude() {
        let old = health.verdict
        if let lastReachable, !lastReachable.isNotMade {
            health.recordReachable(passed: lastReachable.hasPassed)
        }
        if let lastLocal, !lastLocal.isNotMade { health.recordLocal(passed: lastLocal.hasPassed) }
        guard health.verdict != .unknown else { return }
        let current = currentReport
        if health.verdict != old {
            metrics.update { $0.transitions += 1 }
            // The verdict board tells operators; this is one stream's part of the story.
            logger.debug(
                "\(identity.address): \(old) → \(current.verdict): \(current.reason)",
                metadata: [
                    "endpoints": .array(targets.prefix(8).map { .string($0.endpoint) }),
                    "monitor": .string(targets.first?.monitor.name ?? ""),
                ])
        }
        for target in targets { report(target, current) }
    }

    private var currentReport: MonitorReport {
        let verdict = health.verdict
        let seconds =
            interval.nanoseconds.multipliedReportingOverflow(by: Int64(health.checksUntilChange))
            .partialValue / 1_000_000_000
        return MonitorReport(
            verdict: verdict, reason: reason(for: verdict),
            changeSeconds: UInt32(clamping: max(seconds, 1)))
    }

    /// The last word of the probe that decided; where it speaks against the verdict, how far it has
    /// come.
    private func reason(for verdict: Verdict) -> String {
        switch (verdict, health.local) {
        case (.healthy, let local?) where local.isUp == true: describe(lastLocal, local)
        case (.degraded, let local?): "local: " + describe(lastLocal, local)
        default: describe(lastReachable, health.reachable)
        }
    }

    private func describe(_ outcome: ProbeOutcome?, _ machine: Hysteresis) -> String {
        guard let outcome else { return "" }
        if machine.isUp == true, !outcome.hasPassed, !outcome.isNotMade {
            return "\(outcome.reason) (\(machine.failures) of \(machine.fall))"
        }
        if machine.isUp == false, outcome.hasPassed {
            return "\(outcome.reason) (\(machine.run) of \(machine.rise))"
        }
        return outcome.reason
    }
}

/// What a stream tells of its address after a round.
struct MonitorReport: Equatable {
    var verdict: Verdict
    var reason: String
    /// Seconds until the verdict could change at the earliest; at least 1.
    var changeSeconds: UInt32
}

extension ProbeOutcome {
    fileprivate var isNotMade: Bool {
        if case .notMade = self { true } else { false }
    }
}

extension TimeAmount {
    /// A part of the shorter of two times.
    fileprivate func scaled(_ part: Double, atMost limit: TimeAmount) -> TimeAmount {
        .nanoseconds(Int64(Double(min(self, limit).nanoseconds) * part))
    }
}
