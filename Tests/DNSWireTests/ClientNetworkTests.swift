import DNSWire
import TestSupport
import Testing

/// Which network is looked up for a query.
@Suite struct ClientNetworkTests {
    private static let resolver = ClientAddress(v4: 0xC633_6407)

    private static func subnet(
        _ family: UInt16, _ bits: UInt8, _ address: [UInt8]
    ) throws -> ClientSubnet {
        let data = [UInt8(family >> 8), UInt8(family & 255), bits, 0] + address
        return try #require(data.withView { ClientSubnet($0) })
    }

    @Test func theSubnetGoesBeforeTheResolver() throws {
        let network = ClientNetwork(
            try Self.subnet(1, 20, [192, 0, 32]), from: Self.resolver)
        #expect(network == ClientNetwork(v4: 0xC000_2000, bits: 20, isFromSubnet: true))
        #expect(network.v4Bits == 20)
    }

    @Test func aSubnetOfNoBitsMeansTheResolverAndNoScope() throws {
        for family in [UInt16(0), 1, 2] {
            let network = ClientNetwork(try Self.subnet(family, 0, []), from: Self.resolver)
            #expect(network == ClientNetwork(v4: 0xC633_6407, bits: 32))
            #expect(!network.isFromSubnet)
        }
    }

    @Test func withoutASubnetTheResolverCounts() {
        #expect(ClientNetwork(nil, from: Self.resolver) == ClientNetwork(v4: 0xC633_6407, bits: 32))
        let v6 = ClientAddress(v6: 0x2001_0DB8_0000_0000, 1)
        #expect(
            ClientNetwork(nil, from: v6) == ClientNetwork(v6: 0x2001_0DB8_0000_0000, 1, bits: 128))
    }

    @Test func aSubnetOfIPv6IsTakenWhole() throws {
        let network = ClientNetwork(
            try Self.subnet(2, 56, [0x20, 1, 0x0D, 0xB8, 0, 1, 2]), from: Self.resolver)
        #expect(!network.isV4)
        #expect(network.high == 0x2001_0DB8_0001_0200)
        #expect(network.v6Bits == 56)
    }

    struct Embedded: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var high: UInt64
        var low: UInt64
        var bits: UInt8 = 128
        /// nil: not IPv4.
        var v4: UInt32?
        var v4Bits: UInt8 = 32
        var shift: UInt8 = 96
    }

    private static let embedded: [Embedded] = [
        Embedded(testDescription: "mapped", high: 0, low: 0xFFFF_C000_0207, v4: 0xC000_0207),
        Embedded(
            testDescription: "mapped /120", high: 0, low: 0xFFFF_C000_0207, bits: 120,
            v4: 0xC000_0200, v4Bits: 24),
        Embedded(
            testDescription: "mapped /96 tells nothing", high: 0, low: 0xFFFF_C000_0207, bits: 96,
            v4: 0, v4Bits: 0),
        Embedded(
            testDescription: "mapped /95 may be another", high: 0, low: 0xFFFF_0000_0000, bits: 95),
        Embedded(testDescription: "IPv4-compatible, which is history", high: 0, low: 0xC000_0207),
        Embedded(testDescription: "loopback", high: 0, low: 1),
        Embedded(
            testDescription: "translated", high: 0x0064_FF9B_0000_0000, low: 0xC000_0207,
            v4: 0xC000_0207),
        Embedded(
            testDescription: "local-use translation prefix", high: 0x0064_FF9B_0001_0000,
            low: 0xC000_0207),
        Embedded(
            testDescription: "6to4", high: 0x2002_C000_0207_0001, low: 5, v4: 0xC000_0207, shift: 16
        ),
        Embedded(
            testDescription: "6to4 /40", high: 0x2002_C000_0207_0001, low: 5, bits: 40,
            v4: 0xC000_0200, v4Bits: 24, shift: 16),
        Embedded(
            testDescription: "6to4 /15", high: 0x2002_0000_0000_0000, low: 0, bits: 15),
        Embedded(
            testDescription: "Teredo (RFC 4380 §4)", high: 0x2001_0000_4136_E378,
            low: 0x8000_63BF_3FFF_FDD2, v4: 0xC000_022D),
        Embedded(
            testDescription: "Teredo /120", high: 0x2001_0000_4136_E378,
            low: 0x8000_63BF_3FFF_FDD2, bits: 120, v4: 0xC000_0200, v4Bits: 24),
        Embedded(
            testDescription: "Teredo /64 tells the server only", high: 0x2001_0000_4136_E378,
            low: 0, bits: 64, v4: 0, v4Bits: 0),
        Embedded(testDescription: "ORCHIDv2", high: 0x2001_0020_0000_0000, low: 0),
    ]

    @Test(arguments: embedded)
    func anAddressInsideIsFound(_ c: Embedded) {
        let network = ClientNetwork(v6: c.high, c.low, bits: c.bits)
        #expect(network.isV4 == (c.v4 != nil))
        if let v4 = c.v4 {
            #expect(network.v4 == v4)
            #expect(network.v4Bits == c.v4Bits)
            #expect(network.shift == c.shift)
        }
    }
}
