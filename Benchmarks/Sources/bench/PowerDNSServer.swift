struct PowerDNSServer: Server {
    let name = ServerName.pdns
    let steers = true
    let program: String? = "pdns_server"

    func prepare(_ site: Site) throws(BenchError) -> [String] {
        var zones = "options { directory \"\(site.zones)\"; };\n"
        for origin in site.origins + (site.data.isSteered ? [Steering.origin] : []) {
            zones += "zone \"\(origin)\" { type native; file \"\(site.zonePath(origin))\"; };\n"
        }
        try site.write(zones, to: "named.conf")
        // Lua with a state that is kept: the faster of its two settings.
        try site.write(
            """
            launch=bind
            bind-config=\(site.folder)/named.conf
            bind-ignore-broken-records=no
            local-address=127.0.0.1
            local-port=\(site.port)
            socket-dir=\(site.folder)
            receiver-threads=1
            distributor-threads=1
            enable-lua-records=shared
            daemon=no
            guardian=no
            disable-syslog=yes
            loglevel=2
            max-tcp-connections=1000
            max-tcp-connections-per-client=0

            """, to: "pdns.conf")
        if site.data.isSteered { try writeSteering(site) }
        return ["pdns_server", "--config-dir=\(site.folder)"]
    }

    func reload(_ site: Site, zone: String) -> Reload {
        // Its packet cache would answer with the old record for another 20 seconds.
        let control = "pdns_control --config-dir=\(site.folder) --socket-dir=\(site.folder)"
        let words = "\(control) bind-reload-now \(zone) && \(control) purge '\(zone)$'"
        return .command(["sh", "-c", words])
    }

    /// Lua records that draw by weight; health would need checks of its own.
    private func writeSteering(_ site: Site) throws(BenchError) {
        var text = ZoneText.head(Steering.origin)
        for (name, number, endpoints) in Steering.weighted {
            let items = (1...endpoints).map {
                let weight = Steering.weight(name: number, endpoint: $0)
                return "{\(weight), '\(dotted(Steering.address($0)))'}"
            }
            text +=
                "\(name) \(Steering.ttl) IN LUA A "
                + "\"pickwrandom({\(items.joined(separator: ", "))})\"\n"
        }
        try WorkFolder.write(text, to: site.zonePath(Steering.origin))
    }
}
