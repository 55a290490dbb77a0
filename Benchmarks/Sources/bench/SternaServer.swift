import Foundation

struct SternaServer: Server {
    let name = ServerName.sterna
    let steers = true
    let program: String? = nil

    func prepare(_ site: Site) throws(BenchError) -> [String] {
        try configure(site)
        return [
            "\(site.binaries)/sterna", "serve", "--config", "\(site.folder)/sterna.yaml",
            "--log", "warning",
        ]
    }

    /// The answering process under valgrind: the control process starts the program that lies beside
    /// its own, which here is a script.
    func prepare(_ site: Site, under valgrind: [String]) throws(BenchError) -> [String] {
        var command = try prepare(site)
        let bin = site.folder + "/bin"
        try WorkFolder.make(bin)
        try WorkFolder.link("\(site.binaries)/sterna", to: "\(bin)/sterna")
        // Debian's valgrind gives up on the debugging information of Swift's compiler.
        let stripped = "\(bin)/stripped"
        let code = try ChildProcess.run(
            ["strip", "--strip-debug", "-o", stripped, "\(site.binaries)/sterna-answer"],
            log: site.folder + "/log")
        guard code == 0 else { throw BenchError("strip failed with \(code)") }
        let words = valgrind + [stripped]
        try WorkFolder.write(
            """
            #!/bin/sh
            export SWIFT_DETERMINISTIC_HASHING=1
            exec \(words.joined(separator: " ")) "$@"

            """, to: "\(bin)/sterna-answer")
        chmod("\(bin)/sterna-answer", 0o755)
        command[0] = "\(bin)/sterna"
        return command
    }

    /// Where verdicts are pushed to.
    static func controlPort(_ site: Site) -> UInt16 { site.port + 1000 }
    static func feedPath(_ site: Site) -> String { site.folder + "/verdicts.json" }
    static func endpoint(_ number: Int) -> String { "\(Steering.origin)/e\(number)" }

    private func configure(_ site: Site) throws(BenchError) {
        try site.write(
            """
            listen: 127.0.0.1:\(site.port)
            workers: 1
            zones: \(site.zones)
            state: \(site.folder)/state
            control: { listen: 127.0.0.1:\(SternaServer.controlPort(site)) }
            feeds:
              verdicts: { file: \(SternaServer.feedPath(site)) }
              pushed: { push: true }
            \(site.data.networks == nil ? "" : "locations: { networks: networks.txt }")

            """, to: "sterna.yaml")
        try WorkFolder.write(
            SternaServer.feed(endpointOneIsUp: true, site), to: SternaServer.feedPath(site))
        if let networks = site.data.networks { try configure(networks, site) }
        guard site.data.isSteered else { return }
        try WorkFolder.write(
            ZoneText.head(Steering.origin), to: site.zonePath(Steering.origin))
        var text = "endpoints:\n"
        for endpoint in 1...Steering.endpoints {
            text += "  e\(endpoint): { addresses: \(dotted(Steering.address(endpoint))) }\n"
        }
        text += "names:\n"
        for (name, number, endpoints) in Steering.weighted {
            let weights = (1...endpoints).map {
                "e\($0): \(Steering.weight(name: number, endpoint: $0))"
            }
            text +=
                "  \(name): { ttl: \(Steering.ttl), policy: { weighted: "
                + "{ \(weights.joined(separator: ", ")) } } }\n"
        }
        for (name, endpoints) in Steering.failovers {
            let members = endpoints.map { "e\($0)" }.joined(separator: ", ")
            text += "  \(name): { ttl: \(Steering.ttl), policy: { failover: [\(members)] } }\n"
        }
        text +=
            "  \(Steering.switching): { ttl: \(Steering.ttl), policy: { failover: [e1, e2] } }\n"
        try WorkFolder.write(text, to: "\(site.zones)/\(Steering.origin).yaml")
    }

    /// The data centres are checked by nobody, as in the other servers.
    private func configure(_ networks: ClientNetworks, _ site: Site) throws(BenchError) {
        try site.write(networks.list(separator: " "), to: "networks.txt")
        // A list that is seconds old is read once more, as it may still be written.
        let old = timeval(tv_sec: time(nil) - 3600, tv_usec: 0)
        utimes("\(site.folder)/networks.txt", [old, old])
        try WorkFolder.write(
            ZoneText.head(ClientNetworks.origin), to: site.zonePath(ClientNetworks.origin))
        let centres = 0..<ClientNetworks.centres
        let branches = centres.map { "network:dc\($0): e\($0)" }.joined(separator: ", ")
        try WorkFolder.write(
            """
            endpoints:
            \(centres.map {
                "  e\($0): { addresses: \(dotted(ClientNetworks.address($0))) }"
            }.joined(separator: "\n"))
            names:
              \(ClientNetworks.name):
                ttl: \(ClientNetworks.ttl)
                policy: { subnet: { \(branches), default: e0 } }

            """, to: "\(site.zones)/\(ClientNetworks.origin).yaml")
    }

    /// A feed's file: every endpoint has a verdict.
    static func feed(endpointOneIsUp: Bool, _ site: Site) -> String {
        guard site.data.isSteered else { return #"{"endpoints": {}}"# }
        let entries = (1...Steering.endpoints).map { number in
            let verdict = number > 1 || endpointOneIsUp ? "healthy" : "unhealthy"
            return "\"\(endpoint(number))\": {\"verdict\": \"\(verdict)\"}"
        }
        return "{\"endpoints\": {\(entries.joined(separator: ", "))}}"
    }
}
