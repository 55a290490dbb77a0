import Report

/// Everything that was asked for, and its table.
struct FullRun {
    let bench: BenchContext

    func run() {
        let busy = Machine.busyProcessors()
        if busy > 0.5 {
            bench.note(
                "Other work ran on this machine (load \(Report.text(busy))): times mean little.")
        }
        let workloads = bench.options.workloads
        for data in DataSet.allCases {
            let wanted = workloads.filter { $0.dataSet == data && $0 != .instructions }
            guard !wanted.isEmpty else { continue }
            do {
                try run(wanted, data)
            } catch {
                bench.note("\(data.rawValue) was not measured to its end: \(error)")
            }
        }
        if workloads.contains(.instructions) {
            let servers: [ServerName] = [.sterna, .gdnsd, .knot, .nsd]
            Instructions(bench: bench).run(bench.options.servers.filter(servers.contains))
        }
        addOwnRatios()
        for workload in workloads {
            if let reason = workload.missing { bench.note(reason) }
        }
        printTable()
    }

    private func run(_ workloads: [Workload], _ data: DataSet) throws {
        bench.say("starting servers with \(data.rawValue)")
        let servers = bench.options.servers.filter { server in
            guard data.isSteered || data.networks != nil else { return true }
            return server.server.steers && workloads.contains { $0.suits(server) }
        }
        let instances = bench.start(servers, data)
        defer { for instance in instances { instance.stop() } }
        let words = [
            DataSet.hosts: "W1", .steered: "W2", .million: "W5", .manyZones: "W6", .bulk: "W8",
            .located: "W7", .locatedBig: "W7_big",
        ]
        let label = words[data] ?? data.rawValue
        for instance in instances where instance.server.name != .empty {
            bench.report.add(
                "\(label), start to first answer", "ms", instance.name,
                instance.startMilliseconds)
        }
        var saturation = Saturation(bench: bench)
        saturation.run(workloads.filter(\.isSaturating), instances)
        for instance in instances where instance.server.name != .empty {
            bench.report.add(
                "\(label), memory", "MiB", instance.name,
                ProcessTree.memory(of: instance.processes))
        }
        for instance in instances where instance.server.name == .sterna {
            let answering = instance.processes.filter { ProcessTree.name($0) == "sterna-answer" }
            bench.report.add(
                "\(label), memory of sterna-answer", "MiB", instance.name,
                ProcessTree.memory(of: answering))
        }
        if workloads.contains(.overload) { try PacedRate(bench: bench).overload(instances) }
        if workloads.contains(.paced) { try PacedRate(bench: bench).run(instances) }
        if workloads.contains(.half) { try PacedRate(bench: bench).half(instances) }
        if workloads.contains(.change) { try VerdictChange(bench: bench).run(instances) }
        if workloads.contains(.w8) { try ZoneReload(bench: bench).run(instances) }
    }

    /// What choosing among endpoints adds: figures to the same server's own.
    private func addOwnRatios() {
        let pairs = [
            ("W2", "W1"), ("W2_big", "W2"), ("W2_failover", "W1"), ("W7", "W1"), ("W7_big", "W1"),
        ]
        for (figure, base) in pairs {
            for kind in ["CPU", "user", "instructions"] {
                for name in ServerName.allCases.map(\.rawValue) {
                    guard let value = bench.report.median("\(figure) \(kind)", of: name),
                        let other = bench.report.median("\(base) \(kind)", of: name), other > 0
                    else { continue }
                    bench.report.add(
                        "\(figure) \(kind), to its own \(base)", "×", name, value / other)
                }
            }
        }
    }

    private func printTable() {
        var shown = bench.report
        // Rows of nothing but zeros are one sentence.
        let losses = shown.figures.filter { isLoss($0) }
        let faulty = Set(losses.filter { $0.samples.contains { $0 > 0 } }.map(\.name))
        shown.figures.removeAll { isLoss($0) && !faulty.contains($0.name) }
        // How near saturation was, for whoever reads the JSON.
        shown.figures.removeAll { $0.name.hasSuffix(" busy") }
        let options = bench.options
        print(
            """
            \(shown.date), \(shown.machine). `\(shown.command)`: medians of \(options.rounds) rounds of \
            \(Report.text(options.seconds)) s, servers in turn; in brackets the ratio to gdnsd in this run.

            \(shown.table(servers: ServerName.allCases.map(\.rawValue)))
            """)
        if !losses.isEmpty {
            print("\nNo query was lost and no answer was wrong, but for what the table says.")
        }
        for note in shown.notes { print("\n\(note)") }
    }

    private func isLoss(_ figure: Figure) -> Bool {
        figure.name.hasSuffix(" lost") || figure.name.hasSuffix(" wrong")
    }
}
