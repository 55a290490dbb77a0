struct KnotServer: Server {
    let name = ServerName.knot
    let steers = true
    let program: String? = "knotd"

    func prepare(_ site: Site) throws(BenchError) -> [String] {
        try WorkFolder.make("\(site.folder)/run")
        var config = """
            server:
                rundir: \(site.folder)/run
                listen: 127.0.0.1@\(site.port)
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
            \(site.data.networks == nil ? "" : "    edns-client-subnet: on")
            log:
              - target: stderr
                any: warning
            database:
                storage: \(site.folder)/run

            """
        if site.data.isSteered {
            config += """
                mod-geoip:
                  - id: weighted
                    config-file: \(site.folder)/weighted.conf
                    ttl: \(Steering.ttl)
                    mode: weighted

                """
        }
        if site.data.networks != nil {
            config += """
                mod-geoip:
                  - id: subnet
                    config-file: \(site.folder)/subnet.conf
                    ttl: \(ClientNetworks.ttl)
                    mode: subnet

                """
        }
        config += """
            template:
              - id: default
                storage: \(site.zones)
                file: "%s.zone"
                semantic-checks: off
                zonefile-sync: -1
                journal-content: none
            zone:

            """
        for origin in site.origins { config += "  - domain: \(origin)\n" }
        if site.data.isSteered {
            config += "  - domain: \(Steering.origin)\n    module: mod-geoip/weighted\n"
            try writeSteering(site)
        }
        if let networks = site.data.networks {
            config += "  - domain: \(ClientNetworks.origin)\n    module: mod-geoip/subnet\n"
            try write(networks, site)
        }
        try site.write(config, to: "knot.conf")
        return ["knotd", "-c", "\(site.folder)/knot.conf"]
    }

    private func write(_ networks: ClientNetworks, _ site: Site) throws(BenchError) {
        try WorkFolder.write(
            ZoneText.head(ClientNetworks.origin), to: site.zonePath(ClientNetworks.origin))
        var text = "\(ClientNetworks.name).\(ClientNetworks.origin):\n"
        for number in 0..<networks.count {
            text += "  - net: \(dotted(networks.network(number)))/24\n"
            text += "    A: \(dotted(ClientNetworks.address(networks.centre(number))))\n"
        }
        try site.write(text, to: "subnet.conf")
    }

    /// Knot draws by weight; it has no health.
    private func writeSteering(_ site: Site) throws(BenchError) {
        try WorkFolder.write(
            ZoneText.head(Steering.origin), to: site.zonePath(Steering.origin))
        var text = ""
        for (name, number, endpoints) in Steering.weighted {
            text += "\(name).\(Steering.origin):\n"
            for endpoint in 1...endpoints {
                text += "  - weight: \(Steering.weight(name: number, endpoint: endpoint))\n"
                text += "    A: \(dotted(Steering.address(endpoint)))\n"
            }
        }
        try site.write(text, to: "weighted.conf")
    }
}
