import DNSWire
import Testing

@Suite struct IPNetworkTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("192.0.2.1", "192.0.2.1/32"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("192.0.2.1/32", "192.0.2.1/32"), ("192.0.2.128/25", "192.0.2.128/25"),
        ("2001:DB8::/32", "2001:db8::/32"), ("::/0", "::/0"), ("::1", "::1/128"),
        ("8000::/1", "8000::/1"), ("2001:db8:0:0:8000::/65", "2001:db8:0:0:8000::/65"),
        ("10.0.0.0/08", "10.0.0.0/8"),
    ])
    func networksAreReadAndPrinted(_ text: String, _ printed: String) throws {
        #expect(try #require(IPNetwork(text)).description == printed)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
        "10.0.0.0/8 ", "10.0.0.1/8", "10/8", "::/129", "::1/127", "2001:db8::/31x", "::/0000",
        "2001:db8::1/64", "1.2.3.4/٣",
    ])
    func badNetworksAreRefused(_ text: String) { #expect(IPNetwork(text) == nil) }

    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0", "10.255.255.255"), ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
        ("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"),
        ("2001:db8:0:0:8000::/65", "2001:db8:0:0:8000::", "2001:db8::ffff:ffff:ffff:ffff"),
    ])
    func aNetworkHasAFirstAndALastAddress(_ text: String, _ first: String, _ last: String) throws {
        let network = try #require(IPNetwork(text))
        #expect(network.firstKey == ClientAddress(try #require(IPAddress(first))).key)
        #expect(network.lastKey == ClientAddress(try #require(IPAddress(last))).key)
    }

    @Test func familiesHaveOneOrder() throws {
        let v4 = try #require(IPNetwork("0.0.0.0/0"))
        let mapped = try #require(IPNetwork("::ffff:0:0/96"))
        #expect(v4.firstKey == mapped.firstKey)
        #expect(v4.lastKey == mapped.lastKey)
        #expect(AddressKey(0, .max).next == AddressKey(1, 0))
        #expect(AddressKey(.max, .max).next == nil)
    }
}
