import DNSWire
import Zones

/// Resources of gdnsd's plugins, made named policies as they are asked for.
struct GdnsdPlugins {
    /// Deepest references from resource to resource.
    private static let maximumDepth = 12

    let log: ImportLog
    let files: [ImportSource]
    private let plugins: GdnsdValue?
    let services: GdnsdServices
    private var known: [String: ImportedPolicy?] = [:]
    private var depth = 0

    init(_ configuration: GdnsdValue?, files: [ImportSource], _ log: ImportLog) {
        self.log = log
        self.files = files
        plugins = configuration?["plugins"]
        services = GdnsdServices(configuration, log)
    }

    subscript(plugin: String) -> GdnsdValue? { plugins?[plugin] }

    /// The policy that `plugin!resource` or `plugin!resource/datacenter` means.
    ///
    /// - Parameters:
    ///   - place, user: who asks, for notes.
    mutating func policy(
        _ target: String, from place: SourcePosition, _ user: String,
        in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        if let known = known[target] { return known }
        let parts = target.split(separator: "!", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, depth < GdnsdPlugins.maximumDepth else {
            log.lost(place, user, "'\(target.prefix(80))' refers to itself, or to nothing")
            return nil
        }
        depth += 1
        defer { depth -= 1 }
        // Whoever comes back here meanwhile finds nothing: a loop.
        known[target] = .some(nil)
        let resource = String(parts[1])
        var found = resolve(String(parts[0]), resource, place, user, in: &zone)
        if let policy = found, !policy.members.isEmpty {
            let name = zone.labels.reserve(resource.replacing("/", with: "-"))
            zone.policies.append((name, policy))
            found = .reference(name)
        }
        known[target] = .some(found)
        return found
    }

    private mutating func resolve(
        _ plugin: String, _ resource: String, _ place: SourcePosition, _ user: String,
        in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        let settings = plugins?[plugin]
        switch plugin {
        case "null", "reflect":
            log.lost(place, user, "plugin '\(plugin)' has no counterpart")
            return nil
        case "geoip", "metafo":
            let parts = resource.split(separator: "/", maxSplits: 1).map(String.init)
            guard let name = parts.first, let value = (settings?["resources"] ?? settings)?[name]
            else { break }
            let datacenters = GdnsdDatacenters(plugin, name, value, settings)
            if parts.count == 2 { return datacenter(parts[1], of: datacenters, in: &zone) }
            return plugin == "geoip"
                ? geoip(datacenters, in: &zone) : metafo(datacenters, in: &zone)
        default:
            guard let value = settings?[resource] else { break }
            return addresses(plugin, resource, value, defaults: settings, in: &zone)
        }
        log.lost(place, user, "there is no resource '\(plugin)!\(resource)' in the sources")
        return nil
    }

    // MARK: Plugins that know addresses

    /// A resource of a plugin that knows addresses, or such a thing written inside a datacenter.
    mutating func addresses(
        _ plugin: String, _ resource: String, _ value: GdnsdValue, defaults: GdnsdValue?,
        in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        let subject = "\(plugin)!\(resource)"
        let known = ["multifo", "simplefo", "weighted", "static"]
        guard known.contains(plugin) else {
            log.lost(value.position, subject, "plugin '\(plugin)' has no counterpart")
            return nil
        }
        let families = ["addrs_v4", "addrs_v6"].map { value[$0] }
        guard families.contains(where: { $0 != nil }) else {
            let stanza = GdnsdStanza(subject, resource, value, [value, defaults])
            return stanza.policy(plugin, services, log, in: &zone)
        }
        let policies = families.map { family in
            family.flatMap { family in
                GdnsdStanza(subject, resource, family, [family, value, defaults])
                    .policy(plugin, services, log, in: &zone)
            }
        }
        return .joining(policies[0], policies[1])
    }
}

/// The addresses of one resource, in one family or without saying which.
struct GdnsdStanza {
    private let subject: String
    private let resource: String
    private let value: GdnsdValue
    /// Where parameters are looked for, nearest first.
    private let scopes: [GdnsdValue?]

    private static let parameters: Set<String> = [
        "service_types", "up_thresh", "ignore_health", "multi", "plugin", "addrs_v4", "addrs_v6",
    ]

    init(_ subject: String, _ resource: String, _ value: GdnsdValue, _ scopes: [GdnsdValue?]) {
        self.subject = subject
        self.resource = resource
        self.value = value
        self.scopes = scopes
    }

    private func parameter(_ key: String) -> GdnsdValue? {
        for scope in scopes { if let value = scope?[key] { return value } }
        return nil
    }

    func policy(
        _ plugin: String, _ services: GdnsdServices, _ log: ImportLog, in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        let ignoresHealth = parameter("ignore_health")?.boolean ?? false
        let monitor =
            plugin == "static" || ignoresHealth
            ? nil : services.monitor(parameter("service_types"), for: subject, in: &zone)
        if ignoresHealth, parameter("service_types") != nil {
            log.lost(
                value.position, subject,
                "'ignore_health': its addresses are given out always, so they are not checked; that "
                    + "their health leads others away from here is not carried")
        }
        let reader = GdnsdItems(subject: subject, monitor: monitor, log: log)
        if plugin == "weighted" {
            return reader.weighted(entries, isMulti: parameter("multi")?.boolean ?? false) {
                atLeast($0, monitor)
            }
        }
        let members = entries.compactMap { reader.member($0.key, $0.value) }
        guard members.count > 1 else { return members.first }
        if plugin == "simplefo" {
            let order = ["primary", "secondary"]
            let sorted = entries.compactMap { entry in
                order.firstIndex(of: entry.key).map { ($0, entry) }
            }.sorted { $0.0 < $1.0 }
            return .failover(sorted.compactMap { reader.member($0.1.key, $0.1.value) })
        }
        return .all(
            members, answers: min(max(members.count, 8), PolicyDefinition.maximumAnswers),
            atLeast: atLeast(members.count, monitor))
    }

    /// The addresses with their labels: numbers where a list has none.
    private var entries: [(key: String, value: GdnsdValue)] {
        if let map = value.map { return map.filter { !GdnsdStanza.parameters.contains($0.key) } }
        if value.text != nil { return [(resource, value)] }
        return value.items.enumerated().map { ("\($0.offset + 1)", $0.element) }
    }

    /// The per cent of members that `up_thresh` asks for; 0 where one suffices.
    private func atLeast(_ count: Int, _ monitor: String?) -> Int {
        let text = parameter("up_thresh")?.text
        let threshold = min(max(text.flatMap { Double($0) } ?? 0.5, 0.01), 1)
        guard monitor != nil, (threshold * Double(count)).rounded(.up) > 1 else { return 0 }
        return Int((threshold * 100).rounded())
    }
}

/// Reads the items of a stanza.
struct GdnsdItems {
    let subject: String
    let monitor: String?
    let log: ImportLog

    /// An address or the name of another host.
    func member(_ label: String, _ value: GdnsdValue) -> ImportedPolicy? {
        guard let text = value.items.first?.text else {
            log.lost(value.position, "\(subject) '\(label)'", "this is no address")
            return nil
        }
        if let address = IPAddress(text) {
            return .endpoint(
                ImportedEndpoint(label: label, addresses: [address], monitor: monitor))
        }
        guard let name = try? Name(text, relativeTo: .root), text.hasSuffix(".") else {
            log.lost(value.position, "\(subject) '\(label)'", "'\(text.prefix(60))' is no address")
            return nil
        }
        log.changed(
            value.position, "\(subject) '\(label)'",
            "the CNAME to \(name.undotted) is not answered as such: its addresses are"
                + (monitor == nil ? "" : ", which nothing checks"))
        return .host(name)
    }

    private func weight(_ value: GdnsdValue) -> UInt32? {
        guard value.items.count == 2, let text = value.items[1].text, let weight = UInt32(text),
            weight > 0
        else {
            log.lost(value.position, subject, "an item must be [ADDRESS, WEIGHT]")
            return nil
        }
        return min(weight, PolicyDefinition.maximumWeight)
    }

    /// - Parameter atLeast: the per cent that must be up of so many members.
    func weighted(
        _ entries: [(key: String, value: GdnsdValue)], isMulti: Bool, atLeast: (Int) -> Int
    ) -> ImportedPolicy? {
        let isGrouped = entries.contains { $0.value.map != nil }
        var members: [ImportedWeight] = []
        for (label, value) in entries {
            if let items = value.map {
                let inner = items.compactMap { item -> ImportedWeight? in
                    guard let weight = weight(item.value), let policy = member(item.key, item.value)
                    else { return nil }
                    return ImportedWeight(policy: policy, weight: weight)
                }
                guard let group = group(inner, isMulti: !isMulti, value, label) else { continue }
                let sum = inner.reduce(0) { $0 + UInt64($1.weight) }
                members.append(
                    ImportedWeight(
                        policy: group,
                        weight: UInt32(min(sum, UInt64(PolicyDefinition.maximumWeight)))))
            } else if let weight = weight(value), let policy = member(label, value) {
                members.append(ImportedWeight(policy: policy, weight: weight))
            }
        }
        guard members.count > 1, let first = entries.first else { return members.first?.policy }
        let share = atLeast(members.count)
        if isGrouped, monitor != nil {
            log.changed(
                first.value.position, subject,
                "a group keeps its weight while one of its addresses is up; there it loses the "
                    + "weights of those that are down")
        }
        if share > 0, Set(members.map(\.weight)).count > 1 {
            log.changed(
                first.value.position, subject,
                "'up_thresh' is a share of the weights; 'atLeast' counts members")
        }
        guard isMulti else { return .weighted(members, atLeast: share) }
        return group(members, isMulti: true, first.value, "").map { policy in
            guard case .all(let all, let answers, _) = policy else { return policy }
            return .all(all, answers: answers, atLeast: share)
        }
    }

    /// Several at a time: all of them, where the odds of each are the same.
    private func group(
        _ members: [ImportedWeight], isMulti: Bool, _ value: GdnsdValue, _ label: String
    ) -> ImportedPolicy? {
        guard members.count > 1 else { return members.first?.policy }
        guard isMulti else { return .weighted(members, atLeast: 0) }
        if Set(members.map(\.weight)).count > 1 {
            log.lost(
                value.position, label.isEmpty ? subject : "\(subject) '\(label)'",
                "several answers at a time, each with odds of its own, have no counterpart: all of "
                    + "them are given")
        }
        return .all(
            members.map(\.policy),
            answers: min(max(members.count, 8), PolicyDefinition.maximumAnswers), atLeast: 0)
    }
}
