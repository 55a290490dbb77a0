import Compiling
import DNSWire
import Explaining
import Foundation
import Geography
import Health
import Serving
import Settings
import Verdicts
import Zones

/// A configuration and the words about its endpoints, both as they are and as they are assumed to be.
struct ExplainedState {
    let configuration: LoadedConfiguration
    let compiled: [CompiledEndpoint]
    let image: ServingImage
    let verdicts: VerdictCopy
    private(set) var endpoints: KnownEndpoints
    private(set) var state: Explanation.State

    /// - Parameters:
    ///   - compiled: the image's endpoints, in its order.
    ///   - verdicts: the words of the moment, which assumptions will change.
    ///   - statuses: what is known beside the words; empty: no server runs.
    init(
        _ configuration: LoadedConfiguration, _ compiled: [CompiledEndpoint],
        _ image: ServingImage, _ verdicts: VerdictCopy, statuses: [EndpointStatus],
        state: Explanation.State
    ) {
        self.configuration = configuration
        self.compiled = compiled
        self.image = image
        self.verdicts = verdicts
        self.state = state
        endpoints = KnownEndpoints(
            compiled,
            clusters: configuration.settings.steering.clusters
                + configuration.zones.flatMap(\.steering.clusters),
            statuses: statuses, monitor: HealthPlan(configuration).monitor)
    }

    /// Changes the words as `--with` says.
    ///
    /// - Parameter words: those of an endpoint's addresses once a feed is silent; nil: they stay.
    mutating func assume(
        _ assumptions: [AssumedState], names: [String] = [],
        losing words: (_ feed: String, _ key: String) -> [VerdictWord]? = { _, _ in nil }
    ) throws(AssumptionError) {
        for assumption in assumptions {
            do throws(AssumptionError) {
                try endpoints.apply(
                    assumption, to: verdicts.table, names: names, losing: words)
            } catch {
                throw AssumptionError("'\(assumption.text)': \(error.description)")
            }
            state.assumptions.append(assumption.text)
        }
    }

    var side: SimulatedSide { SimulatedSide(image, verdicts.table, endpoints) }

    func explain(_ request: ExplainRequest) -> Explanation {
        let explainer = Explainer(
            image, verdicts.table, endpoints: endpoints, sources: configuration.zones,
            platform: configuration.settings.steering, state: state,
            places: configuration.locations.places)
        return explainer.explain(.init(request.name, request.type, client: request.client))
    }

    /// A state without a server: what monitors check is taken as healthy.
    static func assumed(_ loaded: LoadedConfiguration, _ memory: CompiledMemory) -> ExplainedState {
        let image = memory.image
        let state = ExplainedState(
            loaded, memory.compiled.endpoints, image,
            VerdictCopy(slots: image.addressCount), statuses: [],
            state: Explanation.State(
                isLive: false, image: 0, time: Date().ISO8601Format(),
                notes: ["no server was asked: what a monitor checks is taken as healthy"]))
        state.endpoints.assumeHealthy(state.verdicts.table)
        return state
    }
}

/// A compiled image in memory, valid while the object lives.
final class CompiledMemory {
    let compiled: CompiledImage
    let image: ServingImage
    private let memory: UnsafeMutableRawBufferPointer

    init(_ compiled: CompiledImage) throws(ImageError) {
        memory = .allocate(byteCount: compiled.bytes.count, alignment: 64)
        memory.copyBytes(from: compiled.bytes)
        self.compiled = compiled
        do throws(ImageError) {
            image = try ServingImage(ByteView(UnsafeRawBufferPointer(memory)))
        } catch {
            memory.deallocate()
            throw error
        }
    }

    deinit { memory.deallocate() }

    /// Compiles a configuration for questions about it.
    ///
    /// - Throws: all findings.
    convenience init(_ loaded: LoadedConfiguration) throws {
        let errors = loaded.findings.filter { $0.severity == .error }
        guard errors.isEmpty else { throw Findings(errors) }
        try self.init(
            Compiling.compile(
                loaded.zones, platform: loaded.settings.steering,
                settings: AnswerSettings(loaded.settings, ownSecret: nil),
                locations: loaded.locations, slots: SlotMap(capacity: Plane.slotCount),
                generation: 1))
    }
}

extension ClientLocations {
    /// What is known of a client, the most specific first, as policies write it.
    func places(_ client: ClientNetwork) -> [String] {
        let network =
            client.isV4
            ? Network(.v4(client.v4), bits: client.v4Bits)
            : Network(.v6(client.high, client.low), bits: client.v6Bits)
        let values = client.isV4 ? places.map.v4 : places.map.v6
        guard values.count > 0 else { return [] }
        let index = values.index(of: network.start)
        guard values.values.indices.contains(index),
            let location = places.location(values.values[index])
        else { return [] }
        var result: [String] = []
        if let name = location.network { result.append("network:\(name)") }
        if let country = location.country {
            result.append(location.subdivision.map { "\(country)-\($0)" } ?? "country:\(country)")
        }
        if let continent = location.continent { result.append("continent:\(continent)") }
        if let system = location.autonomousSystem { result.append("AS\(system)") }
        return result
    }
}
