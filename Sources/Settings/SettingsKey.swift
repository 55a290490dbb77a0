/// The two kinds of file that `Settings` reads.
package enum SettingsFile: String, Sendable, CaseIterable {
    /// `sterna.yaml`.
    case server
    /// `NAME.yaml` beside a zone's master file.
    case zone
}

/// One key of one object: the row that checks it, documents it and describes it to editors.
struct SettingsKey: Sendable {
    var name: String
    var kind: SettingsKind
    var required: Bool
    /// What stands in for a missing key, as one would write it; nil: nothing does.
    var defaultText: String?
    /// One sentence without its full stop.
    var doc: String

    init(
        _ name: String, _ kind: SettingsKind, required: Bool = false,
        default defaultText: String? = nil,
        _ doc: String
    ) {
        self.name = name
        self.kind = kind
        self.required = required
        self.defaultText = defaultText
        self.doc = doc
    }
}

/// The keys that a map may hold.
struct SettingsShape: Sendable {
    /// What it is, for messages and titles: `monitor`.
    var title: String
    var keys: [SettingsKey]
    /// Keys that the design names and this version does not have.
    var planned: [String] = []
    /// Exactly one of these keys must be there; empty: no such rule.
    var exactlyOne: [String] = []

    func key(_ name: String) -> SettingsKey? { keys.first { $0.name == name } }
}

/// What a value may be.
///
/// The reader of each is in `SettingsChecker`, its schema in `JSONSchema`.
indirect enum SettingsKind: Sendable {
    case text
    /// Text that must fulfil a rule: the message, and the pattern that editors check.
    case ruledText(TextRule)
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// Number and unit: `500ms`, `5s`, `1m`, `1h`.
    case duration(ClosedRange<Duration>)
    case boolean
    /// One of these words.
    case word([String])
    /// `ADDRESS:PORT`.
    case socketAddress
    /// `ADDRESS`, or `ADDRESS:PORT`; port 53 where none is given.
    case resolver
    case address
    /// `ADDRESS/LENGTH`, or an address alone.
    case network
    /// An absolute domain name; the final dot may be left out.
    case origin
    /// The name of a host to resolve: absolute, not the root, without a wildcard.
    case host
    /// Latitude and longitude in degrees.
    case location
    /// Status codes and ranges that pass.
    case statuses
    /// Seconds, a duration, `auto` or `{auto: {min, max}}`.
    case timeToLive
    /// Seconds or a duration.
    case seconds
    case whenDown
    case policy
    /// A list, or one item without the brackets.
    case oneOrMore(SettingsKind, maximum: Int)
    /// Any keys that fulfil the rule, all with values of one kind.
    case map(TextRule, SettingsKind)
    case object(SettingsShape)
    /// The first alternative that has the shape found.
    case either([SettingsKind])
}

/// A rule for text: what it asks for, in words and as a regular expression (ECMA 262) for editors.
struct TextRule: Sendable {
    /// Follows "must be".
    var words: String
    var pattern: String
    var holds: @Sendable (String) -> Bool

    /// Names of clusters, monitors, endpoints, policies and feeds.
    static let thing = TextRule(
        words: "letters, digits, '-', '_' and '.', at most 63",
        pattern: "^[A-Za-z0-9._-]{1,63}$"
    ) { text in
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
    }

    static let file = TextRule(words: "a path", pattern: "^.+$") { text in
        !text.isEmpty && text.utf8.count <= 4096 && !text.utf8.contains(0)
    }

    /// RFC 9110 §9.1, upper case as all registered ones.
    static let method = TextRule(words: "a method such as GET", pattern: "^[A-Z]{1,20}$") { text in
        (1...20).contains(text.utf8.count) && text.utf8.allSatisfy { (65...90).contains($0) }
    }

    /// RFC 9112 §3.2.1, so that nothing can break out of the request line.
    static let path = TextRule(
        words: "a path that starts with '/', without spaces", pattern: "^/[!-~]*$"
    ) { text in
        text.hasPrefix("/") && text.utf8.count <= 4096
            && text.utf8.allSatisfy { (33...126).contains($0) }
    }

    /// A host name, or an address, with or without a port.
    static let host = TextRule(
        words: "a host name", pattern: "^[A-Za-z0-9._:\\[\\]-]{1,255}$"
    ) { text in
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "-_.:[]".utf8.contains($0) }
    }

    /// RFC 9110 §5.1, without the fields that the prober itself writes.
    static let headerName = TextRule(
        words: "a header name; 'Host', 'Connection' and those that frame the body are set for you",
        pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$"
    ) { text in
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                isLetterOrDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0)
            }
            && !["host", "connection", "content-length", "transfer-encoding"].contains(
                text.lowercased())
    }

    /// RFC 9110 §5.5: no control characters.
    static let headerValue = TextRule(
        words: "text without control characters", pattern: "^[^\\u0000-\\u001f\\u007f]{0,4096}$"
    ) { text in
        text.utf8.count <= 4096 && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    }

    static let label = TextRule(words: "text of at most 255 bytes", pattern: "^[\\s\\S]{1,255}$") {
        text in
        (1...255).contains(text.utf8.count)
    }

    /// The owner of a steered name, checked further where the origin is known.
    static let owner = TextRule(words: "a domain name", pattern: "^.{1,1004}$") { text in
        (1...1004).contains(text.utf8.count)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte | 0x20)
    }
}
