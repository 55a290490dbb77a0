import DNSWire
import Foundation
import MasterFile
import Zones

/// Zones for tests, from text and from the files beside the golden answers.
enum TestZones {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Golden/").path()

    struct Broken: Error, CustomStringConvertible {
        var description: String
    }

    /// A zone whose text needs no SOA and NS: they are put before it.
    static func zone(_ text: String, origin: String = "example.org.") throws -> Zone {
        let head = """
            $TTL 3600
            @ SOA ns1.invalid. hostmaster.invalid. 1 7200 3600 1209600 900
            @ NS ns1.invalid.

            """
        let files = ZoneFiles(folder: "", contents: ["test.zone": head + text + "\n"])
        return try unwrap(
            loadZone(origin: try Name(origin), file: "test.zone", files: files))
    }

    /// A zone whose text has everything.
    static func bare(_ text: String, origin: String) throws -> Zone {
        let files = ZoneFiles(folder: "", contents: ["test.zone": text])
        return try unwrap(
            loadZone(origin: try Name(origin), file: "test.zone", files: files))
    }

    /// The text of a zone in the folder of golden answers.
    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder + name, encoding: .utf8)
    }

    static func file(_ name: String, origin: Name) throws -> Zone {
        try unwrap(loadZone(origin: origin, file: folder + name, folder: folder))
    }

    private static func unwrap(_ loaded: (zone: Zone?, findings: [Finding])) throws -> Zone {
        guard let zone = loaded.zone else {
            throw Broken(description: Findings(loaded.findings).description)
        }
        return zone
    }
}
