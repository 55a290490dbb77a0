import Foundation

/// A network namespace with addresses on its loopback interface, where every port is free.
struct Namespace: Sendable {
    let name: String

    /// Of the names of all that the tests make; a process identifier and `-` follow it.
    static let prefix = "sterna-delegation-"

    /// Makes the namespace.
    ///
    /// - Throws: `Failure` when this user or this machine cannot; nothing is left then.
    init(_ name: String, addresses: [String]) async throws {
        self.name = name
        try await Namespace.ip(["netns", "add", name])
        do {
            try await Namespace.ip(["-n", name, "link", "set", "lo", "up"])
            for address in addresses {
                // No detection of duplicates, which would make an address wait.
                let words = address.contains(":") ? ["\(address)/128", "nodad"] : ["\(address)/32"]
                try await Namespace.ip(["-n", name, "address", "add", "dev", "lo"] + words)
            }
        } catch {
            await end()
            throw error
        }
    }

    private static func ip(_ words: [String]) async throws {
        let result = try await run(["ip"] + words)
        guard result.code == 0 else { throw Failure("ip \(words): \(result.output)") }
    }

    /// The words that run a program in here; it keeps the process identifier.
    func inside(_ words: [String]) -> [String] { ["ip", "netns", "exec", name] + words }

    /// All processes in here.
    var processes: [pid_t] {
        get async {
            let result = try? await run(["ip", "netns", "pids", name])
            return (result?.output ?? "").split(separator: "\n").compactMap { pid_t($0) }
        }
    }

    /// A process and those it has started, which are in here as well.
    func family(of parent: pid_t) async -> [pid_t] {
        var family = [parent]
        for pid in await processes where Namespace.parent(of: pid) == parent { family.append(pid) }
        return family
    }

    /// From `/proc/PID/stat`: the second word after the name, which stands in parentheses.
    private static func parent(of pid: pid_t) -> pid_t? {
        let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let words = stat?.split(separator: ")").last?.split(separator: " ")
        return words.flatMap { $0.count > 1 ? pid_t($0[1]) : nil }
    }

    /// Kills every process in here and removes the namespace.
    func end() async {
        // Twice: one may have been about to start another.
        for _ in 0..<2 {
            for pid in await processes { kill(pid, SIGKILL) }
        }
        try? await Namespace.ip(["netns", "delete", name])
    }

    /// Removes what a test run that was killed has left.
    ///
    /// - Returns: the names.
    static func removeAbandoned() async -> [String] {
        var removed: [String] = []
        let list = try? await run(["ip", "netns", "list"])
        for line in (list?.output ?? "").split(separator: "\n") where line.hasPrefix(prefix) {
            let name = String(line.prefix { $0 != " " })
            let owner = name.dropFirst(prefix.count).split(separator: "-").first
            guard let owner = owner.flatMap({ pid_t($0) }), kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            await Namespace(existing: name).end()
            removed.append(name)
        }
        return removed
    }

    private init(existing name: String) { self.name = name }
}
