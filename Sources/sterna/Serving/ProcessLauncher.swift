import CSterna
import DNSWire
import Foundation
import Transport

/// Starts the answering process with the sockets that it inherits.
struct ProcessLauncher: Sendable {
    let program: String
    let state: String
    let limits: TCPLimits
    let udpOptions: UDPOptions
    /// Whether the process is to give up what answering does not need.
    let isConfined: Bool

    /// Where inherited files begin in the new process.
    private static let firstFile: CInt = 3

    /// The program that lies beside this one.
    static func programPath() -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        // A binary that was replaced by a new one reads "… (deleted)".
        let path = own.replacingOccurrences(of: " (deleted)", with: "")
        return (path as NSString).deletingLastPathComponent + "/sterna-answer"
    }

    /// Starts the process in a group of its own, so that Ctrl-C in a terminal is not for it.
    ///
    /// - Parameter sockets: UDP sockets and TCP listeners, in any order.
    func launch(sockets: [CInt], image: ImagePlace) throws(ServeError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var udp: [CInt] = []
        var tcp: [CInt] = []
        for (index, socket) in sockets.enumerated() {
            let file = ProcessLauncher.firstFile + CInt(index)
            posix_spawn_file_actions_adddup2(&actions, socket, file)
            if SocketSetup.transport(of: socket) == .udp {
                udp.append(file)
            } else {
                tcp.append(file)
            }
        }
        // Nothing else is the child's: a listener of the HTTP API in its hands would outlive this process.
        let first = ProcessLauncher.firstFile + CInt(sockets.count)
        _ = sterna_spawn_close_from(&actions, first)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let words = [
            program, "--state", state, "--generation", String(image.generation),
            "--file", String(image.file), "--root", String(image.root),
            "--udp", udp.map(String.init).joined(separator: ","),
            "--tcp", tcp.map(String.init).joined(separator: ","),
            "--tcp-connections", String(limits.connections),
            "--tcp-per-client", String(limits.connectionsPerClient),
            "--tcp-idle", String(limits.idleTimeout.components.seconds),
            "--confinement", isConfined ? "auto" : "off",
            "--coalesce", String(udpOptions.pauseMicroseconds),
            "--busy-poll", String(udpOptions.busyPollMicroseconds),
            "--pin-workers", udpOptions.pinsWorkers ? "yes" : "no",
        ]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let failed = posix_spawn(&process, program, &actions, &attributes, arguments, environ)
        guard failed == 0 else {
            throw ServeError("cannot start \(program): \(String(cString: strerror(failed)))")
        }
        return process
    }
}
