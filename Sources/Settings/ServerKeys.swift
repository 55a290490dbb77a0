/// The table of keys of `sterna.yaml`.
enum ServerKeys {
    static let file = SettingsShape(
        title: "server settings",
        keys: [
            SettingsKey(
                "listen", .oneOrMore(.socketAddress, maximum: 64), default: "127.0.0.1:5300",
                "Addresses and ports for UDP and TCP"),
            SettingsKey(
                "workers", .integer(1...256), default: "1",
                "Threads that answer, one per core at most"),
            SettingsKey(
                "zones", .either([.ruledText(.file), .map(.owner, .ruledText(.file))]),
                "The folder with NAME.zone and NAME.yaml files, or a map of origins to master files"
            ),
            SettingsKey(
                "state", .ruledText(.file), default: "state",
                "The folder for what must outlive a restart"),
            SettingsKey(
                "control",
                .either([.word(["off"]), .socketAddress, .object(control)]),
                default: "127.0.0.1:8053", "Where the HTTP API and the metrics listen, or 'off'"),
            SettingsKey(
                "feeds", .map(.thing, .object(feed)), "Where verdicts from outside come from"),
            SettingsKey("edns", .object(edns), "Limits of DNS over UDP, and options of EDNS"),
            SettingsKey(
                "chaos", .object(chaos), "Answers to CHAOS questions about the server (RFC 4892)"),
            SettingsKey(
                "any", .word(["smallest", "hinfo"]), default: "smallest",
                "What questions for type ANY get: the smallest RRset of the name, or a HINFO record that says RFC8482 (RFC 8482 §4)"
            ),
            SettingsKey("tcp", .object(tcp), "Limits of DNS over TCP"),
            SettingsKey("udp", .object(udp), "How UDP queries are waited for"),
            SettingsKey(
                "pin-workers", .boolean, default: "false",
                "Whether each thread that answers over UDP stays on a processor of its own"),
            SettingsKey(
                "rate-limit", .either([.integer(1...1_000_000), .object(AbuseKeys.rateLimit)]),
                "Most responses a second over UDP to one network from one name, or an object"),
            SettingsKey(
                "access", .object(AbuseKeys.access), "Which clients are answered and which refused"),
            SettingsKey(
                "confinement", .word(["auto", "off"]), default: "auto",
                "Whether the answering process gives up privileges, files and system calls that it does not need, as far as the kernel can, or 'off' for debuggers"
            ),
            SettingsKey(
                "locations", .object(locations), "Files that tell where clients are"),
            SettingsKey(
                "brake", .either([.word(["off"]), .object(HealthKeys.brake)]),
                "When so much turns unhealthy at once that it is held until somebody confirms it, or 'off'"
            ),
            SettingsKey(
                "latencies", .object(latencies),
                "How long packets take between clients and clusters or regions, for 'latency'"),
            SettingsKey(
                "resolver", .object(resolver), "How the names of hosts are resolved"),
        ] + SteeringKeys.sections)

    static let locations = SettingsShape(
        title: "locations",
        keys: [
            SettingsKey(
                "networks", .oneOrMore(.ruledText(.file), maximum: 64),
                "Lists of your own networks: a network, its name and perhaps its place, as in 52.5,13.4, on each line"
            ),
            SettingsKey(
                "databases", .oneOrMore(.ruledText(.file), maximum: 8),
                "Databases in MaxMind's format, of cities, countries or autonomous systems; where two know a place, the first counts"
            ),
        ])

    static let resolver = SettingsShape(
        title: "resolver",
        keys: [
            SettingsKey(
                "servers", .oneOrMore(.resolver, maximum: 8),
                "Recursive resolvers, the preferred one first, with port 53 unless it says otherwise; without them those of /etc/resolv.conf"
            ),
            SettingsKey(
                "timeout", .duration(.milliseconds(10)...(.seconds(60))), default: "2s",
                "Time that one resolver has for one question"),
            SettingsKey(
                "floor", .duration(.milliseconds(100)...(.seconds(3600))), default: "5s",
                "Shortest time between two refreshes of a host, whatever its TTL"),
            SettingsKey(
                "ceiling", .duration(.seconds(1)...(.seconds(86400))), default: "1h",
                "Longest time between two refreshes of a host"),
        ])

    static let latencies = SettingsShape(
        title: "latencies",
        keys: [
            SettingsKey(
                "file", .ruledText(.file), required: true,
                "A table: a client network or a place as in 'geo' or 'default', a cluster or region, and milliseconds, with commas between, on each line"
            ),
            SettingsKey(
                "hysteresis", .ruledText(.latencyMargin), default: "10%",
                "By what share of its latency a member must be faster than the one before it in order to take its place when the table changes"
            ),
        ])

    static let control = SettingsShape(
        title: "control",
        keys: [
            SettingsKey(
                "listen", .either([.word(["off"]), .socketAddress]), default: "127.0.0.1:8053",
                "Where the HTTP API and the metrics listen, or 'off'")
        ])

    static let feed = SettingsShape(
        title: "feed",
        keys: [
            SettingsKey("file", .ruledText(.file), "A JSON file that is watched"),
            SettingsKey("push", .boolean, "Whether verdicts are pushed over HTTP"),
            SettingsKey(
                "token", .ruledText(.token),
                "The bearer token that pushes must carry, or 'env:NAME' for an environment variable; without one they are taken from loopback only"
            ),
        ] + HealthKeys.silence,
        exactlyOne: ["file", "push"])

    static let edns = SettingsShape(
        title: "edns",
        keys: [
            SettingsKey(
                "size", .integer(512...4096), default: "1232",
                "Largest UDP message sent, in bytes (RFC 6891 §6.2.5)"),
            SettingsKey(
                "size-without-cookie", .integer(512...4096),
                "Largest UDP message sent to a client that has not shown a valid cookie, in bytes; without it as large as any"
            ),
            SettingsKey(
                "nsid", .ruledText(.shortText),
                "The server's name for those who ask for it (RFC 5001); without one they get none"),
            SettingsKey(
                "cookies", .either([.word(["off"]), .object(cookies)]),
                "DNS cookies (RFC 7873, RFC 9018), or 'off'; without a secret the server makes its own"
            ),
            SettingsKey(
                "ecs", .word(["on", "off"]), default: "on",
                "Whether client subnets are read and echoed, or ignored (RFC 7871)"),
            SettingsKey(
                "ede", .boolean, default: "true",
                "Whether answers say why they are what they are (RFC 8914)"),
        ])

    static let cookies = SettingsShape(
        title: "cookies",
        keys: [
            SettingsKey(
                "secret", .ruledText(.secret),
                "What cookies are made with, the same on all servers of a name: 32 hexadecimal digits, or 'env:NAME' for an environment variable"
            ),
            SettingsKey(
                "previous", .ruledText(.secret),
                "A secret whose cookies are still taken, while 'secret' is changed on one server after the other"
            ),
        ])

    static let chaos = SettingsShape(
        title: "chaos",
        keys: [
            SettingsKey(
                "version", .ruledText(.shortText),
                "The answer to version.bind and version.server; without one they are refused"),
            SettingsKey(
                "id", .ruledText(.shortText),
                "The answer to hostname.bind and id.server; without one they are refused"),
        ])

    static let udp = SettingsShape(
        title: "udp",
        keys: [
            SettingsKey(
                "coalesce", .integer(0...1000), default: "100",
                "Microseconds that a worker lets queries gather, between 5,000 and 60,000 of them a second; 0: never"
            ),
            SettingsKey(
                "busy-poll", .integer(0...10000), default: "0",
                "Microseconds that a worker looks for queries before it sleeps, at the price of a processor; 0: it sleeps at once"
            ),
            SettingsKey(
                "receive-buffer", .integer(65_536...268_435_456), default: "4194304",
                "Bytes of queries that may wait for each worker; more are lost"),
        ])

    static let tcp = SettingsShape(
        title: "tcp",
        keys: [
            SettingsKey(
                "connections", .integer(1...1_000_000), default: "1000",
                "Most connections at a time"),
            SettingsKey(
                "per-client", .integer(1...1_000_000), default: "50",
                "Most connections of one client address at a time"),
            SettingsKey(
                "idle", .duration(.seconds(1)...(.seconds(3600))), default: "10s",
                "Time until an idle connection is closed, in whole seconds (RFC 7766 §6.2.3)"),
        ])
}

extension TextRule {
    /// Text of messages that must stay short.
    static let shortText = TextRule(
        words: "text of at most 64 bytes without control characters",
        pattern: "^[^\\u0000-\\u001f\\u007f]{1,64}$"
    ) { text in
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    }

    /// A percentage from 0 to 90.
    static let latencyMargin = TextRule(
        words: "a percentage from 0% to 90%", pattern: "^([0-9]|[1-8][0-9]|90)%$"
    ) { text in
        percent(text).map { (0...90).contains($0) } ?? false
    }

    /// The whole number before `%`.
    static func percent(_ text: String) -> Int? {
        let digits = text.utf8.dropLast()
        guard text.utf8.last == UInt8(ascii: "%"), (1...3).contains(digits.count),
            digits.allSatisfy({ (48...57).contains($0) }),
            digits.count == 1 || digits.first != UInt8(ascii: "0")
        else { return nil }
        return Int(text.dropLast())
    }

    /// 16 bytes, or the name of a variable.
    static let secret = TextRule(
        words: "32 hexadecimal digits, or env:NAME",
        pattern: "^(env:[A-Za-z_][A-Za-z0-9_]*|[0-9A-Fa-f]{32})$"
    ) { text in
        if text.hasPrefix("env:") { return text.utf8.count > 4 }
        return secretBytes(text) != nil
    }

    /// The 16 bytes that 32 hexadecimal digits mean; nil when these are none.
    static func secretBytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32, text.utf8.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// RFC 6750 §2.1, or the name of a variable.
    static let token = TextRule(
        words: "letters, digits and '-._~+/=', or env:NAME",
        pattern: "^(env:[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9._~+/=-]{1,512})$"
    ) { text in
        if text.hasPrefix("env:") { return text.utf8.count > 4 }
        return isToken(text)
    }

    static func isToken(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0 | 0x20)
                    || "-._~+/=".utf8.contains($0)
            }
    }
}
