import DNSWire
import MasterFile
import Settings
import Zones

/// From the model to files that `check` accepts.
extension ImportedZone {
    /// Rounds of leaving out what cannot stand in a zone; one bad record may have hidden another.
    private static let maximumRounds = 8

    /// The file names without their endings: `example.com`, and `root` for the root.
    private var stem: String { origin.isRoot ? "root" : origin.undotted.lowercased() }

    /// The zone file and, where something is steered, the steering file.
    func written(_ log: ImportLog) -> [ImportFile] {
        var zone = self
        zone.completeApex(log)
        let text = zone.prunedText(log)
        var files = [ImportFile(name: "\(stem).zone", text: text)]
        guard !zone.names.isEmpty else { return files }
        zone.noteFamilies(log)
        let steering = SteeringText(zone).text
        let (definition, findings) = readZoneSteering(
            file: "\(stem).yaml", text: steering, origin: origin)
        var complaints = findings
        if let definition {
            complaints += resolve(
                platform: SteeringDefinition(), zone: definition, origin: origin)
        }
        for finding in complaints where finding.severity == .error {
            log.lost(finding.position, "what was written", finding.message)
        }
        files.append(ImportFile(name: "\(stem).yaml", text: steering))
        return files
    }

    /// Puts an SOA and an NS at an apex that has none, so that the zone can be served.
    private mutating func completeApex(_ log: ImportLog) {
        func holds(_ type: String) -> Bool {
            records.contains { $0.owner == origin && $0.type == type }
        }
        let subject = "the apex of \(origin)"
        if !holds("NS") {
            records.insert(record("NS", "ns.invalid."), at: 0)
            log.changed(
                source, subject,
                "the source has no NS; 'ns.invalid.' stands in: write the names of your servers")
        }
        if !holds("SOA") {
            let server = records.first { $0.owner == origin && $0.type == "NS" }?.rdata
            records.insert(
                record(
                    "SOA", "\(server ?? "ns.invalid.") hostmaster.invalid. 1 7200 900 1209600 300"),
                at: 0)
            log.changed(
                source, subject, "the source has no SOA; one was made: see to its fields")
        }
    }

    private func record(_ type: String, _ rdata: String) -> ImportedRecord {
        ImportedRecord(owner: origin, ttl: "3600", type: type, rdata: rdata, position: source)
    }

    /// Health decides about both families of a name together where all of one are down.
    private func noteFamilies(_ log: ImportLog) {
        let known = Dictionary(
            policies.map { ($0.name, $0.policy) }, uniquingKeysWith: { first, _ in first })
        let both = names.filter { name in
            var tree = name.policy
            if case .reference(let reference) = tree { tree = known[reference] ?? tree }
            func isChecked(_ isV4: Bool) -> Bool {
                tree.contains { node in
                    guard case .endpoint(let endpoint) = node else { return false }
                    return endpoint.monitor != nil
                        && endpoint.addresses.contains { $0.isV4 == isV4 }
                }
            }
            return isChecked(true) && isChecked(false)
        }
        guard let first = both.first else { return }
        let more = both.count > 1 ? " and \(both.count - 1) more" : ""
        log.changed(
            first.position, "\(first.owner)\(more)",
            "when all addresses of one family are down and the other family's are not, that family "
                + "gets no address; the source gives all of them")
    }

    // MARK: What may not stand in a zone

    /// The text of the zone file, after everything was left out that the reader refuses.
    private mutating func prunedText(_ log: ImportLog) -> String {
        for _ in 0..<ImportedZone.maximumRounds {
            let (text, lines) = zoneText
            let file = "\(stem).zone"
            let (zone, findings) = loadZone(
                origin: origin, file: file,
                files: ZoneFiles(folder: "/", contents: ["/\(file)": text, file: text]))
            var bad: Set<Int> = []
            for finding in findings where finding.severity == .error {
                guard let index = lines[finding.position.line], bad.insert(index).inserted else {
                    continue
                }
                let record = records[index]
                log.lost(record.position, "\(record.owner) \(record.type)", finding.message)
            }
            if bad.isEmpty {
                guard let zone else { return text }
                if !dropMisplacedNames(zone, log) { return text }
                continue
            }
            records = records.enumerated().filter { !bad.contains($0.offset) }.map(\.element)
            completeApex(log)
        }
        return zoneText.text
    }

    /// Leaves out steered names that stand where nothing can be steered; true if there was one.
    private mutating func dropMisplacedNames(_ zone: Zone, _ log: ImportLog) -> Bool {
        let before = names.count
        names.removeAll { name in
            let steered = SteeredName(
                owner: name.owner, ttl: .seconds(0), policy: .failover([]), position: name.position)
            let findings = zone.findings(forSteered: [steered])
            for finding in findings {
                log.lost(name.position, "\(name.owner)", finding.message)
            }
            return !findings.isEmpty
        }
        return names.count < before
    }

    /// The zone file, and which record stands on which line, counted from 1.
    private var zoneText: (text: String, lines: [Int: Int]) {
        var lines = ["$ORIGIN \(origin)"]
        if let defaultTTL { lines.append("$TTL \(defaultTTL)") }
        var places: [Int: Int] = [:]
        let sorted = records.indices.sorted { left, right in
            let (a, b) = (records[left], records[right])
            if a.owner != b.owner { return a.owner < b.owner }
            let (x, y) = (rank(a.type), rank(b.type))
            return x != y ? x < y : left < right
        }
        let owners = records.map { $0.owner.relative(to: origin) }
        let width = min(owners.map(\.utf8.count).max() ?? 0, 40)
        for index in sorted {
            let record = records[index]
            let owner = owners[index]
            let padding = String(repeating: " ", count: max(0, width - owner.utf8.count))
            let ttl = record.ttl.map { "\($0) " } ?? ""
            lines.append("\(owner)\(padding) \(ttl)IN \(record.type) \(record.rdata)")
            places[lines.count] = index
        }
        return (lines.joined(separator: "\n") + "\n", places)
    }

    private func rank(_ type: String) -> Int { type == "SOA" ? 0 : type == "NS" ? 1 : 2 }
}
