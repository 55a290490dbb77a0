/// How a UDP worker weighs processor time against latency.
package struct UDPOptions: Sendable {
    /// Microseconds that a worker rests after it has emptied its socket; 0: none.
    ///
    /// At moderate load nearly every query costs a sleep and a wake-up of its own. Resting lets
    /// a few arrive together: at 20,000 a second, 100 microseconds halve the processor time and
    /// add at most as much to the latency. A full batch is never followed by a rest.
    package var pauseMicroseconds: UInt32

    /// Queries a second, for each worker, below which it never rests.
    package var pauseAbove: Int

    package init(pauseMicroseconds: UInt32 = 0, pauseAbove: Int = 5_000) {
        self.pauseMicroseconds = pauseMicroseconds
        self.pauseAbove = pauseAbove
    }
}
