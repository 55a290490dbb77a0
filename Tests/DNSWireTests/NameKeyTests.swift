import DNSWire
import TestSupport
import Testing

@Suite struct NameKeyTests {
    /// Every byte at each of the eight places of a word, next to bytes that could carry over.
    @Test(arguments: [0x00, 0x41, 0x5A, 0x7F, 0x80, 0xFF] as [UInt8])
    func wordsAreLowercasedByteByByte(_ neighbour: UInt8) {
        for place in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var bytes = [UInt8](repeating: neighbour, count: 8)
                bytes[place] = byte
                let word = bytes.withView { $0.word(0) }
                let lowered = withUnsafeBytes(of: NameKey.lowercased(word), Array.init)
                #expect(lowered == bytes.map(simplyLowercased), "\(byte) at \(place)")
            }
        }
    }

    private func simplyLowercased(_ byte: UInt8) -> UInt8 {
        (65...90).contains(byte) ? byte + 32 : byte
    }

    @Test func singleBytesAreLowercased() {
        for byte in UInt8.min...UInt8.max {
            #expect(Name.lowercased(byte) == simplyLowercased(byte))
        }
    }

    /// One key is used for many names, long and short.
    @Test func suffixesAreTheNamesAncestors() throws {
        var random = SeededGenerator(seed: 11)
        var key = NameKey()
        for _ in 0..<2_000 {
            var labels: [[UInt8]] = []
            var left = 254
            while left > 1, Int.random(in: 0..<6, using: &random) > 0 {
                let label = random.bytes(Int.random(in: 1...min(63, left - 1), using: &random))
                labels.append(label)
                left -= label.count + 1
            }
            let name = try Name(labels: labels)
            name.wire.withView { key.set($0) }
            #expect(key.byteCount == name.wire.count)
            #expect(key.labelCount == labels.count)
            var ancestor = name
            for dropped in 0...labels.count {
                let suffix = key.suffix(dropping: dropped)
                let bytes = (0..<suffix.count).map { suffix.byte($0) }
                #expect(bytes == ancestor.lowercasedWire)
                ancestor = ancestor.parent ?? .root
            }
        }
    }

    @Test func theLongestNamesFit() throws {
        var key = NameKey()
        let many = try Name(labels: Array(repeating: [UInt8(ascii: "Q")], count: 127))
        many.wire.withView { key.set($0) }
        #expect(key.labelCount == 127)
        #expect(key.suffix(dropping: 127).count == 1)
        #expect(key.suffix(dropping: 126).count == 3)
        [0].withView { key.set($0) }
        #expect(key.labelCount == 0)
        #expect(key.suffix(dropping: 0).count == 1)
    }
}
