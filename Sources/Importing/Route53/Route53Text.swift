import DNSWire

/// Names and values as Route 53 writes them: `\ooo` is octal, where master files have decimal `\DDD`.
enum Route53Text {
    /// An absolute name with or without its final dot; nil when it is none.
    static func name(_ text: String) -> Name? {
        guard let decimal = decimal(text) else { return nil }
        return try? Name(decimal, relativeTo: .root)
    }

    /// The same text with octal escapes made decimal (RFC 1035 §5.1); nil where one is above 377.
    static func decimal(_ text: String) -> String? {
        var result: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                result.append(byte)
                index += 1
                continue
            }
            let digits = bytes[(index + 1)...].prefix(3)
            guard digits.count == 3, digits.allSatisfy({ (48...55).contains($0) }) else {
                result += [byte, bytes[index + 1]]
                index += 2
                continue
            }
            let value = digits.reduce(0) { $0 * 8 + Int($1 - 48) }
            guard value <= 255 else { return nil }
            let text = String(value)
            result.append(byte)
            result += Array((String(repeating: "0", count: 3 - text.count) + text).utf8)
            index += 4
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// One value as data of a record: names in it are absolute even without a final dot.
    static func rdata(_ value: String, type: String) -> String? {
        guard let text = decimal(value), let words = RecordText.words(text), !words.isEmpty else {
            return nil
        }
        return RecordText.rdata(words, type: type) { try? Name($0, relativeTo: .root) }
    }
}
