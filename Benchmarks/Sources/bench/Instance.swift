import Foundation
import Load
import Report

/// A server that was started with one set of data.
final class Instance {
    let server: any Server
    let site: Site
    let process: ChildProcess
    /// From the start to the first right answer, in milliseconds.
    let startMilliseconds: Double

    var name: String { server.name.rawValue }

    /// How long loading may take, in seconds.
    private static let patience = 300.0

    private init(_ server: any Server, _ site: Site, _ process: ChildProcess, _ start: Double) {
        self.server = server
        self.site = site
        self.process = process
        startMilliseconds = start
    }

    /// How a server is started.
    enum Manner {
        /// On the servers' own processor.
        case ordinary
        /// Under valgrind, with these arguments of it, on the load generator's processor, and so that
        /// it never takes that from the generator: its batches are then as large as those sent.
        case underValgrind([String])
    }

    /// Configures and starts a server and waits for its first right answer.
    ///
    /// - Throws: `BenchError` with the end of its log when none comes.
    static func start(
        _ server: any Server, _ data: DataSet, port: UInt16, manner: Manner, _ bench: BenchContext
    ) throws -> Instance {
        if let program = server.program { _ = try ChildProcess.path(of: program) }
        let site = try makeSite(server, data, port: port, bench)
        let options = bench.options
        let command: [String]
        switch manner {
        case .ordinary:
            command =
                ["taskset", "-c", String(options.serverProcessor)] + (try server.prepare(site))
        case .underValgrind(let valgrind):
            command =
                ["chrt", "-b", "0", "taskset", "-c", String(options.clientProcessor)]
                + (try server.prepare(site, under: valgrind))
        }
        let questions = QuestionSet([
            server.name == .empty
                ? Question("x.test", .a, .anything) : data.readyQuestion
        ])
        let begin = nanoseconds()
        let process = try ChildProcess.start(command, log: site.folder + "/log")
        let deadline = begin + UInt64(patience * 1e9)
        while nanoseconds() < deadline, process.isRunning {
            // A socket of its own each time: a refusal stays with the socket.
            let load = try UDPLoad(port: port, questions: questions)
            if load.isAnswered(within: 20) {
                let milliseconds = Double(nanoseconds() - begin) / 1e6
                return Instance(server, site, process, milliseconds)
            }
            usleep(500)
        }
        process.stop(patience: 1)
        let log = (try? String(contentsOfFile: site.folder + "/log", encoding: .utf8)) ?? ""
        throw BenchError("\(server.name) gives no right answer: \(log.suffix(600))")
    }

    private static func makeSite(
        _ server: any Server, _ data: DataSet, port: UInt16, _ bench: BenchContext
    ) throws(BenchError) -> Site {
        let files = server.name == .empty ? [] : try bench.folder.files(of: data)
        var site = Site(
            folder: "\(bench.folder.path)/\(server.name)-\(data)-\(port)", port: port, data: data,
            origins: files.map(\.origin), binaries: bench.options.binaries)
        if server.name == .gdnsd { site.suffix = "" }
        try WorkFolder.make(site.zones)
        for (origin, path) in files { try WorkFolder.link(path, to: site.zonePath(origin)) }
        return site
    }

    /// All processes of it.
    var processes: [pid_t] { ProcessTree.pids(of: process.pid) }

    func stop() { process.stop() }
}

/// What everything that measures needs.
final class BenchContext {
    let options: Options
    let folder: WorkFolder
    var report: Report
    private var nextPort: UInt16

    init(options: Options, folder: WorkFolder, report: Report) {
        self.options = options
        self.folder = folder
        self.report = report
        nextPort = options.port
    }

    /// A port that no other server of this run uses.
    func takePort() -> UInt16 {
        defer { nextPort += 1 }
        return nextPort
    }

    func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Starts servers; one that does not start is left out, with a note.
    func start(_ names: [ServerName], _ data: DataSet) -> [Instance] {
        names.compactMap { name in
            do {
                let server = name.server
                let instance = try Instance.start(
                    server, data, port: takePort(), manner: .ordinary, self)
                say("\(name) answers after \(Report.text(instance.startMilliseconds)) ms")
                return instance
            } catch {
                note("\(name) is left out with \(data.rawValue): \(error)")
                return nil
            }
        }
    }

    func note(_ text: String) {
        say(text)
        report.notes.append(text)
    }
}
