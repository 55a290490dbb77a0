import DNSWire
import Geography
package import Serving
import Steering
package import Zones

/// What is served, for a patch to follow.
package struct ServedConfiguration: Sendable {
    package let image: LoadedImage
    package let compiled: CompiledImage
    package let sources: [ZoneSource]
    /// Whether what every zone may refer to is the same in the new configuration.
    package let platformStays: Bool

    package init(
        image: LoadedImage, compiled: CompiledImage, sources: [ZoneSource], platformStays: Bool
    ) {
        self.image = image
        self.compiled = compiled
        self.sources = sources
        self.platformStays = platformStays
    }
}

/// Compiles what differs from the configuration that is served, to be appended to its file.
///
/// - Parameters: see `compile`.
/// - Returns: nil when the whole must be compiled: other zones, zone cuts or endpoints (not where the same ones
///   have other addresses), changed steering in a zone that asks where clients are, more names than are worth
///   it, or a file that has grown long enough.
/// - Throws: all findings at once.
package func compilePatch(
    _ sources: [ZoneSource], after served: ServedConfiguration, platform: SteeringDefinition,
    settings: AnswerSettings, generation: UInt64
) throws(Findings) -> CompiledImage? {
    let sources = sources.sorted { $0.zone.origin < $1.zone.origin }
    let old = served.sources.sorted { $0.zone.origin < $1.zone.origin }
    guard sources.map(\.zone.origin) == old.map(\.zone.origin),
        var compiler = PatchCompiler(served, platform: platform, sources: sources)
    else { return nil }
    for index in sources.indices {
        guard compiler.compile(index, from: old[index]) else { return nil }
    }
    return try compiler.finish(settings, generation: generation)
}

/// The order of writing: header, then for each zone policies and nodes, at last zones and the table of names.
private struct PatchCompiler {
    private let served: ServedConfiguration
    private let base: ServingImage
    private let sources: [ZoneSource]
    private let platform: SteeringDefinition
    private let platformScope: Scope
    /// Nil where neither endpoints nor steering differ.
    private let endpoints: EndpointPatch?
    private let origins: Origins
    private var image: ImageBuilder
    private var steeredCompiler = SteeredCompiler()
    private var findings: [Finding] = []
    /// Knows no places: what asks for them is not patched.
    private let locator = ClientLocator(ClientLocations())
    /// What each zone's record holds.
    private var zones: [(apex: UInt32, negative: UInt32, serial: UInt32)] = []
    private var compiled: [CompiledZone]
    /// Names that this patch writes, gone ones among them.
    private var nodes: [[UInt8]: UInt32] = [:]
    private var maximumLabels: Int

    /// Beyond this a file is rather written anew; each patch costs time in proportion to it.
    private static func limit(of names: Int) -> Int { max(1024, names / 16) }

    /// - Returns: nil when there are other endpoints than those that are served.
    init?(_ served: ServedConfiguration, platform: SteeringDefinition, sources: [ZoneSource]) {
        let base = served.image.image
        let first = Int(base.bytes.word(ImageLayout.Field.totalBytes))
        guard base.bytes.count - first < FileMapping.room(beside: first) / 2,
            base.patchCount < PatchCompiler.limit(of: base.nameCount),
            base.bytes.count % 64 == 0
        else { return nil }
        self.served = served
        self.base = base
        self.sources = sources
        self.platform = platform
        platformScope = Scope(platform, prefix: "")
        compiled = served.compiled.zones
        maximumLabels = base.maximumLabels
        origins = Origins(sources.lazy.map(\.zone.origin))
        image = ImageBuilder(at: base.bytes.count)
        _ = image.reserve(ImageLayout.headerBytes)
        let changes =
            !served.platformStays
            || zip(sources, served.sources.sorted { $0.zone.origin < $1.zone.origin }).contains {
                !PatchCompiler.isSame($0.steeringRevision, $1.steeringRevision)
            }
        guard changes else {
            endpoints = nil
            return
        }
        guard
            let patch = EndpointPatch(
                platform, sources, after: served.compiled, in: base, to: &image)
        else { return nil }
        endpoints = patch
    }

    private static func isSame(_ new: UInt64, _ old: UInt64) -> Bool { new != 0 && new == old }

    // MARK: Zones

    /// Writes what differs in one zone; false when the whole must be compiled.
    mutating func compile(_ index: Int, from old: ZoneSource) -> Bool {
        let source = sources[index]
        let before = base.zone(index)
        zones.append(
            (UInt32(before.apex.offset), UInt32(before.negative.offset), before.serial))
        let limit = PatchCompiler.limit(of: base.nameCount) - nodes.count
        var changes: ZoneChanges
        let zoneStays = PatchCompiler.isSame(source.zoneRevision, old.zoneRevision)
        if zoneStays {
            changes = ZoneChanges()
        } else {
            guard let found = ZoneChanges(from: old.zone, to: source.zone, limit: limit) else {
                return false
            }
            changes = found
        }
        var steered: [Name: [ZoneCompiler.Steered]] = [:]
        let steeringStays =
            served.platformStays
            && PatchCompiler.isSame(source.steeringRevision, old.steeringRevision)
        if let endpoints, !steeringStays {
            guard
                let records = compileSteered(
                    source, from: old, endpoints: endpoints.table, &changes)
            else { return false }
            steered = records
        }
        if zoneStays, changes.names.isEmpty { return true }
        let isSteeredAnywhere =
            base.steeredCount > 0 || sources.contains { !$0.steering.names.isEmpty }
        if source.zone.tree.hasServiceBindings, isSteeredAnywhere { return false }
        changes.addDependents(in: source.zone)
        guard changes.names.count <= limit else { return false }
        for name in changes.names where steered[name] == nil {
            steered[name] = servedSteered(name, of: source)
        }
        return write(changes.names, of: source, index, steered: steered, soaStays: zoneStays)
    }

    /// The steered records of a name that stay as they are.
    private func servedSteered(_ name: Name, of source: ZoneSource) -> [ZoneCompiler.Steered]? {
        guard let node = find(name) else { return nil }
        var result: [ZoneCompiler.Steered] = []
        for type in [RRType.a, .aaaa] {
            guard let entry = node.entry(of: type), entry.isSteered else { continue }
            result.append(.init(type: type, offset: UInt32(entry.target)))
        }
        return result.isEmpty ? nil : result
    }

    private func find(_ name: Name) -> NodeView? {
        name.lowercasedWire.withUnsafeBytes { base.find(ByteView($0)) }
    }

    /// Compiles a zone's policies and writes those that differ.
    ///
    /// - Returns: the records of names that were written; nil when the whole must be compiled.
    private mutating func compileSteered(
        _ source: ZoneSource, from old: ZoneSource, endpoints: EndpointTable,
        _ changes: inout ZoneChanges
    ) -> [Name: [ZoneCompiler.Steered]]? {
        let scope = Scope(
            source.steering, prefix: Scope.prefix(of: source.zone.origin), within: platformScope)
        var result: [Name: [ZoneCompiler.Steered]] = [:]
        var slots = self.served.compiled.slots
        for name in source.steering.names {
            guard
                let record = try? SteeredCompiler.record(
                    name, in: scope, endpoints: endpoints, locator: locator, slots: &slots),
                // Tables lie where whole images have them.
                record.tables.isEmpty
            else { return nil }
            let served = servedSteered(name.owner, of: source) ?? []
            if served.map(\.type) == record.types,
                served.allSatisfy({ isServed(record, at: Int($0.offset)) })
            {
                continue
            }
            guard record.holds.isEmpty, !hasHolds(served) else { return nil }
            changes.addWithAncestors(name.owner, of: source.zone)
            result[name.owner] = steeredCompiler.write(record, to: &image)
        }
        let owners = Set(source.steering.names.map(\.owner))
        for name in old.steering.names where !owners.contains(name.owner) {
            guard !hasHolds(servedSteered(name.owner, of: source) ?? []) else { return nil }
            changes.addWithAncestors(name.owner, of: source.zone)
            result[name.owner] = []
        }
        return result
    }

    /// Whether records need words beside verdicts: the list of these lies where whole images have it.
    private func hasHolds(_ records: [ZoneCompiler.Steered]) -> Bool {
        records.contains { record in
            let view = SteeredView(of: base, offset: Int(record.offset))
            return view.whenDown == ImageLayout.Steered.whenDownLastGood
                || PolicyProgram(base, offset: view.program).hasHolds
        }
    }

    /// Whether the record lies in the file as it would be written.
    private func isServed(_ record: SteeredCompiler.Record, at offset: Int) -> Bool {
        let view = SteeredView(of: base, offset: offset)
        let rest = offset + 4
        guard rest + record.rest.count <= base.bytes.count,
            view.program + record.program.count <= base.bytes.count
        else { return false }
        func holds(_ bytes: [UInt8], at offset: Int) -> Bool {
            bytes.withUnsafeBytes { base.bytes.slice(offset, bytes.count).equals(ByteView($0)) }
        }
        return holds(record.rest, at: rest) && holds(record.program, at: view.program)
    }

    // MARK: Names

    private mutating func write(
        _ names: Set<Name>, of source: ZoneSource, _ index: Int,
        steered: [Name: [ZoneCompiler.Steered]], soaStays: Bool
    ) -> Bool {
        var zone = ZoneCompiler(
            source: source, index: index, origins: origins,
            steered: steered.filter { !$0.value.isEmpty }, steeredTypes: [:], keepsNames: true)
        let steeredNames = SteeredTree(source)
        for name in names.sorted() {
            guard !zone.isOtherZones(name) else { return false }
            let exists =
                name == source.zone.origin || source.zone.tree.exists(name)
                || steeredNames.exists(name)
            let wasThere = find(name) != nil
            if exists { zone.write(name, to: &image) }
            if let node = zone.nodesByName[name] {
                nodes[name.lowercasedWire] = node
                maximumLabels = max(maximumLabels, name.labelCount)
                if !wasThere { compiled[index].names += 1 }
            } else if wasThere {
                nodes[name.lowercasedWire] = writeGone(name, index)
                compiled[index].names -= 1
            }
        }
        // Only now is every wildcard written.
        for name in names {
            if let node = zone.nodesByName[name] { link(name, node, zone, names) }
        }
        if !soaStays {
            zone.writeNegativeAgain(to: &image)
            zones[index].negative = zone.negativeOffset
            zones[index].serial = source.zone.serial
            compiled[index].serial = source.zone.serial
        }
        if zone.apexOffset != 0 { zones[index].apex = zone.apexOffset }
        compiled[index].steeredNames = source.steering.names.count
        findings += zone.findings
        return true
    }

    /// Ties a name to the wildcard below it, and an apex to its parent's side.
    private mutating func link(
        _ name: Name, _ offset: UInt32, _ zone: ZoneCompiler, _ names: Set<Name>
    ) {
        let served = find(name)
        var wildcard = served?.wildcard ?? 0
        if let below = try? name.prepending([UInt8(ascii: "*")]), names.contains(below) {
            wildcard = zone.wildcards[below] ?? 0
        }
        image.patch(wildcard, at: Int(offset) + ImageLayout.Node.wildcard)
        image.patch(served?.parentSide ?? 0, at: Int(offset) + ImageLayout.Node.parentSide)
    }

    /// Writes that a name is no more.
    private mutating func writeGone(_ name: Name, _ zone: Int) -> UInt32 {
        image.align(8)
        let start = image.offset
        let wire = name.lowercasedWire
        for word in [UInt32(zone), 0, 0, 0] { image.append(word) }
        image.append(UInt8(wire.count))
        image.append(UInt8(name.labelCount))
        image.append(ImageLayout.Node.goneFlag)
        image.append(UInt16(0))
        image.append(UInt16((ImageLayout.Node.headBytes + wire.count + 3) / 4 * 4))
        image.append(wire)
        image.align(4)
        return start
    }

    // MARK: The root

    mutating func finish(
        _ settings: AnswerSettings, generation: UInt64
    ) throws(Findings) -> CompiledImage? {
        guard !findings.contains(where: { $0.severity == .error }) else { throw Findings(findings) }
        for index in 0..<base.patchCapacity {
            guard let node = base.patchNode(index) else { continue }
            let wire = (0..<node.name.count).map { node.name.byte($0) }
            if nodes[wire] == nil { nodes[wire] = UInt32(node.offset) }
        }
        image.align(8)
        let zoneTable = image.offset
        for (zone, source) in zip(zones, sources) {
            image.append(zone.apex)
            image.append(zone.negative)
            image.append(zone.serial)
            image.append(source.imageFlags)
        }
        let table = image.writeNameTable(nodes)
        var header = ImageHeader()
        func served(_ field: Int) -> Int { Int(base.bytes.native32(base.root + field)) }
        typealias Field = ImageLayout.Field
        header.slots = UInt32(served(Field.slots))
        header.slotMask = served(Field.slotMask)
        header.baseCount = served(Field.baseCount)
        header.zones = zoneTable
        header.zoneCount = zones.count
        header.addresses = UInt32(served(Field.addresses))
        header.addressCount = endpoints?.addressCount ?? served(Field.addressCount)
        header.endpoints = endpoints?.endpoints ?? UInt32(served(Field.endpoints))
        header.endpointCount = served(Field.endpointCount)
        header.nameCount = compiled.reduce(0) { $0 + $1.names }
        header.maximumLabels = maximumLabels
        header.steeredCount = compiled.reduce(0) { $0 + $1.steeredNames }
        header.generation = generation
        header.holds = UInt32(served(Field.holds))
        header.holdCount = served(Field.holdCount)
        header.previousRoot = base.root
        header.patchSlots = table.offset
        header.patchMask = table.mask
        header.patchCount = table.count
        header.baseChecksum = base.bytes.word(Field.checksum)
        try image.finish(header, settings)
        return CompiledImage(
            bytes: image.bytes, root: image.start,
            endpoints: endpoints?.table.entries.map(CompiledEndpoint.init)
                ?? self.served.compiled.endpoints,
            zones: compiled, slots: endpoints?.slots ?? self.served.compiled.slots,
            warnings: findings, latencyHistory: self.served.compiled.latencyHistory)
    }
}

/// The steered names of a zone and those that exist because of them.
private struct SteeredTree {
    private var names: Set<Name> = []

    init(_ source: ZoneSource) {
        for name in source.steering.names {
            var next: Name? = name.owner
            while let current = next, current.isBelow(source.zone.origin),
                names.insert(current).inserted
            {
                next = current.parent
            }
        }
    }

    func exists(_ name: Name) -> Bool { names.contains(name) }
}
