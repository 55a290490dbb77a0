import Testing

/// An answer as dig prints it.
struct Dig: CustomStringConvertible {
    var status = ""
    var flags: Set<String> = []
    /// Lines about options, as `; CLIENT-SUBNET: 192.0.2.0/24/24`.
    var comments: [String] = []
    /// Records as `owner TTL type data`, one space between words.
    var answer: [String] = []
    var authority: [String] = []
    var additional: [String] = []

    /// Reads what `dig +noall +comments +answer +authority +additional` prints.
    init(_ text: String) {
        var section: WritableKeyPath<Dig, [String]>?
        for line in text.split(separator: "\n") {
            if line.hasPrefix(";; ->>HEADER<<-") {
                let words = line.split(separator: " ")
                if let index = words.firstIndex(of: "status:"), index + 1 < words.count {
                    status = String(words[index + 1].prefix { $0 != "," })
                }
            } else if line.hasPrefix(";; flags:") {
                let words = line.dropFirst(9).prefix { $0 != ";" }.split(separator: " ")
                flags = Set(words.map(String.init))
            } else if line.hasPrefix(";; ANSWER SECTION") {
                section = \.answer
            } else if line.hasPrefix(";; AUTHORITY SECTION") {
                section = \.authority
            } else if line.hasPrefix(";; ADDITIONAL SECTION") {
                section = \.additional
            } else if line.hasPrefix("; ") {
                comments.append(String(line))
            } else if let section, !line.hasPrefix(";") {
                var words = line.split { $0 == " " || $0 == "\t" }
                if words.count > 2, words[2] == "IN" { words.remove(at: 2) }
                self[keyPath: section].append(words.joined(separator: " "))
            }
        }
    }

    /// The data of the answers: addresses, most often.
    var data: [String] {
        answer.map { $0.split(separator: " ").dropFirst(3).joined(separator: " ") }.sorted()
    }

    var description: String {
        "\(status) \(flags.sorted()) answer \(answer) authority \(authority) additional \(additional)"
    }

    /// Whether records fit patterns one to one, in any order.
    ///
    /// A word of a pattern is the same word, one of several (`a|b`), or `*` for any.
    static func fits(_ records: [String], _ patterns: [String]) -> Bool {
        guard records.count == patterns.count else { return false }
        var open = patterns
        for record in records {
            guard let index = open.firstIndex(where: { fits(record, $0) }) else { return false }
            open.remove(at: index)
        }
        return true
    }

    private static func fits(_ record: String, _ pattern: String) -> Bool {
        let words = record.split(separator: " ")
        let patterns = pattern.split(separator: " ")
        return words.count == patterns.count
            && zip(words, patterns).allSatisfy { word, pattern in
                pattern == "*" || pattern.split(separator: "|").contains(word)
            }
    }
}

/// The ways to ask a server of this machine.
enum Path: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case udp4 = "UDP over IPv4"
    case tcp4 = "TCP over IPv4"
    case udp6 = "UDP over IPv6"
    case tcp6 = "TCP over IPv6"

    var testDescription: String { rawValue }

    var address: String { self == .udp4 || self == .tcp4 ? "127.0.0.1" : "::1" }

    var option: String { self == .tcp4 || self == .tcp6 ? "+tcp" : "+notcp" }
}

/// Asks a server with dig, once.
///
/// - Parameter question: a name and a type.
/// - Throws: `Failure` when no answer comes.
func dig(
    _ question: String, at address: String, port: UInt16, options: [String] = []
) async throws -> Dig {
    let words = question.split(separator: " ").map(String.init)
    let result = try await run(
        "dig",
        ["@\(address)", "-p", "\(port)"] + words + [
            "+noall", "+comments", "+answer", "+authority", "+additional", "+time=5", "+tries=1",
        ] + options)
    guard result.exitCode == 0 else {
        throw Failure("dig \(question) at \(address): \(result.output)\(result.log)")
    }
    return Dig(result.output)
}
