/// An answer as dig prints it.
struct DigAnswer: CustomStringConvertible {
    var status = ""
    var flags: Set<String> = []
    var question: [String] = []
    var answer: [Record] = []
    var authority: [Record] = []
    var additional: [Record] = []

    /// A record; the class is always IN here.
    struct Record: Hashable, CustomStringConvertible {
        let owner: String
        let ttl: Int
        let type: String
        let data: String

        /// Reads `owner TTL IN type data`.
        init?(_ line: Substring) {
            let words = line.split(maxSplits: 4) { $0 == " " || $0 == "\t" }
            guard words.count == 5, let ttl = Int(words[1]) else { return nil }
            owner = String(words[0])
            self.ttl = ttl
            type = String(words[3])
            data = String(words[4])
        }

        var description: String { "\(owner) \(ttl) \(type) \(data)" }
    }

    /// Reads what `dig +noall +comments +question +answer +authority +additional` prints.
    init(_ text: String) {
        var section = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix(";; ->>HEADER<<-") {
                let words = line.split(separator: " ")
                let index = words.firstIndex(of: "status:").map { $0 + 1 }
                status = index.map { String(words[$0].prefix { $0 != "," }) } ?? ""
            } else if line.hasPrefix(";; flags:") {
                let words = line.dropFirst(9).prefix { $0 != ";" }.split(separator: " ")
                flags = Set(words.map(String.init))
            } else if line.hasPrefix(";; "), line.hasSuffix(" SECTION:") {
                section = String(line.dropFirst(3).prefix { $0 != " " })
            } else if section == "QUESTION", line.hasPrefix(";") {
                let words = line.dropFirst().split { $0 == " " || $0 == "\t" }
                question.append(words.joined(separator: " "))
            } else if let record = Record(line) {
                switch section {
                case "ANSWER": answer.append(record)
                case "AUTHORITY": authority.append(record)
                default: additional.append(record)
                }
            }
        }
    }

    /// The data of the answers, sorted.
    var data: [String] { answer.map(\.data).sorted() }

    /// The records of a section as text, sorted.
    func lines(_ section: KeyPath<DigAnswer, [Record]>) -> [String] {
        self[keyPath: section].map(\.description).sorted()
    }

    /// The TTL of the SOA record that says how long a negative answer is kept (RFC 2308 §5).
    var negativeTTL: Int? {
        guard answer.isEmpty, authority.count == 1, authority[0].type == "SOA" else { return nil }
        return authority[0].ttl
    }

    var description: String {
        "\(status) \(flags.sorted()) \(question) answer \(answer) authority \(authority) "
            + "additional \(additional)"
    }
}
