/// One word of a master file: where it lies in the text, and how it is written.
struct Word {
    /// The bytes in the text; without the quotation marks of a word that is quoted as a whole.
    var range: Range<Int>
    /// From 1.
    var line: Int
    /// In bytes, from 1.
    var column: Int
    /// Whether the word as a whole stands in quotation marks.
    var isQuoted = false
    /// Whether the bytes mean what they are: no backslash, no quotation mark among them.
    var isPlain = true
    /// Whether a quotation mark stands inside the word, as in `alpn="h2,h3"`.
    var hasInnerQuote = false
}

/// A record or directive: the words up to the end of a line, or of the last line in parentheses.
struct Entry {
    var words: [Word] = []
    /// Whether a blank stands before the first word: the owner is that of the record before.
    var startsBlank = false
    /// The first thing that is wrong with how it is written.
    var problem: EntryError?
}

/// Why an entry was refused, and the place.
struct EntryError: Error {
    var line: Int
    var column: Int
    var message: String

    init(line: Int, column: Int, _ message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    init(_ word: Word, _ message: String) {
        self.init(line: word.line, column: word.column, message)
    }
}
