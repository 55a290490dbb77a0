/// YAML to be written: short things on one line, long ones indented.
indirect enum YAMLText: Sendable {
    /// A text, quoted where it has to be.
    case text(String)
    case list([YAMLText])
    case map([(String, YAMLText)])

    /// Longest line that a map or list is put on.
    private static let width = 98

    /// On one line.
    var flow: String {
        switch self {
        case .text(let text): return YAMLText.quoted(text)
        case .list(let items): return "[\(items.map(\.flow).joined(separator: ", "))]"
        case .map(let entries):
            if entries.isEmpty { return "{}" }
            let pairs = entries.map { "\(YAMLText.quoted($0.0)): \($0.1.flow)" }
            return "{ \(pairs.joined(separator: ", ")) }"
        }
    }

    /// One entry of a map and what is below it.
    static func entryLines(_ key: String, _ value: YAMLText, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        return value.lines("\(margin)\(quoted(key)):", indent: indent)
    }

    /// - Parameter head: what stands before the value on its first line.
    private func lines(_ head: String, indent: Int) -> [String] {
        let line = "\(head) \(flow)"
        switch self {
        case .text: return [line]
        case .map(let entries) where !entries.isEmpty:
            if line.utf8.count <= YAMLText.width { return [line] }
            return [head]
                + entries.flatMap { YAMLText.entryLines($0.0, $0.1, indent: indent + 2) }
        case .list(let items) where !items.isEmpty:
            if line.utf8.count <= YAMLText.width { return [line] }
            return [head] + items.flatMap { $0.item(indent: indent + 2) }
        default: return [line]
        }
    }

    /// One item of a list and what is below it.
    private func item(indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let line = "\(margin)- \(flow)"
        guard line.utf8.count > YAMLText.width, case .map(let entries) = self else {
            return [line]
        }
        var result = entries.flatMap { YAMLText.entryLines($0.0, $0.1, indent: indent + 2) }
        if let first = result.first { result[0] = "\(margin)- \(first.dropFirst(indent + 2))" }
        return result
    }

    /// As it is where nothing in it can mean anything else, in quotes where it can.
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0 | 0x20)
                    || "-_./%+".utf8.contains($0)
            } && !"-%+.".contains(text.first ?? "-")
        let words: Set<String> = ["no", "yes", "on", "off", "null", "true", "false", "y", "n"]
        if isPlain, !words.contains(text.lowercased()) || text == "true" || text == "false" {
            return text
        }
        // A number may begin with a sign.
        if Double(text) != nil, !text.lowercased().contains("n") { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let hex = String(scalar.value, radix: 16)
                result += "\\x" + (hex.count < 2 ? "0" : "") + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
