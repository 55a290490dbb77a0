import Yams
package import Zones

/// Reads YAML text into `YAMLNode`s within limits; the only file that knows which parser does it.
package enum YAMLDocument {
    /// Largest file read; a million endpoints take less.
    static let maximumBytes = 16 << 20
    /// Deepest nesting of lists and maps, so that walking them cannot exhaust the stack.
    ///
    /// The parser below has a limit of its own, 1000 levels.
    static let maximumDepth = 64
    /// Most nodes after aliases are expanded.
    static let maximumNodes = 4_000_000

    /// The root of the document; nil when there is none.
    package static func read(file: String, text: String) throws(Finding) -> YAMLNode? {
        guard text.utf8.count <= maximumBytes else {
            throw Finding(at: SourcePosition(file: file), "the file is larger than 16 MiB")
        }
        if let alias = AliasExpansion.firstAliasOverLimit(in: text) {
            throw Finding(
                at: SourcePosition(file: file, line: alias.line, column: alias.column),
                "aliases would multiply the size of this file beyond the limit")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text, .default, .default, .utf8)
        } catch let error as YamlError {
            throw finding(for: error, file: file, text: text)
        } catch {
            throw Finding(at: SourcePosition(file: file), "not YAML: \(error)")
        }
        guard let root else { return nil }
        var walk = Walk(file: file)
        return try walk.convert(root, depth: 0)
    }

    /// Puts the parser's words into the form of all other findings.
    private static func finding(for error: YamlError, file: String, text: String) -> Finding {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return Finding(
                at: SourcePosition(file: file, line: mark.line, column: mark.column),
                sentence(problem, context: context))
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "'\($0)'" }.joined(separator: ", ")
            return Finding(
                at: SourcePosition(
                    file: file, line: context.mark.line, column: context.mark.column),
                keys.count == 1 ? "key \(names) is given twice" : "keys \(names) are given twice")
        case .reader(let problem, let offset, _, _):
            let place = position(of: offset ?? 0, in: text)
            return Finding(
                at: SourcePosition(file: file, line: place.line, column: place.column), problem)
        default:
            return Finding(at: SourcePosition(file: file), "the file cannot be read as YAML")
        }
    }

    private static func sentence(_ problem: String, context: YamlError.Context?) -> String {
        if problem.contains("nesting level") { return "nested too deeply" }
        guard let context else { return problem }
        if context.text.contains("scanning an alias") {
            return "a text that starts with '*' must stand in quotes, as in \"*.apps\""
        }
        return "\(problem), \(context.text) that starts at \(context.mark.line):"
            + "\(context.mark.column)"
    }

    private static func position(of offset: Int, in text: String) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for character in text.prefix(offset) {
            if character.isNewline {
                line += 1
                column = 1
            } else {
                column += character.unicodeScalars.count
            }
        }
        return (line, column)
    }
}

/// One pass over the parser's tree, which counts what it meets.
private struct Walk {
    let file: String
    var nodes = 0

    /// Recursion ends at `YAMLDocument.maximumDepth`.
    mutating func convert(_ node: Node, depth: Int) throws(Finding) -> YAMLNode {
        let mark = node.mark
        nodes += 1
        guard depth <= YAMLDocument.maximumDepth else { throw finding(mark, "nested too deeply") }
        guard nodes <= YAMLDocument.maximumNodes else {
            throw finding(mark, "the file holds more than 4,000,000 values")
        }
        let content: YAMLNode.Content
        switch node {
        case .scalar(let scalar):
            content = .text(scalar.string, quoted: scalar.style != .plain)
        case .sequence(let items):
            var list: [YAMLNode] = []
            list.reserveCapacity(items.count)
            for item in items { list.append(try convert(item, depth: depth + 1)) }
            content = .list(list)
        case .mapping(let mapping):
            content = .map(try entries(of: mapping, depth: depth + 1))
        case .alias:
            throw finding(mark, "an alias to something that is not defined")
        }
        return YAMLNode(content: content, line: mark?.line ?? 0, column: mark?.column ?? 0)
    }

    private mutating func entries(
        of mapping: Node.Mapping, depth: Int
    ) throws(Finding) -> [YAMLEntry] {
        var seen: Set<String> = []
        var entries: [YAMLEntry] = []
        entries.reserveCapacity(mapping.count)
        for (key, value) in mapping {
            let mark = key.mark
            guard case .scalar(let scalar) = key else { throw finding(mark, "a key must be text") }
            // The parser compares typed values: to it `1` and `"1"` are two keys.
            guard seen.insert(scalar.string).inserted else {
                throw finding(mark, "key '\(scalar.string)' is given twice")
            }
            entries.append(
                YAMLEntry(
                    key: scalar.string, keyLine: mark?.line ?? 0, keyColumn: mark?.column ?? 0,
                    value: try convert(value, depth: depth)))
        }
        return entries
    }

    private func finding(_ mark: Mark?, _ message: String) -> Finding {
        Finding(
            at: SourcePosition(file: file, line: mark?.line ?? 0, column: mark?.column ?? 0),
            message)
    }
}
