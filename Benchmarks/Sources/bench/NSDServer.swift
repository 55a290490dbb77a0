struct NSDServer: Server {
    let name = ServerName.nsd
    let steers = false
    let program: String? = "nsd"

    func prepare(_ site: Site) throws(BenchError) -> [String] {
        var config = """
            server:
              ip-address: 127.0.0.1@\(site.port)
              server-count: 1
              username: ""
              chroot: ""
              zonesdir: "\(site.zones)"
              database: ""
              pidfile: "\(site.folder)/nsd.pid"
              xfrdfile: "\(site.folder)/nsd.xfrd"
              xfrdir: "\(site.folder)"
              zonelistfile: "\(site.folder)/nsd.zones"
              rrl-ratelimit: 0
              tcp-count: 1000
            remote-control:
              control-enable: no

            """
        for origin in site.origins {
            config += "zone:\n  name: \(origin)\n  zonefile: \(origin).zone\n"
        }
        try site.write(config, to: "nsd.conf")
        return ["nsd", "-d", "-c", "\(site.folder)/nsd.conf"]
    }
}
