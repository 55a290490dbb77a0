import DNSWire
import Zones

/// Names whose answers may differ between two versions of a zone, those that are gone among them.
struct ZoneChanges {
    private(set) var names: Set<Name> = []

    /// None.
    init() {}

    /// Compares the records of two versions.
    ///
    /// - Returns: nil when they differ in zone cuts or DNAMEs, which decide for the names below them, or in more
    ///   than `limit` names: then the zone is better compiled as a whole.
    init?(from old: Zone, to new: Zone, limit: Int) {
        var added = 0
        for (name, sets) in new.owners {
            guard let before = old.owners[name] else {
                added += 1
                guard !ZoneChanges.isStructural(name, of: new, [], sets) else { return nil }
                addWithAncestors(name, of: new)
                continue
            }
            if ZoneChanges.areEqual(before, sets) { continue }
            guard !ZoneChanges.isStructural(name, of: new, before, sets) else { return nil }
            names.insert(name)
            if names.count > limit { return nil }
        }
        guard old.owners.count + added != new.owners.count else { return }
        for (name, sets) in old.owners where new.owners[name] == nil {
            guard !ZoneChanges.isStructural(name, of: new, sets, []) else { return nil }
            addWithAncestors(name, of: new)
            if names.count > limit { return nil }
        }
    }

    /// A name that comes or goes decides whether those above it exist.
    mutating func addWithAncestors(_ name: Name, of zone: Zone) {
        names.insert(name)
        var ancestor = name.parent
        while let next = ancestor, next.isBelow(zone.origin), names.insert(next).inserted {
            ancestor = next.parent
        }
    }

    /// Adds the names whose answers depend on others that have changed.
    mutating func addDependents(in zone: Zone) {
        guard !names.isEmpty else { return }
        let changed = names
        for owner in zone.tree.pointing where !changed.contains(owner) {
            let points = (zone.owners[owner] ?? []).contains { set in
                switch set.type {
                case .ns, .mx, .srv: set.targets.contains(where: changed.contains)
                // AliasMode leads on from name to name (RFC 9460 §2.4.2).
                case .svcb, .https: true
                default: false
                }
            }
            if points { names.insert(owner) }
        }
        // A name knows the wildcard below it.
        for name in names where name.isWildcard {
            if let parent = name.parent { names.insert(parent) }
        }
    }

    /// Whether a name has become, or is no longer, a zone cut or redirected.
    private static func isStructural(
        _ name: Name, of zone: Zone, _ old: [RRset], _ new: [RRset]
    ) -> Bool {
        if old.holds(.dname) || new.holds(.dname) { return true }
        return name != zone.origin
            && (old.holds(.ns) != new.holds(.ns) || name.isWildcard && new.holds(.ns))
    }

    /// Whether both hold the same data, wherever it stands in the files.
    private static func areEqual(_ old: [RRset], _ new: [RRset]) -> Bool {
        guard old.count == new.count else { return false }
        for (before, after) in zip(old, new) {
            guard before.type == after.type, before.ttl == after.ttl,
                before.rdatas == after.rdatas
            else { return false }
        }
        return true
    }
}
