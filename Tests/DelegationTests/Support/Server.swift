/// What runs in the small Internet.
enum Server: String, CaseIterable, Sendable {
    case root, parent
    case canaryUS, canaryEU
    case child1, child2
    case unbound, unboundIPv6, bind

    /// The program and its arguments, run in a copy of `Site`.
    func command() throws -> [String] {
        switch self {
        case .root: ["nsd", "-d", "-c", "nsd-root.conf"]
        case .parent: ["nsd", "-d", "-c", "nsd-parent.conf"]
        case .canaryUS: try Server.canary("us", at: [Address.us4, Address.us6])
        case .canaryEU: try Server.canary("eu", at: [Address.eu4])
        case .child1: try child(at: [Address.child1v4, Address.child1v6])
        case .child2: try child(at: [Address.child2v4, Address.child2v6])
        // Copies: where AppArmor knows these programs by their paths, it keeps them to /etc.
        case .unbound: ["./unbound", "-d", "-c", "unbound.conf"]
        case .unboundIPv6: ["./unbound", "-d", "-c", "unbound-ipv6.conf"]
        // -d 1 names each query that goes out.
        case .bind: ["./named", "-g", "-n", "1", "-d", "1", "-c", "named.conf"]
        }
    }

    /// What its log says when it is ready, and how often.
    var readiness: (words: String, count: Int) {
        switch self {
        case .root, .parent: ("nsd started", 1)
        case .canaryUS, .canaryEU: ("listens on", 1)
        // Each of the three addresses has been found healthy once.
        case .child1, .child2: ("-> healthy", 3)
        case .unbound, .unboundIPv6: ("start of service", 1)
        case .bind: (" running", 1)
        }
    }

    private func child(at addresses: [String]) throws -> [String] {
        [try Programs.built("sterna"), "serve", "--zones", "zones", "--state", "state-\(rawValue)"]
            + ["--control", "off", "--workers", "1"]
            + addresses.flatMap { ["--listen", Server.endpoint($0, port: 53)] }
    }

    private static func canary(_ name: String, at addresses: [String]) throws -> [String] {
        [try Programs.built("sterna"), "canary", "--name", name]
            + addresses.flatMap { ["--listen", endpoint($0, port: 8080)] }
    }

    private static func endpoint(_ address: String, port: Int) -> String {
        address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
