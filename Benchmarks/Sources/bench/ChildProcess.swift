import Foundation
import Synchronization

/// A program that was started here, with whatever it started.
final class ChildProcess: Sendable {
    let pid: pid_t

    /// All that run, so that an interrupted run leaves none.
    private static let running = Mutex<[pid_t]>([])

    private init(pid: pid_t) {
        self.pid = pid
    }

    /// Starts a program; its output goes to a file.
    ///
    /// - Parameter command: the program, with its path or as found in `PATH`, and its arguments.
    static func start(_ command: [String], log: String) throws(BenchError) -> ChildProcess {
        guard let name = command.first else { throw BenchError("no command") }
        let program = try path(of: name)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let failed = posix_spawn(&pid, program, &actions, &attributes, words, environ)
        guard failed == 0 else {
            throw BenchError("cannot start \(program): \(String(cString: strerror(failed)))")
        }
        running.withLock { $0.append(pid) }
        return ChildProcess(pid: pid)
    }

    /// Runs a program to its end.
    ///
    /// - Returns: its exit code.
    @discardableResult
    static func run(_ command: [String], log: String) throws(BenchError) -> CInt {
        let child = try start(command, log: log)
        var status: CInt = 0
        waitpid(child.pid, &status, 0)
        running.withLock { list in list.removeAll { $0 == child.pid } }
        return status >> 8 & 0xFF
    }

    /// The path of an installed program; servers lie in `/usr/sbin`, which is not in every `PATH`.
    static func path(of name: String) throws(BenchError) -> String {
        if name.contains("/") { return name }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        for folder in path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"] {
            let candidate = folder + "/" + name
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw BenchError("\(name) is not installed; scripts/install bench")
    }

    var isRunning: Bool {
        var status: CInt = 0
        return waitpid(pid, &status, WNOHANG) == 0
    }

    /// Asks the program to end, waits, and ends by force what is left.
    func stop(patience: Double = 20) {
        let all = ProcessTree.pids(of: pid)
        kill(pid, SIGTERM)
        var status: CInt = 0
        let steps = Int(patience * 100)
        for _ in 0..<steps {
            if waitpid(pid, &status, WNOHANG) != 0 { break }
            usleep(10_000)
        }
        // Children that their parent did not wait for get a moment to write their files.
        for _ in 0..<200 where all.dropFirst().contains(where: { kill($0, 0) == 0 }) {
            usleep(10_000)
        }
        for process in all where kill(process, 0) == 0 { kill(process, SIGKILL) }
        waitpid(pid, &status, WNOHANG)
        ChildProcess.running.withLock { list in list.removeAll { $0 == pid } }
    }

    /// Ends everything by force; for the way out.
    static func killAll() {
        for root in running.withLock({ $0 }) {
            for process in ProcessTree.pids(of: root) { kill(process, SIGKILL) }
        }
    }
}
