/// A YAML document as the readers here see it: text, lists and maps, each with its place in the file.
struct YAMLNode {
    enum Content {
        /// A scalar; `quoted` tells `"off"` and `""` from `off` and nothing.
        case text(String, quoted: Bool)
        case list([YAMLNode])
        case map([YAMLEntry])
    }

    var content: Content
    /// Counted from 1; 0 for values that come from a table rather than from a file.
    var line: Int
    var column: Int

    /// A value as a table gives it, such as a default.
    static func written(_ text: String) -> YAMLNode {
        YAMLNode(content: .text(text, quoted: false), line: 0, column: 0)
    }

    /// Nothing was written: `key:` and no more, or `~`, or `null`.
    var isEmpty: Bool {
        if case .text(let text, quoted: false) = content {
            text.isEmpty || text == "~" || text == "null"
        } else {
            false
        }
    }

    var text: String? {
        if case .text(let text, _) = content { isEmpty ? nil : text } else { nil }
    }

    var list: [YAMLNode]? {
        if case .list(let items) = content { items } else { nil }
    }

    var map: [YAMLEntry]? {
        if case .map(let entries) = content { entries } else { nil }
    }

    /// What stands here, for "not a …" messages.
    var shape: String {
        switch content {
        case .text(let text, _): isEmpty ? "nothing" : "'\(text.prefix(60))'"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

/// One `key: value` of a map.
struct YAMLEntry {
    var key: String
    var keyLine: Int
    var keyColumn: Int
    var value: YAMLNode
}
