import Foundation

struct GdnsdServer: Server {
    let name = ServerName.gdnsd
    let steers = true
    let program: String? = "gdnsd"

    static func feedPath(_ site: Site) -> String { site.folder + "/verdicts" }

    func prepare(_ site: Site) throws(BenchError) -> [String] {
        for folder in ["run", "state"] { try WorkFolder.make("\(site.folder)/\(folder)") }
        var config = """
            options => {
              listen => [ 127.0.0.1:\(site.port) ]
              run_dir => \(site.folder)/run
              state_dir => \(site.folder)/state
              udp_threads => 1
              tcp_threads => 1
            }

            """
        if site.data.isSteered {
            config += plugins(site)
            try writeZone(site)
            try WorkFolder.write(
                GdnsdServer.feed(endpointOneIsUp: true), to: GdnsdServer.feedPath(site))
        }
        if let networks = site.data.networks { config += try configure(networks, site) }
        try site.write(config, to: "config")
        return ["gdnsd", "-c", site.folder, "start"]
    }

    func reload(_ site: Site, zone: String) -> Reload {
        .command(["gdnsdctl", "-c", site.folder, "reload-zones"])
    }

    /// A file of verdicts, as gdnsd's `extfile` reads it.
    static func feed(endpointOneIsUp: Bool) -> String {
        (1...Steering.endpoints).map { number in
            let state = number > 1 || endpointOneIsUp ? "UP" : "DOWN"
            return "\(dotted(Steering.address(number))) => \(state)\n"
        }.joined()
    }

    private func plugins(_ site: Site) -> String {
        var text = """
            service_types => {
              verdicts => {
                plugin => extfile, file => \(GdnsdServer.feedPath(site)), direct => true
              }
            }
            plugins => {
              simplefo => {
                \(Steering.switching) => {
                  service_types => verdicts
                  primary => \(dotted(Steering.primary)), secondary => \(dotted(Steering.secondary))
                }
              }
              weighted => {

            """
        for (name, number, endpoints) in Steering.weighted {
            let items = (1...endpoints).map {
                let weight = Steering.weight(name: number, endpoint: $0)
                return "e\($0) => [ \(dotted(Steering.address($0))), \(weight) ]"
            }
            text +=
                "    \(name) => { service_types => verdicts, multi => false, "
                + items.joined(separator: ", ") + " }\n"
        }
        text += "  }\n  metafo => {\n   resources => {\n"
        for (name, endpoints) in Steering.failovers {
            let places = endpoints.indices.map { "d\($0)" }.joined(separator: ", ")
            let items = endpoints.enumerated().map {
                "d\($0) => \(dotted(Steering.address($1)))"
            }
            text +=
                "    \(name) => { service_types => verdicts, datacenters => [ \(places) ], "
                + "dcmap => { \(items.joined(separator: ", ")) } }\n"
        }
        return text + "   }\n  }\n}\n"
    }

    /// Writes the networks and returns what the configuration says of them.
    private func configure(_ networks: ClientNetworks, _ site: Site) throws(BenchError) -> String {
        try WorkFolder.make("\(site.folder)/geoip")
        let list = (0..<networks.count).map {
            "\(dotted(networks.network($0)))/24 => [ dc\(networks.centre($0)) ]\n"
        }.joined()
        try site.write(list, to: "geoip/networks")
        try WorkFolder.write(
            ZoneText.head(ClientNetworks.origin)
                + "\(ClientNetworks.name) \(ClientNetworks.ttl) DYNA geoip!clients\n",
            to: site.zonePath(ClientNetworks.origin))
        let centres = (0..<ClientNetworks.centres)
        let items = centres.map { "dc\($0) => \(dotted(ClientNetworks.address($0)))" }
        return """
            plugins => {
              geoip => {
                maps => {
                  networks => {
                    datacenters => [ \(centres.map { "dc\($0)" }.joined(separator: ", ")) ]
                    nets => networks
                  }
                }
                resources => {
                  clients => {
                    map => networks, service_types => up
                    dcmap => { \(items.joined(separator: ", ")) }
                  }
                }
              }
            }

            """
    }

    private func writeZone(_ site: Site) throws(BenchError) {
        var text = ZoneText.head(Steering.origin)
        for (name, _, _) in Steering.weighted {
            text += "\(name) \(Steering.ttl) DYNA weighted!\(name)\n"
        }
        for (name, _) in Steering.failovers {
            text += "\(name) \(Steering.ttl) DYNA metafo!\(name)\n"
        }
        let name = Steering.switching
        text += "\(name) \(Steering.ttl) DYNA simplefo!\(name)\n"
        try WorkFolder.write(text, to: site.zonePath(Steering.origin))
    }
}
