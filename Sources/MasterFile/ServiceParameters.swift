import DNSWire

/// The parameters of SVCB and HTTPS records (RFC 9460 §2.1 and appendix A).
struct ServiceParameters {
    private let text: MasterText
    private var values: [UInt16: [UInt8]] = [:]
    /// The key and the word of each parameter, in the order of the file.
    private var places: [UInt16: Word] = [:]
    private var mandatory: [UInt16] = []

    private static let keys: [String: UInt16] = [
        "mandatory": 0, "alpn": 1, "no-default-alpn": 2, "port": 3, "ipv4hint": 4, "ech": 5,
        "ipv6hint": 6, "dohpath": 7, "ohttp": 8,
    ]

    /// The wire form: keys in ascending order.
    static func encode(
        _ text: MasterText, _ words: ArraySlice<Word>
    ) throws(EntryError) -> [UInt8] {
        var parameters = ServiceParameters(text: text)
        for word in words { try parameters.add(word) }
        try parameters.checkTogether()
        return parameters.values.sorted { $0.key < $1.key }.flatMap { key, value in
            [key, UInt16(value.count)].flatMap {
                [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)]
            } + value
        }
    }

    private init(text: MasterText) { self.text = text }

    private mutating func add(_ word: Word) throws(EntryError) {
        guard !word.isQuoted else {
            throw EntryError(word, "only the value of a parameter is quoted (RFC 9460 §2.1)")
        }
        let raw = text.raw(word)
        let end = raw.firstIndex(of: UInt8(ascii: "=")) ?? raw.endIndex
        let name = String(decoding: raw[..<end].prefix(64), as: UTF8.self)
        guard let key = ServiceParameters.key(name) else {
            throw EntryError(word, "'\(name)' is not a service parameter (RFC 9460 §14.3)")
        }
        guard values[key] == nil else {
            throw EntryError(word, "the parameter '\(name)' is given twice (RFC 9460 §2.1)")
        }
        let value = end < raw.endIndex ? try unquoted(raw[(end + 1)...], word) : []
        let wire: [UInt8]?
        switch key {
        case 2, 8: wire = end == raw.endIndex ? [] : nil
        case 0: wire = mandatoryKeys(value)
        case 1: wire = protocols(value)
        case 3: wire = port(value)
        case 4: wire = addresses(value, isV4: true)
        case 5: wire = value.isEmpty ? nil : Base64.decode(value)
        case 6: wire = addresses(value, isV4: false)
        case 7: wire = value.isEmpty ? nil : value
        default: wire = value
        }
        guard let wire, wire.count <= Int(UInt16.max) else {
            throw EntryError(word, "the value of '\(name)' is not valid (RFC 9460 §7)")
        }
        values[key] = wire
        places[key] = word
    }

    /// Rules between parameters (RFC 9460 §7.1.1 and §8).
    private func checkTogether() throws(EntryError) {
        if values[1] == nil, let word = places[2] {
            throw EntryError(word, "'no-default-alpn' needs 'alpn' beside it (RFC 9460 §7.1.1)")
        }
        if let word = places[0], mandatory.contains(where: { values[$0] == nil }) {
            throw EntryError(word, "a mandatory parameter is missing (RFC 9460 §8)")
        }
    }

    /// The number of a key; `keyNNNNN` names those without a name of their own.
    private static func key(_ name: String) -> UInt16? {
        if let known = keys[name] { return known }
        guard name.hasPrefix("key"), let number = UInt16(name.dropFirst(3)),
            name == "key\(number)", number != UInt16.max, !keys.values.contains(number)
        else { return nil }
        return number
    }

    /// Takes the quotation marks off a value and resolves its escapes.
    private func unquoted(
        _ raw: ArraySlice<UInt8>, _ word: Word
    ) throws(EntryError) -> [UInt8] {
        let mark = UInt8(ascii: "\"")
        guard word.hasInnerQuote else { return MasterText.unescape(raw) }
        var index = raw.startIndex + 1
        while index < raw.endIndex, raw[index] != mark {
            index += raw[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard raw.first == mark, index == raw.endIndex - 1 else {
            throw EntryError(word, "quotation marks enclose the whole value (RFC 9460 §2.1)")
        }
        return MasterText.unescape(raw[(raw.startIndex + 1)..<index])
    }

    private mutating func mandatoryKeys(_ value: [UInt8]) -> [UInt8]? {
        let names = ServiceParameters.items(value)
        let numbers = names.compactMap {
            ServiceParameters.key(String(decoding: $0, as: UTF8.self))
        }
        guard numbers.count == names.count, Set(numbers).count == numbers.count,
            !numbers.isEmpty, !numbers.contains(0)
        else { return nil }
        mandatory = numbers.sorted()
        return mandatory.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    /// A list in which `\,` is a comma and `\\` a backslash (RFC 9460 appendix A.1).
    private func protocols(_ value: [UInt8]) -> [UInt8]? {
        var list: [[UInt8]] = [[]]
        var rest = value[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: ","): list.append([])
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst() else { return nil }
                list[list.count - 1].append(next)
            default: list[list.count - 1].append(byte)
            }
        }
        guard list.allSatisfy({ (1...255).contains($0.count) }) else { return nil }
        return list.flatMap { [UInt8($0.count)] + $0 }
    }

    private func port(_ value: [UInt8]) -> [UInt8]? {
        guard !value.isEmpty, value.allSatisfy(Lexer.isDigit),
            let port = UInt16(String(decoding: value, as: UTF8.self))
        else { return nil }
        return [UInt8(port >> 8), UInt8(truncatingIfNeeded: port)]
    }

    private func addresses(_ value: [UInt8], isV4: Bool) -> [UInt8]? {
        var wire: [UInt8] = []
        for item in ServiceParameters.items(value) {
            guard let address = IPAddress(String(decoding: item, as: UTF8.self)),
                address.isV4 == isV4
            else { return nil }
            wire += address.bytes
        }
        return wire.isEmpty ? nil : wire
    }

    private static func items(_ value: [UInt8]) -> [ArraySlice<UInt8>] {
        value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    }
}
