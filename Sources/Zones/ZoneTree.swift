package import DNSWire

/// The names of a zone and their data, not yet checked.
package struct ZoneTree: Sendable {
    package let origin: Name
    /// Every name with data, what lies below a zone cut included; RRsets sorted by type number.
    package let owners: [Name: [RRset]]
    /// Names that exist only because names below them do (RFC 8020 §2).
    package let emptyNonTerminals: Set<Name>
    /// Owners of NS, MX, SRV, SVCB and HTTPS: their answers carry addresses of other names.
    package let pointing: [Name]
    /// Whether there are SVCB or HTTPS records.
    package let hasServiceBindings: Bool

    private static let pointers: Set<RRType> = [.ns, .mx, .srv, .svcb, .https]

    package init(origin: Name, owners: [Name: [RRset]]) {
        self.origin = origin
        self.owners = owners
        var empty: Set<Name> = []
        var pointing: [Name] = []
        var hasServiceBindings = false
        let originLabels = origin.labelCount
        for (owner, sets) in owners {
            if sets.contains(where: { ZoneTree.pointers.contains($0.type) }) {
                pointing.append(owner)
                if sets.holds(.svcb) || sets.holds(.https) { hasServiceBindings = true }
            }
            var labels = owner.labelCount - 1
            var ancestor = owner.parent
            // What lies above a known name is known as well: the walk ends there.
            while labels > originLabels, let name = ancestor, owners[name] == nil,
                empty.insert(name).inserted
            {
                ancestor = name.parent
                labels -= 1
            }
        }
        emptyNonTerminals = empty
        self.pointing = pointing
        self.hasServiceBindings = hasServiceBindings
    }

    package func rrset(_ owner: Name, _ type: RRType) -> RRset? { owners[owner]?.first(of: type) }

    /// Whether a name has data or names below it.
    package func exists(_ name: Name) -> Bool {
        owners[name] != nil || emptyNonTerminals.contains(name)
    }

    /// The names from the one below the apex down to `name`, which lies in the zone.
    func path(to name: Name) -> [Name] {
        var path: [Name] = []
        var current = name
        for _ in 0..<max(0, name.labelCount - origin.labelCount) {
            path.append(current)
            guard let parent = current.parent else { break }
            current = parent
        }
        return path.reversed()
    }
}
