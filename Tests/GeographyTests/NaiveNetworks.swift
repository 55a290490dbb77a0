import DNSWire
import Geography
import Serving

/// What a table of networks has to say, found by looking at every network each time.
struct NaiveNetworks {
    let entries: [NetworkMap.Entry]
    let outside: UInt32
    let mixed: MixedRule

    /// Where values can change: the first address of a stretch, of each family.
    private let edges4: [UInt128]
    private let edges6: [UInt128]

    init(_ entries: [NetworkMap.Entry], outside: UInt32, mixed: MixedRule) {
        self.entries = entries
        self.outside = outside
        self.mixed = mixed
        func edges(_ networks: [Network]) -> Set<UInt128> {
            Set(networks.flatMap { [$0.start, $0.last == .max ? 0 : $0.last + 1] } + [0])
        }
        let v4 = edges(entries.map(\.network).filter(\.isV4))
        var v6 = edges(entries.map(\.network).filter { !$0.isV4 } + Network.embedded)
        for edge in v4 {
            let address = edge >> 96
            v6.insert(0xFFFF << 32 | address)
            v6.insert(0x0064_FF9B << 96 | address)
            v6.insert(0x2002 << 112 | address << 80)
            // Inverted, an edge lies behind its address.
            v6.insert(0x2001 << 112 | (address ^ 0xFFFF_FFFF))
            v6.insert((0x2001 << 112 | (address ^ 0xFFFF_FFFF)) + 1)
        }
        edges4 = v4.sorted()
        edges6 = v6.sorted()
    }

    /// The longest network that holds all of `network`, of two alike the later.
    private func containing(_ network: Network) -> UInt32? {
        var best: NetworkMap.Entry?
        for entry in entries where entry.network.contains(network) {
            if entry.network.bits >= best?.network.bits ?? 0 { best = entry }
        }
        return best?.value
    }

    /// The value of one address, IPv4 in the upper 32 bits.
    func value(_ address: UInt128, isV4: Bool) -> UInt32 {
        if !isV4 {
            let high = UInt64(truncatingIfNeeded: address >> 64)
            let low = UInt64(truncatingIfNeeded: address)
            if let range = EmbeddedIPv4(high: high, low: low, bits: 128) {
                return value(UInt128(range.address(high: high, low: low)) << 96, isV4: true)
            }
        }
        return containing(Network(isV4: isV4, start: address, bits: isV4 ? 32 : 128)) ?? outside
    }

    /// The addresses of `network` where a stretch of one value may begin.
    private func probes(_ network: Network) -> [UInt128] {
        var edges = network.isV4 ? edges4 : edges6
        if network.isEmbedded, network.start >> 96 == 0x2001_0000 {
            // Below each server of Teredo lies all of IPv4.
            let server = (network.start >> 32) << 32
            edges = edges4.flatMap {
                let image = server | (($0 >> 96) ^ 0xFFFF_FFFF)
                return [image, image + 1]
            }
        }
        return [network.start] + edges.filter { $0 > network.start && $0 <= network.last }
    }

    /// Whether all addresses of `network` have one value; of a network of no bits, those of both families.
    func isUniform(_ network: Network) -> Bool {
        let first = value(network.start, isV4: network.isV4)
        guard probes(network).allSatisfy({ value($0, isV4: network.isV4) == first }) else {
            return false
        }
        if network.bits > 0 { return true }
        let other = Network(isV4: !network.isV4, start: 0, bits: 0)
        return probes(other).allSatisfy { value($0, isV4: !network.isV4) == first }
    }

    /// The same, of IPv4 or IPv6 alone where the network has no bits.
    func isUniformFamily(_ network: Network) -> Bool {
        let first = value(network.start, isV4: network.isV4)
        return probes(network).allSatisfy { value($0, isV4: network.isV4) == first }
    }

    /// The value of a network; of one with several, what the rule for those says.
    func value(of network: Network) -> UInt32 {
        if isUniformFamily(network) { return value(network.start, isV4: network.isV4) }
        if let value = containing(network), value != outside { return value }
        guard mixed == .largestPart, network.bits > 0 else { return outside }
        let v4IsUniform = isUniformFamily(Network(isV4: true, start: 0, bits: 0))
        var stretches: [(value: UInt32?, size: UInt128)] = []
        let probes = probes(network)
        for (index, start) in probes.enumerated() {
            let last = index + 1 < probes.count ? probes[index + 1] - 1 : network.last
            let isHidden =
                !network.isV4 && !v4IsUniform
                && Network(isV4: false, start: start, bits: 128).isEmbedded
            let found = isHidden ? nil : value(start, isV4: network.isV4)
            if let before = stretches.last, before.value == found {
                stretches[stretches.count - 1].size += last - start + 1
            } else {
                stretches.append((found, last - start + 1))
            }
        }
        var largest: (value: UInt32?, size: UInt128) = (outside, 0)
        for stretch in stretches where stretch.value != nil && stretch.size > largest.size {
            largest = stretch
        }
        return largest.value ?? outside
    }
}

/// A table in memory of its own.
final class TestTable {
    private let memory: UnsafeMutableRawBufferPointer
    let table: NetworkTable

    init(_ bytes: [UInt8]) throws(NetworkTableError) {
        memory = .allocate(byteCount: bytes.count, alignment: 64)
        memory.copyBytes(from: bytes)
        do throws(NetworkTableError) {
            table = try NetworkTable(checking: ByteView(UnsafeRawBufferPointer(memory)))
        } catch {
            memory.deallocate()
            throw error
        }
    }

    deinit { memory.deallocate() }

    convenience init(
        _ networks: [(String, UInt32)], outside: UInt32 = NetworkTable.none,
        mixed: MixedRule = .outside
    ) throws {
        let entries = try networks.map { NetworkMap.Entry(try Network(text: $0.0), $0.1) }
        try self.init(NetworkMap(networks: entries).table(outside: outside, mixed: mixed))
    }

    func match(_ client: ClientNetwork) -> NetworkMatch {
        withExtendedLifetime(self) { table.match(client) }
    }

    func match(_ network: Network) -> NetworkMatch { match(ClientNetwork(network)) }

    /// Asks about `192.0.2.0/24` or `192.0.2.1` as a resolver would.
    func match(_ text: String) throws -> NetworkMatch { match(try Network(text: text)) }
}

extension ClientNetwork {
    /// As it comes in a client subnet.
    init(_ network: Network) {
        switch network.address {
        case .v4(let value): self.init(v4: value, bits: network.bits, isFromSubnet: true)
        case .v6(let high, let low):
            self.init(v6: high, low, bits: network.bits, isFromSubnet: true)
        }
    }
}

extension Network {
    init(text: String) throws {
        let parts = text.split(separator: "/")
        guard let address = parts.first.flatMap({ IPAddress($0) }) else {
            throw NotANetwork(text: text)
        }
        self.init(
            address, bits: parts.count > 1 ? UInt8(parts[1]) ?? 0 : address.isV4 ? 32 : 128)
    }

    struct NotANetwork: Error { let text: String }
}
