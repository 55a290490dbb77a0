package import Compiling
import DNSWire
package import Geography
import Serving
package import Zones

/// A zone with nothing but its apex, and images that steer names in it.
package enum TestZone {
    package static let position = SourcePosition(file: "test", line: 1)

    /// `example.org.` with SOA and NS.
    package static func minimal() throws -> Zone {
        let origin = try Name("example.org.")
        let server = try Name("ns.example.net.").wire
        let numbers: [UInt8] = [0, 0, 0, 7] + [UInt8](repeating: 0, count: 16)
        let records = [
            ResourceRecord(
                owner: origin, type: .soa, ttl: 3600, rdata: server + server + numbers,
                position: position),
            ResourceRecord(owner: origin, type: .ns, ttl: 3600, rdata: server, position: position),
        ]
        let (zone, findings) = Zone.checked(origin: origin, records: records, file: "test")
        guard let zone else { throw TestFailure(Findings(findings).description) }
        return zone
    }

    /// Compiles the zone with steering of its own.
    package static func compile(
        _ steering: SteeringDefinition = SteeringDefinition(),
        locations: ClientLocations = ClientLocations(), latencies: LatencyTable = LatencyTable(),
        after history: LatencyHistory = LatencyHistory(), generation: UInt64 = 1
    ) throws -> CompiledImage {
        try Compiling.compile(
            [ZoneSource(zone: try minimal(), steering: steering)], platform: SteeringDefinition(),
            settings: AnswerSettings(), locations: locations, latencies: latencies, after: history,
            slots: SlotMap(capacity: Plane.slotCount), generation: generation)
    }

    /// The bytes of the image alone.
    package static func image(
        _ steering: SteeringDefinition = SteeringDefinition(), generation: UInt64 = 1
    ) throws -> [UInt8] { try compile(steering, generation: generation).bytes }
}
