/// How many queries a second arrive, over the last milliseconds.
///
/// Pure: the clock is the caller's, in nanoseconds.
package struct ArrivalRate {
    /// Queries a second; 0 before the first window has ended.
    package private(set) var perSecond = 0
    private var windowStart: UInt64 = 0
    private var count = 0

    /// Shortest time that a figure is taken over.
    package static let windowNanoseconds: UInt64 = 1_000_000

    package init() {}

    /// Counts a batch.
    ///
    /// A window that is over has a quarter of the say, unless it lasted so long that what was before
    /// means nothing any more.
    package mutating func add(_ queries: Int, at now: UInt64) {
        count &+= queries
        let elapsed = now &- windowStart
        guard elapsed >= ArrivalRate.windowNanoseconds else { return }
        let seen = Int(
            UInt64(truncatingIfNeeded: count) &* 1_000_000_000 / elapsed)
        let isOld = elapsed > 8 &* ArrivalRate.windowNanoseconds
        perSecond = isOld ? seen : (3 &* perSecond &+ seen) / 4
        windowStart = now
        count = 0
    }
}
