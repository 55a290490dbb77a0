import DNSWire
import Geography
import Serving
import TestSupport
import Testing

/// What policies make of locations.
@Suite struct ProjectionTests {
    private static let us = Location(continent: "NA", country: "US", subdivision: "WA")
    private static let ca = Location(continent: "NA", country: "CA")
    private static let de = Location(continent: "EU", country: "DE", autonomousSystem: 64496)

    private static func map(_ networks: [(String, Location)]) throws -> LocationMap {
        var numbers = LocationNumbers()
        let entries = try networks.map {
            NetworkMap.Entry(try Network(text: $0.0), numbers[$0.1])
        }
        return LocationMap(
            map: NetworkMap(networks: entries, keepsEntries: false), locations: numbers.locations)
    }

    @Test func neighboursOfOneBranchAreOneScope() throws {
        let map = try Self.map([
            ("10.0.0.0/9", Self.us), ("10.128.0.0/9", Self.ca), ("11.0.0.0/8", Self.de),
        ])
        let countries = try TestTable(
            map.table { $0.country == "US" ? 1 : $0.country == "CA" ? 2 : 0 })
        #expect(try countries.match("10.1.2.0/24").scope == 9)
        #expect(try countries.match("10.1.2.0/24").value == 1)
        let continents = try TestTable(map.table { $0.continent == "NA" ? 1 : 0 })
        #expect(try continents.match("10.1.2.0/24").scope == 8)
        #expect(try continents.match("10.200.2.0/24").value == 1)
        // Germany has the branch of the rest of the world.
        #expect(try continents.match("11.1.2.0/24").scope == 8)
        #expect(try continents.match("12.1.2.0/24").scope == 6)
    }

    @Test func aPolicyThatSendsEveryoneToOnePlaceHasNoScope() throws {
        let map = try Self.map([("10.0.0.0/9", Self.us), ("2001:db8::/32", Self.de)])
        let table = try TestTable(map.table { _ in 7 })
        for client in ["10.1.2.0/24", "2001:db8::/56", "2002:a01:203::/48", "::ffff:10.1.2.3"] {
            #expect(try table.match(client) == NetworkMatch(value: 7, bits: 0, isFromSubnet: true))
        }
    }

    @Test func operatorsNetworksGoBeforeTheDatabaseAndKeepItsPlace() throws {
        let office = Location(network: "office")
        let operators = try Self.map([("10.1.0.0/16", office)])
        let merged = operators.merged(with: try Self.map([("10.0.0.0/8", Self.us)]))
        let table = try TestTable(
            merged.table { $0.network == "office" ? 1 : $0.country == "US" ? 2 : 0 })
        #expect(try table.match("10.1.2.0/24").value == 1)
        #expect(try table.match("10.2.2.0/24").value == 2)
        // A policy without a branch for the office sends it where its country goes.
        let plain = try TestTable(merged.table { $0.country == "US" ? 2 : 0 })
        #expect(
            try plain.match("10.1.2.0/24") == NetworkMatch(value: 2, bits: 8, isFromSubnet: true))
    }

    @Test func aDatabaseOfSystemsAddsToOneOfPlaces() throws {
        let places = try Self.map([("10.0.0.0/8", Self.us)])
        let systems = try Self.map([("10.1.0.0/16", Location(autonomousSystem: 64500))])
        let merged = places.merged(with: systems)
        let value = try #require(
            merged.map.uniformValue(of: try Network(text: "10.1.2.0/24")))
        var expected = Self.us
        expected.autonomousSystem = 64500
        #expect(merged.location(value) == expected)
    }

    @Test func ofACutSubnetTheLargestPartCounts() throws {
        let map = try Self.map([
            ("10.0.0.0/18", Self.de), ("10.0.64.0/18", Self.us), ("10.0.128.0/17", Self.us),
        ])
        let table = try TestTable(map.table { $0.country == "US" ? 1 : $0.country == "DE" ? 2 : 0 })
        // The resolver is told that 18 bits would tell more.
        #expect(
            try table.match("10.0.0.0/16") == NetworkMatch(value: 1, bits: 18, isFromSubnet: true))
        #expect(try table.match("10.0.0.0/24").value == 2)
    }

    @Test func anOfficeInsideACutSubnetDoesNotTakeAllOfIt() throws {
        let operators = try Self.map([("10.0.0.0/24", Location(network: "office"))])
        let merged = operators.merged(with: try Self.map([("10.0.0.0/8", Self.us)]))
        let table = try TestTable(
            merged.table { $0.network == "office" ? 1 : $0.country == "US" ? 2 : 0 })
        #expect(
            try table.match("10.0.0.0/16") == NetworkMatch(value: 2, bits: 24, isFromSubnet: true))
    }

    @Test func placesAreNotMixedFromTwoSources() {
        let merged = Location(country: "US").merged(
            with: Location(country: "DE", subdivision: "BE"))
        #expect(merged == Location(country: "US"))
    }
}
