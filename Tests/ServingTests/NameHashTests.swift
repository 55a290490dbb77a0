import DNSWire
import Serving
import TestSupport
import Testing

@Suite struct NameHashTests {
    /// Names that differ in one byte, in one bit, or in length have different hashes.
    @Test func similarNamesHaveDifferentHashes() {
        var seen: Set<UInt64> = []
        var count = 0
        for length in 1...40 {
            let base = [UInt8](repeating: 97, count: length)
            seen.insert(base.withView(NameHash.hash))
            count += 1
            for place in 0..<length {
                for bit in 0..<8 {
                    var other = base
                    other[place] ^= 1 << UInt8(bit)
                    seen.insert(other.withView(NameHash.hash))
                    count += 1
                }
            }
        }
        #expect(seen.count == count)
    }

    /// Both halves spread numbered names: the lower picks the slot, the upper tells names apart.
    @Test func bothHalvesSpread() throws {
        let buckets = 256
        var low = [Int](repeating: 0, count: buckets)
        var high = [Int](repeating: 0, count: buckets)
        let names = 20_000
        for number in 0..<names {
            let hash = try Name("host\(number).example.org.").lowercasedWire.withView(NameHash.hash)
            low[Int(hash & 0xFF)] += 1
            high[Int(hash >> 56)] += 1
        }
        for count in low + high {
            #expect(isPlausible(count, of: names, probability: 1 / Double(buckets)))
        }
    }
}
