package import DNSWire

/// An address prefix: `192.0.2.0/24`, `2001:db8::/32`.
package struct Network: Hashable, Sendable {
    package let isV4: Bool
    /// The first address from its first bit on; IPv4 is the upper 32 bits, zeros behind.
    package let start: UInt128
    /// Length of the prefix: 0 to 32, or to 128.
    package let bits: UInt8

    /// Takes the first `bits` of `start`; what lies behind them is dropped.
    package init(isV4: Bool, start: UInt128, bits: UInt8) {
        self.isV4 = isV4
        self.bits = min(bits, isV4 ? 32 : 128)
        self.start = start & Network.mask(self.bits)
    }

    package init(_ address: IPAddress, bits: UInt8) {
        switch address {
        case .v4(let value):
            self.init(isV4: true, start: UInt128(value) << 96, bits: bits)
        case .v6(let high, let low):
            self.init(isV4: false, start: UInt128(_low: low, _high: high), bits: bits)
        }
    }

    /// The last address in the same form; of IPv4 too with ones to the end.
    package var last: UInt128 { start | ~Network.mask(bits) }

    package var address: IPAddress {
        isV4
            ? .v4(UInt32(truncatingIfNeeded: start >> 96))
            : .v6(UInt64(truncatingIfNeeded: start >> 64), UInt64(truncatingIfNeeded: start))
    }

    package func contains(_ other: Network) -> Bool {
        isV4 == other.isV4 && bits <= other.bits && other.start & Network.mask(bits) == start
    }

    /// Ones in the first `bits` of 128.
    static func mask(_ bits: UInt8) -> UInt128 {
        bits == 0 ? 0 : UInt128.max << UInt128(128 - bits)
    }

    /// The ranges of IPv6 whose addresses are located by the IPv4 address inside them.
    package static let embedded: [Network] = EmbeddedIPv4.allCases.map {
        Network(isV4: false, start: UInt128(_low: $0.low, _high: $0.high), bits: $0.bits)
    }.sorted { $0.start < $1.start }

    /// Whether it lies inside one of them.
    package var isEmbedded: Bool {
        !isV4 && Network.embedded.contains { $0.contains(self) }
    }
}

extension Network: Comparable {
    /// IPv4 first, then by the first address, the wider first.
    package static func < (a: Network, b: Network) -> Bool {
        if a.isV4 != b.isV4 { return a.isV4 }
        return a.start == b.start ? a.bits < b.bits : a.start < b.start
    }
}

extension Network: CustomStringConvertible {
    package var description: String { "\(address)/\(bits)" }
}
