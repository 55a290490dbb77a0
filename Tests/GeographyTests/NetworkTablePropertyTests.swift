import DNSWire
import Geography
import Serving
import TestSupport
import Testing

/// Random tables against a look at every network.
@Suite struct NetworkTablePropertyTests {
    /// One table, and what it is to be compared with.
    private struct Trial {
        let naive: NaiveNetworks
        let table: TestTable
        var random: SeededGenerator
        let label: String

        init(_ seed: UInt64) throws {
            random = SeededGenerator(seed: seed)
            let entries = RandomNetworks.entries(
                Int.random(in: 0...24, using: &random),
                values: UInt32.random(in: 1...4, using: &random), using: &random)
            let mixed: MixedRule = Bool.random(using: &random) ? .outside : .largestPart
            let outside: UInt32 = Bool.random(using: &random) ? 0 : NetworkTable.none
            // The map's own entries: none outside the ranges that IPv4 decides.
            let kept = entries.filter { !$0.network.isEmbedded }
            naive = NaiveNetworks(kept, outside: outside, mixed: mixed)
            table = try TestTable(
                NetworkMap(networks: entries).table(outside: outside, mixed: mixed))
            label = "seed \(seed)"
        }

        /// An address of no network, or the edge of one.
        mutating func address() -> Network {
            let isV4 = Bool.random(using: &random)
            var start = RandomNetworks.address(isV4: isV4, using: &random)
            if let entry = naive.entries.randomElement(using: &random),
                entry.network.isV4 == isV4, Bool.random(using: &random)
            {
                let step = isV4 ? UInt128(1) << 96 : 1
                start =
                    [
                        entry.network.start, entry.network.last, entry.network.start &- step,
                        entry.network.last &+ step,
                    ].randomElement(using: &random) ?? 0
            }
            return Network(isV4: isV4, start: start, bits: isV4 ? 32 : 128)
        }
    }

    private static let seeds: [UInt64] = Array(1...400)

    @Test(arguments: seeds)
    func theLongestNetworkDecides(_ seed: UInt64) throws {
        var trial = try Trial(seed)
        for _ in 0..<40 {
            let address = trial.address()
            let expected = trial.naive.value(address.start, isV4: address.isV4)
            #expect(trial.table.match(address).value == expected, "\(trial.label), \(address)")
        }
    }

    @Test(arguments: seeds)
    func everyoneInAScopeHasTheSameValueAndItIsTheWidest(_ seed: UInt64) throws {
        var trial = try Trial(seed)
        for _ in 0..<20 {
            let address = trial.address()
            let scope = trial.table.match(address).scope
            let within = Network(isV4: address.isV4, start: address.start, bits: scope)
            #expect(trial.naive.isUniform(within), "\(trial.label), \(address) in \(within)")
            guard scope > 0 else { continue }
            let wider = Network(isV4: address.isV4, start: address.start, bits: scope - 1)
            #expect(!trial.naive.isUniform(wider), "\(trial.label), \(address) in \(wider)")
        }
    }

    @Test(arguments: seeds)
    func aCutSubnetFollowsTheRuleForThose(_ seed: UInt64) throws {
        var trial = try Trial(seed)
        for _ in 0..<40 {
            let address = trial.address()
            let bits = UInt8.random(in: 0...(address.isV4 ? 32 : 128), using: &trial.random)
            let network = Network(isV4: address.isV4, start: address.start, bits: bits)
            // Of these only a part of the IPv4 address is told, or none: tests of their own.
            guard !network.isEmbedded else { continue }
            let match = trial.table.match(network)
            #expect(match.value == trial.naive.value(of: network), "\(trial.label), \(network)")
            let isUniform = trial.naive.isUniform(network)
            #expect((match.bits <= bits) == isUniform, "\(trial.label), \(network)")
        }
    }

    @Test(arguments: seeds.prefix(200))
    func aSubnetAroundAnIPv4AddressIsWhatIsKnownOfTheAddress(_ seed: UInt64) throws {
        var trial = try Trial(seed)
        for _ in 0..<40 {
            let range = try #require(EmbeddedIPv4.allCases.randomElement(using: &trial.random))
            let v4 = RandomNetworks.address(isV4: true, using: &trial.random)
            let base = UInt128(_low: range.low, _high: range.high)
            let inside: UInt128 =
                switch range {
                case .mapped, .translated: v4 >> 96
                case .sixToFour: v4 >> 16 | UInt128(trial.random.next())
                case .teredo: (v4 >> 96) ^ 0xFFFF_FFFF | UInt128(trial.random.next() >> 32) << 32
                }
            let bits = UInt8.random(in: range.bits...128, using: &trial.random)
            let known = bits <= range.shift ? 0 : min(bits - range.shift, 32)
            let inner = Network(isV4: true, start: v4, bits: known)
            let network = Network(isV4: false, start: base | inside, bits: bits)
            let match = trial.table.match(network)
            let label = "\(trial.label), \(network) around \(inner)"
            #expect(match.value == trial.naive.value(of: inner), "\(label)")
            #expect((match.bits <= bits) == trial.naive.isUniformFamily(inner), "\(label)")
        }
    }

    @Test(arguments: seeds.prefix(100))
    func bitsBehindTheSourceAreNeverLookedAt(_ seed: UInt64) throws {
        var trial = try Trial(seed)
        for _ in 0..<20 {
            let address = trial.address()
            let bits = UInt8.random(in: 1...(address.isV4 ? 32 : 128), using: &trial.random)
            let whole = Network(isV4: address.isV4, start: address.start, bits: bits)
            let dirty: ClientNetwork
            switch address.address {
            case .v4(let value): dirty = ClientNetwork(v4: value, bits: bits, isFromSubnet: true)
            case .v6(let high, let low):
                dirty = ClientNetwork(v6: high, low, bits: bits, isFromSubnet: true)
            }
            #expect(dirty == ClientNetwork(whole))
        }
    }

    @Test(arguments: seeds.prefix(100))
    func mergedMapsSayWhatBothSay(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let maps = (0..<2).map { _ in RandomNetworks.entries(12, values: 3, using: &random) }
        let naive = maps.map { NaiveNetworks($0, outside: NetworkTable.none, mixed: .outside) }
        let merged = NetworkMap(networks: maps[0]).combined(NetworkMap(networks: maps[1])) {
            ($0 == NetworkTable.none ? 9 : $0) * 10 + ($1 == NetworkTable.none ? 9 : $1)
        }
        for _ in 0..<60 {
            let isV4 = Bool.random(using: &random)
            let address = RandomNetworks.address(isV4: isV4, using: &random)
            let network = Network(isV4: isV4, start: address, bits: isV4 ? 32 : 128)
            if network.isEmbedded { continue }
            let values = naive.map { $0.value(network.start, isV4: isV4) }.map {
                $0 == NetworkTable.none ? 9 : $0
            }
            #expect(
                merged.uniformValue(of: network) == values[0] * 10 + values[1],
                "seed \(seed), \(network)")
        }
    }
}
