/// Names as people write them (RFC 1035 §5.1): dots between labels, `\.` and `\DDD` escapes.
extension Name: CustomStringConvertible {
    /// Reads presentation form; a name without a final dot is relative to `origin`, `@` is the origin.
    package init(_ text: some StringProtocol, relativeTo origin: Name = .root) throws(NameError) {
        if text == "@" {
            self = origin
            return
        }
        if text == "." {
            self = .root
            return
        }
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        var absolute = false
        while let byte = bytes.popFirst() {
            absolute = false
            switch byte {
            case UInt8(ascii: "."):
                guard !label.isEmpty else { throw .emptyLabel }
                labels.append(label)
                label = []
                absolute = true
            case UInt8(ascii: "\\"):
                label.append(try Name.unescape(&bytes))
            default:
                label.append(byte)
            }
        }
        if !label.isEmpty { labels.append(label) }
        guard !labels.isEmpty else { throw .emptyLabel }
        let name = try Name(labels: labels)
        self = absolute ? name : try name.appending(origin)
    }

    /// Reads what follows a backslash: three digits, or any other character.
    private static func unescape(_ bytes: inout ArraySlice<UInt8>) throws(NameError) -> UInt8 {
        guard let first = bytes.first else { throw .badEscape }
        guard isDigit(first) else {
            bytes.removeFirst()
            return first
        }
        let digits = bytes.prefix(3)
        guard digits.count == 3, digits.allSatisfy(isDigit) else { throw .badEscape }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard value <= 255 else { throw .badEscape }
        bytes.removeFirst(3)
        return UInt8(value)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// Presentation form, absolute, with a final dot.
    package var description: String {
        if isRoot { return "." }
        var text = ""
        for label in labels {
            for byte in label {
                switch byte {
                case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: ";"),
                    UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "@"), UInt8(ascii: "$"):
                    text += "\\"
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                case 0x21...0x7E:
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                default:
                    let digits = String(byte)
                    text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
                }
            }
            text += "."
        }
        return text
    }
}
