import DNSWire

/// Groups records into RRsets and finds what is wrong with single records and RRsets.
struct ZoneBuilder {
    let origin: Name
    private(set) var findings: FindingList
    /// Every owner, RRsets sorted by type number.
    private(set) var owners: [Name: [RRset]] = [:]
    /// The owners of types with a rule of their own about where they stand or point: few in most zones.
    private(set) var placedOwners: Set<Name> = []
    /// What large RRsets hold, so that looking for duplicates does not take quadratic time.
    private var seen: [RRsetKey: Set<[UInt8]>] = [:]

    /// RRsets above this size are searched by hash.
    private static let scanLimit = 16
    /// Types of which a name owns one record at most.
    private static let singletons: [RRType: String] = [
        .soa: "RFC 1035 §5.2", .cname: "RFC 2181 §10.1", .dname: "RFC 6672 §2.4",
    ]

    private static let placed: Set<RRType> = [.cname, .soa, .ds, .ns, .dname, .mx]

    private struct RRsetKey: Hashable {
        var owner: Name
        var type: RRType
    }

    /// - Parameter records: about how many will be added.
    init(origin: Name, findings: FindingList, records: Int = 0) {
        self.origin = origin
        self.findings = findings
        owners.reserveCapacity(records)
    }

    mutating func add(_ record: ResourceRecord) {
        guard isAcceptable(record) else { return }
        merge(record)
    }

    private mutating func isAcceptable(_ record: ResourceRecord) -> Bool {
        let position = record.position
        guard record.owner.isAtOrBelow(origin) else {
            findings.error(position, "\(record.owner) is not in the zone \(origin)")
            return false
        }
        guard !record.type.isMeta else {
            findings.error(position, "\(record.type) cannot stand in a zone (RFC 6895 §3.1)")
            return false
        }
        guard record.rdata.count <= Int(UInt16.max),
            RdataLayout(of: record.type)?.isWellFormed(record.rdata) ?? true
        else {
            findings.error(
                position, "\(record.owner) \(record.type): the bytes are not \(record.type) rdata")
            return false
        }
        return true
    }

    private mutating func merge(_ record: ResourceRecord) {
        switch ZoneBuilder.merge(record, into: &owners[record.owner, default: []]) {
        case .newRRset:
            if ZoneBuilder.placed.contains(record.type) { placedOwners.insert(record.owner) }
        case .sameRRset(let index, let ttl):
            if ttl != record.ttl, record.type != .rrsig {
                findings.warning(
                    record.position,
                    "\(record.owner) \(record.type): TTL \(record.ttl) differs from \(ttl) of the same RRset; the lowest is used (RFC 2181 §5.2)"
                )
            }
            append(record, at: index)
        }
    }

    private enum Outcome {
        case newRRset
        /// The RRset's place and its TTL until now; the record is not yet in it.
        case sameRRset(index: Int, ttl: UInt32)
    }

    /// Starts the RRset of a record, or lowers the TTL of the one that is there.
    private static func merge(
        _ record: ResourceRecord, into rrsets: inout [RRset]
    ) -> Outcome {
        let number = record.type.rawValue
        let index = rrsets.firstIndex { $0.type.rawValue >= number } ?? rrsets.count
        guard index < rrsets.count, rrsets[index].type == record.type else {
            let rrset = RRset(
                type: record.type, ttl: record.ttl, rdatas: [record.rdata],
                position: record.position)
            rrsets.insert(rrset, at: index)
            return .newRRset
        }
        let ttl = rrsets[index].ttl
        rrsets[index].ttl = min(ttl, record.ttl)
        return .sameRRset(index: index, ttl: ttl)
    }

    private mutating func append(_ record: ResourceRecord, at index: Int) {
        if isDuplicate(record, at: index) {
            findings.warning(
                record.position,
                "\(record.owner) \(record.type): this record is given twice; it counts once (RFC 2181 §5)"
            )
        } else if let rule = ZoneBuilder.singletons[record.type] {
            findings.error(
                record.position, "\(record.owner) has more than one \(record.type) (\(rule))")
        } else {
            owners[record.owner]?[index].rdatas.append(record.rdata)
        }
    }

    private mutating func isDuplicate(_ record: ResourceRecord, at index: Int) -> Bool {
        let layout = RdataLayout(of: record.type)
        func canonical(_ rdata: [UInt8]) -> [UInt8] { layout?.canonical(rdata) ?? rdata }
        let rdata = canonical(record.rdata)
        let key = RRsetKey(owner: record.owner, type: record.type)
        if seen[key] == nil {
            let rdatas = owners[record.owner]?[index].rdatas ?? []
            guard rdatas.count > ZoneBuilder.scanLimit else {
                return rdatas.contains { canonical($0) == rdata }
            }
            seen[key] = Set(rdatas.map(canonical))
        }
        return !(seen[key, default: []].insert(rdata).inserted)
    }
}
