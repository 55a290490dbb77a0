package import DNSWire

/// The names of a zone and their data, not yet checked.
package struct ZoneTree: Sendable {
    package let origin: Name
    /// Every name with data, what lies below a zone cut included; RRsets sorted by type number.
    package let owners: [Name: [RRset]]
    /// Names that exist only because names below them do (RFC 8020 §2).
    package let emptyNonTerminals: Set<Name>

    package init(origin: Name, owners: [Name: [RRset]]) {
        self.origin = origin
        self.owners = owners
        var empty: Set<Name> = []
        let originLabels = origin.labelCount
        for owner in owners.keys {
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
