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
    /// Finds the name, or its closest encloser, in the one table of all zones.
    func locate(_ key: borrowing NameKey) -> Location {
        // A name with more labels than any in the table cannot be in it.
        var dropped = max(0, key.labelCount &- image.maximumLabels)
        if dropped == 0, let node = image.find(key.suffix(dropping: 0)) {
            return isOrphan(node) ? locateParentSide(of: node, key) : locate(at: node)
        }
        dropped = max(dropped, 1)
        while dropped <= key.labelCount {
            if let encloser = image.find(key.suffix(dropping: dropped)) {
                return locate(below: encloser)
            }
            dropped &+= 1
        }
        return .foreign
    }

    /// Whether DS is asked of a zone whose parent is not served here.
    private func isOrphan(_ node: NodeView) -> Bool {
        query.type == .ds && node.parentSide == 0
            && image.zone(node.zone).apex.offset == node.offset
    }

    /// Where DS of an apex leads whose parent is not served: to a zone cut above, if a zone further up
    /// is served, and otherwise into the zone itself (RFC 4035 §3.1.4.1).
    private func locateParentSide(of apex: NodeView, _ key: borrowing NameKey) -> Location {
        var dropped = 1
        while dropped <= key.labelCount {
            if let encloser = image.find(key.suffix(dropping: dropped)) {
                if let cut = image.node(encloser.cut) { return .referral(cut) }
                break
            }
            dropped &+= 1
        }
        return .name(apex)
    }

    private func locate(at node: NodeView) -> Location {
        // The parent answers for DS, even where its child is served here too (RFC 4035 §3.1.4.1).
        if query.type == .ds, let parent = image.node(node.parentSide) { return .name(parent) }
        guard let cut = image.node(node.cut) else { return .name(node) }
        return query.type == .ds && cut.offset == node.offset ? .name(node) : .referral(cut)
    }

    private func locate(below encloser: NodeView) -> Location {
        if let cut = image.node(encloser.cut) { return .referral(cut) }
        if encloser.hasDNAME { return .redirect(encloser) }
        if let wildcard = image.node(encloser.wildcard) { return .name(wildcard) }
        return .nameError(zone: encloser.zone)
    }
}
