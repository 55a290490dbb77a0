import DNSWire

/// Where steered names may stand.
extension Zone {
    /// Every rule that steered names break, each an error at the name's position.
    package func findings(forSteered names: [SteeredName]) -> [Finding] {
        names.flatMap { name in
            broken(name.owner).map { Finding(at: name.position, $0) }
        }
    }

    private func broken(_ owner: Name) -> [String] {
        guard owner.isAtOrBelow(origin) else {
            return ["\(owner) is not in the zone \(origin)"]
        }
        var messages: [String] = []
        switch lookup(owner, .a) {
        case .delegation(_, let cut) where cut == owner:
            messages.append("\(owner) is a zone cut and cannot be steered (RFC 1034 §4.2.1)")
        case .delegation(_, let cut):
            messages.append(
                "\(owner) lies below the zone cut \(cut) and cannot be steered (RFC 1034 §4.2.1)")
        case .dname(_, let ancestor):
            messages.append(
                "\(owner) lies below the DNAME at \(ancestor) and cannot be steered (RFC 6672 §2.4)"
            )
        default: break
        }
        for rrset in owners[owner] ?? [] {
            switch rrset.type {
            case .cname:
                messages.append(
                    "\(owner) is steered and has a CNAME at \(rrset.position) (RFC 1034 §3.6.2)")
            case .dname:
                messages.append("\(owner) is steered and has a DNAME at \(rrset.position)")
            case .a, .aaaa:
                messages.append(
                    "\(owner) is steered and has \(rrset.type) records at \(rrset.position); only one of them can decide the answer"
                )
            default: break
            }
        }
        return messages
    }
}
