/// Columns as wide as their widest cell.
struct TextTable {
    private var rows: [[String]]
    /// Columns of numbers, which end below each other.
    private let rightColumns: Set<Int>

    init(_ head: [String], rightColumns: Set<Int>) {
        rows = [head]
        self.rightColumns = rightColumns
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// Lines without blanks at their ends; none without rows.
    var lines: [String] {
        guard rows.count > 1, let head = rows.first else { return [] }
        let widths = head.indices.map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                cell.0.padded(to: cell.1, atFront: rightColumns.contains(column))
            }
            return cells.joined(separator: "  ").withoutTrailingBlanks
        }
    }
}

extension String {
    /// With blanks behind it, or before it, up to a width.
    func padded(to width: Int, atFront: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - count))
        return atFront ? blanks + self : self + blanks
    }

    var withoutTrailingBlanks: String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}
