import Foundation
import Load
import Report

/// User instructions for each query, by callgrind, and system calls, by valgrind's trace of them.
///
/// A server is started once for each workload and once more: that one is asked a little of
/// everything, the others the same and then many queries of one workload. Differences leave the
/// start out. Queries come in bursts of 64, which the server takes in whole batches, see
/// `Instance.Manner`.
struct Instructions {
    let bench: BenchContext

    /// Queries of each workload that every run is asked, and what one is asked on top.
    private static let few = 2_000
    private static let many = 10_000
    /// The same for connections.
    private static let fewConnections = 50
    private static let manyConnections = 2_000

    /// What a server used from its start to its end.
    private struct Use {
        var instructions = 0.0
        var systemCalls = 0.0
    }

    /// Workloads that are measured so.
    static let workloads: [Workload] = [.w1, .w2, .w2Big, .w3, .w4]

    /// Measures servers; the figures go into the report.
    func run(_ names: [ServerName]) {
        for name in names {
            do {
                try run(name.server)
            } catch {
                bench.note("instructions, \(name): \(error)")
            }
        }
    }

    private func run(_ server: any Server) throws {
        let workloads = Instructions.workloads.filter { !$0.isSteered || server.steers }
        let base = try use(server, workloads, nil)
        bench.report.add(
            "start under valgrind", "10⁶ instructions", server.name.rawValue,
            base.instructions / 1e6)
        for workload in workloads {
            let more = try use(server, workloads, workload)
            let count = Double(
                workload.isTCP ? Instructions.manyConnections : Instructions.many)
            let name = workload.rawValue
            let instructions = (more.instructions - base.instructions) / count
            let calls = (more.systemCalls - base.systemCalls) / count
            let unit = workload.isTCP ? "1/connection" : "1/query"
            bench.report.add("\(name) instructions", unit, server.name.rawValue, instructions)
            bench.report.add("\(name) system calls", unit, server.name.rawValue, calls)
            bench.say(
                "\(server.name) \(name): \(Report.text(instructions)) instructions, "
                    + "\(Report.text(calls)) system calls")
        }
    }

    /// Runs a server from start to end.
    ///
    /// - Parameter most: the workload that is asked more of.
    private func use(_ server: any Server, _ workloads: [Workload], _ most: Workload?) throws -> Use
    {
        let port = bench.takePort()
        let folder = "\(bench.folder.path)/valgrind-\(port)"
        try WorkFolder.make(folder)
        let valgrind = [
            try ChildProcess.path(of: "valgrind"), "--tool=callgrind", "--trace-children=yes",
            "--trace-syscalls=yes", "--log-file=\(folder)/log.%p",
            "--callgrind-out-file=\(folder)/out.%p",
        ]
        let instance = try Instance.start(
            server, .steered, port: port, manner: .underValgrind(valgrind), bench)
        do {
            for workload in workloads {
                try ask(workload, port, more: false)
                if workload == most { try ask(workload, port, more: true) }
            }
        } catch {
            instance.stop()
            throw error
        }
        instance.stop()
        try keep(folder, "\(server.name)-\(most?.rawValue ?? "base")")
        return try read(folder)
    }

    private func ask(_ workload: Workload, _ port: UInt16, more: Bool) throws {
        let questions = QuestionSet(workload.questions())
        let load = try onProcessor(bench.options.clientProcessor, isUrgent: true) {
            workload.isTCP
                ? try TCPConnectionLoad(port: port, questions: questions).oneByOne(
                    count: more ? Instructions.manyConnections : Instructions.fewConnections)
                : try UDPLoad(port: port, questions: questions).bursts(
                    count: more ? Instructions.many : Instructions.few)
        }
        guard load.lost == 0, load.wrong == 0 else {
            throw BenchError(
                "\(workload.rawValue): \(load.lost) lost, \(load.wrong) wrong under valgrind")
        }
    }

    /// Keeps the profiles of a run where the command line says, one for each process.
    private func keep(_ folder: String, _ name: String) throws {
        guard let profiles = bench.options.profiles else { return }
        try WorkFolder.make(profiles)
        for file in try FileManager.default.contentsOfDirectory(atPath: folder)
        where file.hasPrefix("out.") {
            let kept = "\(profiles)/\(name)-\(file.dropFirst(4)).callgrind"
            try? FileManager.default.removeItem(atPath: kept)
            try FileManager.default.copyItem(atPath: "\(folder)/\(file)", toPath: kept)
        }
    }

    /// Adds up what valgrind wrote for each process.
    private func read(_ folder: String) throws -> Use {
        var use = Use()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = String(
                decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")),
                as: UTF8.self)
            for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
                if name.hasPrefix("out."), line.starts(with: "totals: ".utf8) {
                    use.instructions += Double(String(Substring(line.dropFirst(8)))) ?? 0
                } else if name.hasPrefix("log."), line.starts(with: "SYSCALL[".utf8) {
                    // A call that blocks is written twice, the second time for its result.
                    if Substring(line).contains(") ... [async]") { continue }
                    use.systemCalls += 1
                }
            }
        }
        guard use.instructions > 0 else { throw BenchError("callgrind wrote nothing") }
        return use
    }
}
