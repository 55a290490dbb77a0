import Foundation
import Load
import Report

/// Servers asked as fast as they answer: processor time for each answered query.
struct Saturation {
    let bench: BenchContext
    private var sets: [Workload: QuestionSet] = [:]

    init(bench: BenchContext) {
        self.bench = bench
    }

    /// Measures workloads that share their data, round by round, server after server.
    mutating func run(_ workloads: [Workload], _ instances: [Instance]) {
        let options = bench.options
        for workload in workloads { sets[workload] = QuestionSet(workload.questions()) }
        for workload in workloads {
            for instance in instances where applies(workload, instance.server) {
                _ = measure(workload, instance, seconds: 0.3)
            }
        }
        for round in 1...options.rounds {
            for workload in workloads {
                var words: [String] = []
                for instance in instances where applies(workload, instance.server) {
                    guard let cost = measure(workload, instance, seconds: options.seconds) else {
                        continue
                    }
                    add(cost, workload, instance)
                    words.append("\(instance.name) \(Report.text(cost.total))")
                }
                bench.say(
                    "round \(round)/\(options.rounds) \(workload.rawValue), µs/query: "
                        + words.joined(separator: ", "))
            }
        }
    }

    private func applies(_ workload: Workload, _ server: any Server) -> Bool {
        if server.name == .empty { return !workload.isTCP }
        return !workload.isSteered || server.steers && workload.suits(server.name)
    }

    /// What one load cost, in microseconds of processor time for each answered query.
    private struct Cost {
        var user: Double
        var system: Double
        var load: LoadResult
        /// The share of the time that the server's processor worked for it.
        var busy: Double
        var total: Double { user + system }
    }

    /// Loads one server; nil, with a note, when it did not answer.
    private func measure(_ workload: Workload, _ instance: Instance, seconds: Double) -> Cost? {
        let questions: QuestionSet
        if instance.server.name == .empty {
            questions = QuestionSet(
                workload.questions().prefix(10_000).map {
                    Question($0.name, $0.type, .anything)
                })
        } else {
            guard let set = sets[workload] else { return nil }
            questions = set
        }
        let processes = instance.processes
        let before = ProcessTree.time(of: processes)
        do {
            let load = try load(workload, instance.site.port, questions, seconds: seconds)
            let used = ProcessTree.time(of: processes) - before
            guard load.answered > 0 else {
                bench.note("\(instance.name) does not answer \(workload.rawValue) rightly")
                return nil
            }
            let scale = 1e6 / Double(load.answered)
            return Cost(
                user: used.user * scale, system: used.system * scale, load: load,
                busy: (used.user + used.system) * 1e9 / Double(load.duration))
        } catch {
            bench.note("\(workload.rawValue), \(instance.name): \(error)")
            return nil
        }
    }

    private func load(
        _ workload: Workload, _ port: UInt16, _ questions: QuestionSet, seconds: Double
    ) throws -> LoadResult {
        let options = bench.options
        return try onProcessor(options.clientProcessor) {
            switch workload {
            case .w4:
                // Knot's queue of connections that wait for it holds ten; more, and one waits a second.
                try TCPConnectionLoad(port: port, questions: questions)
                    .closed(connections: 8, seconds: seconds)
            case .w4Pipelined:
                try TCPPipelineLoad(port: port, questions: questions, depth: 16)
                    .closed(connections: 16, seconds: seconds)
            default:
                try UDPLoad(port: port, questions: questions)
                    .closed(outstanding: options.outstanding, seconds: seconds)
            }
        }
    }

    private func add(_ cost: Cost, _ workload: Workload, _ instance: Instance) {
        let name = workload.rawValue
        bench.report.add("\(name) CPU", "µs/query", instance.name, cost.total)
        bench.report.add("\(name) user", "µs/query", instance.name, cost.user)
        bench.report.add("\(name) answers", "1/s", instance.name, cost.load.perSecond)
        bench.report.add("\(name) busy", "share", instance.name, cost.busy)
        bench.report.add("\(name) lost", "queries", instance.name, Double(cost.load.lost))
        bench.report.add("\(name) wrong", "answers", instance.name, Double(cost.load.wrong))
    }
}
