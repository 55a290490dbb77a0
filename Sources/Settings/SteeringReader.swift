package import DNSWire
package import Zones

/// Reads the steering of one zone from its file, `NAME.yaml` beside the master file.
///
/// - Parameters:
///   - file: the name that findings carry.
///   - origin: of the zone; owners of names are relative to it.
/// - Returns: what the file defines, nil when it is not YAML at all, and everything wrong with it. With an
///   error among the findings the definition is incomplete: fit for `resolve`, not for serving.
package func readZoneSteering(
    file: String, text: String, origin: Name
) -> (SteeringDefinition?, [Finding]) {
    let checker = SettingsChecker(file: file)
    let root: YAMLNode?
    do {
        root = try YAMLDocument.read(file: file, text: text)
    } catch {
        return (nil, [error])
    }
    let object = checker.checkObject(
        root ?? .written(""), SteeringKeys.zoneFile, who: "a zone's file")
    let definition = SteeringReader(checker: checker).read(object, origin: origin)
    return (definition, checker.findings)
}

/// Makes a `SteeringDefinition` of checked keys.
struct SteeringReader {
    let checker: SettingsChecker

    /// - Parameter origin: nil for the platform's file, which has no names.
    func read(_ object: SettingsObject, origin: Name?) -> SteeringDefinition {
        var result = SteeringDefinition()
        result.clusters = object.objects("clusters").map(cluster)
        result.monitors = object.objects("monitors").map {
            MonitorReader(checker: checker).read($0.name, $0.position, $0.object)
        }
        result.endpoints = object.objects("endpoints").map(endpoint)
        result.policies = object.map("policies").compactMap { entry in
            guard case .policy(let policy) = entry.value else { return nil }
            return NamedPolicy(name: entry.key, policy: policy, position: entry.position)
        }
        if let origin {
            result.names = names(object, origin: origin)
            result.usesClientSubnet = object.boolean("clientSubnet") ?? true
        }
        result.endpoints += hostEndpoints(of: result)
        if origin != nil {
            let positions = object.map("monitors").map { ($0.key, $0.position) }
            let used = Set(result.endpoints.compactMap(\.monitor))
            for (name, position) in positions where !used.contains(name) {
                checker.report(
                    Finding(.warning, at: position, "no endpoint uses monitor '\(name)'"))
            }
        }
        return result
    }

    private func cluster(
        _ name: String, _ position: SourcePosition, _ object: SettingsObject
    ) -> ClusterDefinition {
        var result = ClusterDefinition(
            name: name, region: object.text("region"), capacity: object.number("capacity"),
            position: position)
        if let marks = object.object("capacity") { readMarks(marks, into: &result) }
        if case .location(let latitude, let longitude)? = object.values["location"] {
            result.latitude = latitude
            result.longitude = longitude
        }
        return result
    }

    /// `capacity: {low: 80, high: 90}`.
    private func readMarks(_ marks: SettingsObject, into result: inout ClusterDefinition) {
        guard let low = marks.number("low"), let high = marks.number("high") else { return }
        result.capacity = high
        result.lowMark = low
        if low > high {
            checker.report(marks.position(of: "low"), "'low' (\(low)) is above 'high' (\(high))")
        }
    }

    private func endpoint(
        _ name: String, _ position: SourcePosition, _ object: SettingsObject
    ) -> EndpointDefinition {
        var addresses: [IPAddress] = []
        for case .address(let address) in object.list("addresses") {
            if addresses.contains(address) {
                checker.report(
                    object.position(of: "addresses"),
                    "address \(address) of endpoint '\(name)' is given twice")
            } else {
                addresses.append(address)
            }
        }
        var labels: [String: String] = [:]
        for entry in object.map("labels") {
            if case .text(let value) = entry.value { labels[entry.key] = value }
        }
        return EndpointDefinition(
            name: name, cluster: object.text("cluster"),
            tier: object.text("tier").flatMap(EndpointDefinition.Tier.init(rawValue:)) ?? .other,
            addresses: addresses, host: object.name("host"), monitor: object.text("monitor"),
            labels: labels,
            position: position)
    }

    /// The endpoints of the hosts that policies name, each once.
    private func hostEndpoints(of definition: SteeringDefinition) -> [EndpointDefinition] {
        var seen: Set<String> = []
        var result: [EndpointDefinition] = []
        /// Recursion ends at the depth that the policy reader allows.
        func collect(_ policy: PolicyDefinition, _ depth: Int) {
            guard depth <= PolicyDefinition.maximumDepth else { return }
            if case .reference(let name, let position) = policy,
                let endpoint = EndpointDefinition(hostReference: name, position: position),
                seen.insert(name).inserted
            {
                result.append(endpoint)
            }
            for member in policy.members { collect(member, depth + 1) }
        }
        for policy in definition.policies.map(\.policy) + definition.names.flatMap(\.policies) {
            collect(policy, 1)
        }
        return result
    }

    private func names(_ object: SettingsObject, origin: Name) -> [SteeredName] {
        var seen: Set<Name> = []
        return object.objects("names").compactMap { key, position, object in
            guard let owner = owner(key, position, origin: origin) else { return nil }
            guard seen.insert(owner).inserted else {
                checker.report(position, "name '\(owner)' is given twice")
                return nil
            }
            guard case .policy(let policy)? = object.values["policy"] else { return nil }
            var name = SteeredName(
                owner: owner, ttl: .seconds(SteeredName.defaultTTL), policy: policy,
                position: position)
            if case .timeToLive(let ttl)? = object.values["ttl"] { name.ttl = ttl }
            if case .whenDown(let whenDown, let fallback)? = object.values["whenDown"] {
                name.whenDown = whenDown
                name.fallback = fallback
            }
            name.degradedTTL = object.seconds("degradedTtl")
            name.whenDownTTL = object.seconds("whenDownTtl")
            for case .word(let word) in object.list("accept") { name.accepted.insert(word) }
            return name
        }
    }

    private func owner(_ text: String, _ position: SourcePosition, origin: Name) -> Name? {
        do {
            let owner = try Name(text, relativeTo: origin)
            if owner.isAtOrBelow(origin) { return owner }
            checker.report(position, "name '\(text)' is not in the zone '\(origin)'")
        } catch {
            checker.report(position, "name '\(text)': \(error)")
        }
        return nil
    }
}
