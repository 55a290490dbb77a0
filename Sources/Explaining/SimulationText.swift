/// Writes a simulation for people to read in a terminal.
package enum SimulationText {
    /// Endpoints and names that are written out; JSON has all.
    private static let maximumRows = 40

    package static func render(_ simulation: Simulation) -> String {
        var lines = ["What changes: " + simulation.changes.joined(separator: ", ")]
        lines.append("  \(simulation.basis)")
        lines += simulation.notes.map { "  note: \($0)" }
        lines += ["", summary(simulation)]
        if simulation.unanswered.after > 0 || simulation.unanswered.before > 0 {
            lines.append(
                "No address of the family asked for: "
                    + "\(percent(simulation.unanswered.before)) of the queries before, "
                    + "\(percent(simulation.unanswered.after)) after.")
        }
        if simulation.whileDown.after > 0 || simulation.whileDown.before > 0 {
            lines.append(
                "Answered as whenDown says, as all is down: "
                    + "\(percent(simulation.whileDown.before)) of the queries before, "
                    + "\(percent(simulation.whileDown.after)) after.")
        }
        for part in [
            clusters(simulation), endpoints(simulation), regions(simulation), names(simulation),
        ] where !part.isEmpty {
            lines += [""] + part
        }
        return lines.joined(separator: "\n")
    }

    private static func summary(_ simulation: Simulation) -> String {
        "\(percent(simulation.moved)) of the queries get another answer; "
            + "\(simulation.changedNames) of \(simulation.names) steered names are touched."
    }

    private static func clusters(_ simulation: Simulation) -> [String] {
        let hasDemand = simulation.demand != nil
        var head = ["CLUSTER", "REGION", "BEFORE", "AFTER"]
        if hasDemand { head += ["LOAD BEFORE", "LOAD AFTER"] }
        let hasCapacity = simulation.clusters.contains { $0.capacity != nil }
        if hasCapacity { head += ["CAPACITY", "FULL AT"] }
        var table = TextTable(head, rightColumns: Set(2..<head.count))
        var overruns: [String] = []
        for row in simulation.clusters {
            var cells = [
                row.cluster, row.region ?? "-", percent(row.share.before), percent(row.share.after),
            ]
            if let demand = simulation.demand {
                cells += [number(demand * row.share.before), number(demand * row.share.after)]
            }
            if hasCapacity {
                cells += [row.capacity.map(number) ?? "-", row.fullAt.map(number) ?? "-"]
            }
            table.add(cells)
            if row.overruns, let demand = simulation.demand, let capacity = row.capacity {
                overruns.append(
                    "\(row.cluster) gets \(number(demand * row.share.after)), more than its "
                        + "capacity of \(number(capacity)).")
            }
        }
        return table.lines + overruns
    }

    private static func endpoints(_ simulation: Simulation) -> [String] {
        var table = TextTable(
            ["ENDPOINT", "CLUSTER", "BEFORE", "AFTER", "CHANGE"], rightColumns: [2, 3, 4])
        for row in simulation.endpoints.prefix(maximumRows) {
            table.add([
                row.endpoint, row.cluster ?? "-", percent(row.share.before),
                percent(row.share.after), change(row.share),
            ])
        }
        let more = simulation.endpoints.count - maximumRows
        return table.lines + (more > 0 ? ["and \(more) more endpoints"] : [])
    }

    private static func regions(_ simulation: Simulation) -> [String] {
        let clusters = Set(simulation.regions.flatMap(\.clusters.keys)).sorted()
        var table = TextTable(
            ["CLIENTS IN", "QUERIES", "MOVED"] + clusters.map { $0.uppercased() },
            rightColumns: Set(1..<3 + clusters.count))
        for row in simulation.regions {
            table.add(
                [row.region, percent(row.weight), percent(row.moved)]
                    + clusters.map { cluster in
                        let share = row.clusters[cluster] ?? .init()
                        return "\(percent(share.before)) → \(percent(share.after))"
                    })
        }
        return table.lines
    }

    private static func names(_ simulation: Simulation) -> [String] {
        guard !simulation.lostNames.isEmpty else { return ["No name loses its last endpoint."] }
        var table = TextTable(["LOSES ITS LAST ENDPOINT", "TYPES", "THEN"], rightColumns: [])
        for row in simulation.lostNames.prefix(maximumRows) {
            table.add([row.name, row.types, row.text])
        }
        let more = simulation.lostNames.count + simulation.moreLostNames - maximumRows
        return table.lines + (more > 0 ? ["and \(more) more names"] : [])
    }

    private static func percent(_ share: Double) -> String { Percentage(share).text }

    private static func change(_ share: Simulation.Change) -> String {
        let difference = share.after - share.before
        if abs(difference) < 1e-9 { return "" }
        return (difference > 0 ? "+" : "-") + percent(abs(difference))
    }

    /// With as many digits as tell something.
    static func number(_ value: Double) -> String {
        let rounded = value.rounded()
        if abs(value) >= 100 || abs(value - rounded) < 0.05 {
            return Int64(exactly: rounded).map(String.init) ?? "\(value)"
        }
        return "\((value * 10).rounded() / 10)"
    }
}
