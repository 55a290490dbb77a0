import Compiling
import DNSWire
import Zones

/// What differs in the static records of all zones.
struct RecordChanges {
    private let before: [Name: Zone]
    private let after: [Name: Zone]

    init(_ before: [ZoneSource], _ after: [ZoneSource]) {
        func zones(_ sources: [ZoneSource]) -> [Name: Zone] {
            Dictionary(
                sources.map { ($0.zone.origin, $0.zone) }, uniquingKeysWith: { first, _ in first })
        }
        self.before = zones(before)
        self.after = zones(after)
    }

    func add(to plan: inout Plan) {
        var stale: [String] = []
        for origin in Set(before.keys).union(after.keys).sorted() {
            let (old, new) = (before[origin], after[origin])
            if old?.serial != new?.serial {
                plan.zones.append(
                    Plan.ZoneRow(
                        zone: origin.description, serialBefore: old?.serial,
                        serialAfter: new?.serial))
            }
            let rows = compare(old, new)
            for row in rows {
                switch (row.before, row.after) {
                case (nil, _): plan.counts.recordsAdded += 1
                case (_, nil): plan.counts.recordsRemoved += 1
                default: plan.counts.recordsChanged += 1
                }
            }
            let room = max(0, Plan.maximumRecords - plan.records.count)
            plan.records += rows.prefix(room)
            plan.moreRecords += max(0, rows.count - room)
            if let old, let new, !rows.isEmpty, !isLater(new.serial, old.serial) {
                stale.append("\(origin) (\(old.serial) to \(new.serial))")
            }
        }
        guard !stale.isEmpty else { return }
        let more = stale.count > 3 ? " and \(stale.count - 3) more zones" : ""
        plan.notes.append(
            "records change but serials do not rise, so secondaries would not notice: "
                + stale.prefix(3).joined(separator: ", ") + more)
    }

    /// RFC 1982 §3.2.
    private func isLater(_ a: UInt32, _ b: UInt32) -> Bool { Int32(bitPattern: a &- b) > 0 }

    private func compare(_ old: Zone?, _ new: Zone?) -> [Plan.RecordRow] {
        var rows: [(Name, Plan.RecordRow)] = []
        let (before, after) = (old?.owners ?? [:], new?.owners ?? [:])
        for (owner, sets) in before {
            let others = after[owner] ?? []
            for set in sets where set.type != .soa {
                let other = others.first(of: set.type)
                if let other, other.ttl == set.ttl, other.rdatas == set.rdatas { continue }
                // Their order means nothing (RFC 1035 §3.1: sets).
                if let other, other.ttl == set.ttl, Set(other.rdatas) == Set(set.rdatas) {
                    continue
                }
                rows.append((owner, row(owner, set.type, set, other)))
            }
        }
        for (owner, sets) in after {
            let others = before[owner] ?? []
            for set in sets where set.type != .soa && others.first(of: set.type) == nil {
                rows.append((owner, row(owner, set.type, nil, set)))
            }
        }
        return rows.sorted { ($0.0, $0.1.type) < ($1.0, $1.1.type) }.map(\.1)
    }

    private func row(
        _ owner: Name, _ type: RRType, _ before: RRset?, _ after: RRset?
    ) -> Plan.RecordRow {
        Plan.RecordRow(
            name: owner.description, type: "\(type)", before: before?.text, after: after?.text)
    }
}

extension RRset {
    /// TTL and data as far as few words say it.
    fileprivate var text: String {
        let shown = 4
        var words: [String] = []
        if type == .a || type == .aaaa {
            words = rdatas.prefix(shown).compactMap { IPAddress(bytes: $0)?.description }
        } else {
            words = targets.prefix(shown).map(\.description)
        }
        if words.isEmpty {
            return "\(rdatas.count) record\(rdatas.count == 1 ? "" : "s"), TTL \(ttl)"
        }
        if rdatas.count > shown { words.append("and \(rdatas.count - shown) more") }
        return words.joined(separator: " ") + ", TTL \(ttl)"
    }
}
