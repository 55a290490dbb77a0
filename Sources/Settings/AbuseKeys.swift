/// The tables of keys of `rate-limit` and `access`.
enum AbuseKeys {
    /// Most networks in one list.
    static let maximumNetworks = 10_000

    static let rateLimit = SettingsShape(
        title: "rate-limit",
        keys: [
            SettingsKey(
                "responses", .integer(0...1_000_000), required: true,
                "Answers and referrals a second to one network from one name (for all names of a wildcard, from the wildcard); 0: no limit"
            ),
            SettingsKey(
                "negatives", .integer(0...1_000_000),
                "Negative answers a second to one network from one zone; as 'responses' if not set"),
            SettingsKey(
                "errors", .integer(0...1_000_000),
                "Errors a second to one network; as 'responses' if not set"),
            SettingsKey(
                "all", .integer(0...1_000_000), default: "0",
                "Responses of any kind a second to one network; 0: no limit"),
            SettingsKey(
                "ipv4-prefix", .integer(8...32), default: "24",
                "Bits of an IPv4 address that make a network"),
            SettingsKey(
                "ipv6-prefix", .integer(16...128), default: "56",
                "Bits of an IPv6 address that make a network"),
            SettingsKey(
                "slip", .integer(0...10), default: "2",
                "Of how many responses beyond a limit one is sent without records and with TC, so that honest clients come by TCP; 1: all, 0: none"
            ),
            SettingsKey(
                "exempt", .oneOrMore(.network, maximum: maximumNetworks),
                "Networks without limits"),
            SettingsKey(
                "dry-run", .boolean, default: "false",
                "Whether responses beyond a limit are counted in the metrics and sent all the same"),
        ])

    static let access = SettingsShape(
        title: "access",
        keys: [
            SettingsKey(
                "allow", .oneOrMore(.network, maximum: maximumNetworks),
                "Networks that are answered; with this, all others are refused"),
            SettingsKey(
                "refuse", .oneOrMore(.network, maximum: maximumNetworks),
                "Networks that are refused; of several around a client the smallest decides"),
        ])
}
