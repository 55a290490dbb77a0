/// Something wrong with a file, printed the way compilers do so that editors jump to it.
package struct Finding: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, Sendable, Hashable {
        case error
        case warning
    }

    package var severity: Severity
    package var position: SourcePosition
    /// What is wrong and the rule that was broken, without a final full stop.
    package var message: String

    package init(_ severity: Severity = .error, at position: SourcePosition, _ message: String) {
        self.severity = severity
        self.position = position
        self.message = message
    }

    /// `FILE:LINE:COLUMN: message`, with `warning: ` before the message of a warning.
    package var description: String {
        "\(position): " + (severity == .warning ? "warning: " : "") + message
    }
}

/// A place in a file; line and column count from 1, 0 means the whole file or line.
package struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String {
        if line == 0 { return file }
        return column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
    }
}

/// Everything wrong with some files, reported together.
package struct Findings: Error, Sendable, CustomStringConvertible {
    package var all: [Finding]

    package init(_ all: [Finding]) { self.all = all }

    package var hasErrors: Bool { all.contains { $0.severity == .error } }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}
