import Foundation

/// Who is asked.
enum Server: String, CaseIterable {
    case sterna, nsd, knot
}

/// Sterna, NSD and Knot with the same zones, each on a port of its own.
final class Trio {
    let folder: String
    private(set) var ports: [Server: UInt16] = [:]
    private var processes: [Server: ServerProcess] = [:]

    /// How long a server may take to answer its first query, in seconds.
    private static let patience = 30.0

    /// Starts the three and waits until each of them answers for each zone.
    init(_ zones: ZoneSet) throws {
        var template = Array("/tmp/sterna-differ-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("cannot make a temporary folder") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        for server in Server.allCases {
            let port = try Loopback.freePort()
            ports[server] = port
            processes[server] = try start(server, zones, port)
        }
        for server in Server.allCases {
            for origin in zones.origins { try wait(for: server, origin) }
        }
    }

    deinit {
        processes = [:]
        // A child of a server may still be removing files of its own, which ends an attempt.
        for _ in 0..<10 where FileManager.default.fileExists(atPath: folder) {
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    /// Whether a server has ended on its own; with what it said.
    func lastWords(of server: Server) -> String? {
        guard let process = processes[server], !process.isRunning else { return nil }
        return process.words
    }

    func port(of server: Server) -> UInt16 { ports[server] ?? 0 }

    /// Asks each of the three in turn.
    ///
    /// - Throws: `Failure` when NSD or Knot leaves a query unanswered: then they prove nothing.
    func ask(_ body: (Asking) throws -> [[UInt8]?]) throws -> [Server: [[UInt8]?]] {
        var replies: [Server: [[UInt8]?]] = [:]
        for server in Server.allCases {
            let own = try body(Asking(port: port(of: server)))
            let missing = own.count { $0 == nil }
            guard server == .sterna || missing == 0 else {
                throw Failure("\(server) left \(missing) of \(own.count) queries unanswered")
            }
            replies[server] = own
        }
        return replies
    }

    private func start(
        _ server: Server, _ zones: ZoneSet, _ port: UInt16
    ) throws -> ServerProcess {
        switch server {
        case .sterna:
            let configuration = try write(sterna(zones, port), to: "sterna.yaml")
            return try ServerProcess(
                Programs.own("sterna"), ["serve", "--config", configuration], in: folder)
        case .nsd:
            let configuration = try write(nsd(zones, port), to: "nsd.conf")
            return try ServerProcess(
                Programs.installed("nsd", package: "nsd"), ["-d", "-c", configuration], in: folder)
        case .knot:
            let configuration = try write(knot(zones, port), to: "knot.conf")
            return try ServerProcess(
                Programs.installed("knotd", package: "knot"), ["-c", configuration], in: folder)
        }
    }

    private func write(_ text: String, to name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Waits until a server answers for a zone.
    private func wait(for server: Server, _ origin: String) throws {
        let deadline = Date().addingTimeInterval(Trio.patience)
        let query = Query(number: 1, name: QueryName(origin), type: 6)
        while Date() < deadline {
            if let words = lastWords(of: server) {
                throw Failure("\(server) has ended:\n\(words)")
            }
            let socket = try Loopback(isStream: false)
            if socket.connect(port: port(of: server)) {
                socket.send(query.wire)
                if let reply = socket.receive(milliseconds: 100), reply.count > 12,
                    reply[3] & 0xF == 0
                {
                    return
                }
            }
            usleep(20_000)
        }
        let words = processes[server]?.words ?? ""
        throw Failure("\(server) does not answer for \(origin):\n\(words)")
    }
}
