/// The template of a `$GENERATE` directive: `START-STOP[/STEP] OWNER [TTL] [CLASS] TYPE RDATA`.
///
/// In owner and rdata, `$` stands for the number, `${OFFSET[,WIDTH[,BASE]]}` for the number plus an offset,
/// padded with zeros to a width, in base `d`, `o`, `x`, `X`, or as hexadecimal digits in reverse order with
/// dots between, `n` or `N`; `$$` and `\$` stand for a dollar sign.
struct Generator {
    /// Most records of one directive.
    static let limit = 65_536
    /// Longest form of one number, in characters.
    static let maximumWidth = 255

    let values: StrideThrough<Int>
    /// How many numbers these are.
    let count: Int
    private let template: [UInt8]
    private let place: Word

    init(_ text: MasterText, directive: Word, words: [Word]) throws(EntryError) {
        guard words.count >= 3, let range = words.first else {
            throw EntryError(
                words.last ?? directive,
                "$GENERATE takes START-STOP[/STEP], an owner, a type and rdata")
        }
        (values, count) = try Generator.values(text, range)
        place = directive
        var template: [UInt8] = []
        for (index, word) in words.enumerated().dropFirst() {
            if index > 1 { template.append(UInt8(ascii: " ")) }
            // As in BIND, quotation marks around all of the rdata hold its words together.
            let isRdata =
                index == words.count - 1 && index >= 3
                && TypeWords.type(text.raw(words[index - 1])) != nil
            if word.isQuoted, !isRdata {
                template += [UInt8(ascii: "\"")] + text.raw(word) + [UInt8(ascii: "\"")]
            } else {
                template += text.raw(word)
            }
        }
        self.template = template
    }

    private static func values(
        _ text: MasterText, _ word: Word
    ) throws(EntryError) -> (StrideThrough<Int>, count: Int) {
        let parts = text.string(word).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        let numbers = (ends + parts.dropFirst()).map { part in
            part.utf8.allSatisfy(Lexer.isDigit) ? Int32(part).map(Int.init) : nil
        }
        guard ends.count == 2, let start = numbers[0], let stop = numbers[1],
            let step = numbers.count == 3 ? numbers[2] : 1, start <= stop, step > 0
        else {
            throw EntryError(
                word, "'\(text.string(word))' is not a range START-STOP or START-STOP/STEP")
        }
        guard (stop - start) / step < limit else {
            throw EntryError(word, "the range has more than \(limit) numbers")
        }
        return (stride(from: start, through: stop, by: step), (stop - start) / step + 1)
    }

    /// The record's text for one number.
    func line(for value: Int) throws(EntryError) -> [UInt8] {
        var line: [UInt8] = []
        var rest = template[...]
        while let byte = rest.popFirst() {
            switch (byte, rest.first) {
            case (UInt8(ascii: "\\"), .some(let next)):
                line += [byte, next]
                rest.removeFirst()
            case (UInt8(ascii: "$"), UInt8(ascii: "$")):
                line += Array("\\$".utf8)
                rest.removeFirst()
            case (UInt8(ascii: "$"), UInt8(ascii: "{")):
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                    throw EntryError(place, "'${' is never closed")
                }
                let modifier = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
                line += Array(try format(value, modifier).utf8)
                rest = rest[(end + 1)...]
            case (UInt8(ascii: "$"), _):
                line += Array(String(value).utf8)
            default:
                line.append(byte)
            }
        }
        return line
    }

    /// The number as `OFFSET[,WIDTH[,BASE]]` asks.
    private func format(_ value: Int, _ modifier: String) throws(EntryError) -> String {
        let parts = modifier.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let offset = Int32(parts[0]),
            let width = parts.count > 1 ? Int(parts[1]) : 0,
            (0...Generator.maximumWidth).contains(width)
        else {
            throw EntryError(place, "'${\(modifier)}' is not ${OFFSET[,WIDTH[,BASE]]}")
        }
        let number = value + Int(offset)
        guard number >= 0 else {
            throw EntryError(place, "'${\(modifier)}' makes \(value) negative")
        }
        let text: String
        switch parts.count == 3 ? parts[2] : "d" {
        case "d": text = String(number)
        case "o": text = String(number, radix: 8)
        case "x": text = String(number, radix: 16)
        case "X": text = String(number, radix: 16, uppercase: true)
        case "n": return nibbles(number, width, uppercase: false)
        case "N": return nibbles(number, width, uppercase: true)
        default:
            throw EntryError(place, "'${\(modifier)}': the base is one of d, o, x, X, n, N")
        }
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// Hexadecimal digits, the lowest first, with dots between, which count towards the width.
    private func nibbles(_ number: Int, _ width: Int, uppercase: Bool) -> String {
        var text = ""
        var rest = number
        repeat {
            text += String(rest & 15, radix: 16, uppercase: uppercase)
            rest >>= 4
            if rest != 0 || text.count < width { text += "." }
        } while rest != 0 || text.count < width
        return text
    }
}
