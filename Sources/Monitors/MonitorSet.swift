package import DNSWire
import Glibc
import Health
package import Logging
package import NIOCore
import NIOPosix
package import NIOSSL
import ServiceLifecycle
package import Verdicts

/// All monitors: probes every distinct pair of address and check, and reports to the verdict board.
///
/// One event loop does everything: timers, connections, TLS. 10,000 addresses every 5 s are 2,000
/// connections a second, which one core carries. A stream of probes costs a timer while it waits.
package final class MonitorSet: Service {
    package struct Options: Sendable {
        /// Most connections at a time; half of the process's descriptor limit counts where that is
        /// less.
        package var maximumConcurrentProbes = 4096
        /// Whose certificates are trusted where a check verifies them.
        package var trustRoots = NIOSSLTrustRoots.default
        /// Where in its interval the first stream starts: 0 up to 1.
        package var phase = Double.random(in: 0..<1)

        package init() {}
    }

    private let loop: any EventLoop
    private let table: NIOLoopBoundBox<StreamTable?>
    private let metrics = MonitorMetrics()

    package init(
        board: VerdictBoard, options: Options = Options(), logger: Logger,
        eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()
    ) {
        loop = eventLoop
        let table = NIOLoopBoundBox.makeEmptyBox(valueType: StreamTable.self, eventLoop: eventLoop)
        let metrics = metrics
        let limit = min(options.maximumConcurrentProbes, MonitorSet.descriptorLimit / 2)
        eventLoop.execute {
            table.value = StreamTable(
                prober: Prober(loop: eventLoop, limit: limit, trustRoots: options.trustRoots),
                metrics: metrics, logger: logger, phase: options.phase,
                lastKnown: {
                    board.monitored(endpoint: $0.endpoint, address: $0.address) ?? .unknown
                },
                report: { target, report in
                    board.report(
                        monitor: target.monitor.name, endpoint: target.endpoint,
                        address: target.address, verdict: report.verdict, reason: report.reason,
                        changeSeconds: report.changeSeconds)
                })
        }
        self.table = table
    }

    /// Takes the targets of a newly loaded configuration; give the board its endpoints first.
    ///
    /// Streams that are still wanted keep their beat and what they know. New ones start from the
    /// verdict that the board has for their address, probe within a second, and then spread over
    /// the interval.
    package func replace(_ targets: [MonitorTarget]) {
        let table = table
        loop.execute { table.value?.replace(targets) }
    }

    /// Forgets what probes of some addresses found: they begin again from the verdicts that the board has.
    package func judgeAnew(_ addresses: Set<IPAddress>) async {
        let table = table
        // Fails only where the loop is gone, and with it the probes.
        try? await loop.submit { table.value?.judgeAnew(addresses) }.get()
    }

    /// Probes until shut down.
    package func run() async throws {
        let table = table
        try await loop.submit { table.value?.start() }.get()
        // Returns on graceful shutdown and throws on cancellation: both mean the end.
        try? await gracefulShutdown()
        try await loop.submit { table.value?.stop() }.get()
    }

    package func totals() async -> MonitorTotals {
        let table = table
        // Fails only where the loop is gone; the totals are still true then.
        try? await loop.submit { table.value?.noteGauges() }.get()
        return metrics.read()
    }

    /// How many descriptors this process may open; 1024, the usual least, where it cannot be read.
    private static var descriptorLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 1024
        }
        return Int(clamping: limit.rlim_cur)
    }
}
