import DNSWire
import Foundation
import MasterFile
import Testing
import Zones

/// The zones in `Broken`: one for each defect, named for it.
///
/// Their first lines say what is found: `; expect: LINE:COLUMN: message`, without line and column where the
/// file as a whole is meant, with the file before where it is an included one.
@Suite struct BrokenZoneTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Broken").path

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".zone") }.sorted()
    }()

    @Test func everyDefectHasItsZone() {
        #expect(BrokenZoneTests.names.count >= 50)
    }

    @Test(arguments: names)
    func findingsAreAsExpected(name: String) throws {
        let path = BrokenZoneTests.folder + "/" + name
        let marker = "; expect: "
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let expected = text.split(separator: "\n").filter { $0.hasPrefix(marker) }
            .map { $0.dropFirst(marker.count) }
        try #require(!expected.isEmpty)

        let (zone, findings) = loadZone(
            origin: try Name("example.org."), file: path, folder: BrokenZoneTests.folder)

        let found = findings.map {
            var line = "\($0)".replacingOccurrences(of: BrokenZoneTests.folder + "/", with: "")
            if line.hasPrefix(name + ":") {
                line.removeFirst(name.count + 1)
                if line.hasPrefix(" ") { line.removeFirst() }
            }
            return line
        }
        #expect(found == expected.map(String.init))
        #expect((zone == nil) == findings.contains { $0.severity == .error })
    }
}
