/// Collects findings, so many of each severity, and says when there were more.
package struct FindingList: Sendable {
    /// Findings kept of each severity: more than anybody reads, and a bound on what a bad file costs.
    package static let limit = 100

    private var findings: [Finding] = []
    private var counts: [Finding.Severity: Int] = [:]

    package init() {}

    package var hasErrors: Bool { counts[.error, default: 0] > 0 }

    package mutating func append(_ finding: Finding) {
        let count = counts[finding.severity, default: 0]
        counts[finding.severity] = count + 1
        if count < FindingList.limit { findings.append(finding) }
    }

    package mutating func error(_ position: SourcePosition, _ message: String) {
        append(Finding(.error, at: position, message))
    }

    package mutating func warning(_ position: SourcePosition, _ message: String) {
        append(Finding(.warning, at: position, message))
    }

    /// In the order of lines; `file` before the files that it includes.
    package func sorted(first file: String) -> [Finding] {
        let keyed = findings.enumerated().map { index, finding in
            let position = finding.position
            return (
                place: (position.file == file ? 0 : 1, position.file),
                line: (position.line, position.column, index), finding: finding
            )
        }
        return keyed.sorted { $0.place == $1.place ? $0.line < $1.line : $0.place < $1.place }.map(
            \.finding) + surplus
    }

    /// One line for each severity of which there were too many.
    private var surplus: [Finding] {
        [Finding.Severity.error, .warning].compactMap { severity in
            let more = counts[severity, default: 0] - FindingList.limit
            guard more > 0, let last = findings.last(where: { $0.severity == severity }) else {
                return nil
            }
            return Finding(
                severity, at: SourcePosition(file: last.position.file),
                "and \(more) more \(severity.rawValue)s")
        }
    }
}
