import Foundation
import Synchronization

/// A program that a test started; what it writes goes to files without a name.
///
/// Foundation's `Process` notices an end only when the children of the child end too, and here they
/// are meant to outlive it.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let out: CInt
    private let err: CInt
    /// The exit code, or the negative number of the signal that ended it; nil while it runs.
    private let ending = Mutex<CInt?>(nil)

    /// Files from 3 to here are not for the child: other tests of this process own them.
    private static let lastForeignFile: CInt = 1023
    /// Most bytes read of what the program wrote.
    private static let maximumOutputBytes = 16 << 20

    /// Starts a program, looked for as a shell would.
    ///
    /// - Parameter folder: where it runs and keeps temporary files.
    init(_ program: String, _ arguments: [String], in folder: String) throws {
        let out = try ChildProcess.unnamedFile()
        let err = try ChildProcess.unnamedFile()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, out, 1)
        posix_spawn_file_actions_adddup2(&actions, err, 2)
        for file in 3...ChildProcess.lastForeignFile {
            posix_spawn_file_actions_addclose(&actions, file)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = ["env", "--chdir=\(folder)", "TMPDIR=\(folder)", program] + arguments
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        argv.append(nil)
        defer { for word in argv { free(word) } }
        var pid: pid_t = 0
        let failed = posix_spawnp(&pid, "env", &actions, &attributes, argv, environ)
        self.pid = pid
        self.out = out
        self.err = err
        guard failed == 0 else {
            ending.withLock { $0 = 127 }
            throw Failure("cannot start \(program): \(String(cString: strerror(failed)))")
        }
    }

    deinit {
        kill(SIGKILL)
        // A killed process ends at once; waiting leaves no zombie.
        if ending.withLock({ $0 }) == nil { waitpid(pid, nil, 0) }
        close(out)
        close(err)
    }

    private static func unnamedFile() throws -> CInt {
        var template = Array("/tmp/sterna-output-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw Failure("cannot make a temporary file") }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        unlink(template)
        return file
    }

    // MARK: Its end

    /// The exit code, or the negative number of the signal that ended it; nil while it runs.
    var exitCode: CInt? {
        ending.withLock { ending in
            guard ending == nil else { return ending }
            var status: CInt = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7F
            ending = signal == 0 ? (status >> 8) & 0xFF : -signal
            return ending
        }
    }

    /// Sends a signal, unless the process has ended.
    func kill(_ signal: CInt) {
        if exitCode == nil { Foundation.kill(pid, signal) }
    }

    /// Waits for the end.
    func waitForExit() async throws -> CInt {
        try await eventually("process \(pid) has ended") { exitCode != nil }
        return exitCode ?? 0
    }

    // MARK: Its words

    /// What it has written to standard output so far.
    var output: String { ChildProcess.text(of: out) }

    /// What it has written to standard error so far.
    var log: String { ChildProcess.text(of: err) }

    private static func text(of file: CInt) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < maximumOutputBytes {
            let count = pread(file, &buffer, buffer.count, off_t(bytes.count))
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a program that has ended wrote.
struct CommandOutput: Sendable {
    let exitCode: CInt
    let output: String
    let log: String
}

/// Runs a program to its end.
///
/// - Throws: `Failure` when it is not installed or does not end in time.
func run(
    _ program: String, _ arguments: [String], in folder: String = "/tmp"
) async throws -> CommandOutput {
    let process = try ChildProcess(program, arguments, in: folder)
    let exitCode = try await process.waitForExit()
    // What `env` says when it finds no such program.
    if exitCode == 127 { throw Failure("\(program) is not installed: \(process.log)") }
    return CommandOutput(exitCode: exitCode, output: process.output, log: process.log)
}
