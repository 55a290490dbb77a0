import DNSWire
import Geography
import LocationFiles
import TestSupport
import Testing
import Zones

/// Operators' lists of networks.
@Suite struct NetworkListTests {
    private static func read(_ text: String) throws -> NetworkList {
        try NetworkList(Array(text.utf8), file: "nets.txt")
    }

    @Test func aListIsRead() throws {
        let list = try Self.read(
            """
            # offices
            192.0.2.0/24      office-berlin   # rack 7
            \t2001:db8::/48 office-berlin\r

            198.51.100.7 build_server.1
            0.0.0.0/0 rest
            """)
        #expect(list.names == ["office-berlin", "build_server.1", "rest"])
        #expect(
            list.entries == [
                .init(try Network(text: "192.0.2.0/24"), 0),
                .init(try Network(text: "2001:db8::/48"), 0),
                .init(try Network(text: "198.51.100.7/32"), 1),
                .init(try Network(text: "0.0.0.0/0"), 2),
            ])
        let map = list.locations()
        let value = try #require(map.map.uniformValue(of: try Network(text: "192.0.2.7/32")))
        #expect(map.location(value) == Location(network: "office-berlin"))
    }

    @Test func anEmptyListHasNothing() throws {
        #expect(try Self.read("").entries.isEmpty)
        #expect(try Self.read("\n# nothing\n\n").entries.isEmpty)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var testDescription: String { text }
        var text: String
        var message: String

        init(_ text: String, _ message: String) {
            self.text = text
            self.message = message
        }
    }

    private static let broken: [Broken] = [
        Broken(
            "192.0.2.0/24",
            "nets.txt:1:1: a line must be 'NETWORK NAME' or 'NETWORK NAME LATITUDE,LONGITUDE'"),
        Broken(
            "192.0.2.0/24 a b",
            "nets.txt:1:16: 'b' must be degrees of latitude and longitude, as in 52.5,13.4"),
        Broken(
            "10.0.0.0/8 a 1,2 b",
            "nets.txt:1:1: a line must be 'NETWORK NAME' or 'NETWORK NAME LATITUDE,LONGITUDE'"),
        Broken(
            "10.0.0.0/8 a 91,2",
            "nets.txt:1:14: '91,2' must be degrees of latitude and longitude, as in 52.5,13.4"),
        Broken(
            "10.0.0.0/8 a 1e1,2",
            "nets.txt:1:14: '1e1,2' must be degrees of latitude and longitude, as in 52.5,13.4"),
        Broken(
            "10.0.0.0/8 a 1,-180.1",
            "nets.txt:1:14: '1,-180.1' must be degrees of latitude and longitude, as in 52.5,13.4"),
        Broken(
            "10.1.2.3/8 a",
            "nets.txt:1:1: '10.1.2.3/8' has bits behind its prefix; 10.0.0.0/8 is the network that holds it"
        ),
        Broken(
            "\n  10.0.0.0/33 a",
            "nets.txt:2:3: the prefix length of '10.0.0.0/33' must be a number from 0 to 32"),
        Broken(
            "2001:db8::/129 a",
            "nets.txt:1:1: the prefix length of '2001:db8::/129' must be a number from 0 to 128"),
        Broken(
            "10.0.0.0/08 a",
            "nets.txt:1:1: the prefix length of '10.0.0.0/08' must be a number from 0 to 32"),
        Broken(
            "10.0.0.0/ a",
            "nets.txt:1:1: the prefix length of '10.0.0.0/' must be a number from 0 to 32"),
        Broken(
            "10.0.0/8 a",
            "nets.txt:1:1: '10.0.0/8' is not a network, such as 192.0.2.0/24 or 2001:db8::/48"),
        Broken(
            "office 10.0.0.0/8",
            "nets.txt:1:1: 'office' is not a network, such as 192.0.2.0/24 or 2001:db8::/48"),
        Broken(
            "10.0.0.0/8 a\n10.0.0.0/8 b", "nets.txt:2:1: 10.0.0.0/8 is also in line 1"),
        Broken(
            "2002:c000:200::/40 a",
            "nets.txt:1:1: clients in '2002:c000:200::/40' are located by the IPv4 address inside "
                + "theirs: write that"),
        Broken(
            "10.0.0.0/8 b\u{FC}ro",
            "nets.txt:1:12: 'b\u{FC}ro' must be a name of letters, digits, '-', '_' and '.', at most 63 bytes"
        ),
        Broken(
            String(repeating: "x", count: 1025), "nets.txt:1: the line is longer than 1024 bytes"),
    ]

    @Test(arguments: broken)
    func mistakesAreNamedWithTheirLine(_ c: Broken) throws {
        #expect {
            try Self.read(c.text)
        } throws: { "\($0)" == c.message }
    }

    @Test func linesMayCarryAPlace() throws {
        let list = try Self.read(
            "10.0.0.0/8 a 52.5,13.4\n11.0.0.0/8 a\n12.0.0.0/8 a 52.5,13.4\n13.0.0.0/8 b -1,-180")
        #expect(list.entries.map(\.value) == [0, 1, 0, 2])
        #expect(
            list.places == [
                Location(network: "a", latitude: 52.5, longitude: 13.4), Location(network: "a"),
                Location(network: "b", latitude: -1, longitude: -180),
            ])
    }

    @Test func allMistakesAreReportedTogether() throws {
        let text = (1...150).map { "10.0.0.\($0)/8 a" }.joined(separator: "\n")
        let findings = #expect(throws: Findings.self) { try Self.read(text) }
        #expect(findings?.all.count == 101)
        #expect(findings?.all.last?.message == "and 50 more errors")
    }

    @Test func bytesOfAllKindsDoNoHarm() throws {
        let good = Array("192.0.2.0/24 office\n2001:db8::/48 office # x\n10.0.0.0/8 a\n".utf8)
        var random = SeededGenerator(seed: 5)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            do { _ = try NetworkList(bytes, file: "nets.txt") } catch { refused += 1 }
        }
        #expect(refused > 0)
    }

    @Test func aLongListIsReadWhole() throws {
        let text = (0..<100_000).map {
            "\(10 + $0 >> 16).\($0 >> 8 & 255).\($0 & 255).0/24 n\($0 % 40)"
        }
        let list = try Self.read(text.joined(separator: "\n"))
        #expect(list.entries.count == 100_000)
        #expect(list.names.count == 40)
    }
}
