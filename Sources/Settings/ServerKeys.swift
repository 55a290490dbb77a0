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
            SettingsKey("edns", .object(edns), "Limits of DNS over UDP"),
            SettingsKey("tcp", .object(tcp), "Limits of DNS over TCP"),
        ] + SteeringKeys.sections)

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
        ],
        planned: ["silent"],
        exactlyOne: ["file", "push"])

    static let edns = SettingsShape(
        title: "edns",
        keys: [
            SettingsKey(
                "size", .integer(512...4096), default: "1232",
                "Largest UDP message sent, in bytes (RFC 6891 §6.2.5)")
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
