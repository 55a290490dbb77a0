package import Zones

/// One thing that did not come over as it was.
package struct ImportNote: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Carried, but it behaves differently or is written in another way.
        case changed
        /// Not carried.
        case lost
    }

    package var kind: Kind
    /// Where it stands in the source; no line where the format has none.
    package var position: SourcePosition
    /// What it is: `shop.example.com. A 'blue'`.
    package var subject: String
    /// What became of it and why, without a final full stop.
    package var message: String
}

/// What became of everything in the sources.
package struct ImportReport: Sendable {
    /// Notes kept; more than anybody reads.
    package static let maximumNotes = 10_000

    /// Things carried, changed or not: record sets, records, health checks.
    package var carried = 0
    package var notes: [ImportNote] = []
    /// Notes beyond the limit.
    package var surplus = 0
    /// Why nothing could be read.
    package var failures: [Finding] = []

    package init() {}

    package func count(_ kind: ImportNote.Kind) -> Int { notes.count { $0.kind == kind } }

    /// Whether everything was carried, perhaps changed.
    package var isComplete: Bool { failures.isEmpty && surplus == 0 && count(.lost) == 0 }

    /// For people: what was lost first, then what was changed.
    package var text: String {
        if !failures.isEmpty { return failures.map(\.description).joined(separator: "\n") }
        var lines: [String] = []
        for kind in [ImportNote.Kind.lost, .changed] {
            for note in notes where note.kind == kind {
                let word = kind == .lost ? "not carried" : "changed"
                lines.append("\(note.position): \(word): \(note.subject): \(note.message)")
            }
        }
        if surplus > 0 { lines.append("and \(surplus) more") }
        lines.append(
            "\(carried) carried, \(count(.changed)) notes on changes, "
                + "\(count(.lost)) not carried")
        return lines.joined(separator: "\n")
    }
}

/// Collects the report while an import runs.
final class ImportLog {
    private(set) var report = ImportReport()
    private var seen: Set<ImportNote> = []

    func carry(_ count: Int = 1) { report.carried += count }

    func changed(_ position: SourcePosition, _ subject: String, _ message: String) {
        add(ImportNote(kind: .changed, position: position, subject: subject, message: message))
    }

    func lost(_ position: SourcePosition, _ subject: String, _ message: String) {
        add(ImportNote(kind: .lost, position: position, subject: subject, message: message))
    }

    func fail(_ finding: Finding) { report.failures.append(finding) }

    /// The same thing is said once, however many ways lead to it.
    private func add(_ note: ImportNote) {
        guard report.notes.count < ImportReport.maximumNotes else {
            report.surplus += 1
            return
        }
        if seen.insert(note).inserted { report.notes.append(note) }
    }
}
