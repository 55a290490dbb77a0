package import DNSWire

/// A checked zone: it has one SOA and an NS RRset at its apex, and breaks no rule that is an error.
package struct Zone: Sendable {
    /// Names and data, for what needs no checked zone.
    package let tree: ZoneTree
    /// The SOA RRset at the apex: one record.
    package let soa: RRset

    package var origin: Name { tree.origin }

    /// Every owner name with data (what lies below a zone cut included), RRsets sorted by type number.
    package var owners: [Name: [RRset]] { tree.owners }

    /// Every name that exists: owners and empty non-terminals.
    package var names: Set<Name> { tree.emptyNonTerminals.union(tree.owners.keys) }

    package var emptyNonTerminals: Set<Name> { tree.emptyNonTerminals }

    package func rrset(_ owner: Name, _ type: RRType) -> RRset? { tree.rrset(owner, type) }

    /// Looks one name up and follows nothing (RFC 1034 §4.3.2 step 3).
    package func lookup(_ qname: Name, _ qtype: RRType) -> Lookup { tree.lookup(qname, qtype) }

    /// Builds a zone and checks it.
    ///
    /// - Parameters:
    ///   - file: Named by findings that no record can be blamed for.
    ///   - isPartial: Whether records are missing because they could not be read; nothing is then said
    ///     about what the zone lacks, and there is no zone.
    ///   - earlier: Findings of those who read the records, reported with the others.
    /// - Returns: All findings at once, sorted; no zone when one of them is an error.
    package static func checked(
        origin: Name, records: [ResourceRecord], file: String, isPartial: Bool = false,
        after earlier: FindingList = FindingList()
    ) -> (zone: Zone?, findings: [Finding]) {
        var builder = ZoneBuilder(
            origin: origin, findings: earlier, records: records.count)
        for record in records { builder.add(record) }
        var check = ZoneCheck(
            tree: ZoneTree(origin: origin, owners: builder.owners),
            placedOwners: builder.placedOwners, file: file, isPartial: isPartial,
            findings: builder.findings)
        check.run()
        let findings = check.findings.sorted(first: file)
        guard !check.findings.hasErrors, !isPartial, let soa = check.tree.rrset(origin, .soa) else {
            return (nil, findings)
        }
        return (Zone(tree: check.tree, soa: soa), findings)
    }
}
