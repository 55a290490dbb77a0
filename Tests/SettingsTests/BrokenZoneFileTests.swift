import DNSWire
import Settings
import Testing
import Zones

struct BrokenZoneFileTests {
    @Test(arguments: [
        BrokenCase(
            "no check", "monitors: { m: { interval: 5s } }",
            "z.yaml:1:16: monitor 'm' needs exactly one of 'tcp', 'http', 'https'"),
        BrokenCase(
            "two checks", "monitors: { m: { tcp: { port: 1 }, http: { } } }",
            "z.yaml:1:36: monitor 'm' has both 'tcp' and 'http'; it needs exactly one of 'tcp', 'http', 'https'"
        ),
        BrokenCase(
            "future check", "monitors: { m: { icmp: { }, tcp: { port: 1 } } }",
            "z.yaml:1:18: 'icmp' is not available yet"),
        BrokenCase("no port", "monitors: { m: { tcp: { } } }", "z.yaml:1:23: 'tcp' has no 'port'"),
        BrokenCase(
            "port", "monitors: { m: { tcp: { port: 65536 } } }",
            "z.yaml:1:31: 'port' must be an integer from 1 to 65535, not '65536'"),
        BrokenCase(
            "timeout above interval",
            "monitors: { m: { tcp: { port: 1 }, interval: 1s, timeout: 1m } }",
            "z.yaml:1:50: 'timeout' (1m) is above 'interval' (1s)"),
        BrokenCase(
            "interval without unit", "monitors: { m: { tcp: { port: 1 }, interval: 5 } }",
            "z.yaml:1:46: 'interval' needs a unit, as in 5s"),
        BrokenCase(
            "interval out of range", "monitors: { m: { tcp: { port: 1 }, interval: 2h } }",
            "z.yaml:1:46: 'interval' must be a duration from 100ms to 1h, not '2h'"),
        BrokenCase(
            "fall", "monitors: { m: { tcp: { port: 1 }, fall: 101 } }",
            "z.yaml:1:42: 'fall' must be an integer from 1 to 100, not '101'"),
        BrokenCase(
            "local without HTTP", "monitors: { m: { tcp: { port: 1 }, local: { path: / } } }",
            "z.yaml:1:36: 'local' needs an 'http' or 'https' check"),
        BrokenCase(
            "local without a difference", "monitors: { m: { http: { }, local: { } } }",
            "z.yaml:1:29: 'local' must differ in something from the check above it"),
        BrokenCase(
            "verify without TLS", "monitors: { m: { http: { verify: true } } }",
            "z.yaml:1:26: unknown key 'verify' in 'http'; known here: port, host, path, method, headers, status, body"
        ),
        BrokenCase(
            "local verify without TLS", "monitors: { m: { http: { }, local: { verify: true } } }",
            "z.yaml:1:38: 'verify' needs an 'https' check"),
        BrokenCase(
            "path", "monitors: { m: { http: { path: 'a b' } } }",
            "z.yaml:1:32: 'path' must be a path that starts with '/', without spaces, not 'a b'"),
        BrokenCase(
            "a header that is set for you", "monitors: { m: { http: { headers: { host: a } } } }",
            "z.yaml:1:37: 'host' in 'headers' must be a header name; 'Host', 'Connection' and those that frame the body are set for you"
        ),
        BrokenCase(
            "a header that breaks the line",
            "monitors: { m: { http: { headers: { a: \"b\\r\\nc: d\" } } } }",
            "z.yaml:1:40: 'a' must be text without control characters, not 'b\r\nc: d'"),
        BrokenCase(
            "status", "monitors: { m: { http: { status: [200, 300-200] } } }",
            "z.yaml:1:40: 'status' must be a status from 100 to 599 or a range such as 200-399, not '300-200'"
        ),
    ])
    func monitorMistakes(_ broken: BrokenCase) throws {
        let text = broken.text + "\nendpoints: { e: { addresses: 192.0.2.1, monitor: m } }"
        let findings = try SettingsFixture.findings(inZone: text)
        #expect(findings == broken.findings)
    }

    @Test(arguments: [
        BrokenCase(
            "no addresses", "endpoints: { e: { tier: edge } }",
            "z.yaml:1:17: endpoint 'e' needs exactly one of 'addresses', 'host'"),
        BrokenCase(
            "bad address", "endpoints: { e: { addresses: [192.0.2.1, 192.0.2.256] } }",
            "z.yaml:1:42: 'addresses' must be an IPv4 or IPv6 address, not '192.0.2.256'"),
        BrokenCase(
            "address twice", "endpoints: { e: { addresses: ['2001:db8::1', '2001:DB8:0::1'] } }",
            "z.yaml:1:19: address 2001:db8::1 of endpoint 'e' is given twice"),
        BrokenCase(
            "tier", "endpoints: { e: { addresses: 192.0.2.1, tier: egde } }",
            "z.yaml:1:47: 'tier' must be 'edge', 'ingress', 'other', not 'egde'"),
        BrokenCase(
            "nothing after the colon", "endpoints: { e: { addresses: 192.0.2.1, cluster: } }",
            "z.yaml:1:50: 'cluster' must be letters, digits, '-', '_' and '.', at most 63, not nothing"
        ),
        BrokenCase(
            "bad name", "endpoints: { 'e e': { addresses: 192.0.2.1 } }",
            "z.yaml:1:14: 'e e' in 'endpoints' must be letters, digits, '-', '_' and '.', at most 63"
        ),
        BrokenCase(
            "an endpoint that is no map", "endpoints: { e: 192.0.2.1 }",
            "z.yaml:1:17: endpoint 'e' must be a map with keys, not '192.0.2.1'"),
        BrokenCase(
            "endpoints as a list", "endpoints: [e]",
            "z.yaml:1:12: 'endpoints' must be a map, not a list"),
        BrokenCase(
            "location", "clusters: { c: { location: [100, 0] } }",
            "z.yaml:1:28: 'location' must be [latitude, longitude] in degrees, as in [39.0, -77.5], not a list"
        ),
        BrokenCase(
            "capacity", "clusters: { c: { capacity: -1 } }",
            "z.yaml:1:28: 'capacity' must be a number from 0.0 to 1000000000000000.0, not '-1'"),
        BrokenCase(
            "no policy", "names: { n: { ttl: 5 } }", "z.yaml:1:13: steered name 'n' has no 'policy'"
        ),
        BrokenCase(
            "TTL below 0",
            "endpoints: { e: { addresses: 192.0.2.1 } }\nnames: { n: { policy: e, ttl: -1 } }",
            "z.yaml:2:31: 'ttl' must be seconds, a duration such as 30s, 'auto' or {auto: {min: 5, max: 300}}, not '-1'"
        ),
        BrokenCase(
            "TTL clamp",
            "endpoints: { e: { addresses: 192.0.2.1 } }\nnames: { n: { policy: e, ttl: { auto: { min: 9, max: 8 } } } }",
            "z.yaml:2:41: 'min' (9) is above 'max' (8)"),
        BrokenCase(
            "a server's key", "listen: 127.0.0.1:53",
            "z.yaml:1:1: unknown key 'listen' in a zone's file; known here: clusters, monitors, endpoints, policies, names, clientSubnet"
        ),
    ])
    func otherMistakes(_ broken: BrokenCase) throws {
        let findings = try SettingsFixture.findings(inZone: broken.text)
        #expect(findings == broken.findings)
    }

    @Test func everyMistakeIsReportedAtOnce() throws {
        let text = """
            clusters:
              us-east: { regoin: us-east-1 }
            monitors:
              canary: { https: { host: canary.example.com }, interval: 5, fall: 0 }
            endpoints:
              edge-us: { cluster: us-east, adresses: [192.0.2.10], monitor: canary }
              edge-eu: { cluster: us-eats, addresses: [198.51.100.300], monitor: canari }
            names:
              shop: { ttl: 30, policy: { weighted: { edge-us: 3, edge-ue: -1 } } }
              pay:  { policy: { failover: [edge-us, edge-x-y] } }
              www:  { policy: { latency: { EU: edge-eu } } }
            """
        let findings = try SettingsFixture.findings(inZone: text)
        #expect(
            findings == [
                "z.yaml:2:14: unknown key 'regoin' in cluster 'us-east'; did you mean 'region'?",
                "z.yaml:4:60: 'interval' needs a unit, as in 5s",
                "z.yaml:4:69: 'fall' must be an integer from 1 to 100, not '0'",
                "z.yaml:6:32: unknown key 'adresses' in endpoint 'edge-us'; did you mean 'addresses'?",
                "z.yaml:6:12: endpoint 'edge-us' needs exactly one of 'addresses', 'host'",
                "z.yaml:7:44: 'addresses' must be an IPv4 or IPv6 address, not '198.51.100.300'",
                "z.yaml:9:63: a weight must be an integer from 0 to 1000000, not '-1'",
                "z.yaml:11:30: 'latency' must be a list of policies, not a map",
                "z.yaml:7:3: cluster 'us-eats' is not defined; did you mean 'us-east'?",
                "z.yaml:7:3: monitor 'canari' is not defined; did you mean 'canary'?",
                "z.yaml:9:54: endpoint 'edge-ue' is not defined; did you mean 'edge-us'?",
                "z.yaml:10:41: endpoint 'edge-x-y' is not defined",
            ])
    }

    @Test func aFileFullOfMistakesIsCutShort() throws {
        let text = (0..<5000).map { "key\($0): x" }.joined(separator: "\n")
        let findings = try SettingsFixture.findings(inZone: text)
        #expect(findings.count == 1001)
        #expect(findings.last == "z.yaml: too many errors; the rest is not shown")
    }
}
