import DNSWire
import Serving

/// Where a name leads (RFC 1034 §4.3.2 steps 2 and 3).
enum Location {
    /// Data of this name, or of the wildcard that stands for it (RFC 4592 §3.3.1).
    case name(NodeView)
    /// At or below a zone cut: the cut's node.
    case referral(NodeView)
    /// Below the owner of a DNAME: that node (RFC 6672 §3.2).
    case redirect(NodeView)
    /// In a zone of ours, but neither it nor a wildcard exists.
    case nameError(zone: Int)
    /// In no zone of ours.
    case foreign
}

extension Response {
    /// Finds where the name leads by its closest encloser in the one table of all zones.
    ///
    /// - Parameter exact: the name's own node, which the caller has looked for.
    mutating func locate(_ key: borrowing NameKey, _ exact: NodeView?) -> Location {
        if let node = exact {
            return isOrphan(node) ? locateParentSide(of: node, key) : locate(at: node)
        }
        // A name with more labels than any in the table cannot be in it.
        var surplus = key.labelCount &- image.maximumLabels
        var offset = 0
        // Ends: each round drops a label, and the root is the last.
        while offset &+ 1 < key.byteCount {
            offset = key.parent(of: offset)
            surplus &-= 1
            if surplus > 0 { continue }
            if let encloser = image.find(key.suffix(from: offset)) {
                return locate(below: encloser)
            }
        }
        return .foreign
    }

    /// Whether DS is asked of a zone whose parent is not served here.
    private mutating func isOrphan(_ node: NodeView) -> Bool {
        query.type == .ds && node.parentSide == 0
            && image.zone(node.zone).apex.offset == node.offset
    }

    /// Where DS of an apex leads whose parent is not served: to a zone cut above, if a zone further up
    /// is served, and otherwise into the zone itself (RFC 4035 §3.1.4.1).
    private mutating func locateParentSide(of apex: NodeView, _ key: borrowing NameKey) -> Location
    {
        var offset = 0
        while offset &+ 1 < key.byteCount {
            offset = key.parent(of: offset)
            if let encloser = image.find(key.suffix(from: offset)) {
                if let cut = image.node(encloser.cut) { return .referral(cut) }
                break
            }
        }
        return .name(apex)
    }

    private mutating func locate(at node: NodeView) -> Location {
        // The parent answers for DS, even where its child is served here too (RFC 4035 §3.1.4.1).
        if query.type == .ds, let parent = image.node(node.parentSide) { return .name(parent) }
        guard let cut = image.node(node.cut) else { return .name(node) }
        return query.type == .ds && cut.offset == node.offset ? .name(node) : .referral(cut)
    }

    private mutating func locate(below encloser: NodeView) -> Location {
        if let cut = image.node(encloser.cut) { return .referral(cut) }
        if encloser.hasDNAME { return .redirect(encloser) }
        if let wildcard = image.node(encloser.wildcard) { return .name(wildcard) }
        return .nameError(zone: encloser.zone)
    }
}
