import DNSWire
import Serving
import Zones

/// Writes the names of one zone: nodes, their types, and the records of each prebuilt.
///
/// Names below a zone cut are not written: a question about one meets the cut on its way up and is
/// referred; what is needed of them is the glue in that referral. Where a zone below is served too, its
/// names are its own.
struct ZoneCompiler {
    let source: ZoneSource
    let index: Int
    /// Origins of all zones served.
    let origins: Set<Name>
    /// The steered records of this zone's names.
    let steered: [Name: [Steered]]
    private(set) var findings: [Finding] = []
    /// Nodes for the table of names.
    private(set) var nodes: [Name: Node] = [:]
    /// Cuts to zones that are served here themselves, which their apex answers for.
    private(set) var parentSides: [Name: UInt32] = [:]
    private(set) var apexOffset: UInt32 = 0
    private(set) var negativeOffset: UInt32 = 0

    struct Node {
        var offset: UInt32
        var labelCount: Int
        var cut: Name?
    }

    /// One steered type of a name and where its record lies.
    struct Steered {
        var type: RRType
        var offset: UInt32
    }

    init(source: ZoneSource, index: Int, origins: Set<Name>, steered: [Name: [Steered]]) {
        self.source = source
        self.index = index
        self.origins = origins
        self.steered = steered
    }

    private var origin: Name { source.zone.origin }

    mutating func write(to image: inout ImageBuilder) {
        var names = Set(source.zone.owners.keys)
        names.formUnion(steered.keys)
        var complete = names
        for name in names {
            // Empty non-terminals: every ancestor up to the apex exists (RFC 8020 §2).
            var ancestor = name.parent
            while let name = ancestor, name.isBelow(origin), complete.insert(name).inserted {
                ancestor = name.parent
            }
        }
        complete.insert(origin)
        for name in complete.sorted() {
            switch place(of: name) {
            case .own: writeNode(name, cut: nil, to: &image)
            case .cut: writeNode(name, cut: name, to: &image)
            case .below: break
            case .otherZone: break
            case .apexOfOther:
                // Only the parent's side of the cut: its NS and DS.
                if isCut(name) { writeNode(name, cut: name, to: &image, isParentSide: true) }
            }
        }
        negativeOffset = writeNegative(to: &image)
    }

    private enum Place { case own, cut, below, otherZone, apexOfOther }

    private func isCut(_ name: Name) -> Bool {
        name != origin && source.zone.rrset(name, .ns) != nil
    }

    private func place(of name: Name) -> Place {
        var result = Place.own
        var current = name
        while current != origin {
            let isSelf = current == name
            if origins.contains(current) {
                // Of two zones above an apex the nearer one is its parent.
                guard isSelf else { return .otherZone }
                result = .apexOfOther
            } else if isCut(current) {
                result = isSelf ? .cut : .below
            }
            guard let parent = current.parent else { break }
            current = parent
        }
        return result
    }

    // MARK: Nodes

    private mutating func writeNode(
        _ name: Name, cut: Name?, to image: inout ImageBuilder, isParentSide: Bool = false
    ) {
        var entries: [(type: RRType, steered: UInt32?, set: RRset?)] = []
        for set in source.zone.owners[name] ?? [] {
            if cut != nil, set.type != .ns, set.type != .ds { continue }
            entries.append((set.type, nil, set))
        }
        if cut == nil {
            for item in steered[name] ?? [] { entries.append((item.type, item.offset, nil)) }
        }
        entries.sort { $0.type.rawValue < $1.type.rawValue }

        image.align(8)
        let start = image.offset
        let wire = name.lowercasedWire
        image.append(UInt32(index))
        image.append(UInt32(cut == nil ? 0 : start))
        image.append(UInt32(0))
        image.append(UInt32(0))
        image.append(UInt8(wire.count))
        image.append(UInt8(name.labelCount))
        let hasCNAME = cut == nil && entries.contains { $0.type == .cname }
        image.append(hasCNAME ? ImageLayout.Node.cnameFlag : 0)
        image.append(UInt16(entries.count))
        let padded = (ImageLayout.Node.headBytes + wire.count + 3) / 4 * 4
        image.append(UInt16(padded))
        image.append(wire)
        image.align(4)
        let directory = Int(image.reserve(entries.count * ImageLayout.Entry.bytes))
        for (position, entry) in entries.enumerated() {
            let at = directory + position * ImageLayout.Entry.bytes
            let kind = entry.steered == nil ? ImageLayout.Entry.fragment : ImageLayout.Entry.steered
            image.patch(UInt32(entry.type.rawValue) | UInt32(kind) << 16, at: at)
            var target = entry.steered ?? 0
            if let set = entry.set {
                let isReferral = cut != nil && set.type == .ns
                target =
                    isReferral
                    ? writeReferral(name, set, to: &image) : writeAnswer(name, set, to: &image)
            }
            image.patch(target, at: at + ImageLayout.Entry.offset)
        }
        if isParentSide {
            parentSides[name] = start
        } else {
            nodes[name] = Node(offset: start, labelCount: name.labelCount, cut: cut)
            if name == origin { apexOffset = start }
        }
    }

    // MARK: Records

    private mutating func finish(
        _ fragment: FragmentBuilder, _ name: Name, _ set: RRset, to image: inout ImageBuilder
    ) -> UInt32 {
        guard fragment.fits else {
            findings.append(
                Finding(
                    at: set.position,
                    "\(name) has a \(set.type) RRset that is larger than a message (RFC 1035 §4.2.2)"
                ))
            return 0
        }
        return fragment.write(to: &image)
    }

    private mutating func writeAnswer(
        _ name: Name, _ set: RRset, to image: inout ImageBuilder
    ) -> UInt32 {
        var fragment = FragmentBuilder(owner: name)
        fragment.addAnswer(set)
        // Additional addresses, as RFC 1035 §3.3.9, §3.3.11 and RFC 2782 ask for.
        if set.type == .ns || set.type == .mx || set.type == .srv {
            for host in Set(set.targets).sorted() {
                for (owner, addresses) in staticAddresses(of: host) {
                    fragment.addAdditional(addresses, owner: owner, isGlue: false)
                }
            }
        }
        return finish(fragment, name, set, to: &image)
    }

    private mutating func writeReferral(
        _ cut: Name, _ set: RRset, to image: inout ImageBuilder
    ) -> UInt32 {
        var fragment = FragmentBuilder(owner: cut)
        fragment.addAuthority(set, owner: cut)
        // Hosts inside the child zone first: without their addresses the referral leads nowhere.
        let hosts = Set(set.targets).sorted()
        for inside in [true, false] {
            for host in hosts where host.isAtOrBelow(cut) == inside && host.isAtOrBelow(origin) {
                for type in [RRType.a, .aaaa] {
                    guard let addresses = source.zone.rrset(host, type) else { continue }
                    fragment.addAdditional(addresses, owner: host, isGlue: inside)
                }
            }
        }
        return finish(fragment, cut, set, to: &image)
    }

    /// Addresses that this zone has authoritatively and that no policy decides.
    private func staticAddresses(of host: Name) -> [(Name, RRset)] {
        guard host.isAtOrBelow(origin) else { return [] }
        switch place(of: host) {
        case .own:
            return [RRType.a, .aaaa].compactMap { type in
                source.zone.rrset(host, type).map { (host, $0) }
            }
        default: return []
        }
    }

    /// The SOA for negative answers, its TTL lowered to MINIMUM (RFC 2308 §3).
    private mutating func writeNegative(to image: inout ImageBuilder) -> UInt32 {
        let soa = source.zone.soa
        let minimum = (soa.rdatas.first ?? []).suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
        var fragment = FragmentBuilder(owner: origin)
        fragment.addAuthority(soa, owner: origin, ttl: min(soa.ttl, minimum))
        return finish(fragment, origin, soa, to: &image)
    }
}
