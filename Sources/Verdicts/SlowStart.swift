import Health

/// The return of an address to traffic: its share grows from a tenth to the whole.
///
///     share
///      256 ┤          ┌────
///          │       ╱
///       26 ┤  ╱
///          └──┴───────┴──▶ time
///           start   start + seconds
package struct SlowStart: Hashable, Sendable {
    /// The share of 256 that a return begins with: a tenth.
    package static let firstShare: UInt32 = 26

    /// Unix seconds.
    package let start: Int64
    /// How long it takes; at least 1.
    package let seconds: Int64

    package init(start: Int64, seconds: Int64) {
        self.start = start
        self.seconds = max(seconds, 1)
    }

    /// Goes on where another process had arrived.
    ///
    /// - Parameter share: of 256, as that process left it.
    package init(resuming share: UInt32, at now: Int64, seconds: Int64) {
        let whole = VerdictWord.wholeShare
        let done = min(max(share, SlowStart.firstShare), whole) - SlowStart.firstShare
        let steps = Int64(whole - SlowStart.firstShare)
        self.init(start: now - Int64(done) * max(seconds, 1) / steps, seconds: seconds)
    }

    /// The share of 256 at a time: 26 to 256, never falling with time.
    package func share(at now: Int64) -> UInt32 {
        let elapsed = min(max(now - start, 0), seconds)
        let steps = Int64(VerdictWord.wholeShare - SlowStart.firstShare)
        return SlowStart.firstShare + UInt32(steps * elapsed / seconds)
    }

    package func isOver(at now: Int64) -> Bool { now - start >= seconds }
}
