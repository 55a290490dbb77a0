import DNSWire
import Zones

/// Encodes the words of an entry's rdata, field by field as `RdataLayout` says.
struct RdataEncoder {
    let text: MasterText
    let type: RRType
    /// The word before the rdata: blamed when there is none.
    let typeWord: Word
    private var words: ArraySlice<Word>
    private var rdata: [UInt8] = []

    init(_ text: MasterText, type: RRType, typeWord: Word, words: ArraySlice<Word>) {
        self.text = text
        self.type = type
        self.typeWord = typeWord
        self.words = words
    }

    /// The rdata in uncompressed wire form.
    static func encode(
        _ text: MasterText, type: RRType, typeWord: Word, words: ArraySlice<Word>
    ) throws(EntryError) -> [UInt8] {
        if let first = words.first, !first.isQuoted, text.raw(first) == [0x5C, 0x23] {
            return try GenericRdata.encode(text, type: type, marker: first, words.dropFirst())
        }
        guard let layout = RdataLayout(of: type) else {
            return try LibraryRdata.encode(text, type: type, typeWord: typeWord, words: words)
        }
        var encoder = RdataEncoder(text, type: type, typeWord: typeWord, words: words)
        for field in layout.fields { try encoder.add(field) }
        if let extra = encoder.words.first {
            throw EntryError(
                extra, "'\(text.string(extra))' follows the end of the \(type) rdata")
        }
        guard encoder.rdata.count <= Int(UInt16.max) else {
            throw EntryError(
                typeWord, "the rdata is longer than 65535 bytes (RFC 1035 §3.2.1)")
        }
        return encoder.rdata
    }

    private mutating func add(_ field: RdataLayout.Field) throws(EntryError) {
        switch field {
        case .u8: try addNumber(bytes: 1)
        case .u16: try addNumber(bytes: 2)
        case .u32: try addNumber(bytes: 4)
        case .algorithm: try addAlgorithm()
        case .period: try addPeriod()
        case .name: rdata.append(contentsOf: try text.name(try word("a name")).wire)
        case .ipv4: try addAddress(isV4: true)
        case .ipv6: try addAddress(isV4: false)
        case .string: try addString(try word("a string"))
        case .strings: try addStrings()
        case .tag: try addTag()
        case .text: rdata.append(contentsOf: text.unescaped(try plainWord("a value")))
        case .hex: try addHex()
        case .base64: try addBase64()
        case .typeBitmap: try addTypeBitmap()
        case .parameters:
            rdata.append(contentsOf: try ServiceParameters.encode(text, words))
            words = []
        }
    }

    private mutating func word(_ what: String) throws(EntryError) -> Word {
        guard let word = words.popFirst() else {
            throw EntryError(typeWord, "the \(type) rdata ends where \(what) should follow")
        }
        return word
    }

    /// A word without quotation marks inside, which only service parameters have.
    private mutating func plainWord(_ what: String) throws(EntryError) -> Word {
        let word = try word(what)
        guard !word.hasInnerQuote else {
            throw EntryError(word, "a quotation mark inside a word; write it as \\\"")
        }
        return word
    }

    private mutating func addNumber(bytes: Int) throws(EntryError) {
        let word = try word("a number")
        let limit = UInt64(1) << UInt64(8 * bytes) - 1
        guard let number = text.number(word, upTo: limit) else {
            throw EntryError(
                word, "'\(text.string(word))' is not a number from 0 to \(limit)")
        }
        append(number, bytes: bytes)
    }

    private mutating func append(_ number: UInt64, bytes: Int) {
        for index in (0..<bytes).reversed() {
            rdata.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index)))
        }
    }

    private mutating func addPeriod() throws(EntryError) {
        let word = try word("a number of seconds")
        guard let seconds = text.period(word) else {
            throw EntryError(
                word, "'\(text.string(word))' is not a number of seconds, nor a time like 1h30m")
        }
        append(UInt64(seconds), bytes: 4)
    }

    private mutating func addAddress(isV4: Bool) throws(EntryError) {
        let word = try word("an address")
        if isV4, !word.isQuoted, let octets = DottedQuad.decode(text.raw(word)) {
            append(UInt64(octets), bytes: 4)
            return
        }
        guard !word.isQuoted, let address = IPAddress(text.string(word)), address.isV4 == isV4
        else {
            throw EntryError(
                word, "'\(text.string(word))' is not an \(isV4 ? "IPv4" : "IPv6") address")
        }
        rdata.append(contentsOf: address.bytes)
    }

    private mutating func addString(_ word: Word) throws(EntryError) {
        guard !word.hasInnerQuote else {
            throw EntryError(word, "a quotation mark inside a word; write it as \\\"")
        }
        let bytes = text.unescaped(word)
        guard bytes.count <= 255 else {
            throw EntryError(
                word,
                "the string has \(bytes.count) bytes, more than 255; split it (RFC 1035 §3.3)")
        }
        rdata.append(UInt8(bytes.count))
        rdata.append(contentsOf: bytes)
    }

    private mutating func addStrings() throws(EntryError) {
        try addString(try word("a string"))
        while let word = words.popFirst() { try addString(word) }
    }

    private mutating func addTag() throws(EntryError) {
        let word = try plainWord("a property tag")
        let bytes = text.unescaped(word)
        let isTag = bytes.allSatisfy {
            Lexer.isDigit($0) || (0x61...0x7A).contains($0 | 0x20)
        }
        guard isTag, (1...255).contains(bytes.count) else {
            throw EntryError(
                word, "'\(text.string(word))' is not a tag of letters and digits (RFC 8659 §4.1)")
        }
        rdata.append(UInt8(bytes.count))
        rdata.append(contentsOf: bytes)
    }

    private mutating func addAlgorithm() throws(EntryError) {
        let word = try word("an algorithm")
        let known = Algorithm.numbers[text.string(word).uppercased()]
        guard let number = known.map(UInt64.init) ?? text.number(word, upTo: 255) else {
            throw EntryError(
                word, "'\(text.string(word))' is not a DNSSEC algorithm (RFC 4034 §5.3)")
        }
        append(number, bytes: 1)
    }

    private mutating func addHex() throws(EntryError) {
        let first = try word("hexadecimal data")
        var digits = Array(text.raw(first))
        while let word = words.popFirst() { digits.append(contentsOf: text.raw(word)) }
        guard let bytes = Hex.decode(digits), !bytes.isEmpty else {
            throw EntryError(first, "not an even number of hexadecimal digits")
        }
        rdata.append(contentsOf: bytes)
    }

    private mutating func addBase64() throws(EntryError) {
        let first = try word("base 64 data")
        var digits = Array(text.raw(first))
        while let word = words.popFirst() { digits.append(contentsOf: text.raw(word)) }
        guard let bytes = Base64.decode(digits), !bytes.isEmpty else {
            throw EntryError(first, "not base 64 (RFC 4648 §4)")
        }
        rdata.append(contentsOf: bytes)
    }

    private mutating func addTypeBitmap() throws(EntryError) {
        var numbers: Set<UInt16> = []
        while let word = words.popFirst() {
            guard let type = RRType(text.string(word)), !word.isQuoted else {
                throw EntryError(word, "'\(text.string(word))' is not a record type")
            }
            numbers.insert(type.rawValue)
        }
        for (window, members) in Dictionary(grouping: numbers, by: { $0 >> 8 })
            .sorted(by: { $0.key < $1.key })
        {
            var bits = [UInt8](repeating: 0, count: Int(members.max() ?? 0) % 256 / 8 + 1)
            for number in members { bits[Int(number) % 256 / 8] |= 0x80 >> (number % 8) }
            rdata += [UInt8(window), UInt8(bits.count)] + bits
        }
    }
}
