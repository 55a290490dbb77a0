/// One thing measured of one server: a value for each round.
package struct Figure: Codable, Equatable, Sendable {
    /// What: the row of the table, such as `W1 CPU`.
    package var name: String
    package var unit: String
    package var server: String
    package var samples: [Double]

    package init(_ name: String, _ unit: String, server: String, samples: [Double]) {
        self.name = name
        self.unit = unit
        self.server = server
        self.samples = samples
    }

    /// The middle one, or the mean of the two in the middle; nil of nothing.
    package var median: Double? {
        guard !samples.isEmpty else { return nil }
        let sorted = samples.sorted()
        let middle = sorted.count / 2
        guard sorted.count % 2 == 0 else { return sorted[middle] }
        return (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// All figures of one run, and what it ran on.
package struct Report: Codable, Equatable, Sendable {
    package var date: String
    package var machine: String
    package var command: String
    package var figures: [Figure] = []
    /// What was not measured, and why.
    package var notes: [String] = []

    package init(date: String, machine: String, command: String) {
        self.date = date
        self.machine = machine
        self.command = command
    }

    /// Adds one value to a figure, which is made if it is new.
    package mutating func add(_ name: String, _ unit: String, _ server: String, _ value: Double) {
        let isSame = { (figure: Figure) in figure.name == name && figure.server == server }
        if let index = figures.firstIndex(where: isSame) {
            figures[index].samples.append(value)
        } else {
            figures.append(Figure(name, unit, server: server, samples: [value]))
        }
    }

    /// The sample that a share of all does not exceed; nil when there is none.
    package func percentile(_ share: Double, _ name: String, of server: String) -> Double? {
        guard let figure = figures.first(where: { $0.name == name && $0.server == server }),
            !figure.samples.isEmpty
        else { return nil }
        let rank = Int((Double(figure.samples.count) * share).rounded(.up))
        return figure.samples.sorted()[max(rank, 1) - 1]
    }

    package func median(_ name: String, of server: String) -> Double? {
        figures.first { $0.name == name && $0.server == server }?.median
    }
}
