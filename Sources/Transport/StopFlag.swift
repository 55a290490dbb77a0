import Synchronization

/// Tells the answering threads when to stop, and how.
package final class StopFlag: Sendable {
    /// What the threads are to do.
    package enum Mode: UInt32, Sendable {
        /// Go on answering.
        case running
        /// Answer whatever has arrived, then return.
        case drain
        /// Return after the batch in hand; what waits in the sockets is the successor's.
        case handOver
    }

    private let word = Atomic<UInt32>(Mode.running.rawValue)

    package init() {}

    /// What was asked for last.
    package var mode: Mode { Mode(rawValue: word.load(ordering: .acquiring)) ?? .drain }

    /// Asks the threads to stop; each sees it after its current batch, or when it is woken.
    package func request(_ mode: Mode) { word.store(mode.rawValue, ordering: .releasing) }
}
