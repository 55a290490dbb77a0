import Foundation
import Load
import Report

/// The benchmarks' command.
@main
enum Bench {
    /// The path of this program, which is also the empty responder.
    static let ownPath =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        ?? CommandLine.arguments[0]

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if arguments.count == 2, arguments[0] == "empty-responder",
                let port = UInt16(arguments[1])
            {
                try EmptyResponder.run(port: port)
            }
            let package = ProcessInfo.processInfo.environment["STERNA_BENCHMARKS"] ?? "."
            let options = try Options(arguments, folder: package)
            exit(try run(options, arguments) ? 0 : 1)
        } catch let error as BenchError where error.isUsage {
            print(error.description)
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(2)
        }
    }

    /// - Returns: whether all is well: nothing worse than the baseline.
    private static func run(_ options: Options, _ arguments: [String]) throws -> Bool {
        let folder = try WorkFolder()
        Interrupts.cleanUp(folder)
        defer {
            if options.keepsFolder {
                FileHandle.standardError.write(Data("kept \(folder.path)\n".utf8))
            } else {
                folder.remove()
            }
        }
        let report = Report(
            date: Machine.date(), machine: Machine.description(),
            command: (["Benchmarks/run"] + arguments).joined(separator: " "))
        let bench = BenchContext(options: options, folder: folder, report: report)
        guard
            access("\(options.binaries)/sterna", X_OK) == 0
                || !(options.servers.contains(.sterna) || options.isShort)
        else { throw BenchError("no sterna in \(options.binaries); run make build") }
        if options.isShort { return try ShortForm(bench: bench).run() }
        FullRun(bench: bench).run()
        if let path = options.json {
            try WorkFolder.write(try JSONText.of(bench.report) + "\n", to: path)
        }
        return true
    }
}

/// Ends what was started when the run is interrupted.
enum Interrupts {
    static func cleanUp(_ folder: WorkFolder) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let waiting = signals
        let watcher = Thread {
            var set = waiting
            var number: CInt = 0
            sigwait(&set, &number)
            ChildProcess.killAll()
            folder.remove()
            _exit(130)
        }
        watcher.start()
    }
}

/// What a run is dated and placed by.
enum Machine {
    static func date() -> String {
        String(ISO8601DateFormatter().string(from: Date()).prefix(10))
    }

    /// How many processors were busy in the last minute.
    static func busyProcessors() -> Double {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        return text.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }

    /// Processor, number of cores, kernel.
    static func description() -> String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model =
            text.split(separator: "\n").first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":").last }
            .map { $0.trimmingCharacters(in: .whitespaces) }
        let kernel =
            (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
        let cores = ProcessInfo.processInfo.processorCount
        return "\(model ?? "unknown processor"), \(cores) cores, Linux "
            + kernel.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
