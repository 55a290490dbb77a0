import DNSWire
import Zones

/// Values that are one piece of text.
extension SettingsChecker {
    func checkScalar(_ node: YAMLNode, _ kind: SettingsKind, key: String) -> SettingsValue? {
        guard let text = node.text else {
            refuse(node, key, mustBe: SettingsChecker.words(for: kind))
            return nil
        }
        if let value = SettingsChecker.scalar(text, kind) { return value }
        if case .duration = kind, Double(text) != nil {
            report(position(node), "'\(key)' needs a unit, as in \(text)s")
        } else {
            refuse(node, key, mustBe: SettingsChecker.words(for: kind))
        }
        return nil
    }

    /// What the text means as this kind; nil when it is not of this kind or out of range.
    private static func scalar(_ text: String, _ kind: SettingsKind) -> SettingsValue? {
        switch kind {
        case .text: return .text(text)
        case .ruledText(let rule): return rule.holds(text) ? .text(text) : nil
        case .integer(let range):
            guard let value = Int(text), range.contains(value) else { return nil }
            return .integer(value)
        case .number(let range):
            guard let value = Double(text), range.contains(value) else { return nil }
            return .number(value)
        case .duration(let range):
            guard let value = Duration(settingsText: text), range.contains(value) else {
                return nil
            }
            return .duration(value)
        case .boolean:
            switch text {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: return nil
            }
        case .word(let words): return words.contains(text) ? .word(text) : nil
        case .socketAddress: return SocketAddress(text).map(SettingsValue.socketAddress)
        case .resolver:
            return
                (SocketAddress(text)
                ?? IPAddress(text).map { SocketAddress(address: $0, port: 53) })
                .map(SettingsValue.socketAddress)
        case .address: return IPAddress(text).map(SettingsValue.address)
        case .network: return IPNetwork(text).map(SettingsValue.network)
        case .origin: return (try? Name(text)).map(SettingsValue.origin)
        case .host:
            guard let name = try? Name(text), !name.isRoot, !name.hasWildcard else { return nil }
            // An address here was meant for another key.
            return IPAddress(text) == nil ? .origin(name) : nil
        default: return nil
        }
    }

    /// What a value of this kind is, in words that follow "must be".
    static func words(for kind: SettingsKind) -> String {
        switch kind {
        case .text: "text"
        case .ruledText(let rule): rule.words
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .duration(let range):
            "a duration from \(range.lowerBound.settingsText) to \(range.upperBound.settingsText)"
        case .boolean: "true or false"
        case .word(let words): words.map { "'\($0)'" }.joined(separator: ", ")
        case .socketAddress: "ADDRESS:PORT, as in 127.0.0.1:5300 or '[::1]:5300'"
        case .resolver: "an address, with or without a port, as in 192.0.2.53 or '[::1]:5353'"
        case .address: "an IPv4 or IPv6 address"
        case .network:
            "a network such as 192.0.2.0/24 or 2001:db8::/32, without bits set behind its length"
        case .origin: "a domain name"
        case .host: "the name of a host, as in lb.example.net"
        default: "something else"
        }
    }
}

extension Duration {
    /// Units of durations in settings, in milliseconds.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// Reads a whole number and its unit: `500ms`, `5s`, `1m`, `1h`.
    init?(settingsText text: String) {
        let digits = text.utf8.prefix { (48...57).contains($0) }
        let unit = text.utf8.dropFirst(digits.count)
        guard (1...9).contains(digits.count), let count = Int64(String(Substring(digits))),
            let match = Duration.units.first(where: { $0.name.utf8.elementsEqual(unit) })
        else { return nil }
        self = .milliseconds(count * match.milliseconds)
    }

    /// The shortest text that reads back as this duration; whole milliseconds only.
    var settingsText: String {
        let (seconds, attoseconds) = components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        let unit = Duration.units.last { milliseconds % $0.milliseconds == 0 && milliseconds > 0 }
        guard let unit else { return "0s" }
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}
