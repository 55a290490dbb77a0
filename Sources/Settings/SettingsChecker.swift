import DNSWire
import Zones

/// Checks a document against the table of keys and collects everything that is wrong with it.
///
/// A value that is wrong is left out of the result, what is right about the rest stays, so that later
/// checks find the mistakes of their own without repeating these.
final class SettingsChecker {
    /// Most findings reported for one file.
    static let maximumFindings = 1000

    let file: String
    private(set) var findings: [Finding] = []

    init(file: String) { self.file = file }

    func position(_ node: YAMLNode) -> SourcePosition {
        SourcePosition(file: file, line: node.line, column: node.column)
    }

    func keyPosition(_ entry: YAMLEntry) -> SourcePosition {
        SourcePosition(file: file, line: entry.keyLine, column: entry.keyColumn)
    }

    func report(_ position: SourcePosition, _ message: String) {
        report(Finding(at: position, message))
    }

    func report(_ finding: Finding) {
        if findings.count < SettingsChecker.maximumFindings {
            findings.append(finding)
        } else if findings.count == SettingsChecker.maximumFindings {
            findings.append(
                Finding(at: SourcePosition(file: file), "too many errors; the rest is not shown"))
        }
    }

    /// Reports that `key` must be something else than it is.
    func refuse(_ node: YAMLNode, _ key: String, mustBe words: String) {
        report(position(node), "'\(key)' must be \(words), not \(node.shape)")
    }

    // MARK: Objects

    /// Checks the keys of a map; `who` names it in messages, as in `endpoint 'edge-us'`.
    func checkObject(_ node: YAMLNode, _ shape: SettingsShape, who: String) -> SettingsObject {
        var object = SettingsObject(position: position(node))
        guard let entries = node.isEmpty ? [] : node.map else {
            report(position(node), "\(who) must be a map with keys, not \(node.shape)")
            return object
        }
        for entry in entries {
            guard let key = shape.key(entry.key) else {
                reportUnknown(entry, shape, who: who)
                continue
            }
            object.positions[key.name] = keyPosition(entry)
            if let value = check(entry.value, key.kind, key: key.name) {
                object.values[key.name] = value
            }
        }
        checkPresence(object, shape, who: who)
        for key in shape.keys where object.positions[key.name] == nil {
            guard let text = key.defaultText else { continue }
            object.values[key.name] = check(.written(text), key.kind, key: key.name)
        }
        return object
    }

    private func reportUnknown(_ entry: YAMLEntry, _ shape: SettingsShape, who: String) {
        let place = keyPosition(entry)
        if shape.planned.contains(entry.key) {
            report(place, "'\(entry.key)' is not available yet")
            return
        }
        let known = shape.keys.map(\.name)
        if let near = Suggestion.nearest(to: entry.key, among: known) {
            report(place, "unknown key '\(entry.key)' in \(who); did you mean '\(near)'?")
        } else {
            report(
                place,
                "unknown key '\(entry.key)' in \(who); known here: \(known.joined(separator: ", "))"
            )
        }
    }

    private func checkPresence(_ object: SettingsObject, _ shape: SettingsShape, who: String) {
        for key in shape.keys where key.required && object.positions[key.name] == nil {
            report(object.position, "\(who) has no '\(key.name)'")
        }
        guard !shape.exactlyOne.isEmpty else { return }
        let present = shape.exactlyOne.filter { object.positions[$0] != nil }
        let choice = shape.exactlyOne.map { "'\($0)'" }.joined(separator: ", ")
        if present.isEmpty {
            report(object.position, "\(who) needs exactly one of \(choice)")
        } else if present.count > 1 {
            report(
                object.position(of: present[1]),
                "\(who) has both '\(present[0])' and '\(present[1])'; it needs exactly one of \(choice)"
            )
        }
    }

    // MARK: Values

    /// Checks one value; nil when it was refused and a finding says why.
    ///
    /// Recursion follows the table, whose kinds are nested four deep at most; policies bound their own.
    func check(_ node: YAMLNode, _ kind: SettingsKind, key: String) -> SettingsValue? {
        switch kind {
        case .oneOrMore(let item, let maximum):
            checkList(node, item, maximum: maximum, key: key)
        case .map(let rule, let value):
            checkMap(node, rule, value, key: key)
        case .object(let shape):
            .object(checkObject(node, shape, who: "'\(key)'"))
        case .either(let kinds):
            checkEither(node, kinds, key: key)
        case .policy:
            .policy(PolicyReader(checker: self).read(node))
        case .statuses:
            StatusReader(checker: self).read(node, key: key).map(SettingsValue.statuses)
        case .timeToLive:
            TimeToLiveReader(checker: self).read(node, key: key).map(SettingsValue.timeToLive)
        case .seconds:
            TimeToLiveReader(checker: self).readSeconds(node, key: key).map {
                .timeToLive(.seconds($0))
            }
        case .whenDown:
            WhenDownReader(checker: self).read(node, key: key)
        case .location:
            checkLocation(node, key: key)
        default:
            checkScalar(node, kind, key: key)
        }
    }

    private func checkList(
        _ node: YAMLNode, _ item: SettingsKind, maximum: Int, key: String
    ) -> SettingsValue? {
        let items = node.list ?? [node]
        guard (1...maximum).contains(items.count) else {
            report(position(node), "'\(key)' must have 1 to \(maximum) entries, not \(items.count)")
            return nil
        }
        return .list(items.compactMap { check($0, item, key: key) })
    }

    private func checkMap(
        _ node: YAMLNode, _ rule: TextRule, _ value: SettingsKind, key: String
    ) -> SettingsValue? {
        if node.isEmpty { return .map([]) }
        guard let entries = node.map else {
            refuse(node, key, mustBe: "a map")
            return nil
        }
        var result: [SettingsEntry] = []
        for entry in entries {
            guard rule.holds(entry.key) else {
                report(
                    keyPosition(entry),
                    "'\(entry.key.prefix(80))' in '\(key)' must be \(rule.words)")
                continue
            }
            let checked: SettingsValue?
            if case .object(let shape) = value {
                checked = .object(
                    checkObject(entry.value, shape, who: "\(shape.title) '\(entry.key)'"))
            } else {
                checked = check(entry.value, value, key: entry.key)
            }
            guard let checked else { continue }
            result.append(
                SettingsEntry(key: entry.key, position: keyPosition(entry), value: checked))
        }
        return .map(result)
    }

    /// Takes the alternative that has the shape found; of scalars, a fixed word before the rest.
    private func checkEither(_ node: YAMLNode, _ kinds: [SettingsKind], key: String)
        -> SettingsValue?
    {
        if let text = node.text {
            for case .word(let words) in kinds where words.contains(text) { return .word(text) }
        }
        for kind in kinds {
            switch (kind, node.content) {
            case (.word, _): continue
            case (.map, .map), (.object, .map), (.oneOrMore, .list):
                return check(node, kind, key: key)
            case (.map, _), (.object, _), (.oneOrMore, _): continue
            case (_, .text): return check(node, kind, key: key)
            default: continue
            }
        }
        refuse(node, key, mustBe: "something else")
        return nil
    }

    private func checkLocation(_ node: YAMLNode, key: String) -> SettingsValue? {
        let degrees = (node.list ?? []).map { $0.text.flatMap(Double.init) }
        guard degrees.count == 2, let latitude = degrees[0], let longitude = degrees[1],
            (-90...90).contains(latitude), (-180...180).contains(longitude)
        else {
            refuse(node, key, mustBe: "[latitude, longitude] in degrees, as in [39.0, -77.5]")
            return nil
        }
        return .location(latitude: latitude, longitude: longitude)
    }
}
