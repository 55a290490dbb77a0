/// JSON that keeps the order of its members, to write only.
indirect enum JSONText {
    case string(String)
    case number(Double)
    case boolean(Bool)
    case array([JSONText])
    case object([(String, JSONText)])

    /// The text (RFC 8259), two spaces for each level.
    func text(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .string(let value): return JSONText.quoted(value)
        case .number(let value):
            return Int64(exactly: value).map(String.init) ?? "\(value)"
        case .boolean(let value): return value ? "true" : "false"
        case .array(let items):
            if items.isEmpty { return "[]" }
            let lines = items.map { inner + $0.text(indent: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map {
                "\(inner)\(JSONText.quoted($0.0)): \($0.1.text(indent: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
