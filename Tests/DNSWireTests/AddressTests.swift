import DNSWire
import TestSupport
import Testing

@Suite struct AddressTests {
    /// Text and the text that is printed for it (RFC 5952 §4).
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"),
        ("2001:DB8:ABCD::1", "2001:db8:abcd::1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("0:0:0:0:0:0:0:0", "::"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("::192.0.2.1", "::c000:201"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"),
        ("fe80:0:0:0:1:0:0:0", "fe80::1:0:0:0"),
    ])
    func addressesAreReadAndPrinted(_ text: String, _ printed: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == printed)
        #expect(IPAddress(printed) == address)
        #expect(IPAddress(bytes: address.bytes) == address)
        #expect(address.isV4 == !text.contains(":"))
    }

    @Test(arguments: [
        "", ".", ":", ":::", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.+4",
        "1.2.3.-4", "1.2.3.4 ", " 1.2.3.4", "1..2.3", "1.2.3.", ".1.2.3", "0x1.2.3.4", "1.2.3.1000",
        "１.2.3.4", "localhost",
        "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
        "12345::", "g::", "::g", ":1::", "1:", "::1:", "+1::", "::-1", "::1%eth0", "[::1]",
        "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::256.0.0.1", "::٣",
        "1:2:3:4::5:6:7:8",
    ])
    func badAddressesAreRefused(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test func bytesAreInNetworkOrder() throws {
        #expect(IPAddress.v4(0xC000_0201).bytes == [192, 0, 2, 1])
        let bytes = [UInt8](1...16)
        #expect(IPAddress(bytes: bytes) == .v6(0x0102_0304_0506_0708, 0x090A_0B0C_0D0E_0F10))
        #expect(try #require(IPAddress(bytes: bytes)).bytes == bytes)
        for count in [0, 3, 5, 15, 17] {
            #expect(IPAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
    }

    /// `::` stands for the most zero groups that follow one another, the first of equals.
    @Test func theLongestRunOfZeroesIsShortened() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            // Few different groups, so that runs of zeroes are common.
            let groups = (0..<8).map { _ in
                [0, 0, 0, 1, 0xA0, 0xFFFF].randomElement(using: &random) ?? 0
            }
            let address = IPAddress(bytes: groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
            let expected = spelling(of: groups.map { String($0, radix: 16) })
            #expect(address?.description == expected)
            #expect(IPAddress(expected) == address)
        }
    }

    private func spelling(of groups: [String]) -> String {
        for count in stride(from: 8, through: 2, by: -1) {
            for start in 0...8 - count
            where groups[start..<start + count].allSatisfy({ $0 == "0" }) {
                return groups[..<start].joined(separator: ":") + "::"
                    + groups[(start + count)...].joined(separator: ":")
            }
        }
        return groups.joined(separator: ":")
    }

    @Test(arguments: [
        ("127.0.0.1:5300", IPAddress.v4(0x7F00_0001), 5300 as UInt16, false),
        ("[::1]:53", .v6(0, 1), 53, false), ("0.0.0.0:0", .v4(0), 0, true),
        ("[::]:65535", .v6(0, 0), 65535, true),
    ])
    func socketAddressesAreReadAndPrinted(
        _ text: String, _ address: IPAddress, _ port: UInt16, _ isWildcard: Bool
    ) throws {
        let socket = try #require(SocketAddress(text))
        #expect(socket.address == address)
        #expect(socket.port == port)
        #expect(socket.isWildcard == isWildcard)
        #expect(socket.description == text)
    }

    @Test(arguments: [
        "", ":53", "53", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+53",
        "127.0.0.1:-1", "127.0.0.1:-0", "127.0.0.1:5 3", "127.0.0.1:x", "::1:53", "[::1]",
        "[::1]53",
        "[::1]:", "[127.0.0.1]:53", "[::1:53", "::1]:53", "localhost:53", "[]:53", "[::1]:53 ",
    ])
    func badSocketAddressesAreRefused(_ text: String) { #expect(SocketAddress(text) == nil) }
}
