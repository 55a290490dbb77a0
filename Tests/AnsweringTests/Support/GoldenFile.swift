import DNSWire
import Foundation

/// Golden answers as text beside their zones; a new case needs no Swift.
///
///     ; what this shows, with the RFC's section
///     zone       FILE [ORIGIN]        several; they hold until others are named
///     query      NAME TYPE [+tcp] [+edns] [+bufsize=N] [+do] [+version=N] [+class=N] [+rd] [+cd]
///     rcode      NOERROR
///     flags      aa tc rd do          all that are set
///     answer     OWNER TTL TYPE RDATA
///     authority  …
///     additional …
///
/// Sections are sets, TTL included; what is not listed must not be there. Left out, the zone's origin is
/// `example.org.`, the rcode NOERROR, and the flags `aa`; none in a referral, nor where the rcode is
/// neither NOERROR nor NXDOMAIN.
struct GoldenFile {
    struct Case: Sendable, CustomStringConvertible {
        var file: String
        var line: Int
        var zones: [(file: String, origin: String)]
        var comment: String
        var query: [String]
        var rcode = "NOERROR"
        var flags: Set<String>?
        var answer: [String] = []
        var authority: [String] = []
        var additional: [String] = []

        var description: String { "\(file):\(line): \(query.joined(separator: " "))" }

        var expectedFlags: Set<String> {
            if let flags { return flags }
            let isReferral = answer.isEmpty && authority.contains { $0.contains(" NS ") }
            return !isReferral && (rcode == "NOERROR" || rcode == "NXDOMAIN") ? ["aa"] : []
        }
        var overTCP: Bool { query.contains("+tcp") }

        func question() throws -> Question {
            var question = Question(
                try Name(query[0]), try GoldenFile.unwrap(RRType(query[1]), query[1]))
            for option in query.dropFirst(2) {
                let parts = option.split(separator: "=")
                let value = try parts.count > 1 ? GoldenFile.unwrap(UInt16(parts[1]), option) : 1232
                switch parts[0] {
                case "+tcp": break
                case "+edns", "+bufsize": question.edns = .init(udpBytes: value)
                case "+do": question.edns?.dnssecOK = true
                case "+version": question.edns?.version = UInt8(truncatingIfNeeded: value)
                case "+class": question.rrClass = value
                case "+rd": question.flags |= Header.recursionDesiredBit
                case "+cd": question.flags |= 0x0010
                default: throw Malformed(description: "unknown option \(option)")
                }
            }
            return question
        }
    }

    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    static func unwrap<T>(_ value: T?, _ text: some CustomStringConvertible) throws -> T {
        guard let value else { throw Malformed(description: "cannot read \(text)") }
        return value
    }

    /// Every case of every file in the folder.
    static func all() throws -> [Case] {
        let files = try FileManager.default.contentsOfDirectory(atPath: TestZones.folder)
        return try files.filter { $0.hasSuffix(".golden") }.sorted().flatMap(read)
    }

    private static func read(_ file: String) throws -> [Case] {
        let text = try String(contentsOfFile: TestZones.folder + file, encoding: .utf8)
        var cases: [Case] = []
        var zones: [(String, String)] = []
        var comments: [String] = []
        var isAsked = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.hasPrefix(";") {
                comments.append(line.dropFirst().trimmingCharacters(in: .whitespaces))
                continue
            }
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let key = words.first else { continue }
            let rest = line.dropFirst(key.count).trimmingCharacters(in: .whitespaces)
            switch key {
            case "zone":
                if isAsked { zones = [] }
                isAsked = false
                zones.append((words[1], words.count > 2 ? words[2] : "example.org."))
            case "query":
                isAsked = true
                cases.append(
                    Case(
                        file: file, line: index + 1, zones: zones,
                        comment: comments.joined(separator: " "), query: Array(words.dropFirst())))
                comments = []
            default:
                guard !cases.isEmpty else { throw Malformed(description: "\(file): no query yet") }
                try read(key, rest, into: &cases[cases.count - 1])
            }
        }
        return cases
    }

    private static func read(_ key: String, _ rest: String, into golden: inout Case) throws {
        switch key {
        case "rcode": golden.rcode = rest
        case "flags": golden.flags = Set(rest.split(separator: " ").map(String.init))
        case "answer": golden.answer.append(rest)
        case "authority": golden.authority.append(rest)
        case "additional": golden.additional.append(rest)
        default: throw Malformed(description: "\(golden): unknown word \(key)")
        }
    }
}
