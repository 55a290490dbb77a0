import DNSWire
package import Geography
import Serving
package import Zones

/// Compiles zones and policies into one serving image.
///
/// - Parameters:
///   - platform: definitions that every zone may refer to.
///   - locations: what is known about where clients are.
///   - latencies: how long packets take to them.
///   - history: the orders of `latency` nodes in the image before.
///   - slots: which verdict words are in use; addresses that stay keep theirs.
///   - generation: the image's number, above every earlier one of the state folder.
/// - Throws: all findings at once.
package func compile(
    _ sources: [ZoneSource], platform: SteeringDefinition, settings: AnswerSettings,
    locations: ClientLocations = ClientLocations(), latencies: LatencyTable = LatencyTable(),
    after history: LatencyHistory = LatencyHistory(), slots: SlotMap, generation: UInt64
) throws(Findings) -> CompiledImage {
    var compiler = Compiler(
        slots: slots, locator: ClientLocator(locations, latencies: latencies, after: history))
    return try compiler.compile(
        sources, platform: platform, settings: settings, generation: generation)
}

/// The order of writing: header, slots, zones, endpoints, policies, names; links are patched last.
private struct Compiler {
    private var slots: SlotMap
    private var image = ImageBuilder()
    private var findings: [Finding] = []
    private var endpoints = EndpointTable()
    private let locator: ClientLocator

    init(slots: SlotMap, locator: ClientLocator) {
        self.slots = slots
        self.locator = locator
    }

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
        let origins = Origins(sources.lazy.map(\.zone.origin))
        let steered = sources.map { source in
            let scope = Scope(
                source.steering, prefix: Scope.prefix(of: source.zone.origin), within: platformScope
            )
            return steeredCompiler.write(
                source.steering.names, in: scope, endpoints: endpoints, locator: locator,
                slots: &slots, to: &image)
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
        findings += steeredCompiler.findings + locator.warnings
        guard !findings.contains(where: { $0.severity == .error }) else { throw Findings(findings) }

        for (index, zone) in zones.enumerated() {
            let at = Int(zoneTable) + index * ImageLayout.Zone.bytes
            image.patch(zone.apexOffset, at: at + ImageLayout.Zone.apexNode)
            image.patch(zone.negativeOffset, at: at + ImageLayout.Zone.negative)
            image.patch(zone.source.zone.serial, at: at + ImageLayout.Zone.serial)
            image.patch(zone.source.imageFlags, at: at + ImageLayout.Zone.flags)
        }
        link(zones)
        let holds = steeredCompiler.holds.write(to: &image)
        let table = image.writeNameTable(zones.flatMap(\.nodes))
        var header = ImageHeader()
        header.slots = table.offset
        header.slotMask = table.mask
        header.baseCount = table.count
        header.zones = zoneTable
        header.zoneCount = sources.count
        header.addresses = tables.addresses
        header.addressCount = endpoints.addressTotal
        header.endpoints = tables.endpoints
        header.endpointCount = endpoints.entries.count
        header.nameCount = table.count
        header.maximumLabels = zones.map(\.maximumLabels).max() ?? 0
        header.steeredCount = zones.reduce(0) { $0 + $1.steered.count }
        header.holds = holds.offset
        header.holdCount = holds.count
        header.generation = generation
        try image.finish(header, settings)
        return CompiledImage(
            bytes: image.bytes, root: 0, endpoints: endpoints.entries.map(CompiledEndpoint.init),
            zones: zones.map(CompiledZone.init), slots: slots.adopted(), warnings: findings,
            latencyHistory: locator.history)
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
                guard let parent = name.parent, let encloser = zone.nodesByName[parent] else {
                    continue
                }
                image.patch(wildcard, at: Int(encloser) + ImageLayout.Node.wildcard)
            }
            if let side = parentSides[zone.source.zone.origin] {
                image.patch(side, at: Int(zone.apexOffset) + ImageLayout.Node.parentSide)
            }
        }
    }

}

extension CompiledEndpoint {
    init(_ entry: EndpointTable.Entry) {
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
