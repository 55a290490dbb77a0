import Foundation
import Synchronization

/// A copy of the example in a folder of its own, with its own ports and canaries.
///
/// The example's addresses 127.0.0.11 to 13 become others of 127.0.0.0/8, and its monitor asks
/// faster, so that a test does not wait for seconds.
final class Site: Sendable {
    let folder: String
    let port: UInt16
    let controlPort: UInt16
    let canaryPort: UInt16
    /// The first three bytes of the canaries' addresses.
    let network: String

    /// Of the copied monitor, with three failures for a fall.
    static let interval = Duration.milliseconds(300)
    static let timeout = Duration.milliseconds(250)

    private struct Processes {
        var server: ChildProcess?
        var canaries: [Region: ChildProcess] = [:]
    }

    private let processes = Mutex(Processes())
    private static let count = Atomic(0)

    /// Copies the example.
    init() throws {
        var template = Array("/tmp/sterna-site-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("cannot make a temporary folder") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        port = try FreePorts.take()
        controlPort = try FreePorts.take()
        canaryPort = try FreePorts.take()
        let number = Site.count.add(1, ordering: .relaxed).newValue
        network = "127.\(64 + Int(getpid()) % 128).\(number % 250 + 1)"
        do {
            try copyZones()
            try adapt()
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    /// Copies file by file: a copied link would let a test write to the repository.
    private func copyZones() throws {
        let source = URL(fileURLWithPath: "\(Programs.repository)/zones")
        let paths = try FileManager.default.subpathsOfDirectory(
            atPath: source.resolvingSymlinksInPath().path)
        for path in paths {
            let target = URL(fileURLWithPath: "\(folder)/zones/\(path)")
            let file = source.appendingPathComponent(path)
            var isFolder = ObjCBool(false)
            let isThere = FileManager.default.fileExists(
                atPath: file.path, isDirectory: &isFolder)
            guard isThere, !isFolder.boolValue else { continue }
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(contentsOf: file).write(to: target)
        }
    }

    private func adapt() throws {
        var text = try String(contentsOfFile: "\(Programs.repository)/sterna.yaml", encoding: .utf8)
        let changes = [
            (#"(?m)^listen: .*$"#, #"listen: [127.0.0.1:\#(port), "[::1]:\#(port)"]"#),
            (#"(?m)^control: .*$"#, "control: { listen: 127.0.0.1:\(controlPort) }"),
            ("port: 8080", "port: \(canaryPort)"), ("interval: 1s", "interval: 300ms"),
            ("timeout: 500ms", "timeout: 250ms"),
        ]
        for (pattern, replacement) in changes {
            guard text.range(of: pattern, options: .regularExpression) != nil else {
                throw Failure("sterna.yaml has no '\(pattern)' any more; change Site.swift as well")
            }
            text = text.replacingOccurrences(
                of: pattern, with: replacement, options: .regularExpression)
        }
        try write(text, to: "sterna.yaml")
        try edit("zones/example.com.yaml") {
            $0.replacingOccurrences(of: "127.0.0.", with: "\(network).")
        }
    }

    /// The address of a region's entry point.
    func address(_ region: Region) -> String { "\(network).\(region.rawValue)" }

    /// Puts this site's addresses in place of `{us}`, `{eu}` and `{ap}`.
    func filled(_ text: String) -> String {
        Region.allCases.reduce(text) {
            $0.replacingOccurrences(of: "{\($1)}", with: address($1))
        }
    }

    // MARK: Files

    /// Writes a file of the folder so that it is there whole or not at all.
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(
            to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
    }

    /// Changes a file of the folder.
    func edit(_ name: String, _ change: (String) -> String) throws {
        let old = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        let new = change(old)
        guard new != old else { throw Failure("nothing to change in \(name)") }
        try write(new, to: name)
    }

    // MARK: Processes

    /// The control process that was started last.
    var server: ChildProcess? { processes.withLock { $0.server } }

    /// Starts `sterna serve` and waits until it answers.
    func serve(_ arguments: [String] = ["--config", "sterna.yaml"]) async throws {
        let server = try start(["serve"] + arguments)
        processes.withLock { $0.server = server }
        let last = arguments.contains("off") ? "answering on" : "control API listens"
        try await eventually("the server says '\(last)'") {
            if let code = server.exitCode {
                throw Failure("the server ended with \(code):\n\(server.log)")
            }
            return server.log.contains(last)
        }
    }

    /// Starts the program under test with any arguments, in this folder.
    func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(try Programs.path("sterna"), arguments, in: folder)
    }

    /// Runs the program under test to its end, in this folder.
    func sterna(_ arguments: [String]) async throws -> CommandOutput {
        try await run(try Programs.path("sterna"), arguments, in: folder)
    }

    /// Starts the canary of a region.
    func startCanary(_ region: Region) async throws {
        var arguments = ["--name", "\(region)", "--listen", "\(address(region)):\(canaryPort)"]
        if region == .us { arguments += ["--listen", "[::1]:\(canaryPort)"] }
        let canary = try start(["canary"] + arguments)
        processes.withLock { $0.canaries[region] = canary }
        try await eventually("the canary of \(region) listens") {
            if canary.exitCode != nil { throw Failure("no canary of \(region): \(canary.log)") }
            return canary.log.contains("listens on")
        }
    }

    /// Ends a canary without a word.
    func killCanary(_ region: Region) {
        processes.withLock { $0.canaries.removeValue(forKey: region) }?.kill(SIGKILL)
    }

    /// Processes of `sterna-answer` that run in this folder.
    var answeringProcesses: [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { pid in
            let name = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)
            // A process that has ended, and waits to be reaped, has no folder.
            let place = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(pid)/cwd")
            return name == "sterna-answer\n" && place == folder
        }
    }

    /// Ends everything that was started here and removes the folder.
    func end() async {
        let all = processes.withLock { processes in
            defer { processes = Processes() }
            return Array(processes.canaries.values) + [processes.server].compactMap { $0 }
        }
        for process in all { process.kill(SIGKILL) }
        for pid in answeringProcesses { kill(pid, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Runs a test at a site of its own, which is gone afterwards, whatever happened.
///
/// - Parameters:
///   - canaries: those that run when the test begins.
///   - arguments: of `sterna serve`; nil: the test starts it.
func withSite(
    canaries: [Region] = [], serving arguments: [String]? = ["--config", "sterna.yaml"],
    _ body: (Site) async throws -> Void
) async throws {
    let site = try Site()
    do {
        for region in canaries { try await site.startCanary(region) }
        if let arguments { try await site.serve(arguments) }
        for region in canaries { try await site.verdict(of: region, becomes: "healthy") }
        try await body(site)
    } catch {
        let log = site.server?.log ?? "nothing was served"
        await site.end()
        throw Failure("\(error)\nthe server's log:\n\(log)")
    }
    await site.end()
}
