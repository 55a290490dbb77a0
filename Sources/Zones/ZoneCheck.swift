import DNSWire

/// The rules that a zone keeps as a whole.
struct ZoneCheck {
    let tree: ZoneTree
    /// The owners of CNAME, SOA, DS, NS, DNAME and MX.
    let placedOwners: Set<Name>
    let file: String
    /// Whether records are missing, so that nothing can be said about what the zone lacks.
    let isPartial: Bool
    var findings: FindingList

    /// Types that may stand beside a CNAME (RFC 4035 §2.5).
    private static let besideCNAME: Set<RRType> = [.cname, .rrsig, .nsec]
    /// Types that belong to the parent's side of a zone cut (RFC 4035 §2.6).
    private static let atCut: Set<RRType> = [.ns, .ds, .rrsig, .nsec]

    /// The names that NS records anywhere in the zone point at.
    private var servers: Set<Name> = []

    private var origin: Name { tree.origin }

    init(
        tree: ZoneTree, placedOwners: Set<Name>, file: String, isPartial: Bool,
        findings: FindingList
    ) {
        self.tree = tree
        self.placedOwners = placedOwners
        self.file = file
        self.isPartial = isPartial
        self.findings = findings
    }

    mutating func run() {
        checkApex()
        let delegating = owners(of: .ns)
        servers = Set(delegating.flatMap { tree.rrset($0, .ns)?.targets ?? [] })
        let cuts = topmost(Set(delegating).subtracting([origin]))
        for owner in placedOwners where owner != origin {
            checkNode(owner, tree.owners[owner] ?? [])
        }
        checkOcclusion(by: cuts, Set(owners(of: .dname)))
        for cut in cuts { checkCut(cut) }
        var targets = TargetCheck(tree: tree, isPartial: isPartial, findings: findings)
        targets.run(cuts: cuts, mailing: owners(of: .mx))
        findings = targets.findings
    }

    private func owners(of type: RRType) -> [Name] {
        placedOwners.filter { tree.rrset($0, type) != nil }
    }

    /// Those of `cuts` that lie below no other.
    private func topmost(_ cuts: Set<Name>) -> Set<Name> {
        guard cuts.contains(where: { $0.labelCount > origin.labelCount + 1 }) else { return cuts }
        return cuts.filter { cut in
            !tree.path(to: cut).dropLast().contains { cuts.contains($0) }
        }
    }

    private mutating func checkApex() {
        let apex = tree.owners[origin] ?? []
        if !isPartial {
            let place = SourcePosition(file: file)
            if !apex.holds(.soa) {
                findings.error(place, "the zone has no SOA record at \(origin) (RFC 1035 §5.2)")
            }
            if !apex.holds(.ns) {
                findings.error(place, "the zone has no NS record at \(origin) (RFC 1034 §4.2.1)")
            }
        }
        if let cname = apex.first(of: .cname) {
            findings.error(
                cname.position,
                "\(origin) is the apex and cannot have a CNAME (RFC 1034 §3.6.2)")
        }
        if let ds = apex.first(of: .ds) {
            findings.warning(
                ds.position, "\(origin) DS belongs into the parent zone (RFC 4034 §5)")
        }
    }

    private mutating func checkNode(_ owner: Name, _ rrsets: [RRset]) {
        if let cname = rrsets.first(of: .cname),
            let other = rrsets.first(where: { !ZoneCheck.besideCNAME.contains($0.type) })
        {
            findings.error(
                cname.position,
                "\(owner) has a CNAME and other data: \(other.type) (RFC 1034 §3.6.2)")
        }
        if let soa = rrsets.first(of: .soa) {
            findings.error(
                soa.position, "\(owner) has an SOA but is not the apex \(origin) (RFC 1035 §5.2)")
        }
        if let ds = rrsets.first(of: .ds), !rrsets.holds(.ns), !isPartial {
            findings.warning(
                ds.position, "\(owner) has a DS but no NS: it is no zone cut (RFC 4035 §2.4)")
        }
        if let dname = rrsets.first(of: .dname), rrsets.holds(.ns) {
            findings.error(
                dname.position, "\(owner) has a DNAME and an NS below the apex (RFC 6672 §2.3)")
        }
        if owner.isWildcard, let rrset = rrsets.first(where: { [.ns, .dname].contains($0.type) }) {
            findings.warning(
                rrset.position,
                "\(owner) \(rrset.type): a wildcard does not delegate or redirect (RFC 4592 §4)")
        }
    }

    /// Finds data that no answer ever holds, and data where none may be.
    private mutating func checkOcclusion(by cuts: Set<Name>, _ dnames: Set<Name>) {
        guard !cuts.isEmpty || !dnames.isEmpty else { return }
        // The names right below the apex have only the apex above them.
        let labels = origin.labelCount + (dnames.contains(origin) ? 0 : 1)
        for (owner, rrsets) in tree.owners where owner.labelCount > labels {
            checkOcclusion(owner, rrsets, by: cuts, dnames)
        }
    }

    private mutating func checkOcclusion(
        _ owner: Name, _ rrsets: [RRset], by cuts: Set<Name>, _ dnames: Set<Name>
    ) {
        let position = rrsets[0].position
        for ancestor in [origin] + tree.path(to: owner).dropLast() where ancestor != owner {
            if cuts.contains(ancestor) {
                guard !isPartial, !isGlue(owner, rrsets) else { return }
                findings.warning(
                    position,
                    "\(owner) lies below the zone cut \(ancestor) and is not glue: it is never an answer (RFC 1034 §4.2.1)"
                )
                return
            }
            if dnames.contains(ancestor) {
                findings.error(
                    position, "\(owner) lies below the DNAME at \(ancestor) (RFC 6672 §2.4)")
                return
            }
        }
    }

    private mutating func checkCut(_ cut: Name) {
        guard !isPartial else { return }
        for rrset in tree.owners[cut] ?? [] where !ZoneCheck.atCut.contains(rrset.type) {
            let isGlue = isGlue(cut, [rrset])
            if !isGlue, rrset.type != .cname, rrset.type != .dname {
                findings.warning(
                    rrset.position,
                    "\(cut) \(rrset.type) stands at a zone cut and is not glue: it is never an answer (RFC 1034 §4.2.1)"
                )
            }
        }
    }

    private func isGlue(_ owner: Name, _ rrsets: [RRset]) -> Bool {
        servers.contains(owner) && rrsets.allSatisfy { $0.type == .a || $0.type == .aaaa }
    }
}
