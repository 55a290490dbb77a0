import Zones

/// Reads the keys beside the kind of a policy node that say how its members count.
struct PolicyModifierReader {
    let checker: SettingsChecker

    /// - Parameter kind: the node's, to skip keys that mean nothing beside it, which are reported elsewhere.
    func read(_ entries: [YAMLEntry], kind: String) -> PolicyModifiers {
        var result = PolicyModifiers()
        for entry in entries
        where SteeringKeys.policyModifiers[entry.key]?.contains(kind) ?? false {
            switch entry.key {
            case "atLeast": result.atLeast = threshold(entry)
            case "panic":
                result.panicPercent =
                    percent(entry, 1...100, unit: 1, "a percentage from 1% to 100%") ?? 0
            case "trickle":
                let most = PolicyModifiers.maximumTrickle
                result.trickle =
                    percent(
                        entry, 1...most, unit: 100, "a percentage from 0.01% to \(most / 100)%")
                    ?? 0
            case "spill": result.spill = boolean(entry)
            case "alwaysUp": result.alwaysUp = boolean(entry)
            case "failback":
                let failback = FailbackReader(checker: checker).read(entry.value, key: entry.key)
                result.failback = failback ?? .automatic
            case "requires": result.requires = requirements(entry)
            default: break
            }
        }
        return result
    }

    private func threshold(_ entry: YAMLEntry) -> PolicyModifiers.Threshold? {
        let text = entry.value.text ?? ""
        let most = PolicyDefinition.maximumMembers
        if let count = Int(text), (1...most).contains(count) { return .count(count) }
        if let percent = percentage(text, unit: 1), (1...100).contains(percent) {
            return .percent(percent)
        }
        checker.refuse(
            entry.value, entry.key,
            mustBe: "a number of members from 1 to \(most) or a percentage such as 60%")
        return nil
    }

    /// A percentage in units of 1 / `unit` of a per cent.
    private func percent(
        _ entry: YAMLEntry, _ range: ClosedRange<Int>, unit: Int, _ words: String
    ) -> Int? {
        if let value = percentage(entry.value.text ?? "", unit: unit), range.contains(value) {
            return value
        }
        checker.refuse(entry.value, entry.key, mustBe: words)
        return nil
    }

    /// `60%`, and with units below a per cent `0.5%`.
    private func percentage(_ text: String, unit: Int) -> Int? {
        guard text.hasSuffix("%"), text.utf8.count <= 8 else { return nil }
        let number = text.dropLast()
        guard let first = number.utf8.first, (48...57).contains(first),
            number.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }),
            let value = Double(String(number))
        else { return nil }
        let units = (value * Double(unit)).rounded()
        // More digits than count are a mistake.
        guard abs(units - value * Double(unit)) < 1e-6, units <= 1e6 else { return nil }
        return Int(units)
    }

    private func boolean(_ entry: YAMLEntry) -> Bool {
        if case .boolean(let value)? = checker.check(entry.value, .boolean, key: entry.key) {
            return value
        }
        return false
    }

    /// One name, or a list of names.
    private func requirements(_ entry: YAMLEntry) -> [PolicyModifiers.Requirement] {
        let items = entry.value.list ?? [entry.value]
        let most = PolicyModifiers.maximumRequirements
        guard (1...most).contains(items.count) else {
            checker.report(
                checker.position(entry.value),
                "'\(entry.key)' must have 1 to \(most) entries, not \(items.count)")
            return []
        }
        return items.compactMap { item in
            guard let text = item.text, TextRule.thing.holds(text) else {
                checker.refuse(
                    item, entry.key, mustBe: "names of endpoints or policies that must be up")
                return nil
            }
            return PolicyModifiers.Requirement(text, checker.position(item))
        }
    }
}
