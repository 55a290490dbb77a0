extension Report {
    /// The server that ratios are to.
    package static let reference = "gdnsd"

    /// A Markdown table: a row for each figure, a column for each server, medians, and behind each
    /// its ratio to gdnsd's of the same run.
    ///
    /// - Parameter servers: the columns, in their order; those without a figure are left out.
    package func table(servers: [String]) -> String {
        let columns = servers.filter { server in figures.contains { $0.server == server } }
        var lines = [
            "| figure | unit | " + columns.joined(separator: " | ") + " |",
            "| --- | --- |" + columns.map { _ in " ---: |" }.joined(),
        ]
        var seen: Set<String> = []
        for figure in figures where seen.insert(figure.name).inserted {
            let reference = median(figure.name, of: Report.reference)
            let cells = columns.map { server -> String in
                guard let value = median(figure.name, of: server) else { return "" }
                guard let reference, reference > 0, server != Report.reference else {
                    return Report.text(value)
                }
                return "\(Report.text(value)) (\(Report.fixed(value / reference, 2)) ×)"
            }
            lines.append(
                "| \(figure.name) | \(figure.unit) | " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n")
    }

    /// Three or four digits that count.
    package static func text(_ value: Double) -> String {
        switch abs(value) {
        case 0: "0"
        case ..<10: fixed(value, 2)
        case ..<100: fixed(value, 1)
        default: fixed(value, 0)
        }
    }

    /// A number with so many decimals; Foundation's formatting is not needed for that.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let rounded = Int((abs(value) * scale).rounded())
        let sign = value < 0 && rounded > 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(rounded) }
        var fraction = String(rounded % Int(scale))
        while fraction.count < decimals { fraction = "0" + fraction }
        return "\(sign)\(rounded / Int(scale)).\(fraction)"
    }
}
