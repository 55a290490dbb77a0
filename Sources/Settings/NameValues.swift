import DNSWire
import Zones

/// Reads the `ttl` of a steered name.
struct TimeToLiveReader {
    let checker: SettingsChecker

    func read(_ node: YAMLNode, key: String) -> SteeredName.TimeToLive? {
        if let text = node.text {
            if text == "auto" { return SteeredName.defaultAuto }
            if let seconds = seconds(text) { return .seconds(seconds) }
        } else if let entries = node.map, entries.count == 1, entries[0].key == "auto" {
            return clamped(entries[0].value)
        }
        checker.refuse(
            node, key,
            mustBe: "seconds, a duration such as 30s, 'auto' or {auto: {min: 5, max: 300}}")
        return nil
    }

    /// A TTL that is fixed.
    func readSeconds(_ node: YAMLNode, key: String) -> UInt32? {
        if let seconds = node.text.flatMap(seconds) { return seconds }
        checker.refuse(node, key, mustBe: "seconds, or a duration such as 30s")
        return nil
    }

    /// Whole seconds up to RFC 2181 §8's limit, with or without a unit.
    private func seconds(_ text: String) -> UInt32? {
        let limit = Int64(Int32.max)
        if let number = Int64(text) { return (0...limit).contains(number) ? UInt32(number) : nil }
        guard let duration = Duration(settingsText: text), duration.components.attoseconds == 0,
            duration.components.seconds <= limit
        else { return nil }
        return UInt32(duration.components.seconds)
    }

    private func clamped(_ node: YAMLNode) -> SteeredName.TimeToLive? {
        let object = checker.checkObject(node, SteeringKeys.autoTTL, who: "'auto'")
        guard let minimum = object.integer("min"), let maximum = object.integer("max") else {
            return nil
        }
        guard minimum <= maximum else {
            checker.report(
                object.position(of: "min"), "'min' (\(minimum)) is above 'max' (\(maximum))")
            return nil
        }
        return .auto(minimum: UInt32(minimum), maximum: UInt32(maximum))
    }
}

/// Reads the `whenDown` of a steered name.
struct WhenDownReader {
    let checker: SettingsChecker

    func read(_ node: YAMLNode, key: String) -> SettingsValue? {
        if let entries = node.map { return policy(entries, node, key: key) }
        switch node.text {
        case "all": return .whenDown(.all, fallback: nil)
        case "lastGood": return .whenDown(.lastGood, fallback: nil)
        case "nodata": return .whenDown(.noData, fallback: nil)
        case "servfail": return .whenDown(.serverFailure, fallback: nil)
        default:
            return addresses(node, key: key).map { .whenDown($0, fallback: nil) }
        }
    }

    /// `{policy: POLICY}`, or the policy `{host: NAME}` itself.
    private func policy(
        _ entries: [YAMLEntry], _ node: YAMLNode, key: String
    ) -> SettingsValue? {
        if entries.count == 1, entries[0].key == "host" {
            return .whenDown(.policy, fallback: PolicyReader(checker: checker).read(node))
        }
        guard entries.count == 1, entries[0].key == "policy" else {
            checker.report(
                checker.position(node),
                "a map as '\(key)' must be {policy: POLICY} or {host: NAME}: what answers instead")
            return nil
        }
        return .whenDown(
            .policy, fallback: PolicyReader(checker: checker).read(entries[0].value))
    }

    private func addresses(_ node: YAMLNode, key: String) -> SteeredName.WhenDown? {
        let items = node.list ?? [node]
        guard (1...PolicyDefinition.maximumAnswers).contains(items.count) else {
            checker.report(
                checker.position(node),
                "'\(key)' must have 1 to \(PolicyDefinition.maximumAnswers) addresses, not \(items.count)"
            )
            return nil
        }
        var addresses: [IPAddress] = []
        for item in items {
            guard let text = item.text, let address = IPAddress(text) else {
                checker.refuse(
                    item, key,
                    mustBe: "'all', 'lastGood', 'nodata', 'servfail', a list of addresses or "
                        + "{policy: POLICY}")
                return nil
            }
            addresses.append(address)
        }
        return .addresses(addresses)
    }
}

/// Reads the `status` of an HTTP check: one code, one range, or a list of them.
struct StatusReader {
    let checker: SettingsChecker

    /// RFC 9110 §15.
    private static let codes = 100...599

    func read(_ node: YAMLNode, key: String) -> [ClosedRange<Int>]? {
        let items = node.list ?? [node]
        guard (1...100).contains(items.count) else {
            checker.report(
                checker.position(node), "'\(key)' must have 1 to 100 entries, not \(items.count)")
            return nil
        }
        var ranges: [ClosedRange<Int>] = []
        for item in items {
            guard let text = item.text, let range = StatusReader.range(text) else {
                checker.refuse(
                    item, key, mustBe: "a status from 100 to 599 or a range such as 200-399")
                return nil
            }
            ranges.append(range)
        }
        return ranges
    }

    private static func range(_ text: String) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
            low <= high, codes.contains(low), codes.contains(high)
        else { return nil }
        return low...high
    }
}
