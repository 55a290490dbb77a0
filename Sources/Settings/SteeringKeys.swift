import Zones

/// The table of keys about steering: the same in `sterna.yaml` and in a zone's file.
enum SteeringKeys {
    /// Sections that both files may hold.
    static let sections = [
        SettingsKey(
            "clusters", .map(.thing, .object(cluster)),
            "Where endpoints live; the unit that a platform owner drains"),
        SettingsKey(
            "monitors", .map(.thing, .object(monitor)),
            "Checks that are repeated against every address of the endpoints that use them"),
        SettingsKey(
            "endpoints", .map(.thing, .object(endpoint)),
            "Entry points of traffic: gateways, load balancers"),
        SettingsKey("policies", .map(.thing, .policy), "Policies that others refer to by name"),
    ]

    static let zoneFile = SettingsShape(
        title: "zone file",
        keys: sections + [
            SettingsKey(
                "names", .map(.owner, .object(name)),
                "Steered names by owner, relative to the zone; '@' is its apex"),
            SettingsKey(
                "clientSubnet", .boolean, default: "true",
                "Whether policies look at the client subnet that a resolver tells (RFC 7871), or at the resolver alone"
            ),
        ])

    static let cluster = SettingsShape(
        title: "cluster",
        keys: [
            SettingsKey("region", .ruledText(.label), "The region it lies in, in your own words"),
            SettingsKey(
                "location", .location, "Latitude and longitude in degrees, north and east positive"),
            SettingsKey(
                "capacity", .either([.number(0...1e15), .object(HealthKeys.capacity)]),
                "The load that it takes, in the unit of the loads that feeds report; more goes elsewhere"
            ),
        ])

    static let endpoint = SettingsShape(
        title: "endpoint",
        keys: [
            SettingsKey("cluster", .ruledText(.thing), "The cluster it belongs to"),
            SettingsKey(
                "tier", .word(EndpointDefinition.Tier.allCases.map(\.rawValue)), default: "other",
                "What kind of entry point it is"),
            SettingsKey(
                "addresses", .oneOrMore(.address, maximum: 64),
                "IPv4 and IPv6 addresses, each once"),
            SettingsKey(
                "host", .host,
                "A name instead of addresses: the server resolves it and keeps to its last good addresses"
            ),
            SettingsKey(
                "monitor", .ruledText(.thing),
                "The monitor that checks it; without one it counts as healthy"),
            SettingsKey("labels", .map(.label, .ruledText(.label)), "Your own words about it"),
        ],
        exactlyOne: ["addresses", "host"])

    static let name = SettingsShape(
        title: "steered name",
        keys: [
            SettingsKey(
                "ttl", .timeToLive, default: "\(SteeredName.defaultTTL)",
                "Seconds, or 'auto': as long as nothing looked at could change"),
            SettingsKey(
                "degradedTtl", .seconds,
                "Longest TTL while the policy is degraded, panics, or has only drained members"),
            SettingsKey("policy", .policy, required: true, "What decides the addresses"),
            SettingsKey(
                "whenDown", .whenDown, default: "all",
                "What to answer when the policy finds nothing that is up"),
            SettingsKey(
                "whenDownTtl", .seconds, "The TTL of these answers; without it, that of the others"),
            SettingsKey(
                "accept",
                .oneOrMore(
                    .word(Advice.Code.allCases.map(\.rawValue)), maximum: Advice.Code.allCases.count
                ),
                "Warnings of 'sterna check' about this name that are meant to be so"),
        ])

    static let autoTTL = SettingsShape(
        title: "automatic TTL",
        keys: [
            SettingsKey("min", .timeToLiveSeconds, default: "5", "Shortest TTL in seconds"),
            SettingsKey("max", .timeToLiveSeconds, default: "300", "Longest TTL in seconds"),
        ])

    /// Kinds of policy node and what may stand beside them.
    static let policyKinds = [
        "endpoint", "cluster", "host", "all", "weighted", "failover", "geo", "subnet",
        "proximity", "latency", "hash",
    ]
    /// Keys beside the kind, with the kinds that they belong to.
    static let policyModifiers = [
        "answers": ["all", "weighted"], "ipv4-prefix": ["hash"], "ipv6-prefix": ["hash"],
        "atLeast": ["cluster", "all", "weighted", "failover", "hash", "proximity", "latency"],
        "panic": ["cluster", "all", "weighted", "hash"], "trickle": ["failover"],
        "failback": ["failover"],
        "spill": ["failover", "geo", "subnet", "proximity", "latency"], "alwaysUp": policyKinds,
        "requires": policyKinds,
    ]
}

extension SteeringKeys {
    static let monitor = SettingsShape(
        title: "monitor",
        keys: [
            SettingsKey("tcp", .object(tcpCheck), "Passes when a connection is established"),
            SettingsKey("http", .object(httpCheck), "Passes when an HTTP response is as asked"),
            SettingsKey("https", .object(httpsCheck), "Passes when an HTTPS response is as asked"),
            SettingsKey(
                "local", .object(localCheck),
                "The same request with these keys replaced and headers added, which gateways route to their own next hop only"
            ),
            SettingsKey(
                "interval", .duration(.milliseconds(100)...(.seconds(3600))), default: "10s",
                "Time from one check of an address to the next"),
            SettingsKey(
                "timeout", .duration(.milliseconds(10)...(.seconds(3600))),
                "Time until a check fails, at most the interval; 2s or the interval where not given"
            ),
            SettingsKey(
                "fall", .integer(1...100), default: "3", "Failures until an address goes down"),
            SettingsKey(
                "rise", .integer(1...100), default: "2",
                "Successes in a row until an address comes up"),
            SettingsKey(
                "slowStart", .duration(.seconds(1)...(.seconds(3600))),
                "Time in which an address that comes back grows from a tenth of its traffic to the whole; without it, it has the whole at once"
            ),
        ],
        planned: ["tls", "grpc", "dns", "icmp", "command", "calculated"],
        exactlyOne: ["tcp", "http", "https"])

    static let tcpCheck = SettingsShape(
        title: "TCP check",
        keys: [SettingsKey("port", .port, required: true, "The port to connect to")])

    static let httpCheck = SettingsShape(
        title: "HTTP check", keys: requestKeys(port: "80"), planned: ["redirects"])

    static let httpsCheck = SettingsShape(
        title: "HTTPS check", keys: requestKeys(port: "443") + tlsKeys, planned: ["redirects"])

    /// Every key that may differ for the local check; what is left out is as in the reachable one.
    static let localCheck = SettingsShape(
        title: "local check",
        keys: (requestKeys(port: nil) + tlsKeys).map { key in
            var key = key
            key.defaultText = nil
            return key
        })

    private static func requestKeys(port: String?) -> [SettingsKey] {
        [
            SettingsKey("port", .port, default: port, "The port to connect to"),
            SettingsKey(
                "host", .ruledText(.host), "The Host header and, with HTTPS, the server name sent"),
            SettingsKey("path", .ruledText(.path), default: "/", "What is asked for"),
            SettingsKey("method", .ruledText(.method), default: "GET", "The request method"),
            SettingsKey(
                "headers", .map(.headerName, .ruledText(.headerValue)), "Further request headers"),
            SettingsKey(
                "status", .statuses, default: "200-399", "Status codes and ranges that pass"),
            SettingsKey(
                "body", .ruledText(.bodyText),
                "Text that must stand in the first 5,120 bytes of the body"),
        ]
    }

    private static let tlsKeys = [
        SettingsKey(
            "server-name", .ruledText(.host), "The server name sent, where it is not the host"),
        SettingsKey(
            "verify", .boolean, default: "false",
            "Whether the certificate must be valid for the server name"),
    ]
}

extension SettingsKind {
    static let port = SettingsKind.integer(1...65535)
    /// RFC 2181 §8.
    static let timeToLiveSeconds = SettingsKind.integer(0...Int(Int32.max))
}

extension TextRule {
    static let bodyText = TextRule(
        words: "text of at most 1024 bytes", pattern: "^[\\s\\S]{1,1024}$"
    ) {
        (1...1024).contains($0.utf8.count)
    }
}
