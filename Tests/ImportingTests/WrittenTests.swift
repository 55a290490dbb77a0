import DNSWire
import Importing
import TestSupport
import Testing
import Zones

/// What holds for every format: what is written can be served, whatever was read.
@Suite struct WrittenTests {
    @Test(arguments: ImportFormat.allCases)
    func whatIsWrittenPassesTheCheck(_ format: ImportFormat) throws {
        let result = try Imported.result(format)
        let errors = try Imported.findings(result).filter {
            $0.severity == .error
        }
        #expect(errors.isEmpty, "\(Findings(errors))")
        #expect(!result.files.isEmpty)
    }

    @Test(arguments: ImportFormat.allCases)
    func writingIsTheSameEveryTime(_ format: ImportFormat) throws {
        let first = try Imported.result(format)
        for _ in 0..<3 {
            let again = try Imported.result(format)
            #expect(again.files == first.files)
            #expect(again.report.notes == first.report.notes)
        }
    }

    @Test func aZoneThatIsNotAskedForIsNotWritten() throws {
        for format in [ImportFormat.gdnsd] {
            let sources = try Imported.files(format).map(Imported.source)
            let result = importZones(format, sources, origin: try Name("other.test."))
            #expect(result.files.isEmpty)
            #expect(!result.report.isComplete)
        }
    }

    /// Damaged sources end in files that can be served or in a failure; nothing traps.
    @Test(arguments: ImportFormat.allCases)
    func damagedSourcesEndWell(_ format: ImportFormat) throws {
        let sources = try Imported.files(format).map(Imported.source)
        var random = SeededGenerator(seed: 20_26)
        let words = [
            "{", "}", "[", "]", "\"", "\\", "\\300", "\\999", ":", ",", "-", "=>", "\n", " ", "0",
            "99999999999999999999", "null", "@", "%", "!", "$ORIGIN .\n", "(", ")", "DYNA ",
            "example.net.", "192.0.2.1", "*", "&a", "default", "\u{0}", "é",
        ]
        for round in 0..<150 {
            var damaged = sources
            let file = Int.random(in: 0..<damaged.count, using: &random)
            var bytes = Array(damaged[file].text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + 40))
                case 2:
                    let word = words[Int.random(in: 0..<words.count, using: &random)]
                    bytes.insert(contentsOf: word.utf8, at: at)
                default:
                    let from = Int.random(in: 0..<bytes.count, using: &random)
                    let piece = Array(bytes[from..<min(bytes.count, from + 60)])
                    bytes.insert(contentsOf: piece, at: at)
                }
            }
            damaged[file].text = String(decoding: bytes, as: UTF8.self)
            let result = importZones(format, damaged)
            #expect(result.files.isEmpty == !result.report.failures.isEmpty, "round \(round)")
            let known = Set(result.report.notes.map(\.message))
            for finding in try Imported.findings(result) where finding.severity == .error {
                #expect(known.contains(finding.message), "round \(round): \(finding)")
            }
        }
    }
}
