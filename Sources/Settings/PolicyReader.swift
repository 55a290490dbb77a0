import Zones

/// Reads the forms of a policy (DESIGN §5): a name, or a map with the node's kind as its key.
///
/// What is wrong is reported and left out, so that the rest of the tree is checked as well.
struct PolicyReader {
    let checker: SettingsChecker

    /// What stands for a node that was refused; never served, because there is a finding about it.
    private static let refused = PolicyDefinition.all([], answers: 1)

    func read(_ node: YAMLNode) -> PolicyDefinition { read(node, depth: 1) }

    /// Recursion ends at `PolicyDefinition.maximumDepth`.
    func read(_ node: YAMLNode, depth: Int) -> PolicyDefinition {
        guard depth <= PolicyDefinition.maximumDepth else {
            return refuse(
                node, "policies are nested more than \(PolicyDefinition.maximumDepth) deep")
        }
        if node.text != nil {
            return reference(node).map { .reference($0, checker.position(node)) }
                ?? PolicyReader.refused
        }
        guard let entries = node.map else {
            return refuse(
                node,
                "a policy must be the name of an endpoint or policy, or a map such as "
                    + "{failover: [edge-us, edge-eu]}, not \(node.shape)")
        }
        let kinds = entries.filter { SteeringKeys.policyKinds.contains($0.key) }
        guard checkKeys(entries, kinds: kinds) else { return PolicyReader.refused }
        guard let kind = kinds.first, kinds.count == 1 else {
            if kinds.count > 1 {
                return refuse(
                    kinds[1],
                    "a policy has one kind; this one has '\(kinds[0].key)' and "
                        + "'\(kinds[1].key)'")
            }
            return refuse(
                node,
                "a policy needs one of "
                    + SteeringKeys.policyKinds.map { "'\($0)'" }.joined(separator: ", "))
        }
        let others = entries.filter { $0.key != kind.key }
        let policy = read(kind, modifiers: others, depth: depth)
        let modifiers = PolicyModifierReader(checker: checker).read(others, kind: kind.key)
        return modifiers == .none ? policy : .with(policy, modifiers)
    }

    /// Reports keys that no policy has; false when one of them may have been meant as the kind.
    private func checkKeys(_ entries: [YAMLEntry], kinds: [YAMLEntry]) -> Bool {
        var mayBeKind = false
        for entry in entries where !SteeringKeys.policyKinds.contains(entry.key) {
            let place = checker.keyPosition(entry)
            if let fitting = SteeringKeys.policyModifiers[entry.key] {
                if let kind = kinds.first, !fitting.contains(kind.key) {
                    checker.report(place, "'\(entry.key)' has no meaning beside '\(kind.key)'")
                }
                continue
            } else {
                let known =
                    SteeringKeys.policyKinds + SteeringKeys.policyModifiers.keys.sorted()
                let near = Suggestion.nearest(to: entry.key, among: known)
                checker.report(
                    place,
                    "unknown key '\(entry.key)' in a policy; "
                        + (near.map { "did you mean '\($0)'?" }
                            ?? "known here: \(known.joined(separator: ", "))"))
            }
            mayBeKind = true
        }
        return !(mayBeKind && kinds.isEmpty)
    }

    private func read(
        _ kind: YAMLEntry, modifiers: [YAMLEntry], depth: Int
    ) -> PolicyDefinition {
        let place = checker.position(kind.value)
        func number(_ key: String, _ range: ClosedRange<Int>) -> Int? {
            modifiers.first { $0.key == key }.flatMap { integer($0, range) }
        }
        let answers = 1...PolicyDefinition.maximumAnswers
        switch kind.key {
        case "endpoint":
            return reference(kind.value).map { .reference($0, place) } ?? PolicyReader.refused
        case "host":
            guard case .origin(let host)? = checker.check(kind.value, .host, key: "host") else {
                return PolicyReader.refused
            }
            return .reference(EndpointDefinition.name(ofHost: host), place)
        case "cluster":
            return reference(kind.value).map { .cluster($0, place) } ?? PolicyReader.refused
        case "all":
            return .all(
                members(kind, depth: depth),
                answers: number("answers", answers) ?? PolicyDefinition.defaultAllAnswers)
        case "weighted":
            return .weighted(
                weightedMembers(kind, depth: depth), answers: number("answers", answers) ?? 1)
        case "geo": return .geo(branches(kind, depth: depth, Places.key))
        case "subnet": return .subnet(branches(kind, depth: depth, PolicyReader.networkKey))
        case "proximity": return .proximity(placedMembers(kind, depth: depth))
        case "latency": return .latency(placedMembers(kind, depth: depth))
        case "hash":
            return .hash(
                weightedMembers(kind, depth: depth, mayLackWeight: true),
                v4Bits: number("ipv4-prefix", 8...32).map { UInt8($0) }
                    ?? PolicyDefinition.defaultHashV4Bits,
                v6Bits: number("ipv6-prefix", 16...128).map { UInt8($0) }
                    ?? PolicyDefinition.defaultHashV6Bits)
        default:
            return .failover(members(kind, depth: depth))
        }
    }

    // MARK: Members

    private func members(_ kind: YAMLEntry, depth: Int) -> [PolicyDefinition] {
        guard let items = kind.value.list else {
            checker.refuse(kind.value, kind.key, mustBe: "a list of policies")
            return []
        }
        guard checkCount(items.count, kind) else { return [] }
        return items.map { read($0, depth: depth + 1) }
    }

    /// - Parameter mayLackWeight: whether a policy alone is a member of weight 1.
    private func weightedMembers(
        _ kind: YAMLEntry, depth: Int, mayLackWeight: Bool = false
    ) -> [WeightedMember] {
        if let entries = kind.value.map {
            guard checkCount(entries.count, kind) else { return [] }
            return entries.compactMap(weightedReference)
        }
        guard let items = kind.value.list else {
            checker.refuse(
                kind.value, kind.key, mustBe: "a map of weights or a list of {weight: 3, policy: …}"
            )
            return []
        }
        guard checkCount(items.count, kind) else { return [] }
        return items.compactMap { item in
            let isPolicy =
                item.text != nil
                || item.map?.contains { SteeringKeys.policyKinds.contains($0.key) } ?? false
            return mayLackWeight && isPolicy
                ? WeightedMember(read(item, depth: depth + 1), weight: 1)
                : weightedMember(item, depth: depth)
        }
    }

    /// An item of a list: `{edge-us: 3}` or `{weight: 3, policy: …}`.
    private func weightedMember(_ node: YAMLNode, depth: Int) -> WeightedMember? {
        guard let entries = node.map, !entries.isEmpty else {
            checker.report(
                checker.position(node),
                "a weighted member must be {NAME: WEIGHT} or {weight: WEIGHT, policy: …}, not \(node.shape)"
            )
            return nil
        }
        let named = ["weight", "policy"]
        if entries.count == 1, !named.contains(entries[0].key) {
            return weightedReference(entries[0])
        }
        for entry in entries where !named.contains(entry.key) {
            checker.report(
                checker.keyPosition(entry),
                "unknown key '\(entry.key)' in a weighted member"
                    + Suggestion.ending(for: entry.key, among: named))
        }
        let policy = entries.first { $0.key == "policy" }?.value
        let weight = entries.first { $0.key == "weight" }?.value
        for (name, value) in [("weight", weight), ("policy", policy)] where value == nil {
            checker.report(checker.position(node), "a weighted member has no '\(name)'")
        }
        let member = policy.map { read($0, depth: depth + 1) }
        let number = weight.map { self.weight($0) } ?? 0
        return member.map { WeightedMember($0, weight: number) }
    }

    private func weightedReference(_ entry: YAMLEntry) -> WeightedMember? {
        let place = checker.keyPosition(entry)
        guard TextRule.thing.holds(entry.key) else {
            checker.report(place, "'\(entry.key.prefix(80))' must be \(TextRule.thing.words)")
            return nil
        }
        return WeightedMember(.reference(entry.key, place), weight: weight(entry.value))
    }

    /// The weight, 0 where it was refused: the member's reference is still worth a check.
    private func weight(_ node: YAMLNode) -> UInt32 {
        guard let value = node.text.flatMap({ UInt32($0) }), value <= PolicyDefinition.maximumWeight
        else {
            checker.report(
                checker.position(node),
                "a weight must be an integer from 0 to 1000000, not \(node.shape)")
            return 0
        }
        return value
    }

    // MARK: Small parts

    func checkCount(_ count: Int, _ kind: YAMLEntry) -> Bool {
        if (1...PolicyDefinition.maximumMembers).contains(count) { return true }
        checker.report(
            checker.position(kind.value),
            "'\(kind.key)' must have 1 to \(PolicyDefinition.maximumMembers) members, not \(count)")
        return false
    }

    private func integer(_ entry: YAMLEntry, _ range: ClosedRange<Int>) -> Int? {
        guard
            case .integer(let value)? = checker.check(
                entry.value, .integer(range), key: entry.key)
        else { return nil }
        return value
    }

    /// The name of something, checked for its letters only.
    private func reference(_ node: YAMLNode) -> String? {
        guard let text = node.text, TextRule.thing.holds(text) else {
            checker.report(
                checker.position(node), "a name must be \(TextRule.thing.words), not \(node.shape)")
            return nil
        }
        return text
    }

    private func refuse(_ node: YAMLNode, _ message: String) -> PolicyDefinition {
        checker.report(checker.position(node), message)
        return PolicyReader.refused
    }

    private func refuse(_ entry: YAMLEntry, _ message: String) -> PolicyDefinition {
        checker.report(checker.keyPosition(entry), message)
        return PolicyReader.refused
    }
}
