import Foundation

/// A small Internet: a root, a parent zone, a subdomain that is delegated to two Sterna servers,
/// three resolvers, and two entry points to steer to.
///
/// Belongs to the one test that made it.
final class Internet {
    private let folder: String
    private let namespace: Namespace
    private var processes: [Server: Process] = [:]

    /// Makes the namespace and a copy of `Site`; nothing runs yet.
    private init() async throws {
        for name in await Namespace.removeAbandoned() {
            try? FileManager.default.removeItem(atPath: "\(NSTemporaryDirectory())/\(name)")
        }
        let name = "\(Namespace.prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let namespace = try await Namespace(name, addresses: Address.all)
        let folder = "\(NSTemporaryDirectory())/\(name)"
        do {
            try FileManager.default.copyItem(atPath: Programs.site, toPath: folder)
            for program in ["unbound", "named"] {
                guard let path = Programs.find(program) else {
                    throw Failure("\(program) is not installed")
                }
                try FileManager.default.copyItem(atPath: path, toPath: "\(folder)/\(program)")
            }
        } catch {
            await namespace.end()
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
        self.namespace = namespace
        self.folder = folder
    }

    /// Runs a test in an Internet of its own, which is gone afterwards, whatever happened.
    static func with(_ body: (Internet) async throws -> Void) async throws {
        let internet = try await Internet()
        do {
            // Those who are asked first: a resolver remembers who did not answer.
            try await internet.start([.root, .parent, .canaryUS, .canaryEU])
            try await internet.start([.child1, .child2])
            try await internet.start([.unbound, .unboundIPv6, .bind])
            try await body(internet)
        } catch {
            await internet.end()
            throw error
        }
        await internet.end()
    }

    private func end() async {
        await namespace.end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Servers

    /// Starts servers and waits until all of them are ready.
    func start(_ servers: [Server]) async throws {
        for server in servers {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(server).log")
            let process = try process(
                namespace.inside(try server.command()), in: folder, log: "\(server).log")
            try process.run()
            processes[server] = process
        }
        for server in servers {
            let (words, count) = server.readiness
            do {
                try await eventually("\(server) is ready") {
                    log(of: server).components(separatedBy: words).count > count
                }
            } catch {
                throw Failure("\(error); its log:\n\(log(of: server).suffix(2_000))")
            }
        }
    }

    /// Sends a signal to a server and the processes it has started.
    func signal(_ server: Server, _ signal: CInt) async {
        guard let pid = processes[server]?.processIdentifier else { return }
        // Found before the first one is gone: orphans have another parent.
        for pid in await namespace.family(of: pid) { kill(pid, signal) }
    }

    /// What a server has written.
    func log(of server: Server) -> String {
        (try? String(contentsOfFile: "\(folder)/\(server).log", encoding: .utf8)) ?? ""
    }

    // MARK: Questions

    /// Asks with dig, which asks again after some seconds, as clients do. (Unbound lets an answer
    /// go that took long to find, and has it for the next question.)
    ///
    /// - Parameter question: a name and a type; a name without a final dot is one of the subdomain.
    /// - Throws: `Failure` when no answer comes.
    func ask(
        _ question: String, at address: String, _ options: String...
    ) async throws -> DigAnswer {
        var words = question.split(separator: " ").map(String.init)
        if let name = words.first, !name.hasSuffix(".") {
            words[0] = name == "@" ? "gslb.example.net." : "\(name).gslb.example.net."
        }
        let printing = ["+noall", "+comments", "+question", "+answer", "+authority", "+additional"]
        let result = try await run(
            namespace.inside(
                ["dig", "@\(address)"] + words + printing + ["+time=3", "+tries=3"] + options))
        guard result.code == 0 else {
            throw Failure("dig \(question) at \(address): \(result.output)")
        }
        return DigAnswer(result.output)
    }

    /// Asks an authoritative server, as a resolver does.
    func askAuthority(
        _ question: String, at address: String, _ option: String = "+nocookie"
    ) async throws -> DigAnswer {
        try await ask(question, at: address, "+norecurse", option)
    }
}
