import NIOCore
import NIOPosix
import NIOSSL

/// Runs single probes on one event loop, so many at a time; the others wait their turn.
///
/// A probe's time starts when its connection does: waiting here makes nobody unhealthy.
final class Prober {
    let loop: any EventLoop
    /// Most connections at a time.
    let limit: Int

    private struct Waiting {
        var plan: ProbePlan
        var timeout: TimeAmount
        var done: (ProbeOutcome) -> Void
    }

    private var running: [ObjectIdentifier: ProbeHandler] = [:]
    /// At most two per stream of probes; taken from the front, emptied when used up.
    private var waiting: [Waiting] = []
    private var firstWaiting = 0
    private let trustRoots: NIOSSLTrustRoots
    private var contexts: [Bool: NIOSSLContext] = [:]

    init(loop: any EventLoop, limit: Int, trustRoots: NIOSSLTrustRoots) {
        self.loop = loop
        self.limit = max(limit, 1)
        self.trustRoots = trustRoots
    }

    var runningCount: Int { running.count }
    var waitingCount: Int { waiting.count - firstWaiting }

    /// Makes one probe and tells its outcome, once, on the loop.
    func probe(
        _ plan: ProbePlan, timeout: TimeAmount, done: @escaping (ProbeOutcome) -> Void
    ) {
        if running.count >= limit {
            waiting.append(Waiting(plan: plan, timeout: timeout, done: done))
        } else {
            start(plan, timeout: timeout, done: done)
        }
    }

    /// Ends all probes without telling anyone.
    func stop() {
        waiting = []
        firstWaiting = 0
        for handler in running.values { handler.abandon() }
    }

    private func start(
        _ plan: ProbePlan, timeout: TimeAmount, done: @escaping (ProbeOutcome) -> Void
    ) {
        let tls: NIOSSLContext?
        do {
            tls = try plan.tls.map { try context(verify: $0.verify) }
        } catch {
            return done(.notMade("TLS cannot be set up: \(error)"))
        }
        let serverName = plan.tls?.serverName
        let handler = ProbeHandler(plan, done: done)
        running[ObjectIdentifier(handler)] = handler
        handler.limit(to: timeout, on: loop.assumeIsolated())
        let bound = NIOLoopBound(handler, eventLoop: loop)
        ClientBootstrap(group: loop)
            // The probe's own clock ends it; this one must only not end it earlier.
            .connectTimeout(timeout + .seconds(1))
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: serverName))
                    }
                    try pipeline.addHandler(bound.value)
                }
            }
            .connect(to: plan.address)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .failure(let error):
                    handler.finish(ProbeOutcome(error))
                    self.ended(handler)
                case .success(let channel):
                    channel.closeFuture.assumeIsolated().whenComplete { _ in self.ended(handler) }
                }
            }
    }

    private func ended(_ handler: ProbeHandler) {
        running[ObjectIdentifier(handler)] = nil
        guard firstWaiting < waiting.count, running.count < limit else { return }
        let next = waiting[firstWaiting]
        firstWaiting += 1
        if firstWaiting == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            firstWaiting = 0
        } else if firstWaiting >= 1024, firstWaiting * 2 >= waiting.count {
            waiting.removeFirst(firstWaiting)
            firstWaiting = 0
        }
        // From the loop's queue, so that a row of probes that fail at once does not nest.
        loop.assumeIsolated().execute {
            self.probe(next.plan, timeout: next.timeout, done: next.done)
        }
    }

    /// The TLS settings, made once for each of the two kinds: reading trust roots takes
    /// milliseconds.
    private func context(verify: Bool) throws -> NIOSSLContext {
        if let context = contexts[verify] { return context }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = verify ? .fullVerification : .none
        configuration.trustRoots = trustRoots
        configuration.minimumTLSVersion = .tlsv12
        // Long enough for a peer's goodbye, short enough not to hold a descriptor for one.
        configuration.shutdownTimeout = .seconds(1)
        let context = try NIOSSLContext(configuration: configuration)
        contexts[verify] = context
        return context
    }
}
