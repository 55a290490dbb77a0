import DNSWire
import Health

/// Keys about what becomes of verdicts and loads.
enum HealthKeys {
    static let capacity = SettingsShape(
        title: "capacity",
        keys: [
            SettingsKey(
                "low", .number(0...1e15), required: true, "The load from which on some is shed"),
            SettingsKey(
                "high", .number(0...1e15), required: true, "The load from which on all is shed"),
        ])

    static let brake = SettingsShape(
        title: "brake",
        keys: [
            SettingsKey(
                "share", .ruledText(.brakeShare), default: "\(BrakeLimits.defaultPercent)%",
                "More than this percentage of all probed addresses is a mass change"),
            SettingsKey(
                "atLeast", .integer(2...1_000_000), default: "\(BrakeLimits.defaultAtLeast)",
                "And at least so many addresses"),
        ])

    /// What feeds of every kind may have.
    static let silence = [
        SettingsKey(
            "silentAfter", .duration(.seconds(1)...(.seconds(86_400 * 7))),
            "Time without a word after which the feed is silent; without it, it never is"),
        SettingsKey(
            "silent", .word(SilentPolicy.allCases.map(\.rawValue)), default: "freeze",
            "What becomes of what a silent feed said: 'freeze' keeps it, 'expire' drops it, 'up' takes it for healthy"
        ),
    ]
}

extension TextRule {
    /// A percentage that leaves room for more.
    static let brakeShare = TextRule(
        words: "a percentage from 1% to 99%", pattern: "^[1-9][0-9]?%$"
    ) { text in
        text.hasSuffix("%") && (1...99).contains(Int(text.dropLast()) ?? 0) && text.utf8.count <= 3
            && text.utf8.first.map { (49...57).contains($0) } ?? false
    }
}

extension SettingsObject {
    /// `brake: {share: 80%, atLeast: 10}`; nil: `brake: off`.
    func brakeLimits() -> BrakeLimits? {
        if text("brake") == "off" { return nil }
        var limits = BrakeLimits()
        guard let written = object("brake") else { return limits }
        limits.percent = written.text("share").flatMap { Int($0.dropLast()) } ?? limits.percent
        limits.atLeast = written.integer("atLeast") ?? limits.atLeast
        return limits
    }

    /// The rule about a feed's silence.
    func readSilence(into feed: inout FeedSettings, _ checker: SettingsChecker) {
        feed.silentAfter = duration("silentAfter")
        feed.silent = text("silent").flatMap(SilentPolicy.init(rawValue:)) ?? .freeze
        if isWritten("silent"), !isWritten("silentAfter") {
            checker.report(
                position(of: "silent"), "'silent' needs 'silentAfter', as in silentAfter: 60s")
        }
        if let time = feed.silentAfter, time.components.attoseconds != 0 {
            checker.report(position(of: "silentAfter"), "'silentAfter' must be whole seconds")
        }
    }
}
