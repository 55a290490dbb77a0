package import DNSWire
package import Health

/// One address of one endpoint that a monitor checks.
package struct MonitorTarget: Hashable, Sendable {
    /// The endpoint's key, as the verdict board knows it.
    package var endpoint: String
    package var address: IPAddress
    package var monitor: MonitorDefinition

    package init(endpoint: String, address: IPAddress, monitor: MonitorDefinition) {
        self.endpoint = endpoint
        self.address = address
        self.monitor = monitor
    }

    var identity: ProbeIdentity { ProbeIdentity(address: address, monitor: monitor) }
}

/// What makes two targets share one stream of probes: all of it but the monitor's name, and what becomes of
/// its word.
struct ProbeIdentity: Hashable {
    let address: IPAddress
    let definition: MonitorDefinition

    init(address: IPAddress, monitor: MonitorDefinition) {
        self.address = address
        var definition = monitor
        definition.name = ""
        definition.slowStart = nil
        self.definition = definition
    }
}
