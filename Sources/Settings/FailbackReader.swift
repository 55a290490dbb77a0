import Zones

/// Reads the `failback` of a failover: `auto`, `manual` or `{after: 5m}`.
struct FailbackReader {
    let checker: SettingsChecker

    static let shape = SettingsShape(
        title: "failback",
        keys: [
            SettingsKey(
                "after", .duration(.seconds(1)...(.seconds(Failback.maximumSeconds))),
                required: true, "How long a better tier has to be well before it answers again")
        ])

    func read(_ node: YAMLNode, key: String) -> Failback? {
        if node.map != nil {
            let object = checker.checkObject(node, FailbackReader.shape, who: "'\(key)'")
            guard let time = object.duration("after") else { return nil }
            // A part of a second makes it longer, not shorter.
            let (seconds, rest) = time.components
            return .after(seconds: UInt32(clamping: seconds + (rest > 0 ? 1 : 0)))
        }
        switch node.text {
        case "auto": return .automatic
        case "manual": return .manual
        default:
            checker.refuse(node, key, mustBe: "'auto', 'manual' or {after: 5m}")
            return nil
        }
    }
}
