/// How a UDP worker weighs processor time against latency.
package struct UDPOptions: Sendable, Equatable {
    /// Microseconds that a worker rests after it has emptied its socket; 0: never.
    ///
    /// At moderate load nearly every query costs a sleep and a wake-up of its own. Resting lets
    /// a few arrive together: at 20,000 a second, 100 microseconds halve the processor time and
    /// add at most as much to the latency.
    package var pauseMicroseconds: UInt32

    /// Queries a second, for each worker, below which it never rests: latency counts more there.
    package var pauseAbove: Int

    /// Queries a second from which on it does not rest either: the socket is hardly ever empty.
    package var pauseBelow: Int

    /// Microseconds that a worker looks for queries before it sleeps; 0: it sleeps at once.
    ///
    /// Takes a processor for itself, and saves the wake-up.
    package var busyPollMicroseconds: UInt32

    /// Whether each thread stays on a processor of its own.
    package var pinsWorkers: Bool

    /// The pause that is worth it for most.
    package static let defaultPauseMicroseconds: UInt32 = 100

    package init(
        pauseMicroseconds: UInt32 = 0, pauseAbove: Int = 5_000, pauseBelow: Int = 60_000,
        busyPollMicroseconds: UInt32 = 0, pinsWorkers: Bool = false
    ) {
        self.pauseMicroseconds = pauseMicroseconds
        self.pauseAbove = pauseAbove
        self.pauseBelow = pauseBelow
        self.busyPollMicroseconds = busyPollMicroseconds
        self.pinsWorkers = pinsWorkers
    }
}
