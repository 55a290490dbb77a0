/// Bounds what aliases can expand to, before the parser follows them: nested aliases grow exponentially.
///
/// The parser offers no limit, so this looks at the text alone. A node `&a` ends before its first use `*a`,
/// hence it is no larger than what lies between the two, with the aliases in there expanded. Counting every
/// `&word` and `*word`, also in quotes and comments, can only make the estimate larger.
struct AliasExpansion {
    /// Most bytes that aliases may add to a file.
    static let maximumBytes = 16 << 20

    /// Bytes so far, with the aliases among them expanded.
    private var expanded = 0
    private var added = 0
    /// Value of `expanded` at the first `&name`.
    private var starts: [[UInt8]: Int] = [:]
    /// Sizes of anchors that were used; an anchor that is set twice never gets one.
    private var sizes: [[UInt8]: Int] = [:]
    private var repeated: Set<[UInt8]> = []

    private init() {}

    /// The first alias that takes the file over the limit.
    static func firstAliasOverLimit(in text: String) -> (line: Int, column: Int)? {
        var state = AliasExpansion()
        var line = 1
        var column = 1
        var sign: UInt8 = 0
        var place = (line: 0, column: 0)
        var word: [UInt8] = []
        for byte in text.utf8 {
            state.expanded += 1
            if sign != 0 {
                if isWord(byte) {
                    word.append(byte)
                } else {
                    guard state.take(sign, word) else { return place }
                    sign = 0
                }
            }
            if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") {
                sign = byte
                place = (line, column)
                word = []
            }
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return sign == 0 || state.take(sign, word) ? nil : place
    }

    /// Accounts for one `&word` or `*word`; false when an alias goes over the limit.
    private mutating func take(_ sign: UInt8, _ word: [UInt8]) -> Bool {
        if word.isEmpty { return true }
        if sign == UInt8(ascii: "&") {
            if starts[word] == nil {
                starts[word] = expanded
            } else {
                repeated.insert(word)
                sizes[word] = nil
            }
            return true
        }
        guard let start = starts[word] else { return true }
        let size = sizes[word] ?? expanded - start
        if !repeated.contains(word) { sizes[word] = size }
        // Cannot overflow: each of the two summands is at most a few times the limit.
        expanded += size
        added += size
        return added <= AliasExpansion.maximumBytes
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
