package import DNSWire
import Serving
package import Zones

/// One zone as its files give it.
package struct ZoneSource: Sendable {
    package var zone: Zone
    package var steering: SteeringDefinition
    /// Equal numbers mean equal zones, and equal steering; 0 says nothing.
    package var zoneRevision: UInt64 = 0
    package var steeringRevision: UInt64 = 0

    package init(zone: Zone, steering: SteeringDefinition = SteeringDefinition()) {
        self.zone = zone
        self.steering = steering
    }

    /// Flags of the zone's record in the image.
    var imageFlags: UInt32 {
        steering.usesClientSubnet ? 0 : ImageLayout.Zone.ignoresClientSubnet
    }
}

/// A compiled image and what the control process has to know of it.
package struct CompiledImage: Sendable {
    /// What is to be written; may be dropped once it is.
    package var bytes: [UInt8]
    /// Where in the file it belongs: 0, or behind all that is there.
    package let root: Int
    package let endpoints: [CompiledEndpoint]
    package internal(set) var zones: [CompiledZone]
    /// The slots once this image is served.
    package let slots: SlotMap
    /// What was found that is no error, for people to read.
    package let warnings: [Finding]
    /// The orders of `latency` nodes, for the image after this one.
    package let latencyHistory: LatencyHistory
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
    package internal(set) var serial: UInt32
    package internal(set) var names: Int
    package internal(set) var steeredNames: Int
}
