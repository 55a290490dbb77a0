extension Trio {
    /// Largest UDP message of all three, in bytes; what is asked for decides, then.
    static let udpBytes = 4096

    /// The settings of Sterna.
    func sterna(_ zones: ZoneSet, _ port: UInt16) -> String {
        """
        listen: [127.0.0.1:\(port)]
        zones: \(zones.folder)
        state: \(folder)/state
        control: off
        edns: { size: \(Trio.udpBytes) }
        """
    }

    /// Those of NSD: no rate limit, and answers as small as Sterna's.
    func nsd(_ zones: ZoneSet, _ port: UInt16) -> String {
        """
        server:
          ip-address: 127.0.0.1@\(port)
          server-count: 1
          username: ""
          database: ""
          zonesdir: "\(zones.folder)"
          pidfile: "\(folder)/nsd.pid"
          zonelistfile: "\(folder)/zone.list"
          xfrdfile: "\(folder)/xfrd.state"
          xfrdir: "\(folder)"
          ipv4-edns-size: \(Trio.udpBytes)
          minimal-responses: yes
          round-robin: no
          rrl-ratelimit: 0
          rrl-whitelist-ratelimit: 0
        remote-control:
          control-enable: no

        """
            + zones.origins.map {
                "zone:\n  name: \"\($0)\"\n  zonefile: \"\(zones.file(of: $0))\"\n"
            }.joined()
    }

    /// Those of Knot: zone files are only read.
    func knot(_ zones: ZoneSet, _ port: UInt16) -> String {
        """
        server:
            rundir: "\(folder)"
            listen: "127.0.0.1@\(port)"
            udp-workers: 1
            tcp-workers: 1
            background-workers: 1
            udp-max-payload: \(Trio.udpBytes)
        database:
            storage: "\(folder)"
        log:
          - target: stderr
            any: info
        template:
          - id: default
            storage: "\(zones.folder)"
            zonefile-sync: -1
            journal-content: none
            semantic-checks: off
        zone:

        """
            + zones.origins.map {
                "  - domain: \"\($0)\"\n    file: \"\(zones.file(of: $0))\"\n"
            }.joined()
    }
}
