import DNSWire
import Zones

/// One name that a plugin answers.
struct GdnsdDynamic {
    var owner: Name
    var ttl: ImportedTTL
    /// `plugin!resource` or `plugin!resource/datacenter`.
    var target: String
    var position: SourcePosition
}

/// Reads a zone file of gdnsd: a master file with `DYNA`, `DYNC`, `@Z` and `@F`.
struct GdnsdZoneReader {
    private static let maximumIncludes = 8
    private static let maximumRecords = 4_000_000

    private let origin: Name
    private let files: [ImportSource]
    private let log: ImportLog
    private(set) var records: [ImportedRecord] = []
    private(set) var dynamics: [GdnsdDynamic] = []

    /// What changes from line to line, kept apart for included files.
    private struct State {
        var origin: Name
        let fileOrigin: Name
        var ttl: String
        var owner: Name?
    }

    /// - Parameter ttl: seconds for records above the first `$TTL`.
    init(
        _ source: ImportSource, origin: Name, ttl: String, files: [ImportSource], _ log: ImportLog
    ) throws(Finding) {
        self.origin = origin
        self.files = files
        self.log = log
        try read(source, origin: origin, ttl: ttl, depth: 0)
    }

    private mutating func read(
        _ source: ImportSource, origin: Name, ttl: String, depth: Int
    ) throws(Finding) {
        var state = State(origin: origin, fileOrigin: origin, ttl: ttl)
        for line in try GdnsdLine.read(source) {
            guard records.count + dynamics.count < GdnsdZoneReader.maximumRecords else {
                throw Finding(at: line.position, "the zone has too many records")
            }
            guard let first = line.words.first else { continue }
            switch first.uppercased() {
            case "$TTL":
                guard line.words.count > 1, let seconds = GdnsdZoneReader.seconds(line.words[1])
                else { throw Finding(at: line.position, "'$TTL' needs a number of seconds") }
                state.ttl = "\(seconds)"
            case "$ORIGIN":
                guard line.words.count > 1, let name = name(line.words[1], state) else {
                    throw Finding(at: line.position, "'$ORIGIN' needs a name")
                }
                state.origin = name
            case "$INCLUDE":
                guard line.words.count > 1, depth < GdnsdZoneReader.maximumIncludes,
                    let file = files.named(line.words[1])
                else {
                    throw Finding(
                        at: line.position,
                        "'\(line.words.count > 1 ? line.words[1] : "")' is included and not among the "
                            + "sources, or too deep")
                }
                let inner = line.words.count > 2 ? name(line.words[2], state) : state.origin
                try read(file, origin: inner ?? state.origin, ttl: state.ttl, depth: depth + 1)
            default: take(line, &state)
            }
        }
    }

    private mutating func take(_ line: GdnsdLine, _ state: inout State) {
        var words = line.words[...]
        if !line.startsBlank, let text = words.popFirst() {
            guard let owner = name(text, state) else {
                log.lost(line.position, "'\(text.prefix(80))'", "this is no name")
                state.owner = nil
                return
            }
            state.owner = owner
        }
        var ttl: String?
        while let word = words.first, RRType(word) == nil, !GdnsdZoneReader.isDynamic(word) {
            if word.uppercased() != "IN" {
                guard ttl == nil, word.first?.isNumber ?? false else { break }
                ttl = word
            }
            words.removeFirst()
        }
        guard let owner = state.owner, owner.isAtOrBelow(origin), let type = words.popFirst() else {
            log.lost(
                line.position, "'\(line.words.joined(separator: " ").prefix(80))'",
                "this is no record of the zone")
            return
        }
        if GdnsdZoneReader.isDynamic(type) {
            takeDynamic(owner, ttl ?? state.ttl, type, Array(words), line)
            return
        }
        let upper = type.uppercased()
        var data = Array(words)
        if upper == "TXT" || upper == "SPF" { data = data.flatMap(RecordText.strings) }
        let state = state
        guard RRType(type) != nil, !data.isEmpty,
            let rdata = RecordText.rdata(data, type: upper, absolute: { name($0, state) }),
            let seconds = GdnsdZoneReader.seconds(ttl ?? state.ttl)
        else {
            log.lost(line.position, "\(owner) \(type)", "this record cannot be read")
            return
        }
        log.carry()
        records.append(
            ImportedRecord(
                owner: owner, ttl: "\(seconds)", type: upper, rdata: rdata, position: line.position)
        )
    }

    private mutating func takeDynamic(
        _ owner: Name, _ ttl: String, _ type: String, _ words: [String], _ line: GdnsdLine
    ) {
        let parts = ttl.split(separator: "/", omittingEmptySubsequences: false)
        guard let maximum = parts.first.flatMap(GdnsdZoneReader.seconds), words.count == 1,
            words[0].contains("!")
        else {
            log.lost(line.position, "\(owner) \(type)", "this record cannot be read")
            return
        }
        let minimum = parts.count > 1 ? GdnsdZoneReader.seconds(parts[1]) : maximum / 2
        let least = min(minimum ?? maximum, maximum)
        dynamics.append(
            GdnsdDynamic(
                owner: owner,
                ttl: least == maximum ? .seconds(maximum) : .auto(minimum: least, maximum: maximum),
                target: words[0], position: line.position))
    }

    private static func isDynamic(_ word: String) -> Bool {
        ["DYNA", "DYNC"].contains(word.uppercased())
    }

    /// Seconds, with units or without: `90`, `2H`, `1h30m`; limited to RFC 2181 §8.
    static func seconds(_ text: some StringProtocol) -> Int? {
        var total = 0
        var number: Int?
        for byte in text.utf8 {
            if (48...57).contains(byte) {
                number = min((number ?? 0) * 10 + Int(byte - 48), Int(Int32.max))
                continue
            }
            let unit: Int
            switch byte | 0x20 {
            case UInt8(ascii: "s"): unit = 1
            case UInt8(ascii: "m"): unit = 60
            case UInt8(ascii: "h"): unit = 3600
            case UInt8(ascii: "d"): unit = 86400
            case UInt8(ascii: "w"): unit = 604_800
            default: return nil
            }
            guard let value = number else { return nil }
            total = min(total + value * unit, Int(Int32.max))
            number = nil
        }
        if let number { return min(total + number, Int(Int32.max)) }
        return total > 0 ? total : nil
    }

    private func name(_ text: String, _ state: State) -> Name? {
        for (word, base) in [("@Z", origin), ("@F", state.fileOrigin)] {
            if text == word { return base }
            if text.hasSuffix(".\(word)") {
                return try? Name(text.dropLast(3), relativeTo: base)
            }
        }
        return try? Name(text, relativeTo: state.origin)
    }
}

/// One record or directive, over as many lines as its parentheses span.
struct GdnsdLine {
    var words: [String]
    var startsBlank: Bool
    var position: SourcePosition

    static func read(_ source: ImportSource) throws(Finding) -> [GdnsdLine] {
        var result: [GdnsdLine] = []
        var current = GdnsdLine(words: [], startsBlank: false, position: .init(file: source.name))
        var word: [UInt8] = []
        var line = 1
        var depth = 0
        var isQuoted = false
        var isEscaped = false
        var isComment = false
        var isFirst = true
        func end() {
            if !word.isEmpty { current.words.append(String(decoding: word, as: UTF8.self)) }
            word = []
        }
        for byte in source.text.utf8 + [10] {
            if byte == 10 {
                guard !isQuoted else {
                    throw Finding(
                        at: SourcePosition(file: source.name, line: line),
                        "a text in quotes does not end on its line")
                }
                end()
                isComment = false
                isEscaped = false
                if depth == 0 {
                    if !current.words.isEmpty { result.append(current) }
                    current.words = []
                    isFirst = true
                }
                line += 1
                continue
            }
            if isComment { continue }
            if isFirst {
                isFirst = false
                current.startsBlank = byte == 32 || byte == 9
                current.position.line = line
            }
            if isEscaped || (isQuoted && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")) {
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
            case UInt8(ascii: ";"):
                end()
                isComment = true
            case UInt8(ascii: "("):
                end()
                depth += 1
            case UInt8(ascii: ")"):
                end()
                depth -= 1
                guard depth >= 0 else {
                    throw Finding(
                        at: SourcePosition(file: source.name, line: line), "')' without '('")
                }
            case 9, 13, 32: end()
            default: word.append(byte)
            }
        }
        guard depth == 0 else {
            throw Finding(at: current.position, "'(' has no ')'")
        }
        return result
    }
}
