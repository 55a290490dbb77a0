package import DNSWire
package import Zones

/// One zone as its files give it.
package struct ZoneSource: Sendable {
    package var zone: Zone
    package var steering: SteeringDefinition

    package init(zone: Zone, steering: SteeringDefinition = SteeringDefinition()) {
        self.zone = zone
        self.steering = steering
    }
}

/// A compiled image and what the control process has to know of it.
package struct CompiledImage: Sendable {
    package let bytes: [UInt8]
    package let endpoints: [CompiledEndpoint]
    package let zones: [CompiledZone]
    /// The slots once this image is served.
    package let slots: SlotMap
    /// What was found that is no error, for people to read.
    package let warnings: [Finding]
}

/// An endpoint with the slots of its addresses.
package struct CompiledEndpoint: Sendable {
    /// `edge-us`, or `gslb.example.com/edge-us`.
    package let key: String
    package let definition: EndpointDefinition
    package let addresses: [(address: IPAddress, slot: Int)]
}

/// What people want to see of a zone.
package struct CompiledZone: Sendable {
    package let origin: Name
    package let serial: UInt32
    package let names: Int
    package let steeredNames: Int
}
