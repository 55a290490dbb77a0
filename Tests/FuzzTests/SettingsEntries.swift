import DNSWire
import Settings
import Zones

extension FuzzEntry {
    /// The server's settings, in YAML.
    static let settings = FuzzEntry("settings", text: yamlWords) { input in
        let (settings, findings) = readServerSettings(
            file: "f", text: String(decoding: input, as: UTF8.self),
            environment: ["ROBOTS_TOKEN": "secret"])
        let references = settings.map { resolve(platform: $0.steering) } ?? []
        return complaint(about: findings + references, isRefused: settings == nil)
    }

    /// The steering of a zone, in YAML.
    static let steering = FuzzEntry("steering", words: yamlWords.map { Array($0.utf8) }) {
        let origin = try Name("gslb.example.com.")
        return { input in
            let (steering, findings) = readZoneSteering(
                file: "f", text: String(decoding: input, as: UTF8.self), origin: origin)
            let references = steering.map {
                resolve(platform: SteeringDefinition(), zone: $0, origin: origin)
            }
            return complaint(about: findings + (references ?? []), isRefused: steering == nil)
        }
    }

    private static func complaint(about findings: [Finding], isRefused: Bool) -> String? {
        if isRefused, findings.isEmpty { return "refused without a reason" }
        let bad = findings.first {
            $0.position.file != "f" || $0.position.line < 0 || $0.position.column < 0
                || $0.message.isEmpty
        }
        return bad.map { "a finding from nowhere: \($0)" }
    }

    private static let yamlWords = [
        "{", "}", "[", "]", ":", ",", "- ", "? ", "*a", "&a ", "!x ", "|\n", ">\n", "'", "\"", "\\",
        "#", "\n", "  ", "\t", "\u{0}", "\u{FEFF}", "~", "null", "<<: ", "---\n", "...\n", "-1",
        "1e9", "99999999999999999999", "0x10", "nan", "weighted: ", "failover: ", "all: ",
        "policy: ", "auto", "ttl: ", "edge-us", "5s", "192.0.2.1", "::1", "\r\n", "\u{2028}",
    ]
}
