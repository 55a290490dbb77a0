import DNSWire

/// The rules about names that NS and MX records point at, as far as they lie in the zone.
struct TargetCheck {
    let tree: ZoneTree
    /// Whether records are missing, so that nothing can be said about what the zone lacks.
    let isPartial: Bool
    var findings: FindingList

    init(tree: ZoneTree, isPartial: Bool, findings: FindingList) {
        self.tree = tree
        self.isPartial = isPartial
        self.findings = findings
    }

    /// - Parameter mailing: The owners of MX.
    mutating func run(cuts: Set<Name>, mailing: [Name]) {
        checkServers(of: tree.origin)
        for cut in cuts { checkServers(of: cut) }
        for owner in mailing {
            guard let mx = tree.rrset(owner, .mx) else { continue }
            for target in mx.targets { checkNoAlias(owner, mx, target) }
        }
    }

    private mutating func checkServers(of owner: Name) {
        guard let ns = tree.rrset(owner, .ns) else { return }
        for target in ns.targets where target.isAtOrBelow(tree.origin) {
            if owner != tree.origin, target.isAtOrBelow(owner) {
                checkGlue(owner, ns, target)
            } else {
                checkNoAlias(owner, ns, target)
                checkAddress(owner, ns, target)
            }
        }
    }

    /// A server below the cut can be found through the referral only (RFC 1034 §4.2.1).
    private mutating func checkGlue(_ cut: Name, _ ns: RRset, _ target: Name) {
        guard !isPartial, !hasAddress(target) else { return }
        findings.error(
            ns.position, "\(cut) is delegated to \(target), which has no glue (RFC 1034 §4.2.1)")
    }

    private mutating func checkNoAlias(_ owner: Name, _ rrset: RRset, _ target: Name) {
        switch tree.lookup(target, .a) {
        case .cname, .dname:
            findings.warning(
                rrset.position,
                "\(owner) \(rrset.type) points at \(target), which is an alias (RFC 2181 §10.3)")
        default: break
        }
    }

    private mutating func checkAddress(_ owner: Name, _ ns: RRset, _ target: Name) {
        guard !isPartial, isWithoutAddress(target) else { return }
        findings.warning(
            ns.position,
            "\(owner) NS points at \(target), which has no address in this zone (RFC 1912 §2.8)")
    }

    private func hasAddress(_ name: Name) -> Bool {
        tree.owners[name]?.contains { $0.type == .a || $0.type == .aaaa } ?? false
    }

    /// Whether the zone says with authority that there is no address.
    private func isWithoutAddress(_ name: Name) -> Bool {
        [RRType.a, .aaaa].allSatisfy { type in
            switch tree.lookup(name, type) {
            case .noData, .nameError: true
            default: false
            }
        }
    }
}
