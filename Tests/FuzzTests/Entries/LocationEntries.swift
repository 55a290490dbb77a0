import Compiling
import DNSWire
import Geography
import LocationFiles
import Serving
import TestSupport
import Zones

extension FuzzEntry {
    /// A list of networks; what is taken becomes a table that is sound and says what the list does.
    static let networks = FuzzEntry("networks", text: networkWords + degrees) { input in
        switch findings({ () throws(Findings) in try NetworkList(input, file: "f") }) {
        case .failure(let complaint): return complaint.description
        case .success(nil): return nil
        case .success(let list?):
            if list.entries.contains(where: { $0.value >= list.places.count }) {
                return "a network without a place"
            }
            return complaint(about: list.locations())
        }
    }

    /// A table of latencies; what is taken compiles.
    static let latencies = FuzzEntry(
        "latencies", text: networkWords + [",", "client,place,milliseconds\n", "a", "60000", ".5"]
    ) { input in
        let read = { () throws(Findings) in try LatencyFile.read(input, file: "f") }
        switch findings(read) {
        case .failure(let complaint): return complaint.description
        case .success(nil): return nil
        case .success(let table?):
            let isBad = table.rows.contains {
                $0.place >= table.places.count || $0.microseconds > 60_000_000
            }
            if table.rows.isEmpty || isBad { return "a row that says nothing" }
            return complaint(about: table)
        }
    }

    /// A damaged table of networks whose checksum is right: refused, or harmless to look-ups.
    ///
    /// The input is a list of changes, each three bytes: where (two bytes) and what is added there.
    static let table = FuzzEntry("table", words: [[0, 16, 1], [0, 64, 1], [0, 40, 255]]) {
        let good = try LocationMap.table(tableNetworks)
            .table { UInt32($0.network?.utf8.count ?? 0) }
        return { input in
            if let complaint = complaint(aboutTable: input) { return complaint }
            var damaged = good
            for start in stride(from: 0, to: input.count - 2, by: 3) {
                let place = Int(input[start]) << 8 | Int(input[start + 1])
                damaged[place % damaged.count] &+= input[start + 2]
            }
            let checksum = damaged.withUnsafeBytes { NetworkTable.checksum(ByteView($0)) }
            withUnsafeBytes(of: checksum) { bytes in
                for (index, byte) in bytes.enumerated() {
                    damaged[NetworkTableLayout.Field.checksum + index] = byte
                }
            }
            return complaint(aboutTable: damaged)
        }
    }

    /// A location database in MaxMind's format.
    static let database = FuzzEntry("database", words: databaseWords.map { Array($0.utf8) }) {
        let folder = try TemporaryFolder()
        return { input in
            do {
                let path = try folder.write(input, to: "fuzz.mmdb")
                return complaint(
                    about: try readLocationDatabase(path, scratch: folder.path))
            } catch let finding as Finding {
                return finding.message.isEmpty ? "refused without a reason" : nil
            } catch {
                return "the file cannot be written: \(error)"
            }
        }
    }

    // MARK: What must hold

    private struct Complaint: Error, CustomStringConvertible { let description: String }

    /// What was read, nil where it was refused with good reasons.
    private static func findings<Value>(
        _ read: () throws(Findings) -> Value
    ) -> Result<Value?, Complaint> {
        do throws(Findings) {
            return .success(try read())
        } catch {
            let isBad = error.all.contains {
                $0.position.file != "f" || $0.position.line < 0 || $0.message.isEmpty
            }
            return error.all.isEmpty || isBad
                ? .failure(Complaint(description: "a finding from nowhere")) : .success(nil)
        }
    }

    private static func complaint(about map: LocationMap) -> String? {
        let isBad = map.locations.contains { location in
            location.latitude.map { !(-90...90).contains($0) } ?? false
                || location.longitude.map { !(-180...180).contains($0) } ?? false
        }
        if isBad { return "a place off the globe" }
        do throws(NetworkMapError) {
            let bytes = try map.table { location in
                UInt32(location.country?.utf8.first ?? 0)
                    + UInt32(location.network?.utf8.count ?? 0)
            }
            return complaint(aboutTable: bytes, mustBeTaken: true)
        } catch {
            return nil
        }
    }

    private static func complaint(about latencies: LatencyTable) -> String? {
        var steering = SteeringDefinition()
        steering.endpoints = ["a", "b"].enumerated().map { index, name in
            EndpointDefinition(
                name: name, addresses: [.v4(UInt32(index))], position: TestZone.position)
        }
        do {
            steering.names = [
                SteeredName(
                    owner: try Name("n.example.org."), ttl: .seconds(30),
                    policy: .fast("a", "b"), position: TestZone.position)
            ]
            let first = try TestZone.compile(steering, latencies: latencies)
            let again = try TestZone.compile(
                steering, latencies: latencies, after: first.latencyHistory)
            return first.bytes == again.bytes ? nil : "the same table gives another order"
        } catch {
            return "a sound table does not compile: \(error)"
        }
    }

    private static func complaint(
        aboutTable bytes: [UInt8], mustBeTaken: Bool = false
    ) -> String? {
        bytes.withUnsafeBytes { raw in
            let table: NetworkTable
            do throws(NetworkTableError) {
                table = try NetworkTable(checking: ByteView(raw))
            } catch {
                return mustBeTaken ? "a table that was just written is refused: \(error)" : nil
            }
            for client in tableClients {
                let match = table.match(client)
                if match.bits > 128 { return "a scope of \(match.bits) bits" }
            }
            return nil
        }
    }

    private static let tableNetworks: [(String, Location)] = [
        ("0.0.0.0/0", Location(network: "a")), ("10.0.0.0/8", Location(network: "bb")),
        ("10.1.0.0/16", Location(network: "ccc")), ("10.1.2.3/32", Location(network: "a")),
        ("2001:db8::/32", Location(network: "bb")), ("2001:db8:1::/48", Location(network: "ccc")),
        ("2001:db8:1::1/128", Location(network: "a")), ("2600::/12", Location(network: "dddd")),
    ]

    private static let tableClients: [ClientNetwork] = [
        "0.0.0.0/0", "10.1.2.3/32", "10.1.0.0/15", "255.255.255.255/32", "::/1",
        "2001:db8:1::1/128", "2001:db8::/31", "2002:a01:203::/48", "::ffff:10.1.2.3/128",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    ].compactMap { ClientNetwork(text: $0) }

    private static let networkWords = [
        "10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "255.255.255.255", "2001:db8::/32", "::/0", "::1",
        "::ffff:0:0/96", "2002::/16", "/", "/0", "/32", "/128", "/33", " ", "\t", "\n", "\r\n", "#",
        "office", "DE", "continent:EU", "country:NA", "network:a", "AS64500", "US-CA", "default",
        "-", ".", "\u{0}", "\u{FF}",
    ]
    private static let degrees = ["52.5,13.4", "-90,-180", "90.0,180", "1e9", "nan", ",", "+"]
    private static let databaseWords = [
        "\u{AB}\u{CD}\u{EF}MaxMind.com", "Jnode_count", "Krecord_size", "Jip_version", "Icontinent",
        "Dcode", "Gcountry", "Hiso_code", "Hlocation", "Hlatitude", "Ilongitude",
        "Xautonomous_system_number", "Lsubdivisions",
    ]
}
