import DNSWire
import Resolving
import Testing

/// The system's resolvers, resolv.conf(5).
@Suite struct NameServersTests {
    @Test(arguments: [
        ("nameserver 192.0.2.53", ["192.0.2.53:53"]),
        (
            "# by hand\nsearch example.com\nnameserver\t192.0.2.1  # first\nnameserver 2001:db8::53\r\noptions ndots:5",
            ["192.0.2.1:53", "[2001:db8::53]:53"]
        ),
        (
            "nameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4",
            ["192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"]
        ),
        ("nameserver fe80::1%eth0\nnameserver 192.0.2.1", ["192.0.2.1:53"]),
        ("", ["127.0.0.1:53"]), (";nameserver 192.0.2.1\nnameserver", ["127.0.0.1:53"]),
    ])
    func linesOfResolvConf(_ text: String, _ servers: [String]) {
        #expect(NameServers.read(text).map(\.description) == servers)
    }

    @Test func aFileOfAnotherKindEnds() {
        let text = String(repeating: "x\n", count: 100_000) + "nameserver 192.0.2.1"
        #expect(NameServers.read(text).map(\.description) == ["127.0.0.1:53"])
    }
}
