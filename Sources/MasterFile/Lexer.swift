/// Cuts master file text into entries (RFC 1035 §5.1).
///
/// Parentheses join lines, `;` starts a comment, quotation marks hold blanks together, `\X` and `\DDD`
/// take a character's meaning away or name a byte. Both end at the end of their line: a quotation mark
/// that is never closed costs one line, not the rest of the file. Every backslash found here is sound,
/// so that later steps need not look again.
struct Lexer {
    let text: [UInt8]
    private var offset: Int
    private var line: Int
    private var lineStart: Int
    /// The open parentheses' outermost, and how many there are.
    private var opening: (line: Int, column: Int) = (0, 0)
    private var depth = 0

    /// Most words of one entry: 65,535 bytes of rdata hold no more strings.
    static let wordLimit = 66_000

    /// Starts at the beginning; a byte order mark there is passed over.
    init(_ text: [UInt8]) {
        self.text = text
        offset = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        line = 1
        lineStart = offset
    }

    /// Reads the next entry that has words or a problem; false at the end of the text.
    mutating func next(_ entry: inout Entry) -> Bool {
        entry.words.removeAll(keepingCapacity: true)
        entry.problem = nil
        depth = 0
        entry.startsBlank = isBlankHere
        while offset < text.count {
            let byte = text[offset]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                offset += 1
            case UInt8(ascii: "\n"):
                endLine()
                if depth > 0 { continue }
                if !entry.words.isEmpty || entry.problem != nil { return true }
                entry.startsBlank = isBlankHere
            case UInt8(ascii: "\r") where isEndOfLine(offset):
                offset += 1
            case UInt8(ascii: ";"):
                skipComment()
            case UInt8(ascii: "("):
                if depth == 0 { opening = (line, column) }
                depth += 1
                offset += 1
            case UInt8(ascii: ")"):
                if depth == 0 { note(&entry, "')' closes nothing (RFC 1035 §5.1)") }
                depth = max(0, depth - 1)
                offset += 1
            default:
                readWord(&entry)
            }
        }
        if depth > 0, entry.problem == nil {
            entry.problem = EntryError(
                line: opening.line, column: opening.column,
                "'(' is never closed (RFC 1035 §5.1)")
        }
        return !entry.words.isEmpty || entry.problem != nil
    }

    private var column: Int { offset - lineStart + 1 }

    private var isBlankHere: Bool {
        offset < text.count
            && (text[offset] == UInt8(ascii: " ") || text[offset] == UInt8(ascii: "\t"))
    }

    private func isEndOfLine(_ index: Int) -> Bool {
        guard index < text.count else { return true }
        if text[index] == UInt8(ascii: "\n") { return true }
        return text[index] == UInt8(ascii: "\r")
            && (index + 1 == text.count || text[index + 1] == UInt8(ascii: "\n"))
    }

    private mutating func endLine() {
        offset += 1
        line += 1
        lineStart = offset
    }

    private mutating func skipComment() {
        while offset < text.count, text[offset] != UInt8(ascii: "\n") { offset += 1 }
    }

    private mutating func readWord(_ entry: inout Entry) {
        var word = Word(range: offset..<offset, line: line, column: column)
        if text[offset] == UInt8(ascii: "\"") {
            word.isQuoted = true
            let start = offset + 1
            readQuoted(&entry, &word)
            // The closing quotation mark is missing where a problem was noted.
            let end = text[offset - 1] == UInt8(ascii: "\"") ? offset - 1 : offset
            word.range = start..<max(start, end)
        } else {
            readUnquoted(&entry, &word)
            word.range = word.range.lowerBound..<offset
        }
        guard entry.words.count < Lexer.wordLimit else {
            if depth > 0 {
                note(&entry, "'(' opens an entry of too many words", at: opening)
            } else {
                note(&entry, "the entry has too many words", at: (word.line, word.column))
            }
            return
        }
        entry.words.append(word)
    }

    private mutating func readUnquoted(_ entry: inout Entry, _ word: inout Word) {
        while offset < text.count {
            switch text[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: ";"),
                UInt8(ascii: "("), UInt8(ascii: ")"):
                return
            case UInt8(ascii: "\r") where isEndOfLine(offset):
                return
            case UInt8(ascii: "\""):
                word.isPlain = false
                word.hasInnerQuote = true
                readQuoted(&entry, &word)
            case UInt8(ascii: "\\"):
                word.isPlain = false
                readEscape(&entry)
            default:
                checkByte(&entry)
                offset += 1
            }
        }
    }

    /// Passes over a quoted part, its quotation marks included.
    private mutating func readQuoted(_ entry: inout Entry, _ word: inout Word) {
        let start = (line, column)
        offset += 1
        while !isEndOfLine(offset) {
            switch text[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return
            case UInt8(ascii: "\\"):
                word.isPlain = false
                readEscape(&entry)
            default:
                checkByte(&entry)
                offset += 1
            }
        }
        note(&entry, "the quotation mark is not closed on its line", at: start)
    }

    /// Passes over `\X` or `\DDD`.
    private mutating func readEscape(_ entry: inout Entry) {
        let digits = text[min(offset + 1, text.count)...].prefix(3)
        if isEndOfLine(offset + 1) {
            note(&entry, "'\\' is the last character of the line (RFC 1035 §5.1)")
            offset += 1
        } else if let first = digits.first, Lexer.isDigit(first) {
            let value = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
            if digits.count == 3, digits.allSatisfy(Lexer.isDigit), value <= 255 {
                offset += 4
            } else {
                note(&entry, "'\\' needs three digits up to 255 (RFC 1035 §5.1)")
                offset += 2
            }
        } else {
            offset += 1
            checkByte(&entry)
            offset += 1
        }
    }

    private mutating func checkByte(_ entry: inout Entry) {
        let byte = text[offset]
        guard byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7F else { return }
        note(&entry, "a control character of code \(byte); write it as \\DDD (RFC 1035 §5.1)")
    }

    private func note(_ entry: inout Entry, _ message: String) {
        note(&entry, message, at: (line, column))
    }

    private func note(_ entry: inout Entry, _ message: String, at place: (line: Int, column: Int)) {
        guard entry.problem == nil else { return }
        entry.problem = EntryError(line: place.line, column: place.column, message)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
