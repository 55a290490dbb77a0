import DNSWire
import Zones

/// What entries of a file leave to those that follow.
struct FileState {
    /// As people see it; findings name it.
    let file: String
    var origin: Name
    /// The owner of records that start with a blank.
    var owner: Owner = .none
    /// Of the last `$TTL` directive, in seconds (RFC 2308 §4).
    var defaultTTL: UInt32?
    /// Of the last record that gave one, in seconds (RFC 1035 §5.1).
    var lastTTL: UInt32?

    enum Owner {
        case none
        case name(Name)
        /// The owner could not be read: what follows without an owner cannot be placed.
        case unreadable
    }

    func position(_ word: Word) -> SourcePosition {
        SourcePosition(file: file, line: word.line, column: word.column)
    }
}

/// Reads one entry as a record: owner, then TTL and class in any order, then type and rdata.
struct RecordReader {
    /// Highest TTL, in seconds (RFC 2181 §8).
    static let maximumTTL = UInt32(Int32.max)

    private let text: MasterText
    private let words: [Word]
    private var index = 0
    private var ttl: UInt32?
    private var hasClass = false

    init(text: MasterText, entry: Entry) {
        self.text = text
        self.words = entry.words
    }

    /// - Returns: The record; nil when it belongs to an owner that could not be read.
    mutating func read(
        startsBlank: Bool, state: inout FileState
    ) throws(EntryError) -> ResourceRecord? {
        guard let first = words.first else { return nil }
        if !startsBlank {
            index = 1
            state.owner = .unreadable
            state.owner = .name(try text.name(first))
        }
        let (type, typeWord) = try readHead(after: first)
        if let ttl { state.lastTTL = ttl }
        let owner: Name
        switch state.owner {
        case .name(let name): owner = name
        case .unreadable: return nil
        case .none:
            throw EntryError(
                first,
                "the record starts with a blank, and there is no owner before it (RFC 1035 §5.1)")
        }
        let rdata = try RdataEncoder.encode(
            text, type: type, typeWord: typeWord, words: words[index...])
        let ttl = try resolvedTTL(type: type, rdata: rdata, at: first, &state)
        return ResourceRecord(
            owner: owner, type: type, ttl: ttl, rdata: rdata, position: state.position(first))
    }

    /// TTL, class and type.
    private mutating func readHead(after first: Word) throws(EntryError) -> (RRType, Word) {
        while index < words.count {
            let word = words[index]
            index += 1
            if try takeClass(word) { continue }
            if try takeTTL(word) { continue }
            guard !word.isQuoted, let type = TypeWords.type(text.raw(word)) else {
                throw EntryError(
                    word,
                    "'\(text.string(word))' is not a record type; TYPEnnn names any (RFC 3597 §5)")
            }
            return (type, word)
        }
        throw EntryError(words[words.count - 1], "the record ends before its type")
    }

    private mutating func takeClass(_ word: Word) throws(EntryError) -> Bool {
        guard !hasClass, !word.isQuoted, (2...10).contains(word.range.count) else { return false }
        let raw = text.raw(word)
        // Only these letters start the name of a class: most words need no further look.
        guard let letter = raw.first, [0x69, 0x63, 0x68].contains(letter | 0x20) else {
            return false
        }
        if raw.count == 2, letter | 0x20 == 0x69, raw[raw.startIndex + 1] | 0x20 == 0x6E {
            hasClass = true
            return true
        }
        switch text.string(word).uppercased() {
        case "CLASS1": hasClass = true
        case "CH", "HS", "CS": throw EntryError(word, "only class IN is served")
        case let name where name.hasPrefix("CLASS") && UInt16(name.dropFirst(5)) != nil:
            throw EntryError(word, "only class IN is served")
        default: return false
        }
        return true
    }

    private mutating func takeTTL(_ word: Word) throws(EntryError) -> Bool {
        guard ttl == nil, let digit = text.raw(word).first, Lexer.isDigit(digit) else {
            return false
        }
        ttl = try RecordReader.ttl(word, text)
        return true
    }

    /// A word that must be a TTL.
    static func ttl(_ word: Word, _ text: MasterText) throws(EntryError) -> UInt32 {
        let isNumber = text.raw(word).allSatisfy(Lexer.isDigit)
        guard let seconds = text.period(word) ?? (isNumber ? .max : nil) else {
            throw EntryError(
                word, "'\(text.string(word))' is neither a TTL, nor a class, nor a record type")
        }
        guard seconds <= maximumTTL else {
            throw EntryError(word, "the TTL is above \(maximumTTL) (RFC 2181 §8)")
        }
        return seconds
    }

    /// The record's own TTL, or what it inherits (RFC 2308 §4, RFC 1035 §5.1).
    private func resolvedTTL(
        type: RRType, rdata: [UInt8], at word: Word, _ state: inout FileState
    ) throws(EntryError) -> UInt32 {
        if let ttl = ttl ?? state.defaultTTL ?? state.lastTTL { return ttl }
        if type == .soa {
            let minimum = rdata.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
            return min(minimum, RecordReader.maximumTTL)
        }
        // Say it once: the other records of the file lack theirs for the same reason.
        state.lastTTL = 0
        throw EntryError(
            word,
            "no TTL: neither here nor before, and no $TTL; the SOA's minimum is not a default (RFC 2308 §4)"
        )
    }
}

/// Record types by their words, without making a string for the common ones.
enum TypeWords {
    /// A mnemonic or `TYPEnnn`, in any case.
    static func type(_ word: ArraySlice<UInt8>) -> RRType? {
        guard word.count <= 16 else { return nil }
        guard word.count <= 8 else { return RRType(String(decoding: word, as: UTF8.self)) }
        return table[packed(word)] ?? RRType(String(decoding: word, as: UTF8.self))
    }

    private static let table: [UInt64: RRType] = {
        var table: [UInt64: RRType] = [:]
        for (name, number) in RRType.mnemonics where name.utf8.count <= 8 {
            table[packed(Array(name.utf8)[...])] = RRType(rawValue: number)
        }
        return table
    }()

    /// Up to eight bytes in one number, letters in lower case.
    private static func packed(_ word: ArraySlice<UInt8>) -> UInt64 {
        word.reduce(0) { $0 << 8 | UInt64(Name.lowercased($1)) }
    }
}
