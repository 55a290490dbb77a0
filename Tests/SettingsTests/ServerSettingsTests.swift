import DNSWire
import Settings
import Testing
import Zones

struct ServerSettingsTests {
    @Test func theExampleLoads() throws {
        let settings = try SettingsFixture.settings(
            SettingsFixture.server, file: "/etc/sterna/sterna.yaml",
            environment: ["ROBOTS_TOKEN": "s3cret"])
        #expect(settings.listen.map(\.description) == ["127.0.0.1:5300"])
        #expect(settings.zonesFolder == "/etc/sterna/zones")
        #expect(settings.state == "/etc/sterna/state")
        #expect(settings.control?.description == "127.0.0.1:8053")
        #expect(settings.feeds.map(\.name) == ["drills", "robots"])
        #expect(
            settings.feeds.map(\.source) == [
                .file("/etc/sterna/feeds/drills.json"), .push(token: "s3cret"),
            ])
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "{}", "feeds:\nendpoints:\n"])
    func anEmptyFileMeansDefaults(_ text: String) throws {
        let settings = try SettingsFixture.settings(text)
        let defaults = ServerSettings()
        #expect(settings.listen == defaults.listen)
        #expect(settings.workers == 1)
        #expect(settings.zonesFolder == nil)
        #expect(settings.zoneFiles.isEmpty)
        #expect(settings.state == "state")
        #expect(settings.control == defaults.control)
        #expect(settings.feeds.isEmpty)
        #expect(settings.ednsBytes == 1232)
        #expect(settings.tcp == TCPSettings())
        #expect(settings.udp == UDPSettings())
        #expect(settings.nsid == nil)
        #expect(settings.cookies == .generated)
        #expect(settings.clientSubnet && settings.extendedErrors)
        #expect(settings.chaosVersion == nil && settings.chaosID == nil)
        #expect(settings.isConfined)
    }

    @Test(arguments: [("auto", true), ("off", false)])
    func confinementMayBeOff(_ word: String, _ isConfined: Bool) throws {
        #expect(try SettingsFixture.settings("confinement: \(word)").isConfined == isConfined)
    }

    @Test func ednsIsTaken() throws {
        let settings = try SettingsFixture.settings(
            """
            edns:
              nsid: ams-3
              cookies: { secret: "env:COOKIE", previous: 000102030405060708090a0B0c0d0e0f }
              ecs: off
              ede: false
            chaos: { version: Sterna, id: ams 3 }
            """, environment: ["COOKIE": String(repeating: "f1", count: 16)])
        #expect(settings.nsid == "ams-3")
        #expect(
            settings.cookies
                == .secret([UInt8](repeating: 0xF1, count: 16), previous: Array(0...15)))
        #expect(!settings.clientSubnet && !settings.extendedErrors)
        #expect(settings.chaosVersion == "Sterna")
        #expect(settings.chaosID == "ams 3")
        #expect(settings.ednsBytes == 1232)
    }

    @Test(arguments: [("edns: { cookies: off }", true), ("edns: { cookies: {} }", false)])
    func cookiesMayBeOff(_ text: String, _ isOff: Bool) throws {
        #expect(try SettingsFixture.settings(text).cookies == (isOff ? .off : .generated))
    }

    @Test(arguments: [("any: hinfo", true), ("any: smallest", false), ("workers: 1", false)])
    func anyMayBeHINFO(_ text: String, _ isHINFO: Bool) throws {
        #expect(try SettingsFixture.settings(text).hinfoForAny == isHINFO)
    }

    @Test func everyKeyIsTaken() throws {
        let settings = try SettingsFixture.settings(
            """
            listen: [0.0.0.0:53, "[::]:53"]
            workers: 4
            zones:
              example.org: a/example.org.zone
              .: /b/root.zone
            state: /var/lib/sterna
            control: off
            feeds: { local: { push: true } }
            edns: { size: 1400 }
            tcp: { connections: 20, per-client: 2, idle: 1m }
            udp: { coalesce: 0, busy-poll: 50, receive-buffer: 1048576 }
            pin-workers: true
            clusters: { here: }
            monitors: { connect: { tcp: { port: 443 } } }
            endpoints: { one: { addresses: 192.0.2.1, cluster: here, monitor: connect } }
            policies: { both: { all: [one] } }
            """, file: "conf/s.yaml")
        #expect(settings.listen.map(\.description) == ["0.0.0.0:53", "[::]:53"])
        #expect(settings.workers == 4)
        #expect(settings.zonesFolder == nil)
        #expect(settings.zoneFiles.map(\.file) == ["conf/a/example.org.zone", "/b/root.zone"])
        #expect(settings.zoneFiles.map(\.origin) == [try Name("example.org."), .root])
        #expect(settings.state == "/var/lib/sterna")
        #expect(settings.control == nil)
        #expect(settings.feeds.map(\.source) == [.push(token: nil)])
        #expect(settings.ednsBytes == 1400)
        #expect(settings.tcp.connections == 20)
        #expect(settings.tcp.connectionsPerClient == 2)
        #expect(settings.tcp.idleSeconds == 60)
        #expect(settings.udp.coalesceMicroseconds == 0)
        #expect(settings.udp.busyPollMicroseconds == 50)
        #expect(settings.udp.receiveBytes == 1 << 20)
        #expect(settings.udp.pinsWorkers)
        #expect(settings.steering.clusters.map(\.name) == ["here"])
        #expect(settings.steering.endpoints.map(\.tier) == [.other])
        #expect(settings.steering.policies.map(\.name) == ["both"])
        #expect(resolve(platform: settings.steering).isEmpty)
    }

    @Test(arguments: [
        ("control: off", nil), ("control: { listen: off }", nil),
        ("control: 127.0.0.1:9", "127.0.0.1:9"), ("control: { listen: '[::1]:9' }", "[::1]:9"),
    ])
    func controlHasThreeForms(_ text: String, _ expected: String?) throws {
        #expect(try SettingsFixture.settings(text).control?.description == expected)
    }

    @Test(arguments: [
        BrokenCase(
            "unknown key with a near one", "lisen: 127.0.0.1:53",
            "s.yaml:1:1: unknown key 'lisen' in the settings; did you mean 'listen'?"),
        BrokenCase(
            "unknown key far from all", "edns: { zzz: 1 }",
            "s.yaml:1:9: unknown key 'zzz' in 'edns'; known here: size, "
                + "size-without-cookie, nsid, cookies, ecs, ede"),
        BrokenCase(
            "no port", "listen: [127.0.0.1]",
            "s.yaml:1:10: 'listen' must be ADDRESS:PORT, as in 127.0.0.1:5300 or '[::1]:5300', "
                + "not '127.0.0.1'"),
        BrokenCase(
            "empty list", "listen: []", "s.yaml:1:9: 'listen' must have 1 to 64 entries, not 0"),
        BrokenCase(
            "twice the same", "listen: [127.0.0.1:53, 127.0.0.1:53]",
            "s.yaml:1:1: 'listen' has 127.0.0.1:53 twice"),
        BrokenCase(
            "workers", "workers: 0",
            "s.yaml:1:10: 'workers' must be an integer from 1 to 256, not '0'"),
        BrokenCase(
            "edns size", "edns: { size: 100 }",
            "s.yaml:1:15: 'size' must be an integer from 512 to 4096, not '100'"),
        BrokenCase(
            "nsid too long", "edns: { nsid: \(String(repeating: "a", count: 65)) }",
            "s.yaml:1:15: 'nsid' must be text of at most 64 bytes without control characters, not "
                + "'\(String(repeating: "a", count: 60))'"),
        BrokenCase(
            "a secret of 31 digits",
            "edns: { cookies: { secret: 000102030405060708090a0b0c0d0e0 } }",
            "s.yaml:1:28: 'secret' must be 32 hexadecimal digits, or env:NAME, "
                + "not '000102030405060708090a0b0c0d0e0'"),
        BrokenCase(
            "a secret that is not set", "edns: { cookies: { secret: 'env:NOPE' } }",
            "s.yaml:1:20: environment variable 'NOPE' is not set"),
        BrokenCase(
            "a previous secret alone",
            "edns: { cookies: { previous: 000102030405060708090a0b0c0d0e0f } }",
            "s.yaml:1:20: 'previous' needs 'secret'"),
        BrokenCase(
            "ecs", "edns: { ecs: maybe }", "s.yaml:1:14: 'ecs' must be 'on', 'off', not 'maybe'"),
        BrokenCase(
            "idle without unit", "tcp: { idle: 10 }", "s.yaml:1:14: 'idle' needs a unit, as in 10s"),
        BrokenCase(
            "idle in fractions", "tcp: { idle: 1500ms }", "s.yaml:1:8: 'idle' must be whole seconds"
        ),
        BrokenCase(
            "a feed of neither kind", "feeds: { f: { } }",
            "s.yaml:1:13: feed 'f' needs exactly one of 'file', 'push'"),
        BrokenCase(
            "a feed of both kinds", "feeds: { f: { file: x, push: true } }",
            "s.yaml:1:24: feed 'f' has both 'file' and 'push'; it needs exactly one of 'file', 'push'"
        ),
        BrokenCase(
            "push: false", "feeds: { f: { push: false } }",
            "s.yaml:1:15: 'push' must be true; leave the feed out otherwise"),
        BrokenCase(
            "a token for a file", "feeds: { f: { file: x, token: y } }",
            "s.yaml:1:24: 'token' needs 'push: true'"),
        BrokenCase(
            "missing variable", "feeds: { f: { push: true, token: 'env:NOPE' } }",
            "s.yaml:1:27: environment variable 'NOPE' is not set"),
        BrokenCase(
            "same token", "feeds:\n  a: { push: true, token: x }\n  b: { push: true, token: x }",
            "s.yaml:3:3: feeds 'a' and 'b' have the same token"),
        BrokenCase(
            "two open feeds", "feeds:\n  a: { push: true }\n  b: { push: true }",
            "s.yaml:3:3: feeds 'a' and 'b' are both without a token; one may be"),
        BrokenCase(
            "names belong to zones", "names: { shop: { policy: x } }",
            "s.yaml:1:1: unknown key 'names' in the settings; known here: listen, workers, zones, state, "
                + "control, feeds, edns, chaos, any, tcp, udp, pin-workers, rate-limit, access, "
                + "confinement, locations, brake, latencies, resolver, clusters, monitors, endpoints, "
                + "policies"),
        BrokenCase(
            "same zone twice", "zones: { a.example: x, A.EXAMPLE.: y }",
            "s.yaml:1:24: zone 'A.EXAMPLE.' is given twice"),
        BrokenCase(
            "not a map", "- a\n- b", "s.yaml:1:1: the settings must be a map with keys, not a list"),
        BrokenCase(
            "platform reference", "endpoints: { a: { addresses: 192.0.2.1, monitor: m } }",
            "s.yaml:1:14: monitor 'm' is not defined"),
    ])
    func mistakesAreNamedWithTheirPlace(_ broken: BrokenCase) {
        #expect(SettingsFixture.findings(inServer: broken.text) == broken.findings)
    }

    @Test func platformMonitorsMayBeUsedByZones() throws {
        let settings = try SettingsFixture.settings(
            "monitors:\n  used: { tcp: { port: 1 } }\n  idle: { tcp: { port: 2 } }")
        var zone = SteeringDefinition()
        let nowhere = SourcePosition(file: "z")
        zone.endpoints = [
            EndpointDefinition(
                name: "e", addresses: [.v4(1)], monitor: "used", position: nowhere)
        ]
        #expect(
            unusedMonitors(settings, zones: [zone]).map(\.description)
                == ["s.yaml:3:3: warning: no endpoint uses monitor 'idle'"])
    }
}
