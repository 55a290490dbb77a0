import Foundation

/// The servers, in the order of the table.
enum ServerName: String, CaseIterable {
    case empty
    case sterna
    case gdnsd
    case knot
    case nsd
    case bind
    case pdns
}

/// How a server is configured, started and told of changes.
protocol Server {
    var name: ServerName { get }
    /// Whether it chooses among endpoints.
    var steers: Bool { get }
    /// The program that Debian installs; nil for what is built here.
    var program: String? { get }

    /// Writes the configuration of a site and returns the command that serves it in the foreground.
    func prepare(_ site: Site) throws(BenchError) -> [String]
    /// The command to use instead when the processes that answer are to run under valgrind.
    func prepare(_ site: Site, under valgrind: [String]) throws(BenchError) -> [String]
    /// What makes it load a zone whose file has changed.
    func reload(_ site: Site, zone: String) -> Reload
}

/// A way to ask for a reload.
enum Reload {
    case signal(CInt)
    case command([String])
}

extension Server {
    func prepare(_ site: Site, under valgrind: [String]) throws(BenchError) -> [String] {
        valgrind + (try prepare(site))
    }

    func reload(_ site: Site, zone: String) -> Reload { .signal(SIGHUP) }
}

/// A folder, a port and data for one server.
struct Site {
    var folder: String
    var port: UInt16
    var data: DataSet
    /// The origins served, but for the steered zone.
    var origins: [String]
    var binaries: String

    /// The ending of a master file; gdnsd takes the whole file name for the origin.
    var suffix = ".zone"

    var zones: String { folder + "/zones" }
    func zonePath(_ origin: String) -> String { "\(zones)/\(origin)\(suffix)" }

    func write(_ text: String, to name: String) throws(BenchError) {
        try WorkFolder.write(text, to: "\(folder)/\(name)")
    }
}

extension ServerName {
    var server: any Server {
        switch self {
        case .empty: EmptyServer()
        case .sterna: SternaServer()
        case .gdnsd: GdnsdServer()
        case .knot: KnotServer()
        case .nsd: NSDServer()
        case .bind: BindServer()
        case .pdns: PowerDNSServer()
        }
    }
}

/// The limit: answers without looking (`EmptyResponder`).
struct EmptyServer: Server {
    let name = ServerName.empty
    let steers = true
    let program: String? = nil

    func prepare(_ site: Site) throws(BenchError) -> [String] {
        [Bench.ownPath, "empty-responder", String(site.port)]
    }
}
