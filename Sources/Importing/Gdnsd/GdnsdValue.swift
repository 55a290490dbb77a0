import Zones

/// A value of gdnsd's configuration: text, list, or map, with the line that it begins on.
struct GdnsdValue {
    enum Content {
        case text(String)
        case list([GdnsdValue])
        case map([(key: String, value: GdnsdValue)])
    }

    var content: Content
    var file: String
    var line: Int

    var position: SourcePosition { SourcePosition(file: file, line: line) }

    var text: String? { if case .text(let text) = content { text } else { nil } }

    var map: [(key: String, value: GdnsdValue)]? {
        if case .map(let entries) = content { entries } else { nil }
    }

    /// The items; a text alone is a list of one.
    var items: [GdnsdValue] {
        switch content {
        case .list(let items): items
        case .text: [self]
        case .map: []
        }
    }

    var texts: [String] { items.compactMap(\.text) }

    var boolean: Bool? {
        switch text?.lowercased() {
        case "true", "on", "yes": true
        case "false", "off", "no": false
        default: nil
        }
    }

    subscript(_ key: String) -> GdnsdValue? { map?.first { $0.key == key }?.value }

    func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        self[key]?.text.flatMap { Int($0) }.map { min(max($0, range.lowerBound), range.upperBound) }
    }
}

/// Reads the syntax of gdnsd's configuration: `key => value`, `{ maps }`, `[ lists ]`, `# comments`.
struct GdnsdParser {
    /// Deepest nesting; a map of places has six levels.
    private static let maximumDepth = 64
    /// Most values of one file.
    private static let maximumValues = 4_000_000
    /// Deepest inclusion of files.
    private static let maximumIncludes = 8

    private let source: ImportSource
    private let files: [ImportSource]
    private let includes: Int
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var values = 0

    /// - Parameter files: what `$include{…}` may name.
    static func read(
        _ source: ImportSource, files: [ImportSource], includes: Int = 0
    ) throws(Finding) -> GdnsdValue {
        var parser = GdnsdParser(source: source, files: files, includes: includes)
        parser.skip()
        if parser.peek == UInt8(ascii: "[") { return try parser.value(depth: 0) }
        if parser.peek == UInt8(ascii: "{") {
            let value = try parser.value(depth: 0)
            parser.skip()
            guard parser.peek == nil else { throw parser.finding("something follows the map") }
            return value
        }
        return try parser.entries(until: nil, depth: 0)
    }

    private init(source: ImportSource, files: [ImportSource], includes: Int) {
        self.source = source
        self.files = files
        self.includes = includes
        bytes = Array(source.text.utf8)
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func finding(_ message: String) -> Finding {
        Finding(at: SourcePosition(file: source.name, line: line), message)
    }

    /// Blanks, comments, and the commas that may stand between entries.
    private mutating func skip() {
        while let byte = peek {
            switch byte {
            case 10:
                line += 1
                index += 1
            case 9, 13, 32, UInt8(ascii: ","), UInt8(ascii: ";"): index += 1
            case UInt8(ascii: "#"):
                while let byte = peek, byte != 10 {
                    _ = byte
                    index += 1
                }
            default: return
            }
        }
    }

    private mutating func entries(until end: UInt8?, depth: Int) throws(Finding) -> GdnsdValue {
        let first = line
        var entries: [(key: String, value: GdnsdValue)] = []
        while true {
            skip()
            guard let byte = peek else {
                guard end == nil else { throw finding("the map from line \(first) has no end") }
                break
            }
            if byte == end {
                index += 1
                break
            }
            let key = try scalar()
            skip()
            guard peek == UInt8(ascii: "=") else { throw finding("'\(key)' has no value") }
            index += 1
            if peek == UInt8(ascii: ">") { index += 1 }
            skip()
            entries.append((key, try value(depth: depth + 1)))
        }
        return GdnsdValue(content: .map(entries), file: source.name, line: first)
    }

    /// Recursion ends at `maximumDepth`.
    private mutating func value(depth: Int) throws(Finding) -> GdnsdValue {
        values += 1
        guard depth <= GdnsdParser.maximumDepth else { throw finding("nested too deeply") }
        guard values <= GdnsdParser.maximumValues else { throw finding("too many values") }
        let first = line
        switch peek {
        case UInt8(ascii: "{"):
            index += 1
            return try entries(until: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["):
            index += 1
            var items: [GdnsdValue] = []
            while true {
                skip()
                guard let byte = peek else {
                    throw finding("the list from line \(first) has no end")
                }
                if byte == UInt8(ascii: "]") {
                    index += 1
                    return GdnsdValue(content: .list(items), file: source.name, line: first)
                }
                items.append(try value(depth: depth + 1))
            }
        case nil: throw finding("the file ends where a value must stand")
        default:
            let text = try scalar()
            if text == "$include" || text.hasPrefix("$include{") { return try include(text) }
            return GdnsdValue(content: .text(text), file: source.name, line: first)
        }
    }

    /// `$include{file}`; the braces end the text before them.
    private mutating func include(_ text: String) throws(Finding) -> GdnsdValue {
        skip()
        guard peek == UInt8(ascii: "{") else { throw finding("'$include' needs {FILE}") }
        index += 1
        skip()
        let name = try scalar()
        skip()
        guard peek == UInt8(ascii: "}") else { throw finding("'$include{\(name)' has no end") }
        index += 1
        guard includes < GdnsdParser.maximumIncludes else {
            throw finding("files are included more than \(GdnsdParser.maximumIncludes) deep")
        }
        guard let file = files.named(name) else {
            throw finding("'\(name)' is included and not among the sources")
        }
        return try GdnsdParser.read(file, files: files, includes: includes + 1)
    }

    private mutating func scalar() throws(Finding) -> String {
        var result: [UInt8] = []
        let isQuoted = peek == UInt8(ascii: "\"")
        if isQuoted { index += 1 }
        while let byte = peek {
            if isQuoted, byte == UInt8(ascii: "\"") {
                index += 1
                return String(decoding: result, as: UTF8.self)
            }
            if !isQuoted, byte <= 32 || "{}[]=,;#\"".utf8.contains(byte) { break }
            index += 1
            if byte == 10 { line += 1 }
            guard byte == UInt8(ascii: "\\"), let next = peek else {
                result.append(byte)
                continue
            }
            let digits = bytes[index...].prefix(3)
            if digits.count == 3, digits.allSatisfy({ (48...57).contains($0) }),
                let value = UInt8(String(decoding: digits, as: UTF8.self))
            {
                result.append(value)
                index += 3
            } else {
                result.append(next)
                index += 1
            }
        }
        guard !isQuoted else { throw finding("a text in quotes has no end") }
        guard !result.isEmpty else { throw finding("a key or value is missing") }
        return String(decoding: result, as: UTF8.self)
    }
}

extension [ImportSource] {
    /// The file that a path in another one means: by its whole path, else by its end.
    func named(_ path: String) -> ImportSource? {
        first { $0.name == path } ?? first { $0.name.hasSuffix("/\(path)") }
            ?? first { source in
                path.hasSuffix("/\(source.fileName)") || path == source.fileName
            }
    }
}
