import Zones

/// Members of policies that know where their members are: `proximity` and `latency`.
///
///     proximity: [edge-us, edge-eu]
///     proximity: { edge-us: 0, edge-eu: 20 }          # with biases
///     proximity:
///       - edge-us
///       - { edge-eu: 20 }
///       - { cluster: asia }
///       - { policy: atlantic, location: [40.7, -30.0], bias: -10, default: true }
///     latency: [edge-us, { policy: atlantic, region: us-east-1 }]
extension PolicyReader {
    func placedMembers(_ kind: YAMLEntry, depth: Int) -> [PlacedMember] {
        let hasBias = kind.key == "proximity"
        if hasBias, let entries = kind.value.map {
            guard checkCount(entries.count, kind) else { return [] }
            return entries.compactMap(biasedReference)
        }
        guard let items = kind.value.list else {
            checker.refuse(
                kind.value, kind.key,
                mustBe: hasBias ? "a list of policies or a map of biases" : "a list of policies")
            return []
        }
        guard checkCount(items.count, kind) else { return [] }
        let members = items.compactMap { placedMember($0, kind.key, depth: depth + 1) }
        for other in members.filter(\.isDefault).dropFirst() {
            checker.report(other.position, "another member is the default already")
        }
        return members
    }

    /// A policy, `{NAME: BIAS}`, or a policy with what is told about it.
    private func placedMember(_ node: YAMLNode, _ kind: String, depth: Int) -> PlacedMember? {
        let place = checker.position(node)
        guard let entries = node.map, !entries.isEmpty,
            !entries.contains(where: { SteeringKeys.policyKinds.contains($0.key) })
        else { return PlacedMember(read(node, depth: depth), position: place) }
        let shape = kind == "proximity" ? SteeringKeys.nearMember : SteeringKeys.fastMember
        if kind == "proximity", entries.count == 1, entries[0].key != "policy",
            shape.key(entries[0].key) == nil
        {
            return biasedReference(entries[0])
        }
        let policy = entries.first { $0.key == "policy" }
        // The policy is read here, where its depth is known.
        var rest = node
        rest.content = .map(entries.filter { $0.key != "policy" })
        let object = checker.checkObject(rest, shape, who: "a member of '\(kind)'")
        guard let policy else {
            checker.report(place, "a member of '\(kind)' has no 'policy'")
            return nil
        }
        var member = PlacedMember(read(policy.value, depth: depth), position: place)
        member.bias = object.integer("bias") ?? 0
        member.region = object.text("region")
        member.isDefault = object.boolean("default") ?? false
        if case .location(let latitude, let longitude)? = object.values["location"] {
            member.location = Coordinates(latitude: latitude, longitude: longitude)
        }
        return member
    }

    private func biasedReference(_ entry: YAMLEntry) -> PlacedMember? {
        let place = checker.keyPosition(entry)
        guard TextRule.thing.holds(entry.key) else {
            checker.report(place, "'\(entry.key.prefix(80))' must be \(TextRule.thing.words)")
            return nil
        }
        var member = PlacedMember(.reference(entry.key, place), position: place)
        if case .integer(let bias)? = checker.check(
            entry.value, .integer(PlacedMember.biasRange), key: entry.key)
        {
            member.bias = bias
        }
        return member
    }
}

extension SteeringKeys {
    private static let placed = [
        SettingsKey(
            "location", .location,
            "Where it is, in degrees of latitude and longitude; else where the cluster of its endpoints is"
        ),
        SettingsKey(
            "default", .boolean, default: "false",
            "Whether clients of whom nothing is known try it first; without one they try members as written"
        ),
    ]

    /// What may stand beside the policy of a member of `proximity`.
    static let nearMember = SettingsShape(
        title: "member of proximity",
        keys: placed + [
            SettingsKey(
                "bias", .integer(PlacedMember.biasRange), default: "0",
                "Percent by which the way to it counts as shorter, or longer where negative")
        ])

    /// What may stand beside the policy of a member of `latency`.
    static let fastMember = SettingsShape(
        title: "member of latency",
        keys: placed + [
            SettingsKey(
                "region", .ruledText(.label),
                "What rows of 'latencies' call it; else the cluster of its endpoints, then its region"
            )
        ])
}
