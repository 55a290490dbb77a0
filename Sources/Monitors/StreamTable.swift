import DNSWire
import Health
import Logging
import NIOCore

/// All streams of probes, by what they probe.
///
/// Lives on one event loop.
final class StreamTable {
    private let prober: Prober
    private let metrics: MonitorMetrics
    private let logger: Logger
    private let lastKnown: (MonitorTarget) -> Verdict
    private let report: (MonitorTarget, MonitorReport) -> Void
    private var streams: [ProbeIdentity: ProbeStream] = [:]
    private var isRunning = false
    /// The place in its interval that the next stream gets: steps of the golden ratio fill it
    /// evenly, however many streams come; the start is random, so that servers do not probe in
    /// step.
    private var phase: Double

    init(
        prober: Prober, metrics: MonitorMetrics, logger: Logger, phase: Double,
        lastKnown: @escaping (MonitorTarget) -> Verdict,
        report: @escaping (MonitorTarget, MonitorReport) -> Void
    ) {
        self.prober = prober
        self.metrics = metrics
        self.logger = logger
        self.phase = phase
        self.lastKnown = lastKnown
        self.report = report
    }

    /// Streams whose check and address are still wanted go on undisturbed.
    func replace(_ targets: [MonitorTarget]) {
        var order: [ProbeIdentity] = []
        var wanted: [ProbeIdentity: [MonitorTarget]] = [:]
        for target in targets {
            let identity = target.identity
            if wanted[identity] == nil { order.append(identity) }
            wanted[identity, default: []].append(target)
        }
        for (identity, stream) in streams where wanted[identity] == nil {
            stream.stop()
            streams[identity] = nil
        }
        for identity in order {
            let targets = wanted[identity] ?? []
            if let stream = streams[identity] {
                stream.replaceTargets(targets)
            } else {
                let stream = makeStream(identity, targets: targets)
                streams[identity] = stream
                if isRunning { stream.start(phase: nextPhase()) }
            }
        }
        noteGauges()
    }

    /// Makes the streams of some addresses begin again from the verdict that the board has for them.
    func judgeAnew(_ addresses: Set<IPAddress>) {
        for (identity, stream) in streams where addresses.contains(identity.address) {
            if let target = stream.targets.first { stream.judgeAnew(from: lastKnown(target)) }
        }
    }

    func start() {
        guard !isRunning else { return }
        isRunning = true
        for stream in streams.values { stream.start(phase: nextPhase()) }
    }

    func stop() {
        isRunning = false
        for stream in streams.values { stream.stop() }
        streams = [:]
        prober.stop()
        noteGauges()
    }

    func noteGauges() {
        let (streams, running, waiting) = (
            streams.count, prober.runningCount, prober.waitingCount
        )
        metrics.update {
            $0.streams = streams
            $0.running = running
            $0.waiting = waiting
        }
    }

    private func makeStream(_ identity: ProbeIdentity, targets: [MonitorTarget]) -> ProbeStream {
        let known = targets.lazy.map(lastKnown).first { $0 != .unknown && $0 != .unchecked }
        return ProbeStream(
            identity, targets: targets, lastKnown: known ?? .unknown, prober: prober,
            metrics: metrics, logger: logger, report: report)
    }

    private func nextPhase() -> Double {
        phase = (phase + 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
        return phase
    }
}
