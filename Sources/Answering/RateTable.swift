import DNSWire
import Serving
import Synchronization

/// Counts the responses of the present second by what they have in common, for all workers at once.
///
/// A fixed table without locks: sets of eight words, one cache line each. Where a set is full, the count that is
/// lowest gives way. Two workers that count in the same instant may count one less; nothing depends on it.
@safe
package struct RateTable: @unchecked Sendable {
    /// 24 bits of the key's hash, the lowest 16 bits of the second, 24 bits of count.
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let seed: UInt64

    private static var setCount: Int { 1 << 14 }
    private static var ways: Int { 8 }
    private static var countMask: UInt64 { 0xFF_FFFF }

    /// A table of 1 MB that lives for ever; memory is taken as it is used.
    ///
    /// - Parameter seed: mixed into every hash, so that nobody can aim at the counts of others.
    package init(seed: UInt64) {
        self.seed = seed
        let count = RateTable.setCount * RateTable.ways
        let memory = unsafe WorkerMemory.pages(bytes: count * MemoryLayout<UInt64>.stride)
        unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    }

    /// Counts a response and returns how many there were in this second, it included.
    func count(_ kind: UInt64, _ source: Int, _ network: (UInt64, UInt64), at second: UInt32) -> Int
    {
        var hash = NameHash.mix(seed ^ network.0)
        hash = NameHash.mix(hash ^ network.1)
        hash = NameHash.mix(hash ^ (kind << 56 | UInt64(truncatingIfNeeded: source)))
        let set = Int(truncatingIfNeeded: hash >> 20) & (RateTable.setCount &- 1)
        // Its tag and second; all that is left is the count.
        let head = hash << 40 | UInt64(second & 0xFFFF) << 24
        return count(head, in: set &* RateTable.ways)
    }

    private func count(_ head: UInt64, in first: Int) -> Int {
        var victim = first
        var lowest = UInt64.max
        for index in first..<first &+ RateTable.ways {
            let word = unsafe words[index].load(ordering: .relaxed)
            if word & ~RateTable.countMask == head {
                let count = min(word & RateTable.countMask &+ 1, RateTable.countMask)
                unsafe words[index].store(head | count, ordering: .relaxed)
                return Int(truncatingIfNeeded: count)
            }
            // What was counted in another second is worth nothing.
            let isPresent = (word ^ head) >> 24 & 0xFFFF == 0
            let worth = isPresent ? word & RateTable.countMask : 0
            if worth < lowest {
                lowest = worth
                victim = index
            }
        }
        unsafe words[victim].store(head | 1, ordering: .relaxed)
        return 1
    }
}
