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
        return text + "  }\n}\n"
    }

    private func writeZone(_ site: Site) throws(BenchError) {
        var text = ZoneText.head(Steering.origin)
        for (name, _, _) in Steering.weighted {
            text += "\(name) \(Steering.ttl) DYNA weighted!\(name)\n"
        }
        let name = Steering.switching
        text += "\(name) \(Steering.ttl) DYNA simplefo!\(name)\n"
        try WorkFolder.write(text, to: site.zonePath(Steering.origin))
    }
}
