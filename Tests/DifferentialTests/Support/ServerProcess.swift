import Foundation

/// A server that a test started; ended with the object.
final class ServerProcess {
    private let pid: pid_t
    private let log: String
    private var hasEnded = false

    private static let lastForeignFile: CInt = 1023
    /// How long a server may take to stop, in milliseconds.
    private static let patience = 10_000

    /// Starts a program in a folder; what it says goes to a file there.
    init(_ program: String, _ arguments: [String], in folder: String) throws {
        log = "\(folder)/\((program as NSString).lastPathComponent).log"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Other tests of this process own these.
        for file in 3...ServerProcess.lastForeignFile {
            posix_spawn_file_actions_addclose(&actions, file)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Tests run with signals blocked; a server must hear that it is to stop.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        argv.append(nil)
        defer { for word in argv { free(word) } }
        var pid: pid_t = 0
        let failed = posix_spawn(&pid, program, &actions, &attributes, argv, environ)
        guard failed == 0 else {
            throw Failure("cannot start \(program): \(String(cString: strerror(failed)))")
        }
        self.pid = pid
    }

    deinit {
        guard !hasEnded else { return }
        kill(pid, SIGTERM)
        for _ in 0..<ServerProcess.patience {
            if waitpid(pid, nil, WNOHANG) != 0 { return }
            usleep(1000)
        }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// Whether it goes on.
    var isRunning: Bool {
        if !hasEnded { hasEnded = waitpid(pid, nil, WNOHANG) != 0 }
        return !hasEnded
    }

    /// What it has said so far.
    var words: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
}

/// Where programs are found.
enum Programs {
    /// A program of this package: in STERNA_BIN_DIR, beside the tests, or where it is built.
    static func own(_ name: String) throws -> String {
        let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders = [
            ProcessInfo.processInfo.environment["STERNA_BIN_DIR"],
            tests.map { ($0 as NSString).deletingLastPathComponent },
            "\(package)/.build/release", "\(package)/.build/debug",
        ]
        return try find(name, in: folders, "build it, or set STERNA_BIN_DIR")
    }

    /// A server of the distribution.
    static func installed(_ name: String, package: String) throws -> String {
        try find(
            name, in: ["/usr/sbin", "/usr/bin", "/usr/local/sbin"],
            "these tests need it: apt-get install \(package)")
    }

    private static func find(
        _ name: String, in folders: [String?], _ advice: String
    ) throws -> String {
        for case let folder? in folders {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw Failure("there is no program '\(name)'; \(advice)")
    }

    /// The folder of these tests.
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static let package = URL(fileURLWithPath: tests).deletingLastPathComponent()
        .deletingLastPathComponent().path
}
