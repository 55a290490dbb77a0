/// Latencies in buckets that are 1/32 of their value wide.
package struct Histogram: Sendable {
    /// 32 buckets for each power of two, up to 2^40 ns.
    private var buckets = [UInt64](repeating: 0, count: 32 * 41)
    package private(set) var count: UInt64 = 0
    package private(set) var maximum: UInt64 = 0

    package init() {}

    package mutating func record(_ nanoseconds: UInt64) {
        buckets[min(Histogram.bucket(nanoseconds), buckets.count - 1)] += 1
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    /// The latency that a share of all did not exceed, rounded up to the end of its bucket; 0 when
    /// nothing was recorded.
    package func percentile(_ share: Double) -> UInt64 {
        let wanted = UInt64((Double(count) * share).rounded(.up))
        var seen: UInt64 = 0
        for (index, bucket) in buckets.enumerated() where bucket > 0 {
            seen += bucket
            if seen >= wanted { return min(Histogram.end(index), maximum) }
        }
        return maximum
    }

    private static func bucket(_ value: UInt64) -> Int {
        guard value >= 32 else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        return (exponent - 4) * 32 + Int(value >> UInt64(exponent - 5)) - 32
    }

    /// The largest value of a bucket.
    private static func end(_ index: Int) -> UInt64 {
        guard index >= 32 else { return UInt64(index) }
        let exponent = UInt64(index / 32 + 4)
        return ((UInt64(index % 32) + 33) << (exponent - 5)) - 1
    }
}
