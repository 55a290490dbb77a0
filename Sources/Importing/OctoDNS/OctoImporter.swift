import DNSWire
import Settings
import Zones

/// Makes zones of octoDNS's zone files, one zone for each file.
enum OctoImporter {
    static func read(
        _ sources: [ImportSource], origin: Name?, _ log: ImportLog
    ) throws(Finding) -> [ImportedZone] {
        var zones: [ImportedZone] = []
        for source in sources {
            let name = try zoneName(source, isOnly: sources.count == 1, wanted: origin)
            if let origin, origin != name { continue }
            let root = try YAMLDocument.read(file: source.name, text: source.text)
            guard let names = root?.map else {
                throw Finding(
                    at: SourcePosition(file: source.name),
                    "the file must be a map of names to records")
            }
            var reader = OctoZone(origin: name, file: source.name, log)
            for entry in names { reader.take(entry) }
            zones.append(reader.finished())
        }
        guard !zones.isEmpty else {
            throw Finding(
                at: SourcePosition(file: sources.first?.name ?? "octodns"),
                "there is no file of the zone asked for")
        }
        return zones
    }

    /// `example.com.yaml` holds example.com; one file alone may be called anything where `--zone` names it.
    private static func zoneName(
        _ source: ImportSource, isOnly: Bool, wanted: Name?
    ) throws(Finding) -> Name {
        if isOnly, let wanted { return wanted }
        let parts = source.fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 2, ["yaml", "yml"].contains(parts[parts.count - 1]),
            let name = try? Name(parts.dropLast().joined(separator: "."), relativeTo: .root)
        else {
            throw Finding(
                at: SourcePosition(file: source.name),
                "the file's name is not that of a zone: name it with --zone")
        }
        return name
    }
}

/// One record as written, with the name that it stands at.
struct OctoRecord {
    var owner: Name
    var type: String
    var node: YAMLNode
    var position: SourcePosition

    var subject: String { "\(owner) \(type)" }

    subscript(key: String) -> YAMLNode? { node.map?.first { $0.key == key }?.value }

    /// `values`, or `value` alone.
    var values: [YAMLNode] {
        if let list = self["values"]?.list { return list }
        return (self["values"] ?? self["value"]).map { $0.list ?? [$0] } ?? []
    }
}

/// Reads the names of one zone.
struct OctoZone {
    /// What octoDNS gives records without a TTL.
    private static let defaultTTL = 3600
    private static let addressTypes: Set<String> = ["A", "AAAA", "CNAME", "ALIAS"]

    let log: ImportLog
    private let file: String
    private(set) var zone: ImportedZone

    init(origin: Name, file: String, _ log: ImportLog) {
        self.log = log
        self.file = file
        zone = ImportedZone(origin: origin, source: SourcePosition(file: file))
    }

    func finished() -> ImportedZone { zone }

    /// One name: a record, or a list of them.
    mutating func take(_ entry: YAMLEntry) {
        let position = SourcePosition(
            file: file, line: entry.keyLine, column: entry.keyColumn)
        let text = entry.key.isEmpty ? "@" : entry.key
        guard let owner = try? Name(text, relativeTo: zone.origin), owner.isAtOrBelow(zone.origin)
        else {
            log.lost(position, "'\(entry.key.prefix(80))'", "this is no name in the zone")
            return
        }
        let records = (entry.value.list ?? [entry.value]).compactMap { node -> OctoRecord? in
            let place = SourcePosition(file: file, line: node.line, column: node.column)
            guard let type = node.map?.first(where: { $0.key == "type" })?.value.text else {
                log.lost(place, "\(owner)", "a record without 'type'")
                return nil
            }
            let record = OctoRecord(
                owner: owner, type: type.uppercased(), node: node, position: place)
            let isIgnored = record["octodns"]?.map?.contains {
                $0.key == "ignored" && $0.value.text == "true"
            }
            guard isIgnored == true else { return record }
            log.changed(place, record.subject, "octoDNS is told to leave it alone: it is left out")
            return nil
        }
        let addresses = records.filter { OctoZone.addressTypes.contains($0.type) }
        let isSteered = addresses.contains {
            $0["dynamic"] != nil || $0["geo"] != nil || $0.type == "ALIAS"
        }
        if isSteered { steer(owner, addresses) }
        for record in records where !(isSteered && OctoZone.addressTypes.contains(record.type)) {
            carry(record)
        }
    }

    // MARK: Static records

    static func ttl(_ record: OctoRecord) -> Int {
        min(
            max(record["ttl"]?.text.flatMap { Int($0) } ?? defaultTTL, 0), Int(Int32.max))
    }

    private mutating func carry(_ record: OctoRecord) {
        let values = record.values
        guard !values.isEmpty, RRType(record.type) != nil else {
            log.lost(
                record.position, record.subject,
                values.isEmpty ? "it has no value" : "type \(record.type) is octoDNS's own")
            return
        }
        if record["dynamic"] != nil || record["geo"] != nil {
            log.lost(
                record.position, record.subject,
                "only addresses can be steered: its 'values' are served always")
        }
        log.carry()
        for value in values {
            guard let rdata = OctoRdata.text(value, type: record.type, origin: zone.origin) else {
                log.lost(
                    SourcePosition(file: file, line: value.line, column: value.column),
                    record.subject, "\(value.shape) is no data of this type")
                continue
            }
            zone.records.append(
                ImportedRecord(
                    owner: record.owner, ttl: "\(OctoZone.ttl(record))", type: record.type,
                    rdata: rdata, position: record.position))
        }
    }

    // MARK: Steered names

    private mutating func steer(_ owner: Name, _ records: [OctoRecord]) {
        var policies: [String: ImportedPolicy] = [:]
        for record in records {
            var dynamics = OctoDynamics(record, zone.origin, log)
            guard let policy = dynamics.policy(in: &zone) else { continue }
            log.carry()
            policies[record.type] = policy
        }
        let redirected = policies["CNAME"] ?? policies["ALIAS"]
        guard
            let policy = ImportedPolicy.joining(
                policies["A"] ?? (policies["AAAA"] == nil ? redirected : nil), policies["AAAA"])
        else { return }
        let ttls = Set(records.map(OctoZone.ttl))
        if ttls.count > 1, let first = records.first {
            log.changed(
                first.position, "\(owner)",
                "its records have TTLs of \(ttls.sorted().map(String.init).joined(separator: ", "))"
                    + ": the shortest is used")
        }
        zone.names.append(
            ImportedName(
                owner: owner, ttl: .seconds(ttls.min() ?? OctoZone.defaultTTL), policy: policy,
                position: records.first?.position ?? zone.source))
    }
}
