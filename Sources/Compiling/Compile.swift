import DNSWire
import Serving
package import Zones

/// Compiles zones and policies into one serving image.
///
/// - Parameters:
///   - platform: definitions that every zone may refer to.
///   - slots: which verdict words are in use; addresses that stay keep theirs.
///   - generation: the image's number, above every earlier one of the state folder.
/// - Throws: all findings at once.
package func compile(
    _ sources: [ZoneSource], platform: SteeringDefinition, settings: AnswerSettings,
    slots: SlotMap, generation: UInt64
) throws(Findings) -> CompiledImage {
    var compiler = Compiler(slots: slots)
    return try compiler.compile(
        sources, platform: platform, settings: settings, generation: generation)
}

/// The order of writing: header, slots, zones, endpoints, policies, names; links are patched last.
private struct Compiler {
    private var slots: SlotMap
    private var image = ImageBuilder()
    private var findings: [Finding] = []
    private var endpoints = EndpointTable()

    init(slots: SlotMap) { self.slots = slots }

    mutating func compile(
        _ sources: [ZoneSource], platform: SteeringDefinition, settings: AnswerSettings,
        generation: UInt64
    ) throws(Findings) -> CompiledImage {
        let sources = sources.sorted { $0.zone.origin < $1.zone.origin }
        let platformScope = Scope(platform, prefix: "")
        addEndpoints(platform.endpoints, prefix: "")
        for source in sources {
            addEndpoints(source.steering.endpoints, prefix: Scope.prefix(of: source.zone.origin))
        }

        _ = image.reserve(ImageLayout.headerBytes)
        let tables = endpoints.write(to: &image)
        image.align(8)
        let zoneTable = image.reserve(sources.count * ImageLayout.Zone.bytes)
        var steeredCompiler = SteeredCompiler()
        var zones: [ZoneCompiler] = []
        let origins = Set(sources.map(\.zone.origin))
        let steered = sources.map { source in
            let scope = Scope(
                source.steering, prefix: Scope.prefix(of: source.zone.origin), within: platformScope
            )
            return steeredCompiler.write(
                source.steering.names, in: scope, endpoints: endpoints, to: &image)
        }
        var steeredTypes: [Name: Set<RRType>] = [:]
        for (name, records) in steered.joined() {
            steeredTypes[name, default: []].formUnion(records.map(\.type))
        }
        for (index, source) in sources.enumerated() {
            var zone = ZoneCompiler(
                source: source, index: index, origins: origins, steered: steered[index],
                steeredTypes: steeredTypes)
            zone.write(to: &image)
            findings += zone.findings
            zones.append(zone)
        }
        findings += steeredCompiler.findings
        guard !findings.contains(where: { $0.severity == .error }) else { throw Findings(findings) }

        for (index, zone) in zones.enumerated() {
            let at = Int(zoneTable) + index * ImageLayout.Zone.bytes
            image.patch(zone.apexOffset, at: at + ImageLayout.Zone.apexNode)
            image.patch(zone.negativeOffset, at: at + ImageLayout.Zone.negative)
            image.patch(zone.source.zone.serial, at: at + ImageLayout.Zone.serial)
        }
        link(zones)
        let table = writeNameTable(zones)
        try writeHeader(
            table: table, zoneTable: zoneTable, zoneCount: sources.count, tables: tables,
            zones: zones, settings: settings, generation: generation)
        return CompiledImage(
            bytes: image.bytes, endpoints: endpoints.entries.map(CompiledEndpoint.init),
            zones: zones.map(CompiledZone.init), slots: slots.adopted(), warnings: findings)
    }

    private mutating func addEndpoints(_ definitions: [EndpointDefinition], prefix: String) {
        for definition in definitions {
            do throws(Finding) {
                try endpoints.add(definition, key: prefix + definition.name, slots: &slots)
            } catch {
                findings.append(error)
            }
        }
    }

    /// Ties names to their wildcards, and apexes to their parents' sides.
    private mutating func link(_ zones: [ZoneCompiler]) {
        var parentSides: [Name: UInt32] = [:]
        for zone in zones { parentSides.merge(zone.parentSides) { first, _ in first } }
        for zone in zones {
            for (name, wildcard) in zone.wildcards {
                guard let parent = name.parent, let encloser = zone.nodes[parent] else { continue }
                image.patch(wildcard, at: Int(encloser.offset) + ImageLayout.Node.wildcard)
            }
            if let side = parentSides[zone.source.zone.origin] {
                image.patch(side, at: Int(zone.apexOffset) + ImageLayout.Node.parentSide)
            }
        }
    }

    private mutating func writeNameTable(_ zones: [ZoneCompiler]) -> (offset: UInt32, mask: Int) {
        let count = zones.reduce(0) { $0 + $1.nodes.count }
        // At most half full, so that a miss ends soon.
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        var table = [UInt64](repeating: 0, count: capacity)
        for zone in zones {
            for (name, node) in zone.nodes {
                let hash = name.lowercasedWire.withUnsafeBytes { NameHash.hash(ByteView($0)) }
                var index = Int(truncatingIfNeeded: hash) & (capacity - 1)
                while table[index] != 0 { index = (index + 1) & (capacity - 1) }
                table[index] = hash >> 32 | UInt64(node.offset) << 32
            }
        }
        image.align(64)
        let offset = image.offset
        table.withUnsafeBytes { image.append($0) }
        return (offset, capacity - 1)
    }

    private mutating func writeHeader(
        table: (offset: UInt32, mask: Int), zoneTable: UInt32, zoneCount: Int,
        tables: (addresses: UInt32, endpoints: UInt32), zones: [ZoneCompiler],
        settings: AnswerSettings, generation: UInt64
    ) throws(Findings) {
        typealias Field = ImageLayout.Field
        image.write(settings)
        image.align(8)
        guard image.bytes.count <= ImageLayout.maximumBytes else {
            throw Findings([
                Finding(at: SourcePosition(file: "zones"), "the zones need more than 4 GiB")
            ])
        }
        image.patch(ImageLayout.magic, at: Field.magic)
        image.patch(ImageLayout.formatVersion, at: Field.version)
        image.patch(UInt32(ImageLayout.headerBytes), at: Field.headerBytes)
        image.patch(UInt64(image.bytes.count), at: Field.totalBytes)
        image.patch(generation, at: Field.generation)
        image.patch(table.offset, at: Field.slots)
        image.patch(UInt32(table.mask), at: Field.slotMask)
        image.patch(zoneTable, at: Field.zones)
        image.patch(UInt32(zoneCount), at: Field.zoneCount)
        image.patch(tables.addresses, at: Field.addresses)
        image.patch(UInt32(endpoints.addressTotal), at: Field.addressCount)
        image.patch(tables.endpoints, at: Field.endpoints)
        image.patch(UInt32(endpoints.entries.count), at: Field.endpointCount)
        let labels = zones.flatMap { $0.nodes.values.map(\.labelCount) }.max() ?? 0
        image.patch(UInt32(zones.reduce(0) { $0 + $1.nodes.count }), at: Field.nameCount)
        image.patch(UInt32(labels), at: Field.maximumLabels)
        image.patch(UInt32(zones.reduce(0) { $0 + $1.steered.count }), at: Field.steeredCount)
        let checksum = image.bytes.withUnsafeBytes { ServingImage.checksum(ByteView($0)) }
        image.patch(checksum, at: Field.checksum)
    }
}

extension CompiledEndpoint {
    fileprivate init(_ entry: EndpointTable.Entry) {
        key = entry.key
        definition = entry.definition
        addresses = zip(entry.v4 + entry.v6, entry.slots).map { (address: $0.0, slot: $0.1) }
    }
}

extension CompiledZone {
    fileprivate init(_ compiler: ZoneCompiler) {
        origin = compiler.source.zone.origin
        serial = compiler.source.zone.serial
        names = compiler.nodes.count
        steeredNames = compiler.steered.count
    }
}

extension Zone {
    /// The SOA's SERIAL (RFC 1035 §3.3.13): the first of the five numbers at the end of its data.
    package var serial: UInt32 {
        guard let rdata = soa.rdatas.first, rdata.count >= 20 else { return 0 }
        return rdata[(rdata.count - 20)..<(rdata.count - 16)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
