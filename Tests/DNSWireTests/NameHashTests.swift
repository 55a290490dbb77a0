import DNSWire
import TestSupport
import Testing

@Suite struct NameHashTests {
    /// Names that differ in one bit, other than that of the case, or in length have different hashes.
    @Test func similarNamesHaveDifferentHashes() {
        var seen: Set<UInt64> = []
        var count = 0
        for length in 1...40 {
            let base = [UInt8](repeating: 97, count: length)
            seen.insert(base.withView(NameHash.hash))
            count += 1
            for place in 0..<length {
                for bit in 0..<8 where bit != 5 {
                    var other = base
                    other[place] ^= 1 << UInt8(bit)
                    seen.insert(other.withView(NameHash.hash))
                    count += 1
                }
            }
        }
        #expect(seen.count == count)
    }

    @Test func aNameHasOneHashHoweverItIsSpelled() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let lower = (0..<Int.random(in: 1...60, using: &random)).map { _ in
                UInt8.random(in: 97...122, using: &random)
            }
            let upper = lower.map { Bool.random(using: &random) ? $0 & ~0x20 : $0 }
            #expect(lower.withView(NameHash.hash) == upper.withView(NameHash.hash))
            #expect(
                (lower == upper)
                    == (lower.withView(NameHash.spelledHash) == upper.withView(NameHash.spelledHash))
            )
            #expect(upper.withView { upper in lower.withView { upper.spells($0) } })
        }
    }

    /// Bytes that become equal when the bit of the case is set are still told apart, and so are letters whose partner
    /// is in capitals.
    @Test func onlyLettersHaveCases() {
        for length in 1...40 {
            for byte in UInt8.min...UInt8.max {
                for place in Set([0, length / 2, length - 1]) {
                    var name = [UInt8](repeating: 0x61, count: length)
                    name[place] = byte
                    var other = name
                    other[place] ^= 0x20
                    let isCapital = (0x41...0x5A).contains(byte)
                    #expect(
                        name.withView { name in other.withView { name.spells($0) } } == isCapital)
                }
            }
        }
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
