import DNSWire
import Geography
import Glibc
import LocationFiles
import TestSupport
import Testing
import Zones

/// Databases become locations; damaged ones become a sentence.
@Suite struct LocationDatabaseTests {
    private static func city(ipVersion: Int = 6, recordBits: Int = 28) throws -> DatabaseWriter {
        var writer = DatabaseWriter(ipVersion: ipVersion, recordBits: recordBits)
        let seattle = writer.store(
            .place(continent: "NA", country: "US", subdivision: "WA", at: (47.6, -122.3)))
        let berlin = writer.store(.place(continent: "EU", country: "DE", at: (52.5, 13.4)))
        try writer.add("192.0.2.0/24", seattle)
        try writer.add("198.51.100.0/25", berlin)
        try writer.add("198.51.100.128/25", berlin)
        if ipVersion == 6 {
            try writer.add("2001:db8::/32", berlin)
            for range in ["::ffff:0:0/96", "2002::/16", "2001::/32"] { try writer.alias(range) }
        }
        return writer
    }

    private static func read(_ bytes: [UInt8]) throws -> LocationMap {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "test.mmdb")
        return try readLocationDatabase(path, scratch: folder.path)
    }

    private static func location(_ map: LocationMap, _ text: String) throws -> Location? {
        map.map.uniformValue(of: try Network(text: text)).flatMap(map.location)
    }

    private static let seattle = Location(
        continent: "NA", country: "US", subdivision: "WA", latitude: 47.6, longitude: -122.3)
    private static let berlin = Location(
        continent: "EU", country: "DE", latitude: 52.5, longitude: 13.4)

    @Test(arguments: [4, 6], [24, 28, 32])
    func everyNetworkIsRead(_ ipVersion: Int, _ recordBits: Int) throws {
        let map = try Self.read(Self.city(ipVersion: ipVersion, recordBits: recordBits).bytes())
        #expect(try Self.location(map, "192.0.2.0/24") == Self.seattle)
        #expect(try Self.location(map, "198.51.100.0/24") == Self.berlin)
        #expect(map.map.uniformValue(of: try Network(text: "203.0.113.0/24")) == NetworkMap.none)
        #expect(
            try Self.location(map, "2001:db8:1::/48") == (ipVersion == 6 ? Self.berlin : nil))
        #expect(map.locations.count == 2)
    }

    @Test func rangesThatStandForIPv4AreNotReadTwice() throws {
        let map = try Self.read(Self.city().bytes())
        // ::, 2001:db8::/32, and what is behind it.
        #expect(map.map.v6.count <= 5)
    }

    @Test func aRangeThatIsNotKnownToStandForIPv4IsReadAsItIs() throws {
        var writer = try Self.city()
        try writer.alias("64:ff9b:1::/96")
        let map = try Self.read(writer.bytes())
        #expect(try Self.location(map, "64:ff9b:1::c000:200/120") == Self.seattle)
    }

    @Test func autonomousSystemsAreRead() throws {
        var writer = DatabaseWriter(ipVersion: 4, recordBits: 24)
        let system = writer.store(
            .map([
                ("autonomous_system_number", .u32(64500)),
                ("autonomous_system_organization", .text("Example")),
            ]))
        try writer.add("192.0.2.0/24", system)
        let map = try Self.read(writer.bytes(type: "Test-ASN"))
        #expect(try Self.location(map, "192.0.2.0/24") == Location(autonomousSystem: 64500))
    }

    @Test func valuesThatMakeNoSenseAreLeftOut() throws {
        var writer = DatabaseWriter(ipVersion: 4)
        let odd = writer.store(
            .map([
                ("country", .map([("iso_code", .text("d\u{E9}"))])),
                ("continent", .map([("code", .text("EUROPE"))])),
                ("subdivisions", .array([])),
                ("location", .map([("latitude", .double(.nan)), ("longitude", .double(500))])),
                ("autonomous_system_number", .u32(64501)),
            ]))
        try writer.add("192.0.2.0/24", odd)
        let flat = writer.store(.map([("country", .text("US")), ("location", .u16(1))]))
        try writer.add("198.51.100.0/24", flat)
        let map = try Self.read(writer.bytes())
        #expect(map.locations == [Location(autonomousSystem: 64501)])
    }

    @Test func aDatabaseWithoutLocationsIsRefused() throws {
        var writer = DatabaseWriter(ipVersion: 4)
        try writer.add("192.0.2.0/24", writer.store(.map([("user_type", .text("business"))])))
        #expect {
            try Self.read(writer.bytes(type: "Test-Users"))
        } throws: {
            "\($0)".hasSuffix(
                "test.mmdb: 'Test-Users' has no network with a country, a place or an autonomous "
                    + "system")
        }
    }

    @Test func aTreeThatLeadsBackIntoItselfIsRefused() throws {
        var writer = try Self.city()
        try writer.link("4000::/3", toNode: 0)
        #expect {
            try Self.read(writer.bytes())
        } throws: { error in "\(error)".contains("this is not a sound MaxMind database: its tree") }
    }

    @Test func aMissingFileIsNamed() throws {
        #expect {
            try readLocationDatabase("/nonexistent/city.mmdb", scratch: "/tmp")
        } throws: {
            "\($0)"
                == "/nonexistent/city.mmdb: cannot open the database: No such file or directory"
        }
    }

    @Test func aPipeIsRefusedAndNotWaitedFor() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        #expect {
            try readLocationDatabase(path, scratch: folder.path)
        } throws: {
            "\($0)" == "\(path): the database is not a regular file"
        }
    }

    @Test(arguments: ["", "not a database", "\u{AB}MaxMind.com"])
    func whatIsNoDatabaseIsRefused(_ text: String) throws {
        #expect(throws: Finding.self) { try Self.read(Array(text.utf8)) }
    }

    @Test func noCopyIsLeftBehind() throws {
        let folder = try TemporaryFolder()
        let scratch = try TemporaryFolder()
        let good = try folder.write(Self.city().bytes(), to: "good.mmdb")
        _ = try readLocationDatabase(good, scratch: scratch.path)
        let bad = try folder.write([1, 2, 3], to: "bad.mmdb")
        #expect(throws: Finding.self) { try readLocationDatabase(bad, scratch: scratch.path) }
        // A folder is empty where it can be removed.
        #expect(scratch.isEmpty)
    }

    @Test(arguments: [24, 28, 32])
    func cutDatabasesDoNoHarm(_ recordBits: Int) throws {
        let bytes = try Self.city(recordBits: recordBits).bytes()
        var refused = 0
        for count in stride(from: 0, to: bytes.count, by: 7) {
            do { _ = try Self.read(Array(bytes.prefix(count))) } catch { refused += 1 }
        }
        // What is cut off is the header, which is at the end.
        #expect(refused == (bytes.count + 6) / 7)
    }

    @Test(arguments: 0..<8)
    func damagedDatabasesDoNoHarm(_ seed: Int) throws {
        let good = try Self.city(recordBits: [24, 28, 32][seed % 3]).bytes()
        var random = SeededGenerator(seed: UInt64(seed))
        let folder = try TemporaryFolder()
        var refused = 0
        for _ in 0..<500 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] =
                    Bool.random(using: &random)
                    ? bytes[place] ^ 1 << UInt8.random(in: 0..<8, using: &random)
                    : [0, 0xFF, 0x20, 0xE0, 0x1D].randomElement(using: &random) ?? 0
            }
            if UInt8.random(in: 0..<8, using: &random) == 0 {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                bytes.removeSubrange(start..<min(start + 40, bytes.count))
            }
            let path = try folder.write(bytes, to: "damaged.mmdb")
            do {
                let map = try readLocationDatabase(path, scratch: folder.path)
                #expect(map.locations.count <= 500)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0, "seed \(seed)")
    }
}

extension TemporaryFolder {
    /// Whether nothing is in it.
    var isEmpty: Bool {
        let copy = "\(path)-moved"
        // A folder replaces another only if that is empty.
        guard mkdir(copy, 0o700) == 0 else { return false }
        if rename(copy, path) == 0 { return true }
        rmdir(copy)
        return false
    }
}
