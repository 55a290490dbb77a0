import Foundation
import Load
import Report

/// What CI runs: figures of Sterna that repeat on every run, compared to a baseline.
struct ShortForm {
    let bench: BenchContext

    /// Memory is the median of so many starts.
    private static let starts = 3

    /// - Returns: whether no figure got worse by more than the baseline tolerates.
    func run() throws -> Bool {
        Instructions(bench: bench).run([.sterna])
        for _ in 0..<ShortForm.starts {
            for instance in bench.start([.sterna], .hosts) {
                defer { instance.stop() }
                try measureMemory(instance)
            }
        }
        var now: [String: Double] = [:]
        for figure in bench.report.figures where !figure.name.hasSuffix("to first answer") {
            now["\(figure.name), \(figure.unit)"] = figure.median
        }
        // Calls for each UDP query are two for each batch; they say nothing more.
        now = now.filter { !$0.key.hasSuffix("system calls, 1/query") }
        let path = bench.options.baseline
        let text = FileManager.default.contents(atPath: path)
        let before = try text.map { try JSONDecoder().decode(Baseline.self, from: $0) }
        let baseline = before ?? Baseline(machine: "nowhere", figures: [:])
        let comparisons = baseline.compare(now)
        print("Baseline of \(baseline.machine)\n\n\(Baseline.table(comparisons))")
        if bench.options.updatesBaseline {
            guard bench.report.notes.isEmpty else {
                throw BenchError("not all was measured; the baseline stays")
            }
            let rounded = now.mapValues { ($0 * 1000).rounded() / 1000 }
            let baseline = Baseline(machine: bench.report.machine, figures: rounded)
            try WorkFolder.write(try JSONText.of(baseline) + "\n", to: path)
            return true
        }
        if Baseline.isAccepted(comparisons) { return true }
        print(
            "\nA figure is worse by more than \(Int(Baseline.tolerance * 100)) %. If that is wanted: "
                + "Benchmarks/run --ci --update-baseline")
        return false
    }

    /// Memory of a server that was asked a fixed number of queries: resident, as a process's share of
    /// what it has in common with others depends on what else runs.
    private func measureMemory(_ instance: Instance) throws {
        let port = instance.site.port
        let hosts = QuestionSet(Workload.w1.questions())
        let missing = QuestionSet(Workload.w3.questions())
        let lost = try onProcessor(bench.options.clientProcessor) {
            try UDPLoad(port: port, questions: hosts).bursts(count: hosts.count).lost
                + UDPLoad(port: port, questions: missing).bursts(count: 2_000).lost
                + TCPConnectionLoad(port: port, questions: hosts).oneByOne(count: 200).lost
        }
        guard lost == 0 else { throw BenchError("\(lost) queries lost") }
        let processes = instance.processes
        let answering = processes.filter { ProcessTree.name($0) == "sterna-answer" }
        bench.report.add(
            "resident memory of sterna-answer", "MiB", instance.name,
            ProcessTree.memory(of: answering, .resident))
        bench.report.add(
            "resident memory of both processes", "MiB", instance.name,
            ProcessTree.memory(of: processes, .resident))
    }
}

/// JSON that reads and compares well.
enum JSONText {
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
