import DNSWire
import Geography
import Serving
import TestSupport
import Testing

/// The flat form: its size, what it refuses, what a look-up costs.
@Suite struct TableFormTests {
    private static func map(
        _ count: Int, v4Share: Double, seed: UInt64
    ) -> (map: NetworkMap, prefixes: Int) {
        var random = SeededGenerator(seed: seed)
        let entries = (0..<count).map { _ -> NetworkMap.Entry in
            let isV4 = Double.random(in: 0..<1, using: &random) < v4Share
            let word = UInt128(random.next()) << 64 | UInt128(random.next())
            let network =
                isV4
                ? Network(isV4: true, start: word, bits: UInt8.random(in: 12...32, using: &random))
                : Network(
                    isV4: false, start: word >> 3 | 1 << 125,
                    bits: UInt8.random(in: 24...64, using: &random))
            return NetworkMap.Entry(network, UInt32.random(in: 0..<250, using: &random))
        }
        return (NetworkMap(networks: entries), Set(entries.map(\.network)).count)
    }

    @Test(arguments: [0, 0.5, 1])
    func aPrefixTakesLessThanFiftyBytes(_ v4Share: Double) throws {
        let (map, prefixes) = Self.map(100_000, v4Share: v4Share, seed: 7)
        let bytes = try map.table().count
        #expect(bytes < 50 * prefixes, "\(bytes) bytes for \(prefixes) prefixes")
    }

    @Test func anEmptyTableIsSmall() throws {
        #expect(try NetworkMap().table().count < 256)
    }

    @Test func aLargeTableSaysWhatItsMapSays() throws {
        let (map, _) = Self.map(50_000, v4Share: 0.5, seed: 11)
        let table = try TestTable(map.table())
        var random = SeededGenerator(seed: 12)
        for _ in 0..<20_000 {
            let entry = try #require(map.entries.randomElement(using: &random))
            let step = entry.network.isV4 ? UInt128(1) << 96 : 1
            for start in [entry.network.start, entry.network.last, entry.network.last &+ step] {
                let address = Network(
                    isV4: entry.network.isV4, start: start, bits: entry.network.isV4 ? 32 : 128)
                if address.isEmbedded { continue }
                #expect(table.match(address).value == map.uniformValue(of: address), "\(address)")
            }
        }
    }

    @Test func aTableMayLieAnywhere() throws {
        let bytes = try Self.map(100, v4Share: 0.5, seed: 3).map.table()
        let shifted = [UInt8](repeating: 0xEE, count: 8) + bytes + [1, 2, 3]
        try shifted.withView { view in
            let table = try NetworkTable(checking: view.slice(8, view.count - 8))
            let whole = try TestTable(bytes)
            for word in UInt32(0)..<1000 {
                let client = ClientNetwork(v4: word &* 0x9E37_79B9, bits: 32)
                #expect(table.match(client) == whole.match(client))
            }
        }
    }

    private static func isRefused(_ bytes: [UInt8]) -> Bool {
        do throws(NetworkTableError) {
            _ = try TestTable(bytes)
            return false
        } catch {
            return true
        }
    }

    @Test func damagedTablesAreRefused() throws {
        let bytes = try Self.map(300, v4Share: 0.5, seed: 5).map.table()
        var random = SeededGenerator(seed: 6)
        for _ in 0..<2000 {
            var copy = bytes
            let place = Int.random(in: 0..<copy.count, using: &random)
            copy[place] ^= UInt8.random(in: 1...255, using: &random)
            #expect(Self.isRefused(copy), "byte \(place)")
        }
        for count in [0, 4, 95, 96, bytes.count / 2, bytes.count - 1] {
            #expect(Self.isRefused(Array(bytes.prefix(count))), "\(count) bytes")
        }
    }

    /// With the checksum made right again, the rest of the check has to find what would lead astray.
    @Test func damagedTablesWithAGoodChecksumDoNoHarm() throws {
        let bytes = try Self.map(60, v4Share: 0.5, seed: 8).map.table()
        var random = SeededGenerator(seed: 9)
        var read = 0
        for _ in 0..<4000 {
            var copy = bytes
            let place = Int.random(in: 0..<copy.count, using: &random)
            copy[place] ^= UInt8.random(in: 1...255, using: &random)
            let sum = copy.withView(NetworkTable.checksum)
            for index in 0..<8 {
                copy[80 + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt64(index)))
            }
            guard let table = try? TestTable(copy) else { continue }
            read += 1
            for _ in 0..<20 {
                let client = RandomNetworks.network(using: &random)
                _ = table.match(client)
            }
        }
        #expect(read > 0)
    }

    @Test func lookingUpAllocatesNothing() throws {
        let table = try TestTable(
            Self.map(20_000, v4Share: 0.5, seed: 13).map.table(mixed: .largestPart))
        var random = SeededGenerator(seed: 14)
        let clients = (0..<5000).map { _ in ClientNetwork(RandomNetworks.network(using: &random)) }
        var sum: UInt64 = 0
        let count = allocations {
            for client in clients { sum &+= UInt64(table.match(client).value) }
        }
        #expect(sum > 0)
        #expect(count == 0)
    }
}
