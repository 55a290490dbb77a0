import Load
import Testing

@Suite("Latencies")
struct HistogramTests {
    @Test func percentilesOfManyValuesAreWithinTheirBucket() {
        var histogram = Histogram()
        for value in 1...100_000 as ClosedRange<UInt64> { histogram.record(value) }
        for (share, exact) in [(0.5, 50_000.0), (0.99, 99_000), (0.999, 99_900)] {
            let found = Double(histogram.percentile(share))
            #expect(found >= exact && found <= exact * (1 + 1.0 / 32), "\(share): \(found)")
        }
        #expect(histogram.maximum == 100_000)
    }

    @Test(arguments: [1, 31, 32, 33, 1023, 1024, 999_999_937] as [UInt64])
    func oneValueIsItsOwnPercentile(_ value: UInt64) {
        var histogram = Histogram()
        histogram.record(value)
        #expect(histogram.percentile(0.5) == value)
        #expect(histogram.percentile(1) == value)
    }

    @Test func nothingRecordedIsZero() {
        #expect(Histogram().percentile(0.99) == 0)
    }
}
