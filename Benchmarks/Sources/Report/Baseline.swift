/// What figures were when they were last agreed on: figures that repeat on every run.
package struct Baseline: Codable, Equatable, Sendable {
    /// How much worse a figure may get, as a share.
    package static let tolerance = 0.05

    /// Where they were taken: instructions depend on the compiler and, by libc, on the processor.
    package var machine: String
    package var figures: [String: Double]

    package init(machine: String, figures: [String: Double]) {
        self.machine = machine
        self.figures = figures
    }

    /// How a figure stands to what it was.
    package struct Comparison: Equatable, Sendable {
        package enum Outcome: String, Sendable {
            case same
            case better
            case worse
            case new
            case missing
        }

        package var name: String
        package var before: Double?
        package var now: Double?

        package var change: Double? {
            guard let before, let now, before > 0 else { return nil }
            return now / before - 1
        }

        package var outcome: Outcome {
            guard before != nil else { return .new }
            guard now != nil else { return .missing }
            // A figure that was zero is worse when it is not.
            guard let change else { return now ?? 0 > 0 ? .worse : .same }
            if change > Baseline.tolerance { return .worse }
            return change < -Baseline.tolerance ? .better : .same
        }
    }

    /// Compares figures of which less is better; a figure that is no longer measured counts as
    /// missing.
    package func compare(_ now: [String: Double]) -> [Comparison] {
        Set(figures.keys).union(now.keys).sorted().map {
            Comparison(name: $0, before: figures[$0], now: now[$0])
        }
    }

    /// Whether a change with these comparisons may land.
    package static func isAccepted(_ comparisons: [Comparison]) -> Bool {
        comparisons.allSatisfy { $0.outcome != .worse && $0.outcome != .missing }
    }

    package static func table(_ comparisons: [Comparison]) -> String {
        var lines = [
            "| figure | baseline | now | change | |", "| --- | ---: | ---: | ---: | --- |",
        ]
        for comparison in comparisons {
            let change = comparison.change.map { "\(Report.fixed($0 * 100, 1)) %" } ?? ""
            lines.append(
                "| \(comparison.name) | \(comparison.before.map(Report.text) ?? "")"
                    + " | \(comparison.now.map(Report.text) ?? "") | \(change)"
                    + " | \(comparison.outcome.rawValue) |")
        }
        return lines.joined(separator: "\n")
    }
}
