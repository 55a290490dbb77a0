package import Compiling
import DNSWire
package import Health
package import Serving
package import Verdicts
package import Zones

/// The endpoints of an image, what the files say of them, and what is known of their health.
package struct KnownEndpoints: Sendable {
    package struct Endpoint: Sendable {
        package let compiled: CompiledEndpoint
        /// What the board knows; nil where no server runs.
        package var status: EndpointStatus?
        /// What was assumed of it last; nil: nothing.
        package var assumed: String?
        package var key: String { compiled.key }
        package var cluster: String? { compiled.definition.cluster }
    }

    package private(set) var all: [Endpoint]
    package let clusters: [ClusterDefinition]
    private let monitors: [String: MonitorDefinition]

    /// - Parameters:
    ///   - compiled: in the order of the image.
    ///   - statuses: what is known of their health; empty: no server runs.
    ///   - monitor: what checks an endpoint.
    package init(
        _ compiled: [CompiledEndpoint], clusters: [ClusterDefinition],
        statuses: [EndpointStatus], monitor: (CompiledEndpoint) -> MonitorDefinition?
    ) {
        let byKey = Dictionary(
            statuses.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        all = compiled.map { Endpoint(compiled: $0, status: byKey[$0.key]) }
        self.clusters = clusters
        var monitors: [String: MonitorDefinition] = [:]
        for endpoint in compiled { monitors[endpoint.key] = monitor(endpoint) }
        self.monitors = monitors
    }

    package func monitor(of key: String) -> MonitorDefinition? { monitors[key] }

    /// The regions that a cluster's definitions give it.
    package func region(ofCluster name: String?) -> String? {
        clusters.first { $0.name == name }?.region
    }

    // MARK: States

    /// Where no server runs: every address that a monitor checks is healthy, with all its failures to come.
    package func assumeHealthy(_ verdicts: VerdictTable) {
        for endpoint in all {
            guard let monitor = monitors[endpoint.key] else { continue }
            let seconds = monitor.interval * monitor.fall
            let word = VerdictWord(
                .healthy, changeSeconds: UInt32(clamping: max(seconds.components.seconds, 1)))
            for address in endpoint.compiled.addresses { verdicts.store(word, slot: address.slot) }
        }
    }

    /// Changes the words of an assumption's endpoints.
    ///
    /// - Parameters:
    ///   - names: the steered name that is explained, as it may be written; `name@cluster` is about it alone.
    ///   - losing: the words of an endpoint's addresses, in order, when a feed has no say.
    /// - Throws: `AssumptionError` where the target is nothing that is known.
    package mutating func apply(
        _ assumption: AssumedState, to verdicts: VerdictTable, names: [String] = [],
        losing feed: (_ feed: String, _ key: String) -> [VerdictWord]? = { _, _ in nil }
    ) throws(AssumptionError) {
        for index in try matches(assumption.target, names) {
            if case .feed(let name) = assumption.target {
                let addresses = all[index].compiled.addresses
                guard let words = feed(name, all[index].key) else { continue }
                for (address, word) in zip(addresses, words)
                where verdicts.load(address.slot) != word {
                    verdicts.store(word, slot: address.slot)
                    all[index].assumed = assumption.text
                }
                continue
            }
            all[index].assumed = assumption.text
            for address in all[index].compiled.addresses {
                let word = verdicts.load(address.slot)
                verdicts.store(word.assuming(assumption.change), slot: address.slot)
            }
        }
    }

    private func matches(
        _ target: AssumedState.Target, _ names: [String]
    ) throws(AssumptionError) -> [Int] {
        switch target {
        case .endpoint(let name):
            if let exact = all.firstIndex(where: { $0.key == name }) { return [exact] }
            let found = all.indices.filter { all[$0].compiled.definition.name == name }
            guard found.count < 2 else {
                let keys = found.map { all[$0].key }.joined(separator: ", ")
                throw AssumptionError("'\(name)' is one of several endpoints: \(keys)")
            }
            guard let only = found.first else {
                throw AssumptionError("there is no endpoint '\(name)'")
            }
            return [only]
        case .cluster(let name): return try endpoints(of: name)
        case .region(let name):
            let found = all.indices.filter { region(ofCluster: all[$0].cluster) == name }
            guard !found.isEmpty else {
                throw AssumptionError("no endpoint is in a cluster of region '\(name)'")
            }
            return found
        case .name(let name, let cluster):
            guard names.contains(name) else {
                throw AssumptionError(
                    "'\(name)@\(cluster)' is about another name than the one explained")
            }
            return try endpoints(of: cluster)
        case .feed: return Array(all.indices)
        }
    }

    private func endpoints(of cluster: String) throws(AssumptionError) -> [Int] {
        let found = all.indices.filter { all[$0].cluster == cluster }
        guard !found.isEmpty else {
            throw AssumptionError("no endpoint is in cluster '\(cluster)'")
        }
        return found
    }
}

extension VerdictWord {
    /// The word with what an assumption changes: a verdict that is assumed counts, whatever operators said.
    fileprivate func assuming(_ change: AssumedState.Change) -> VerdictWord {
        switch change {
        case .verdict(let verdict):
            VerdictWord(verdict, share: share, changeSeconds: changeSeconds)
        case .override(let override):
            VerdictWord(verdict, override: override, share: share, changeSeconds: changeSeconds)
        case .lost: self
        }
    }
}
