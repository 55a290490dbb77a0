import DNSWire
import TestSupport
import Testing

/// What parsing makes of EDNS options.
@Suite struct QueryOptionTests {
    static func option(_ code: UInt16, _ data: [UInt8]) -> [UInt8] {
        QueryPacket.u16(code) + QueryPacket.u16(UInt16(data.count)) + data
    }

    private func parse(_ options: [UInt8], version: UInt8 = 0) -> Query {
        let opt = QueryPacket.opt(version: version, options: options)
        var query = Query()
        _ = QueryPacket(additional: [opt]).bytes.withView { query.parse($0) }
        return query
    }

    @Test(arguments: 0...48)
    func cookiesHaveLengths(_ count: Int) {
        let query = parse(QueryOptionTests.option(10, [UInt8](repeating: 7, count: count)))
        #expect(query.options.hasCookie)
        #expect(query.options.cookieIsWellFormed == (count == 8 || (16...40).contains(count)))
        #expect(query.options.serverCookieBytes == (count >= 16 && count <= 40 ? count - 8 : 0))
    }

    @Test func theFirstOfTwoCounts() {
        let first = QueryOptionTests.option(10, [1, 2, 3, 4, 5, 6, 7, 8])
        let query = parse(first + QueryOptionTests.option(10, [9]))
        #expect(query.options.cookieIsWellFormed)
        #expect(query.options.clientCookie == 0x0807_0605_0403_0201)
        let subnet = QueryOptionTests.option(8, [0, 1, 8, 0, 10])
        #expect(parse(subnet + QueryOptionTests.option(8, [9])).options.subnet?.sourceBits == 8)
    }

    /// Options of a version that nobody knows are not looked into, but their lengths add up.
    @Test func otherVersionsHaveOptionsOfTheirOwn() {
        let query = parse(QueryOptionTests.option(10, [9]), version: 1)
        #expect(query.hasEDNS)
        #expect(!query.options.hasCookie)
    }

    @Test func otherOptionsAreSeen() {
        let query = parse(
            QueryOptionTests.option(3, []) + QueryOptionTests.option(11, [])
                + QueryOptionTests.option(65_001, [1, 2]))
        #expect(query.options.hasNSID)
        #expect(query.options.hasKeepalive)
        #expect(query.options.keepaliveIsWellFormed)
        let timeout = parse(QueryOptionTests.option(11, [0, 1]))
        #expect(timeout.options.hasKeepalive && !timeout.options.keepaliveIsWellFormed)
    }

    struct Subnet: Sendable, CustomTestStringConvertible {
        var data: [UInt8]
        /// Family, bits, address; nil: malformed.
        var expected: (family: UInt16, bits: UInt8, high: UInt64, low: UInt64)?
        var testDescription: String

        init(
            _ testDescription: String, _ data: [UInt8],
            _ expected: (family: UInt16, bits: UInt8, high: UInt64, low: UInt64)? = nil
        ) {
            self.testDescription = testDescription
            self.data = data
            self.expected = expected
        }
    }

    static let six: [UInt8] = [0x20, 1, 0x0D, 0xB8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]

    @Test(arguments: [
        Subnet("0.0.0.0/0", [0, 1, 0, 0], (1, 0, 0, 0)),
        Subnet("10.0.0.0/7", [0, 1, 7, 0, 10], (1, 7, 10 << 56, 0)),
        Subnet("192.0.2.0/24", [0, 1, 24, 0, 192, 0, 2], (1, 24, 0xC000_02 << 40, 0)),
        Subnet("192.0.2.128/25", [0, 1, 25, 0, 192, 0, 2, 128], (1, 25, 0xC000_0280 << 32, 0)),
        Subnet("192.0.2.1/32", [0, 1, 32, 0, 192, 0, 2, 1], (1, 32, 0xC000_0201 << 32, 0)),
        Subnet("::/0", [0, 2, 0, 0], (2, 0, 0, 0)),
        Subnet(
            "2001:db8:1::/56", [0, 2, 56, 0, 0x20, 1, 0x0D, 0xB8, 0, 1, 0],
            (2, 56, 0x2001_0DB8_0001_0000, 0)),
        Subnet(
            "a whole IPv6 address", [0, 2, 128, 0] + six,
            (2, 128, 0x2001_0DB8_0001_0203, 0x0405_0607_0809_0A0B)),
        Subnet("no family, no bits", [0, 0, 0, 0], (0, 0, 0, 0)),
        Subnet("nothing", []),
        Subnet("three bytes", [0, 1, 0]),
        Subnet("an unknown family", [0, 3, 0, 0]),
        Subnet("no family, but bits", [0, 0, 8, 0, 10]),
        Subnet("a scope", [0, 1, 24, 24, 192, 0, 2]),
        Subnet("33 bits of IPv4", [0, 1, 33, 0, 192, 0, 2, 1, 0]),
        Subnet("129 bits of IPv6", [0, 2, 129, 0] + six + [0]),
        Subnet("a byte less", [0, 1, 24, 0, 192, 0]),
        Subnet("a byte more", [0, 1, 24, 0, 192, 0, 2, 0]),
        Subnet("a byte for no bits", [0, 1, 0, 0, 0]),
        Subnet("a bit behind the prefix", [0, 1, 7, 0, 11]),
        Subnet("a bit behind 25", [0, 1, 25, 0, 192, 0, 2, 0xC0]),
    ])
    func subnetsAreRead(_ c: Subnet) {
        let query = parse(QueryOptionTests.option(8, c.data))
        #expect(query.options.hasSubnet)
        let subnet = query.options.subnet
        #expect(subnet?.family == c.expected?.family)
        #expect(subnet?.sourceBits == c.expected?.bits)
        #expect(subnet?.high == c.expected?.high)
        #expect(subnet?.low == c.expected?.low)
    }
}
