import Steering
import TestSupport
import Testing

/// Drawing by weight is exact: the cells of each member add up to its share.
@Suite struct AliasTableTests {
    @Test(arguments: [
        [1], [1, 1], [1, 2, 3], [1_000_000, 1], [1, 1_000_000, 1], [7, 7, 7, 7],
        [UInt64](repeating: 1, count: 1000), [1, 2, 4, 8, 16, 32, 64, 128, 256],
        (1...1000).map { $0 % 17 == 0 ? 1_000_000 : 1 },
    ])
    func cellsAddUpToTheShares(_ weights: [UInt64]) {
        #expect(largestError(weights) <= UInt128(weights.count))
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func cellsOfRandomWeightsAddUpToTheShares(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...200, using: &random)
        let largest: UInt64 = [3, 1_000, 1_000_000][Int(seed % 3)]
        let weights = (0..<count).map { _ in UInt64.random(in: 1...largest, using: &random) }
        #expect(largestError(weights) <= UInt128(count), "seed \(seed)")
    }

    /// How far the probability of a member is from its share, in units of 2^-64 of a cell.
    private func largestError(_ weights: [UInt64]) -> UInt128 {
        let count = weights.count
        let thresholds = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
        let aliases = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
        let waiting = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
        defer {
            thresholds.deallocate()
            aliases.deallocate()
            waiting.deallocate()
        }
        _ = thresholds.initialize(from: weights)
        aliases.initialize(repeating: .max)
        waiting.initialize(repeating: 0)
        AliasTable(thresholds: thresholds, aliases: aliases, waiting: waiting).build(count)
        let cell = UInt128(1) << 64
        var parts = [UInt128](repeating: 0, count: count)
        for place in 0..<count {
            let own = UInt128(thresholds[place])
            parts[place] += own
            parts[Int(aliases[place])] += cell - own
        }
        let sum = UInt128(weights.reduce(0, +))
        return zip(parts, weights).map { part, weight in
            let exact = UInt128(weight) * UInt128(count) * cell / sum
            return part > exact ? part - exact : exact - part
        }.max() ?? .max
    }
}
