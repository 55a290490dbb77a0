import DNSWire
import LocationFiles
import Testing
import Zones

/// Tables of latencies as operators write them.
@Suite struct LatencyFileTests {
    private static func read(_ text: String) throws -> LatencyTable {
        try LatencyFile.read(Array(text.utf8), file: "t.csv")
    }

    @Test func rowsAreRead() throws {
        let table = try Self.read(
            """
            # measured on Monday
            client,place,milliseconds
            192.0.2.0/24, us-east-1, 12.5\r
            192.0.2.7,us-east-1,0
            2001:db8::/32 ,\teu west,60000   # far
            DE,eu west,18
            continent:NA,us-east-1,40
            network:office,us-east-1,1.0005
            AS64500,us-east-1,3
            US-CA,us-east-1,3

            default,us-east-1,120
            """)
        #expect(table.places == ["us-east-1", "eu west"])
        let rows = table.rows.map { "\($0.client) \($0.place) \($0.microseconds)" }
        #expect(
            rows == [
                "192.0.2.0/24 0 12500", "192.0.2.7/32 0 0", "2001:db8::/32 1 60000000",
                "country:DE 1 18000", "continent:NA 0 40000", "network:office 0 1001",
                "AS64500 0 3000", "US-CA 0 3000", "default 0 120000",
            ])
        #expect(table.hysteresis == 0.1)
    }

    @Test(arguments: [
        ("DE,eu", "t.csv:1:1: a line must be 'CLIENT,PLACE,MILLISECONDS'"),
        ("DE,eu,1,2", "t.csv:1:1: a line must be 'CLIENT,PLACE,MILLISECONDS'"),
        (
            "\n  10.0.0.1/8,eu,1",
            "t.csv:2:3: '10.0.0.1/8' has bits behind its prefix; 10.0.0.0/8 is the network that holds it"
        ),
        (
            "2001:db8::/129,eu,1",
            "t.csv:1:1: the prefix length of '2001:db8::/129' must be a number from 0 to 128"
        ),
        (
            "NA,eu,1",
            "t.csv:1:1: 'NA' is a continent and a country: write 'continent:NA' or 'country:NA'"
        ),
        (
            "Germany,eu,1",
            "t.csv:1:1: 'Germany' is no place: write a continent such as EU, a country such as DE, a "
                + "subdivision such as US-CA, an autonomous system such as AS64500, network:NAME, or default"
        ),
        ("DE,,1", "t.csv:1:4: '' must be the name of a cluster or a region"),
        ("DE,eu,-1", "t.csv:1:7: '-1' must be milliseconds, a number from 0 to 60000"),
        ("DE,eu,60001", "t.csv:1:7: '60001' must be milliseconds, a number from 0 to 60000"),
        ("DE,eu,1e3", "t.csv:1:7: '1e3' must be milliseconds, a number from 0 to 60000"),
        ("DE,eu,nan", "t.csv:1:7: 'nan' must be milliseconds, a number from 0 to 60000"),
        (
            "DE,eu,1\ncountry:DE,eu,2",
            "t.csv:2:1: the latency from 'country:DE' to 'eu' is also in line 1"
        ),
        (
            "DE,eu,1\nclient,place,milliseconds",
            "t.csv:2:1: 'client' is no place: write a continent such as EU, a country such as DE, a "
                + "subdivision such as US-CA, an autonomous system such as AS64500, network:NAME, or default"
        ),
        ("# nothing", "t.csv:1: the table has no row"),
        (
            "DE," + String(repeating: "x", count: 256) + ",1",
            "t.csv:1:4: '\(String(repeating: "x", count: 60))' must be the name of a cluster or a region"
        ),
        (String(repeating: "x", count: 1025), "t.csv:1: the line is longer than 1024 bytes"),
    ])
    func mistakesAreNamedWithTheirLine(_ text: String, _ message: String) {
        #expect {
            try Self.read(text)
        } throws: { "\($0)".split(separator: "\n").first.map(String.init) == message }
    }

    @Test func aTableHasAThousandPlacesAtMost() throws {
        func text(_ count: Int) -> String {
            (1...count).map { "DE,p\($0),1" }.joined(separator: "\n")
        }
        #expect(try Self.read(text(1000)).places.count == 1000)
        #expect(throws: Findings.self) { try Self.read(text(1001)) }
    }
}
