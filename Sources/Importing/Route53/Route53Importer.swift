import DNSWire
import Zones

/// One record set with its name read.
struct Route53Entry {
    var owner: Name
    var record: Route53RecordSet
    var position: SourcePosition

    var subject: String {
        "\(owner) \(record.type)" + (record.setIdentifier.map { " '\($0)'" } ?? "")
    }

    var target: Name? { record.alias.flatMap { Route53Text.name($0.name) } }
}

/// Makes a zone of the record sets of a hosted zone.
struct Route53Importer {
    /// Most record sets: fifty times what a hosted zone may hold.
    private static let maximumSets = 500_000
    /// Longest chain of aliases followed; policies may not be nested deeper either.
    static let maximumChain = 16

    let log: ImportLog
    var zone: ImportedZone
    var checks: Route53Checks
    var blocks = Route53Blocks()
    /// By owner and type.
    private(set) var groups: [Name: [String: [Route53Entry]]] = [:]
    var policyNames: [Name: String] = [:]
    var open: Set<Name> = []

    private init(origin: Name, source: SourcePosition, _ log: ImportLog) {
        self.log = log
        zone = ImportedZone(origin: origin, source: source)
        checks = Route53Checks(log)
    }

    static func read(
        _ sources: [ImportSource], origin: Name?, _ log: ImportLog
    ) throws(Finding) -> ImportedZone {
        var pages: [(page: Route53Page, source: ImportSource)] = []
        for source in sources {
            pages += try Route53Page.read(source).map { ($0, source) }
        }
        let sets = pages.flatMap { page, source in
            (page.recordSets ?? []).map { ($0, SourcePosition(file: source.name)) }
        }
        let place = SourcePosition(file: sources.first?.name ?? "route53")
        guard !sets.isEmpty else { throw Finding(at: place, "there are no ResourceRecordSets") }
        guard sets.count <= maximumSets else {
            throw Finding(at: place, "there are more than \(maximumSets) record sets")
        }
        let named =
            pages.lazy.compactMap(\.page.hostedZone?.name).first
            ?? sets.first { $0.0.type == "SOA" }?.0.name
        guard let origin = origin ?? named.flatMap(Route53Text.name) else {
            throw Finding(at: place, "no SOA tells which zone this is: name it with --zone")
        }
        var importer = Route53Importer(origin: origin, source: place, log)
        for (page, source) in pages {
            for check in page.healthChecks ?? [] {
                importer.checks.add(check, SourcePosition(file: source.name))
            }
            importer.blocks.add(page.cidrBlocks ?? [], from: source, log)
        }
        for (set, position) in sets { importer.add(set, position) }
        importer.run()
        return importer.zone
    }

    private mutating func add(_ set: Route53RecordSet, _ position: SourcePosition) {
        guard let owner = Route53Text.name(set.name) else {
            log.lost(position, "'\(set.name.prefix(260))' \(set.type)", "this is no name")
            return
        }
        let entry = Route53Entry(owner: owner, record: set, position: position)
        guard owner.isAtOrBelow(zone.origin) else {
            log.lost(position, entry.subject, "it is not in the zone \(zone.origin)")
            return
        }
        if set.trafficPolicy != nil {
            log.changed(
                position, entry.subject,
                "a traffic policy made it: what it made is carried, not the policy")
        }
        groups[owner, default: [:]][set.type, default: []].append(entry)
    }

    private mutating func run() {
        for owner in groups.keys.sorted() {
            let types = groups[owner] ?? [:]
            let isSteered = isSteered(owner)
            if isSteered { steer(owner) }
            for type in types.keys.sorted() {
                if isSteered, ["A", "AAAA", "CNAME"].contains(type) { continue }
                carryRecords(types[type] ?? [], type)
            }
        }
        let servers = groups[zone.origin]?["NS"] ?? []
        if servers.contains(where: {
            $0.record.values?.contains { $0.value.contains("awsdns") } ?? false
        }
        ) {
            log.changed(
                zone.source, "\(zone.origin) NS and SOA",
                "they still name the servers of Route 53: write the names of yours")
        }
    }

    // MARK: Static records

    private mutating func carryRecords(_ entries: [Route53Entry], _ type: String) {
        guard var entry = entries.first else { return }
        if entries.count > 1 {
            entry = Route53Importer.mostWanted(entries)
            log.lost(
                entry.position, "\(entry.owner) \(type)",
                "only addresses can be steered: the records of "
                    + "'\(entry.record.setIdentifier ?? "")' are served always, those of the other "
                    + "\(entries.count - 1) record sets are not carried")
        }
        var source = entry
        var steps = 0
        while source.record.alias != nil {
            steps += 1
            guard steps <= Route53Importer.maximumChain, let target = source.target,
                let next = groups[target]?[type]?.first
            else {
                log.lost(
                    entry.position, entry.subject,
                    "its alias target '\(source.record.alias?.name ?? "")' has no \(type) in this zone"
                )
                return
            }
            source = next
        }
        if steps > 0 {
            log.changed(
                entry.position, entry.subject,
                "the records of its alias target \(source.owner) are copied: they do not follow it")
        }
        noteUnusedCheck(entry)
        let values = source.record.values ?? []
        for value in values {
            guard let rdata = Route53Text.rdata(value.value, type: type) else {
                log.lost(entry.position, entry.subject, "'\(value.value.prefix(200))' is no data")
                continue
            }
            zone.records.append(
                ImportedRecord(
                    owner: entry.owner, ttl: "\(Route53Importer.seconds(source.record.ttl))",
                    type: type, rdata: rdata, position: entry.position))
        }
        if !values.isEmpty { log.carry() }
    }

    /// A lone record set is answered whatever its health; so is a static record here.
    private func noteUnusedCheck(_ entry: Route53Entry) {
        guard entry.record.healthCheck != nil else { return }
        log.changed(
            entry.position, entry.subject,
            "its health check decided nothing, as there is no other record set: it is left out")
    }

    static func seconds(_ ttl: Int?) -> Int { min(max(ttl ?? 300, 0), Int(Int32.max)) }

    /// The record set that most clients got.
    private static func mostWanted(_ entries: [Route53Entry]) -> Route53Entry {
        func rank(_ entry: Route53Entry) -> Int {
            if entry.record.failover == "PRIMARY" { return .max }
            if entry.record.geoLocation?.country == "*" || entry.record.cidr?.location == "*" {
                return .max
            }
            return entry.record.weight ?? 0
        }
        return entries.reduce(entries[0]) { rank($1) > rank($0) ? $1 : $0 }
    }

    // MARK: What is steered

    /// Whether several record sets, or an alias, decide the addresses of a name.
    func isSteered(_ owner: Name, depth: Int = 0) -> Bool {
        guard depth <= Route53Importer.maximumChain, let types = groups[owner] else { return false }
        return ["A", "AAAA", "CNAME"].contains { type in
            guard let entries = types[type], let first = entries.first else { return false }
            if Route53Importer.isRouted(entries) { return true }
            guard first.record.alias != nil, type != "CNAME", let target = first.target else {
                return false
            }
            return !target.isAtOrBelow(zone.origin) || isSteered(target, depth: depth + 1)
        }
    }

    /// A lone record set is answered always, unless it is for some clients only.
    static func isRouted(_ entries: [Route53Entry]) -> Bool {
        entries.count > 1
            || entries.contains { $0.record.geoLocation != nil || $0.record.cidr != nil }
    }

    private mutating func steer(_ owner: Name) {
        guard let place = groups[owner]?.values.first?.first?.position else { return }
        guard let policy = policyNames[owner].map({ .reference($0) }) ?? policy(of: owner) else {
            log.lost(place, "\(owner)", "no address is left to answer")
            return
        }
        // It may have been asked for by its own tree.
        let ttls = Set(timesToLive(of: owner))
        let ttl = ttls.min() ?? 60
        if ttls.count > 1 {
            log.changed(
                place, "\(owner)",
                "its record sets have TTLs of \(ttls.sorted().map(String.init).joined(separator: ", "))"
                    + ": the shortest is used")
        }
        zone.names.append(
            ImportedName(
                owner: owner, ttl: .seconds(ttl), policy: policy, position: place))
    }

    private func timesToLive(of owner: Name, depth: Int = 0) -> [Int] {
        guard depth <= Route53Importer.maximumChain else { return [] }
        return ["A", "AAAA", "CNAME"].flatMap { type in
            (groups[owner]?[type] ?? []).flatMap { entry -> [Int] in
                guard entry.record.alias != nil else {
                    return [Route53Importer.seconds(entry.record.ttl)]
                }
                // Aliases to services of AWS are answered for 60 seconds.
                guard let target = entry.target, target.isAtOrBelow(zone.origin) else {
                    return [60]
                }
                // What the target's own TTL is becomes known there.
                return groups[target]?[type].map { members in
                    members.allSatisfy { $0.record.alias == nil }
                        ? members.map { Route53Importer.seconds($0.record.ttl) }
                        : Array(timesToLive(of: target, depth: depth + 1).prefix(1))
                } ?? []
            }
        }
    }
}
