import Steering
import TestSupport
import Testing

@Suite struct RandomSourceTests {
    @Test(arguments: [1, 2, 3, 7, 100] as [UInt64])
    func numbersBelowABoundAreUniform(_ bound: UInt64) {
        var random = RandomSource(seed: 7)
        let trials = 100_000
        var counts = [Int](repeating: 0, count: Int(bound))
        for _ in 0..<trials { counts[Int(random.below(bound))] += 1 }
        for count in counts {
            #expect(isPlausible(count, of: trials, probability: 1 / Double(bound)))
        }
    }

    @Test func theLargestBoundIsKept() {
        var random = RandomSource(seed: 7)
        var high = 0
        for _ in 0..<1_000 where random.below(.max) > UInt64.max / 2 { high += 1 }
        #expect(isPlausible(high, of: 1_000, probability: 1 / 2))
    }

    /// The same seed gives the same numbers, another one others, and no seed gives only zeroes.
    @Test(arguments: [0, 1, .max] as [UInt64])
    func numbersFollowFromTheSeed(_ seed: UInt64) {
        var a = RandomSource(seed: seed)
        var b = RandomSource(seed: seed)
        var c = RandomSource(seed: seed &+ 2)
        let first = (0..<100).map { _ in a.next() }
        #expect(first == (0..<100).map { _ in b.next() })
        #expect(first != (0..<100).map { _ in c.next() })
        #expect(Set(first).count == 100)
    }
}
