import Compiling
import Monitors
import Verdicts

/// The endpoints of an image, as others keep track of them.
extension Server {
    /// The slots of the image that the last run left.
    var keptSlots: [SlotMap.Key: Int] {
        state.slots(file: plane.adoptedFile, root: plane.adoptedRoot)
    }

    func tracked(_ image: CompiledImage) -> [TrackedEndpoint] {
        image.endpoints.map { endpoint in
            TrackedEndpoint(
                key: endpoint.key, cluster: endpoint.definition.cluster,
                tier: endpoint.definition.tier.rawValue, monitor: endpoint.definition.monitor,
                addresses: endpoint.addresses.map {
                    TrackedAddress(address: $0.address, slot: $0.slot)
                })
        }
    }

    func targets(_ image: CompiledImage) -> [MonitorTarget] {
        image.endpoints.flatMap { endpoint in
            guard let monitor = configuration.monitor(of: endpoint) else {
                return [MonitorTarget]()
            }
            return endpoint.addresses.map {
                MonitorTarget(endpoint: endpoint.key, address: $0.address, monitor: monitor)
            }
        }
    }
}
