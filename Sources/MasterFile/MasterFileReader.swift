package import DNSWire
package import Zones

/// Reads master files (RFC 1035 §5): text to records, with every finding at its line and column.
///
/// After an error it goes on with the next entry. `$ORIGIN` and `$TTL` (RFC 2308 §4) are known, and BIND's
/// `$INCLUDE` and `$GENERATE`; any other directive is an error.
package struct MasterFileReader {
    /// Deepest nesting of `$INCLUDE`, the first file not counted.
    package static let maximumDepth = 8
    /// Most files that one zone includes, counted each time.
    package static let maximumIncludes = 1000
    /// Most records of one zone.
    package static let maximumRecords = 1 << 24
    /// Most records that the `$GENERATE` directives of one zone make together: a few lines should not be able
    /// to fill memory.
    package static let maximumGenerated = 1_000_000

    private let files: ZoneFiles
    private var records: [ResourceRecord] = []
    private var findings = FindingList()
    private var includes = 0
    private var generated = 0
    /// The real paths of the files being read, outermost first.
    private var stack: [String] = []
    /// Set when a limit of the zone is reached: nothing more is read.
    private var isFull = false

    private init(files: ZoneFiles) {
        self.files = files
    }

    /// Reads a file and what it includes.
    package static func read(
        _ file: String, origin: Name, files: ZoneFiles
    ) -> (records: [ResourceRecord], findings: FindingList) {
        var reader = MasterFileReader(files: files)
        do {
            let (path, bytes) = try files.open(file)
            reader.stack = [path]
            reader.read(bytes, FileState(file: file, origin: origin))
        } catch {
            reader.findings.error(SourcePosition(file: file), "\(error)")
        }
        return (reader.records, reader.findings)
    }

    /// Reads a text as if it were a file of that name, without a folder to include from.
    package static func read(
        text: [UInt8], file: String, origin: Name
    ) -> (records: [ResourceRecord], findings: FindingList) {
        var reader = MasterFileReader(files: ZoneFiles(folder: "", contents: [:]))
        reader.read(text, FileState(file: file, origin: origin))
        return (reader.records, reader.findings)
    }

    private mutating func read(_ bytes: [UInt8], _ start: FileState) {
        var state = start
        var lexer = Lexer(bytes)
        var entry = Entry()
        while !isFull, lexer.next(&entry) {
            do throws(EntryError) {
                if let problem = entry.problem {
                    if !entry.startsBlank { state.owner = .unreadable }
                    throw problem
                }
                try take(entry, bytes, &state)
            } catch {
                report(error, state)
            }
        }
    }

    private mutating func report(_ error: EntryError, _ state: FileState) {
        let position = SourcePosition(file: state.file, line: error.line, column: error.column)
        findings.error(position, error.message)
    }

    private mutating func take(
        _ entry: Entry, _ bytes: [UInt8], _ state: inout FileState
    ) throws(EntryError) {
        let text = MasterText(bytes: bytes, origin: state.origin)
        if !entry.startsBlank, let first = entry.words.first, !first.isQuoted,
            text.raw(first).first == UInt8(ascii: "$")
        {
            try follow(first, Array(entry.words.dropFirst()), text, &state)
        } else {
            try add(entry, text, &state)
        }
    }

    private mutating func add(
        _ entry: Entry, _ text: MasterText, _ state: inout FileState
    ) throws(EntryError) {
        var reader = RecordReader(text: text, entry: entry)
        let startsBlank = entry.startsBlank
        guard let record = try reader.read(startsBlank: startsBlank, state: &state) else { return }
        guard records.count < MasterFileReader.maximumRecords else {
            isFull = true
            throw EntryError(
                entry.words[0], "the zone has more than \(MasterFileReader.maximumRecords) records")
        }
        records.append(record)
    }

    // MARK: Directives

    private mutating func follow(
        _ directive: Word, _ words: [Word], _ text: MasterText, _ state: inout FileState
    ) throws(EntryError) {
        switch text.string(directive).uppercased() {
        case "$ORIGIN":
            let name = try only(words, of: directive, "a name")
            state.origin = try text.name(name)
        case "$TTL":
            // A bad one still counts, so that records do not each lack a TTL.
            state.defaultTTL = state.defaultTTL ?? 0
            let ttl = try only(words, of: directive, "a TTL")
            guard !ttl.isQuoted, let digit = text.raw(ttl).first, Lexer.isDigit(digit) else {
                throw EntryError(ttl, "'\(text.string(ttl))' is not a TTL (RFC 2308 §4)")
            }
            state.defaultTTL = try RecordReader.ttl(ttl, text)
        case "$INCLUDE": try include(directive, words, text, state)
        case "$GENERATE": try generate(directive, words, text, &state)
        default:
            throw EntryError(directive, "'\(text.string(directive))' is not a known directive")
        }
    }

    private func only(
        _ words: [Word], of directive: Word, _ what: String
    ) throws(EntryError) -> Word {
        guard let word = words.first else {
            throw EntryError(directive, "the directive needs \(what)")
        }
        guard words.count == 1 else {
            throw EntryError(words[1], "the directive takes nothing after \(what)")
        }
        return word
    }

    /// Reads `FILE [ORIGIN]` in this place (RFC 1035 §5.1).
    ///
    /// The included file starts with the origin given, or the present one, and with the present TTLs and
    /// owner; nothing of what it sets comes back, whichever directive it used.
    private mutating func include(
        _ directive: Word, _ words: [Word], _ text: MasterText, _ state: FileState
    ) throws(EntryError) {
        guard let word = words.first, words.count <= 2 else {
            throw EntryError(words.last ?? directive, "$INCLUDE takes a file and an origin")
        }
        let origin = words.count == 2 ? try text.name(words[1]) : state.origin
        guard stack.count <= MasterFileReader.maximumDepth else {
            throw EntryError(
                directive, "$INCLUDE is nested deeper than \(MasterFileReader.maximumDepth)")
        }
        guard includes < MasterFileReader.maximumIncludes else {
            isFull = true
            throw EntryError(
                directive, "the zone includes more than \(MasterFileReader.maximumIncludes) files")
        }
        let name = String(decoding: text.unescaped(word), as: UTF8.self)
        let shown = ZoneFiles.path(name, besides: state.file)
        do {
            let path = try files.resolveIncluded(shown)
            guard !stack.contains(path) else { throw ZoneFileError("the file includes itself") }
            let bytes = try files.load(path)
            includes += 1
            stack.append(path)
            var inner = FileState(file: shown, origin: origin)
            inner.owner = state.owner
            inner.defaultTTL = state.defaultTTL
            inner.lastTTL = state.lastTTL
            read(bytes, inner)
            stack.removeLast()
        } catch {
            throw EntryError(word, "\(shown): \(error)")
        }
    }

    /// Makes records from a template (BIND's `$GENERATE`).
    ///
    /// Owner and TTL of what is generated do not become those of the records that follow.
    private mutating func generate(
        _ directive: Word, _ words: [Word], _ text: MasterText, _ state: inout FileState
    ) throws(EntryError) {
        let generator = try Generator(text, directive: directive, words: words)
        generated += generator.count
        guard generated <= MasterFileReader.maximumGenerated else {
            isFull = true
            throw EntryError(
                directive,
                "the zone's $GENERATE directives make more than \(MasterFileReader.maximumGenerated) records, a limit of this server"
            )
        }
        var inner = state
        for value in generator.values {
            let bytes = try generator.line(for: value)
            var lexer = Lexer(bytes)
            var entry = Entry()
            guard lexer.next(&entry) else { continue }
            do throws(EntryError) {
                if let problem = entry.problem { throw problem }
                let text = MasterText(bytes: bytes, origin: state.origin)
                for index in entry.words.indices {
                    (entry.words[index].line, entry.words[index].column) =
                        (directive.line, directive.column)
                }
                try add(entry, text, &inner)
            } catch {
                // One is enough: the others are made from the same template.
                throw EntryError(directive, "for \(value): \(error.message)")
            }
            guard !isFull else { return }
        }
        if state.lastTTL == nil, state.defaultTTL == nil, inner.lastTTL == 0 { state.lastTTL = 0 }
    }
}
