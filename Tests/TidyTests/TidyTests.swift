import Foundation
import Testing

/// Rules of the house that a program can check: the sources read as text.
struct TidyTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Targets whose code runs for every query.
    private static let perQuery = [
        "DNSWire", "Health", "Serving", "Steering", "Answering", "Transport", "Handover",
        "sterna-answer",
    ]

    private static func sources(_ folder: String) throws -> [(name: String, text: String)] {
        let base = root.appendingPathComponent(folder)
        let files = try #require(FileManager.default.enumerator(atPath: base.path))
        var result: [(name: String, text: String)] = []
        for case let name as String in files where name.hasSuffix(".swift") {
            let url = base.appendingPathComponent(name)
            result.append(("\(folder)/\(name)", try String(contentsOf: url, encoding: .utf8)))
        }
        try #require(!result.isEmpty, "no sources in \(folder)")
        return result
    }

    private static func imports(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count,
                !line.hasPrefix("//")
            else { return nil }
            return String(words[place + 1])
        }
    }

    @Test(arguments: perQuery)
    func perQueryTargetsDoWithoutFoundation(_ target: String) throws {
        for file in try Self.sources("Sources/\(target)") {
            let foreign = Self.imports(file.text).filter {
                $0.hasPrefix("Foundation") || $0 == "Dispatch" || $0.hasPrefix("NIO")
                    || $0 == "Logging"
            }
            #expect(foreign.isEmpty, "\(file.name) imports \(foreign)")
        }
    }

    @Test(arguments: ["DNSWire", "Health", "Serving", "Steering", "Answering"])
    func theQueryPathNeitherWaitsNorLocks(_ target: String) throws {
        for file in try Self.sources("Sources/\(target)") {
            for word in ["async ", "await ", "Mutex", "any Error", "print("] {
                #expect(!file.text.contains(word), "\(file.name) uses '\(word)'")
            }
        }
    }

    @Test(arguments: [("CLDNS", "MasterFile"), ("CMaxMindDB", "LocationFiles")])
    func onlyOneTargetKnowsALibrary(_ library: String, _ target: String) throws {
        for file in try Self.sources("Sources") where !file.name.hasPrefix("Sources/\(target)/") {
            #expect(!Self.imports(file.text).contains(library), "\(file.name) imports \(library)")
        }
    }

    /// Swift inlines across modules only what is public; a call for each byte read would cost more than
    /// all the rest of a query.
    @Test func onlyWhatQueriesInlineIsPublic() throws {
        let inlined = ["DNSWire", "Health", "Serving"].map { "Sources/\($0)/" }
        for file in try Self.sources("Sources") where file.text.contains("public ") {
            #expect(
                inlined.contains { file.name.hasPrefix($0) },
                "\(file.name) contains 'public '")
        }
    }

    @Test func nothingIsForced() throws {
        for file in try Self.sources("Sources") {
            for word in ["try!", "as! ", "TODO", "FIXME"] {
                #expect(!file.text.contains(word), "\(file.name) contains '\(word)'")
            }
        }
    }

    @Test func filesFitInTheHead() throws {
        for file in try Self.sources("Sources") {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 400, "\(file.name) has \(lines) lines")
        }
    }
}
