import DNSWire
import Geography
import Serving
import Testing

/// Networks and clients one by one.
@Suite struct SubnetMatchTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var networks: [(String, UInt32)]
        var client: String
        var value: UInt32
        var scope: UInt8
    }

    private static let cases: [Case] = [
        // Route 53's table of IP-based routing.
        Case(
            testDescription: "stored 2001:db8::/32, client a /48 inside",
            networks: [("2001:db8::/32", 1)], client: "2001:db8:0:1234::/48", value: 1, scope: 32),
        Case(
            testDescription: "stored 2001:db8:0:1234::/48, client the /32 around it",
            networks: [("2001:db8:0:1234::/48", 1)], client: "2001:db8::/32", value: 0, scope: 48),
        Case(
            testDescription: "192.0.0.0/16 and 192.0.2.0/24, client 192.0.2.7",
            networks: [("192.0.0.0/16", 1), ("192.0.2.0/24", 2)], client: "192.0.2.7", value: 2,
            scope: 24),
        Case(
            testDescription: "192.0.2.0/24, client 198.51.100.1",
            networks: [("192.0.2.0/24", 1)], client: "198.51.100.1", value: 0, scope: 6),
        // Nesting.
        Case(
            testDescription: "beside the inner network the outer one counts",
            networks: [("192.0.0.0/16", 1), ("192.0.2.0/24", 2)], client: "192.0.3.7", value: 1,
            scope: 24),
        Case(
            testDescription: "a cut subnet around the inner network has the outer one's value",
            networks: [("192.0.0.0/16", 1), ("192.0.2.0/24", 2)], client: "192.0.2.0/23", value: 1,
            scope: 24),
        Case(
            testDescription: "one address at the beginning does not take the /24",
            networks: [("192.0.2.0/24", 1), ("192.0.2.0/32", 2)], client: "192.0.2.0/24", value: 1,
            scope: 32),
        Case(
            testDescription: "halves of one value are whole",
            networks: [("192.0.2.0/25", 3), ("192.0.2.128/25", 3)], client: "192.0.2.0/24",
            value: 3, scope: 24),
        Case(
            testDescription: "no networks", networks: [], client: "192.0.2.0/24", value: 0,
            scope: 0),
        Case(
            testDescription: "all of IPv4, nothing of IPv6: a scope of 0 would be for both",
            networks: [("0.0.0.0/0", 1)], client: "192.0.2.0/24", value: 1, scope: 1),
        Case(
            testDescription: "the end of the address space",
            networks: [("255.255.255.255/32", 1)], client: "255.255.255.255", value: 1, scope: 32),
        Case(
            testDescription: "the end of IPv6",
            networks: [("ffff::/16", 1)], client: "ffff:ffff::/32", value: 1, scope: 16),
        Case(
            testDescription: "the last /64",
            networks: [("ffff:ffff:ffff:ffff::/64", 1), ("ffff::/16", 2)],
            client: "ffff:ffff:ffff:ffff::1", value: 1, scope: 64),
        Case(
            testDescription: "the last address behind few networks",
            networks: [("2001:db8::/32", 1)], client: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            value: 0, scope: 1),
        // IPv4 inside IPv6.
        Case(
            testDescription: "mapped", networks: [("192.0.2.0/24", 1)], client: "::ffff:192.0.2.7",
            value: 1, scope: 120),
        Case(
            testDescription: "translated", networks: [("192.0.2.0/24", 1)],
            client: "64:ff9b::192.0.2.7", value: 1, scope: 120),
        Case(
            testDescription: "6to4", networks: [("192.0.2.0/24", 1)], client: "2002:c000:207::/48",
            value: 1, scope: 40),
        Case(
            testDescription: "6to4, cut inside the IPv4 address",
            networks: [("192.0.0.0/16", 1), ("192.0.2.0/24", 2)], client: "2002:c000:200::/38",
            value: 1, scope: 39),
        Case(
            testDescription: "Teredo: inverted", networks: [("192.0.2.0/24", 1)],
            client: "2001:0:4136:e378:8000:63bf:3fff:fdf8", value: 1, scope: 120),
        Case(
            testDescription: "Teredo, cut ahead of the client",
            networks: [("192.0.2.0/24", 1)], client: "2001:0:4136:e378::/64", value: 0, scope: 97),
        Case(
            testDescription: "networks of IPv6 do not count where IPv4 decides",
            networks: [("2002::/16", 1), ("192.0.2.0/24", 2)], client: "2002:c000:207::/48",
            value: 2, scope: 40),
        Case(
            testDescription: "a wide network of IPv6 ends where IPv4 decides",
            networks: [("2000::/3", 1), ("192.0.2.0/24", 2)], client: "2003::/32", value: 1,
            scope: 16),
    ]

    @Test(arguments: cases)
    func clientsFindTheirNetwork(_ c: Case) throws {
        let match = try TestTable(c.networks, outside: 0).match(c.client)
        #expect(match.value == c.value)
        #expect(match.scope == c.scope)
    }

    @Test func theScopeIsZeroWithoutASubnet() throws {
        let table = try TestTable([("192.0.2.0/24", 1)])
        let resolver = ClientNetwork(nil, from: ClientAddress(v4: 0xC000_0207))
        #expect(table.match(resolver).value == 1)
        #expect(table.match(resolver).bits == 24)
        #expect(table.match(resolver).scope == 0)
    }
}
