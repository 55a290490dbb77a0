import Compiling
import DNSWire
import Explaining
import Geography
import Health
import Serving
import TestSupport
import Verdicts
import Zones

/// A zone with steered names, compiled, with a board behind its verdicts: all that an explanation needs.
final class ExplainedSite {
    let compiled: CompiledImage
    let memory: MemoryImage
    let verdicts: VerdictTable
    let board: VerdictBoard
    let source: ZoneSource
    let platform: SteeringDefinition
    /// Unix seconds; the board asks for it.
    static let now: Int64 = 1_800_000_000

    init(
        _ steering: SteeringDefinition, platform: SteeringDefinition = SteeringDefinition(),
        zone: Zone? = nil, locations: ClientLocations = ClientLocations()
    ) throws {
        source = ZoneSource(zone: try zone ?? TestZone.minimal(), steering: steering)
        self.platform = platform
        var settings = AnswerSettings()
        settings.clientSubnet = true
        settings.extendedErrors = true
        compiled = try Compiling.compile(
            [source], platform: platform, settings: settings, locations: locations,
            slots: SlotMap(capacity: Plane.slotCount), generation: 1)
        memory = try MemoryImage(compiled.bytes)
        let table = VerdictTable(privateWords: max(1, memory.image.addressCount))
        verdicts = table
        board = VerdictBoard(now: { ExplainedSite.now }, store: { table.store($1, slot: $0) })
        board.replaceEndpoints(
            compiled.endpoints.map { endpoint in
                TrackedEndpoint(
                    key: endpoint.key, cluster: endpoint.definition.cluster,
                    monitor: endpoint.definition.monitor,
                    addresses: endpoint.addresses.map {
                        TrackedAddress(address: $0.address, slot: $0.slot)
                    })
            })
    }

    /// What a monitor found.
    func report(
        _ endpoint: String, _ verdict: Verdict, reason: String = "", changeSeconds: UInt32 = 3
    ) {
        for known in compiled.endpoints where known.key.hasSuffix(endpoint) {
            for address in known.addresses {
                board.report(
                    monitor: known.definition.monitor ?? "", endpoint: known.key,
                    address: address.address, verdict: verdict, reason: reason,
                    changeSeconds: changeSeconds)
            }
        }
    }

    var endpoints: KnownEndpoints {
        KnownEndpoints(
            compiled.endpoints, clusters: platform.clusters + source.steering.clusters,
            statuses: board.snapshot(),
            monitor: { endpoint in
                (self.source.steering.monitors + self.platform.monitors).first {
                    $0.name == endpoint.definition.monitor
                }
            })
    }

    func explainer(
        _ endpoints: KnownEndpoints? = nil, _ verdicts: VerdictTable? = nil,
        assumptions: [String] = []
    ) -> Explainer {
        Explainer(
            memory.image, verdicts ?? self.verdicts, endpoints: endpoints ?? self.endpoints,
            sources: [source], platform: platform,
            state: Explanation.State(
                isLive: true, image: 3, time: "2027-01-15T08:00:00Z", assumptions: assumptions,
                notes: []))
    }

    /// Explains a question, perhaps with assumptions.
    func explain(
        _ name: String, _ type: RRType = .a, client: String? = nil, with texts: [String] = []
    ) throws -> Explanation {
        let copy = VerdictCopy(of: verdicts)
        var endpoints = self.endpoints
        for text in texts { try endpoints.apply(AssumedState(text), to: copy.table) }
        return explainer(endpoints, copy.table, assumptions: texts).explain(
            .init(try Name(name), type, client: client.flatMap { IPNetwork($0) }))
    }
}
