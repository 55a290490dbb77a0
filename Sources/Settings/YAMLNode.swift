/// A YAML document as the readers here see it: text, lists and maps, each with its place in the file.
package struct YAMLNode {
    package enum Content {
        /// A scalar; `quoted` tells `"off"` and `""` from `off` and nothing.
        case text(String, quoted: Bool)
        case list([YAMLNode])
        case map([YAMLEntry])
    }

    package var content: Content
    /// Counted from 1; 0 for values that come from a table rather than from a file.
    package var line: Int
    package var column: Int

    /// A value as a table gives it, such as a default.
    static func written(_ text: String) -> YAMLNode {
        YAMLNode(content: .text(text, quoted: false), line: 0, column: 0)
    }

    /// Nothing was written: `key:` and no more, or `~`, or `null`.
    package var isEmpty: Bool {
        if case .text(let text, quoted: false) = content {
            text.isEmpty || text == "~" || text == "null"
        } else {
            false
        }
    }

    package var text: String? {
        if case .text(let text, _) = content { isEmpty ? nil : text } else { nil }
    }

    package var list: [YAMLNode]? {
        if case .list(let items) = content { items } else { nil }
    }

    package var map: [YAMLEntry]? {
        if case .map(let entries) = content { entries } else { nil }
    }

    /// What stands here, for "not a …" messages.
    package var shape: String {
        switch content {
        case .text(let text, _): isEmpty ? "nothing" : "'\(text.prefix(60))'"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

/// One `key: value` of a map.
package struct YAMLEntry {
    package var key: String
    package var keyLine: Int
    package var keyColumn: Int
    package var value: YAMLNode
}
