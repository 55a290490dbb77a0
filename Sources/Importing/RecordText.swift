import DNSWire

/// Data of records as text (RFC 1035 §5.1): cut into words, with names made absolute.
enum RecordText {
    /// Most words of one record; no type has more fields than a long TXT has strings.
    static let maximumWords = 4096

    /// Which words are names, by type.
    private static let names: [String: [Int]] = [
        "CNAME": [0], "NS": [0], "PTR": [0], "DNAME": [0], "MX": [1], "SRV": [3], "NAPTR": [5],
        "SOA": [0, 1], "SVCB": [1], "HTTPS": [1], "AFSDB": [1], "KX": [1], "RP": [0, 1], "RT": [1],
    ]

    /// The words of a line, with strings in quotes whole.
    ///
    /// - Returns: nil where a quote is not closed or words are too many.
    static func words(_ text: some StringProtocol) -> [String]? {
        var words: [String] = []
        var word: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                word.append(byte)
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"):
                word.append(byte)
                isEscaped = true
            case UInt8(ascii: "\""):
                word.append(byte)
                isQuoted.toggle()
            case 9, 10, 13, 32:
                if isQuoted {
                    // A line cannot end inside a string.
                    word.append(byte == 9 ? 9 : 32)
                } else if !word.isEmpty {
                    words.append(String(decoding: word, as: UTF8.self))
                    word = []
                }
            default: word.append(byte)
            }
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        guard !isQuoted, !isEscaped, words.count <= maximumWords else { return nil }
        return words
    }

    /// The data with every name absolute.
    ///
    /// - Parameter absolute: reads the text of a name; nil refuses it.
    static func rdata(
        _ words: [String], type: String, absolute: (String) -> Name?
    ) -> String? {
        var words = words
        for index in names[type] ?? [] where index < words.count {
            guard let name = absolute(words[index]) else { return nil }
            words[index] = name.description
        }
        return words.joined(separator: " ")
    }
}

extension RecordText {
    /// One string of a TXT record, quoted, in pieces of 255 bytes at most (RFC 1035 §3.3.14).
    static func strings(_ word: String) -> [String] {
        var bytes = Array(word.utf8)[...]
        if bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") {
            bytes = bytes.dropFirst().dropLast()
        }
        var pieces: [[UInt8]] = [[]]
        var units = 0
        while let byte = bytes.popFirst() {
            var unit = [byte]
            if byte == UInt8(ascii: "\\"), let next = bytes.popFirst() {
                unit.append(next)
                let rest = bytes.prefix(2)
                if (48...57).contains(next), rest.count == 2,
                    rest.allSatisfy({ (48...57).contains($0) })
                {
                    unit += rest
                    bytes.removeFirst(2)
                }
            }
            if units == 255 {
                pieces.append([])
                units = 0
            }
            pieces[pieces.count - 1] += unit
            units += 1
        }
        return pieces.map { "\"\(String(decoding: $0, as: UTF8.self))\"" }
    }

    /// Any text as one string of a TXT record, escaped and quoted.
    static func quoted(_ text: String) -> String {
        var result: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case 32...126: result.append(byte)
            default:
                let digits = String(byte)
                result += Array(
                    ("\\" + String(repeating: "0", count: 3 - digits.count) + digits).utf8)
            }
        }
        return String(decoding: result, as: UTF8.self) + "\""
    }
}
