import DNSWire

/// Master file text with the readings of a word in it.
struct MasterText {
    let bytes: [UInt8]
    /// Completes relative names.
    var origin: Name

    func raw(_ word: Word) -> ArraySlice<UInt8> { bytes[word.range] }

    /// The word as text, shortened and harmless to print: for messages and mnemonics.
    func string(_ word: Word) -> String {
        let limit = 80
        let shown = raw(word).prefix(limit)
        let text = String(decoding: shown, as: UTF8.self)
        return word.range.count > limit ? text + "…" : text
    }

    /// The word with its escapes resolved.
    func unescaped(_ word: Word) -> [UInt8] {
        word.isPlain ? Array(raw(word)) : MasterText.unescape(raw(word))
    }

    /// Resolves `\X` and `\DDD`, which are known to be sound.
    static func unescape(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() { result.append(resolve(byte, &rest)) }
        return result
    }

    /// The byte that `byte` stands for; takes what belongs to an escape from `rest`.
    private static func resolve(_ byte: UInt8, _ rest: inout ArraySlice<UInt8>) -> UInt8 {
        guard byte == UInt8(ascii: "\\"), let next = rest.first else { return byte }
        guard Lexer.isDigit(next) else {
            rest.removeFirst()
            return next
        }
        let value = rest.prefix(3).reduce(0) { $0 * 10 + Int($1) - 0x30 }
        rest = rest.dropFirst(3)
        return UInt8(truncatingIfNeeded: value)
    }

    /// The word as a name: `@` is the origin, a name without a final dot lies below it.
    func name(_ word: Word) throws(EntryError) -> Name {
        guard !word.isQuoted, !word.hasInnerQuote else {
            throw EntryError(word, "a name does not stand in quotation marks (RFC 1035 §5.1)")
        }
        let text = raw(word)
        if text.count == 1 {
            if text.first == UInt8(ascii: "@") { return origin }
            if text.first == UInt8(ascii: ".") { return .root }
        }
        do {
            return try MasterText.name(text, origin: origin)
        } catch {
            throw EntryError(word, "\(string(word)): \(error)")
        }
    }

    private static func name(_ text: ArraySlice<UInt8>, origin: Name) throws(NameError) -> Name {
        var wire: [UInt8] = []
        wire.reserveCapacity(text.count + 1 + origin.wire.count)
        wire.append(0)
        // Where the length of the label being read belongs.
        var length = 0
        var isAbsolute = false
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: ".") {
                try close(label: length, &wire)
                length = wire.count
                wire.append(0)
                isAbsolute = true
            } else {
                wire.append(resolve(byte, &rest))
                isAbsolute = false
            }
        }
        if !isAbsolute {
            try close(label: length, &wire)
            wire.append(contentsOf: origin.wire)
        }
        return try Name(wire: wire)
    }

    private static func close(label: Int, _ wire: inout [UInt8]) throws(NameError) {
        let count = wire.count - label - 1
        guard count > 0 else { throw .emptyLabel }
        guard count <= Name.maximumLabelBytes else { throw .labelTooLong }
        wire[label] = UInt8(count)
    }

    /// The word as a decimal number up to `limit`; nil when it is none.
    func number(_ word: Word, upTo limit: UInt64) -> UInt64? {
        guard !word.isQuoted, (1...20).contains(word.range.count) else { return nil }
        var value: UInt64 = 0
        for byte in raw(word) {
            guard Lexer.isDigit(byte) else { return nil }
            value = value * 10 + UInt64(byte - 0x30)
            guard value <= limit else { return nil }
        }
        return value
    }

    /// The word as seconds, with or without units: `3600`, `1h30m`, `2w` (RFC 2308 §4 leaves these to
    /// implementations; the letters are BIND's); nil when it is neither, or more than 32 bits hold.
    func period(_ word: Word) -> UInt32? {
        guard !word.isQuoted, !word.range.isEmpty else { return nil }
        var total: UInt64 = 0
        var value: UInt64?
        var hasUnit = false
        for byte in raw(word) {
            if Lexer.isDigit(byte) {
                value = (value ?? 0) * 10 + UInt64(byte - 0x30)
            } else {
                guard let count = value, let unit = MasterText.seconds(byte) else { return nil }
                total += count * unit
                value = nil
                hasUnit = true
            }
            guard value ?? 0 <= UInt32.max, total <= UInt32.max else { return nil }
        }
        if let value {
            guard !hasUnit else { return nil }
            total = value
        }
        return UInt32(total)
    }

    private static func seconds(_ unit: UInt8) -> UInt64? {
        switch unit | 0x20 {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "d"): 86_400
        case UInt8(ascii: "w"): 604_800
        default: nil
        }
    }
}
