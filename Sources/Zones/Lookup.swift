package import DNSWire

/// The outcomes of looking a name and type up in a zone (RFC 1034 §4.3.2 step 3).
package enum Lookup: Hashable, Sendable {
    /// The RRset asked for. Its owner is the name itself, or the wildcard it was made from.
    case answer(RRset, owner: Name, wildcard: Bool)
    /// An alias (step 3a); the type asked for is another.
    case cname(RRset, owner: Name, wildcard: Bool)
    /// The name lies below the owner of a DNAME (RFC 6672 §3.2).
    case dname(RRset, owner: Name)
    /// The name lies at or below a zone cut (step 3b).
    case delegation(RRset, cut: Name)
    /// The name exists, or a wildcard stands for it, but not with this type (RFC 2308 §2.2); also
    /// empty non-terminals (RFC 8020).
    case noData(wildcard: Bool)
    /// Neither the name nor a wildcard for it exists (RFC 2308 §2.1).
    case nameError
    /// The name is not in this zone.
    case notInZone
}

/// The lookup of RFC 1034 §4.3.2, written to be read: the compiled zone is tested against it.
///
/// A wildcard that owns NS or DNAME: for names that it stands for, both are data like any other
/// (RFC 4592 §4.2 and RFC 6672 §3.3 leave it open). Asked for itself it is a zone cut, and the
/// names spelled with its `*` are referred and redirected.
extension ZoneTree {
    /// Looks one name up and follows nothing.
    ///
    /// ANY finds the smallest RRset (RFC 8482 §4.1).
    package func lookup(_ qname: Name, _ qtype: RRType) -> Lookup {
        guard qname.isAtOrBelow(origin) else { return .notInZone }
        var closestEncloser = origin
        if let dname = rrset(origin, .dname), qname.isBelow(origin) {
            return .dname(dname, owner: origin)
        }
        for name in path(to: qname) {
            guard exists(name) else { return lookupWildcard(below: closestEncloser, qtype) }
            closestEncloser = name
            let isQname = name.wire.count == qname.wire.count
            // DS belongs to the parent's side of the cut (RFC 4035 §3.1.4.1).
            if let ns = rrset(name, .ns), !(isQname && qtype == .ds) {
                return .delegation(ns, cut: name)
            }
            if let dname = rrset(name, .dname), !isQname { return .dname(dname, owner: name) }
        }
        return match(qname, qtype, wildcard: false)
    }

    /// Step 3c: the asterisk label below the closest encloser (RFC 4592 §3.3.1).
    private func lookupWildcard(below closestEncloser: Name, _ qtype: RRType) -> Lookup {
        guard let wildcard = try? closestEncloser.prepending([UInt8(ascii: "*")]),
            exists(wildcard)
        else { return .nameError }
        return match(wildcard, qtype, wildcard: true)
    }

    private func match(_ owner: Name, _ qtype: RRType, wildcard: Bool) -> Lookup {
        let rrsets = owners[owner] ?? []
        let found = qtype == .any ? rrsets.smallest : rrsets.first(of: qtype)
        if let found { return .answer(found, owner: owner, wildcard: wildcard) }
        if let cname = rrsets.first(of: .cname) {
            return .cname(cname, owner: owner, wildcard: wildcard)
        }
        return .noData(wildcard: wildcard)
    }
}
