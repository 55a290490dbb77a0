import Testing
import Transport

/// How many queries a second a worker believes to get.
@Suite struct ArrivalRateTests {
    /// Feeds batches of one size at one distance, and returns the figure after them.
    private func rate(
        _ rate: ArrivalRate = ArrivalRate(), batch: Int, every nanoseconds: UInt64, times: Int,
        from start: UInt64 = 1_000_000_000
    ) -> ArrivalRate {
        var rate = rate
        for round in 0..<times { rate.add(batch, at: start + UInt64(round) * nanoseconds) }
        return rate
    }

    @Test(arguments: [
        (batch: 1, every: UInt64(200_000), expected: 5_000),
        (batch: 1, every: 50_000, expected: 20_000),
        (batch: 3, every: 150_000, expected: 20_000),
        (batch: 64, every: 640_000, expected: 100_000),
        (batch: 1, every: 20_000_000, expected: 50),
    ])
    func steadyArrivalsAreCounted(batch: Int, every: UInt64, expected: Int) {
        let seen = rate(batch: batch, every: every, times: 1_000).perSecond
        #expect(abs(seen - expected) <= expected / 20)
    }

    @Test func aBurstAloneIsNoLoad() {
        // One batch after a long silence: far less than a thousand a second.
        let seen = rate(batch: 64, every: 1, times: 1, from: 3_600_000_000_000).perSecond
        #expect(seen < 1_000)
    }

    @Test func oldLoadIsForgotten() {
        let busy = rate(batch: 10, every: 100_000, times: 100)
        #expect(busy.perSecond > 90_000)
        let later = rate(busy, batch: 1, every: 1, times: 1, from: 2_000_000_000)
        #expect(later.perSecond < 1_000)
    }
}
