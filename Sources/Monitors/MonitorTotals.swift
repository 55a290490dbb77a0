import Synchronization

/// Running totals and present numbers of all monitors, for `/metrics`.
///
/// `probes` = `passed` + all of `failed` + `notMade`.
package struct MonitorTotals: Hashable, Sendable {
    package var probes: UInt64 = 0
    package var passed: UInt64 = 0
    package var failed: [ProbeFailure: UInt64] = [:]
    /// Probes that this host could not make: no descriptors, no ports.
    package var notMade: UInt64 = 0
    /// Changes of a stream's verdict, its first one included.
    package var transitions: UInt64 = 0
    /// Streams of probes now: distinct pairs of address and check.
    package var streams = 0
    /// Connections open now.
    package var running = 0
    /// Probes that wait for others to end now.
    package var waiting = 0

    mutating func count(_ outcome: ProbeOutcome) {
        probes += 1
        switch outcome {
        case .passed: passed += 1
        case .failed(let kind, _): failed[kind, default: 0] += 1
        case .notMade: notMade += 1
        }
    }
}

/// The totals, written on the event loop and read from anywhere.
final class MonitorMetrics: Sendable {
    private let totals = Mutex(MonitorTotals())

    func update(_ change: @Sendable (inout MonitorTotals) -> Void) {
        totals.withLock { change(&$0) }
    }

    func read() -> MonitorTotals { totals.withLock { $0 } }
}
