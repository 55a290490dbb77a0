import Foundation
import Load
import Report

/// A steady rate, far from saturation: latency, and what waking up costs.
struct PacedRate {
    let bench: BenchContext

    /// More than one thread can send, in queries a second.
    private static let flood = 2e6

    private let questions = QuestionSet(Workload.paced.questions())
    /// The same for the empty responder.
    private let any = QuestionSet(
        Workload.paced.questions().map { Question($0.name, $0.type, .anything) })

    init(bench: BenchContext) {
        self.bench = bench
    }

    /// Sends as fast as one thread can: what a server still answers.
    func overload(_ instances: [Instance]) throws {
        let seconds = bench.options.seconds
        for round in 1...bench.options.rounds {
            for instance in instances {
                let set = instance.server.name == .empty ? any : questions
                let port = instance.site.port
                let load = try onProcessor(bench.options.clientProcessor) {
                    try UDPLoad(port: port, questions: set)
                        .paced(rate: PacedRate.flood, seconds: seconds)
                }
                let name = instance.name
                bench.report.add("W1 overload answers", "1/s", name, load.perSecond)
                bench.report.add("W1 overload sent", "1/s", name, Double(load.sent) / seconds)
                bench.report.add("W1 overload wrong", "answers", name, Double(load.wrong))
            }
            bench.say("round \(round)/\(bench.options.rounds) W1 overload")
        }
    }

    func run(_ instances: [Instance]) throws {
        let rate = bench.options.rate
        try run(instances, "W1 at \(Int(rate))/s") { _ in rate }
    }

    /// Half of what each server answered at saturation in this run.
    func half(_ instances: [Instance]) throws {
        try run(instances, "W1 at half load") { instance in
            bench.report.median("W1 answers", of: instance.name).map { $0 / 2 }
        }
    }

    private func run(
        _ instances: [Instance], _ label: String, rate: (Instance) -> Double?
    ) throws {
        let options = bench.options
        for round in 1...options.rounds {
            for instance in instances {
                guard let rate = rate(instance) else { continue }
                let set = instance.server.name == .empty ? any : questions
                let port = instance.site.port
                let processes = instance.processes
                let before = ProcessTree.time(of: processes)
                let load = try onProcessor(options.clientProcessor) {
                    try UDPLoad(port: port, questions: set)
                        .paced(rate: rate, seconds: options.seconds)
                }
                let used = ProcessTree.time(of: processes) - before
                guard load.answered > 0 else { continue }
                let cost = (used.user + used.system) * 1e6 / Double(load.answered)
                let name = instance.name
                bench.report.add("\(label) CPU", "µs/query", name, cost)
                for (word, share) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
                    bench.report.add(
                        "\(label) \(word)", "µs", name,
                        Double(load.latencies.percentile(share)) / 1e3)
                }
                bench.report.add("\(label) lost", "queries", name, Double(load.lost))
                bench.report.add("\(label) wrong", "answers", name, Double(load.wrong))
            }
            bench.say("round \(round)/\(options.rounds) \(label)")
        }
    }
}
