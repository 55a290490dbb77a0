import DNSWire
import Serving
import Zones

/// Writes the names of one zone: nodes, their types, and the records of each prebuilt.
///
/// Names below a zone cut are not written: a question about one meets the cut on its way up and is
/// referred; what is needed of them is the glue in that referral. Where a zone below is served too, its
/// names are its own.
///
/// A wildcard that owns NS is written twice: asked for itself it is a zone cut, for the names that it
/// stands for its NS is data like any other (RFC 4592 §4.2 leaves it open).
struct ZoneCompiler {
    let source: ZoneSource
    let index: Int
    let origins: Origins
    /// The steered records of this zone's names.
    let steered: [Name: [Steered]]
    private let hints: ServiceHints
    private(set) var findings: [Finding] = []
    /// Nodes for the table of names: where each lies.
    private(set) var nodes: [UInt32] = []
    /// Most labels of any of their names.
    private(set) var maximumLabels = 0
    /// The nodes by name, where somebody asks for them by name.
    private(set) var nodesByName: [Name: UInt32] = [:]
    private let keepsNames: Bool
    /// Whether a name of this zone can be anything but its own: below a cut, or another zone's.
    private let hasCutsOrZonesBelow: Bool
    /// Cuts to zones that are served here themselves, which their apex answers for.
    private(set) var parentSides: [Name: UInt32] = [:]
    /// Nodes of wildcards, for the names below their parents.
    private(set) var wildcards: [Name: UInt32] = [:]
    private(set) var apexOffset: UInt32 = 0
    private(set) var negativeOffset: UInt32 = 0

    /// One steered type of a name and where its record lies.
    struct Steered {
        var type: RRType
        var offset: UInt32
    }

    /// - Parameters:
    ///   - steeredTypes: the steered types of the names of all zones.
    ///   - keepsNames: whether all nodes are to be found by name, and not only those above wildcards.
    init(
        source: ZoneSource, index: Int, origins: Origins, steered: [Name: [Steered]],
        steeredTypes: [Name: Set<RRType>], keepsNames: Bool = false
    ) {
        self.keepsNames = keepsNames
        var enclosers: Set<Name> = []
        for names in [AnySequence(source.zone.owners.keys), AnySequence(steered.keys)] {
            for name in names where !keepsNames && name.hasWildcard {
                var next: Name? = name
                while let current = next, current.isBelow(source.zone.origin) {
                    next = current.parent
                    if current.isWildcard, let next { enclosers.insert(next) }
                }
            }
        }
        self.enclosers = enclosers
        let origin = source.zone.origin
        hasCutsOrZonesBelow =
            origins.haveZonesBelow(origin)
            || source.zone.tree.pointing.contains {
                $0 != origin && source.zone.rrset($0, .ns) != nil
            }

        self.source = source
        self.index = index
        self.origins = origins
        self.steered = steered
        hints = ServiceHints(zone: source.zone, steered: steeredTypes)
    }

    private var origin: Name { source.zone.origin }

    /// Names right above wildcards.
    private let enclosers: Set<Name>

    mutating func write(to image: inout ImageBuilder) {
        for name in names.inCanonicalOrder(below: origin) { write(name, to: &image) }
        negativeOffset = writeNegative(to: &image)
    }

    /// Every name that exists, each once.
    private var names: [Name] {
        let tree = source.zone.tree
        var names = Array(tree.owners.keys)
        names.append(contentsOf: tree.emptyNonTerminals)
        var added: Set<Name> = []
        for name in steered.keys {
            // Empty non-terminals: every ancestor up to the apex exists (RFC 8020 §2).
            var next: Name? = name
            while let name = next, name.isBelow(origin), !tree.exists(name),
                added.insert(name).inserted
            {
                next = name.parent
            }
        }
        return names + added
    }

    /// Writes one name that exists, as far as it is this zone's to answer.
    mutating func write(_ name: Name, to image: inout ImageBuilder) {
        switch place(of: name) {
        case .own:
            writeNode(name, .authoritative, to: &image)
        case .cut:
            writeNode(name, .cut, to: &image)
            if name.isWildcard { writeNode(name, .wildcardData, to: &image) }
        case .below: break
        case .otherZone: break
        case .apexOfOther:
            // Only the parent's side of the cut: its NS and DS.
            if isCut(name) { writeNode(name, .parentSide, to: &image) }
        }
    }

    /// Writes the SOA for negative answers again.
    mutating func writeNegativeAgain(to image: inout ImageBuilder) {
        negativeOffset = writeNegative(to: &image)
    }

    /// Whether a zone served here has this name, or one above it that is in this zone, as its apex.
    func isOtherZones(_ name: Name) -> Bool {
        switch place(of: name) {
        case .otherZone, .apexOfOther: true
        case .own, .cut, .below: false
        }
    }

    private enum Place { case own, cut, below, otherZone, apexOfOther }

    private func isCut(_ name: Name) -> Bool {
        name != origin && source.zone.rrset(name, .ns) != nil
    }

    private func place(of name: Name) -> Place {
        guard hasCutsOrZonesBelow else { return .own }
        var result = Place.own
        var current = name
        while current != origin {
            let isSelf = current == name
            if origins.all.contains(current) {
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

    /// What a node is for.
    private enum Role {
        case authoritative
        case cut
        /// A cut to a zone that is served here itself.
        case parentSide
        /// What a wildcard at a cut has for the names that it stands for.
        case wildcardData

        var isCut: Bool { self == .cut || self == .parentSide }
    }

    /// One type of a name: records, or the offset of a steered record.
    private struct Content {
        var type: RRType
        var steered: UInt32?
        var set: RRset?
    }

    /// The types of a name in the order of their numbers, but first the one that ANY gets: the smallest
    /// RRset, or A or AAAA where a policy decides everything (RFC 8482 §4.1).
    private mutating func contents(of name: Name, isCut: Bool) -> [Content] {
        var contents: [Content] = []
        for set in source.zone.owners[name] ?? [] {
            if isCut, set.type != .ns, set.type != .ds { continue }
            contents.append(Content(type: set.type, set: healthy(set, of: name)))
        }
        let smallest = contents.compactMap(\.set).smallest?.type
        if !isCut {
            for item in steered[name] ?? [] {
                contents.append(Content(type: item.type, steered: item.offset))
            }
        }
        func rank(_ content: Content) -> UInt16 {
            content.type == smallest ? 0 : content.type.rawValue
        }
        return contents.sorted { rank($0) < rank($1) }
    }

    /// The RRset without hints that could name an address which is out of service.
    private mutating func healthy(_ set: RRset, of name: Name) -> RRset {
        guard set.type == .svcb || set.type == .https else { return set }
        let (result, warnings) = hints.removed(from: set, owner: name)
        findings += warnings
        return result
    }

    private mutating func writeNode(_ name: Name, _ role: Role, to image: inout ImageBuilder) {
        let contents = contents(of: name, isCut: role.isCut)
        image.align(8)
        let start = image.offset
        let wire = name.lowercasedWire
        image.append(UInt32(index))
        image.append(role.isCut ? start : 0)
        image.append(UInt32(0))
        image.append(UInt32(0))
        image.append(UInt8(wire.count))
        image.append(UInt8(name.labelCount))
        var flags: UInt16 = 0
        if contents.contains(where: { $0.type == .cname }) { flags |= ImageLayout.Node.cnameFlag }
        if contents.contains(where: { $0.type == .dname }) { flags |= ImageLayout.Node.dnameFlag }
        image.append(flags)
        image.append(UInt16(contents.count))
        let padded = (ImageLayout.Node.headBytes + wire.count + 3) / 4 * 4
        image.append(UInt16(padded))
        image.append(wire)
        image.align(4)
        let directory = Int(image.reserve(contents.count * ImageLayout.Entry.bytes))
        for (position, entry) in contents.enumerated() {
            let at = directory + position * ImageLayout.Entry.bytes
            let kind = entry.steered == nil ? ImageLayout.Entry.fragment : ImageLayout.Entry.steered
            image.patch(UInt32(entry.type.rawValue) | UInt32(kind) << 16, at: at)
            var target = entry.steered ?? 0
            if let set = entry.set {
                let isReferral = role.isCut && set.type == .ns
                target =
                    isReferral
                    ? writeReferral(name, set, to: &image) : writeAnswer(name, set, to: &image)
            }
            image.patch(target, at: at + ImageLayout.Entry.offset)
        }
        switch role {
        case .parentSide: parentSides[name] = start
        case .wildcardData: wildcards[name] = start
        case .cut: note(name, start)
        case .authoritative:
            note(name, start)
            if name == origin { apexOffset = start }
            if name.isWildcard { wildcards[name] = start }
        }
    }

    private mutating func note(_ name: Name, _ offset: UInt32) {
        nodes.append(offset)
        maximumLabels = max(maximumLabels, name.labelCount)
        if keepsNames || enclosers.contains(name) { nodesByName[name] = offset }
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
        let services = aliasedServices(of: set, owner: name)
        var hosts = hosts(of: set, owner: name)
        for (owner, service) in services {
            fragment.addAdditional(service, owner: owner, isGlue: false)
            hosts += self.hosts(of: service, owner: owner).filter { !hosts.contains($0) }
        }
        for host in hosts {
            for (owner, addresses) in staticAddresses(
                of: host, orGlue: set.type == .ns && name == origin)
            {
                fragment.addAdditional(addresses, owner: owner, isGlue: false)
            }
        }
        return finish(fragment, name, set, to: &image)
    }

    /// Whose addresses go along, as RFC 1035 §3.3.9 and §3.3.11, RFC 2782 and RFC 9460 §4.1 ask for.
    private func hosts(of set: RRset, owner: Name) -> [Name] {
        switch set.type {
        case .ns, .mx, .srv: return Set(set.targets).sorted()
        case .svcb, .https:
            // The owner itself is meant by "."; a wildcard's is another name in every answer. In AliasMode
            // it means that there is no service (RFC 9460 §2.5.1).
            let hosts = services(in: set).filter { !($0.isAlias && $0.target.isRoot) }
                .map { $0.target.isRoot ? owner : $0.target }
            return Set(hosts).filter { !($0 == owner && owner.isWildcard) }.sorted()
        default: return []
        }
    }

    /// Most RRsets that AliasMode records are followed to, so that their loops and trees end.
    private static let maximumAliases = 8

    /// The RRsets of the same type that AliasMode records lead to in this zone, which go along with them
    /// (RFC 9460 §4.1); without address hints that steering contradicts.
    private func aliasedServices(of set: RRset, owner: Name) -> [(Name, RRset)] {
        guard set.type == .svcb || set.type == .https else { return [] }
        var found: [(Name, RRset)] = []
        var seen: Set = [owner]
        var pending = services(in: set)[...]
        // Ends: an RRset adds to the list once, and at most eight are found.
        while let service = pending.popFirst(), found.count < ZoneCompiler.maximumAliases {
            let target = service.target
            guard service.isAlias, seen.insert(target).inserted, target.isAtOrBelow(origin),
                place(of: target) == .own, let next = source.zone.rrset(target, set.type)
            else { continue }
            found.append((target, hints.removed(from: next, owner: target).set))
            pending += services(in: next)
        }
        return found
    }

    /// Where SVCB or HTTPS records point, and whether in AliasMode, that is with a priority of 0 (RFC 9460 §2.4.1).
    private func services(in set: RRset) -> [(target: Name, isAlias: Bool)] {
        let layout = RdataLayout(of: set.type)
        return set.rdatas.compactMap { rdata in
            layout?.target(in: rdata).map { ($0, rdata.prefix(2).allSatisfy { $0 == 0 }) }
        }
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
    ///
    /// - Parameter orGlue: whether glue will do: the root's servers lie in a zone below it, and a resolver
    ///   that primes itself has no other way to them (RFC 9609 §4.2).
    private func staticAddresses(of host: Name, orGlue: Bool) -> [(Name, RRset)] {
        guard host.isAtOrBelow(origin) else { return [] }
        switch place(of: host) {
        case .own,
            .below where orGlue, .cut where orGlue, .otherZone where orGlue,
            .apexOfOther where orGlue:
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
