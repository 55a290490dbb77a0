import Compiling
import DNSWire
import Serving
import Zones

/// Zones and definitions in as few words as a test needs.
enum Fixture {
    static let place = SourcePosition(file: "zones/example.org.yaml", line: 7, column: 3)

    struct Broken: Error, CustomStringConvertible {
        var description: String
    }

    /// A zone with an SOA, an NS and these records.
    static func zone(
        _ origin: String, serial: UInt32 = 1, _ records: [(String, RRType, [UInt8])] = []
    ) throws -> Zone {
        let name = try Name(origin)
        let server = try Name("ns.invalid.").wire
        let numbers = [serial, 7200, 3600, 1_209_600, 300].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
        }
        let head: [(String, RRType, [UInt8])] = [
            (origin, .soa, server + server + numbers), (origin, .ns, server),
        ]
        let all = try (head + records).enumerated().map { index, record in
            ResourceRecord(
                owner: try Name(record.0), type: record.1, ttl: 3600, rdata: record.2,
                position: SourcePosition(file: "\(origin)zone", line: index + 1))
        }
        let (zone, findings) = Zone.checked(origin: name, records: all, file: "\(origin)zone")
        guard let zone else { throw Broken(description: Findings(findings).description) }
        return zone
    }

    static func endpoint(_ name: String, cluster: String? = nil, _ addresses: IPAddress...)
        -> EndpointDefinition
    {
        EndpointDefinition(name: name, cluster: cluster, addresses: addresses, position: place)
    }

    static func steered(
        _ owner: String, _ policy: PolicyDefinition, line: Int = 7
    ) throws -> SteeredName {
        SteeredName(
            owner: try Name(owner), ttl: .seconds(30), policy: policy,
            position: SourcePosition(file: place.file, line: line, column: 3))
    }

    static func reference(_ name: String, line: Int = 9) -> PolicyDefinition {
        .reference(name, SourcePosition(file: place.file, line: line, column: 20))
    }

    /// The image of `example.org.` with this steering.
    static func image(
        _ steering: SteeringDefinition, platform: SteeringDefinition = SteeringDefinition(),
        slots: SlotMap = SlotMap(capacity: 100_000)
    ) throws -> CompiledImage {
        try compile(
            [ZoneSource(zone: try zone("example.org."), steering: steering)], platform: platform,
            settings: AnswerSettings(), slots: slots, generation: 1)
    }

    /// What compiling finds wrong.
    static func findings(
        _ steering: SteeringDefinition, platform: SteeringDefinition = SteeringDefinition(),
        slots: SlotMap = SlotMap(capacity: 100_000)
    ) throws -> [String] {
        do {
            _ = try image(steering, platform: platform, slots: slots)
            return []
        } catch let findings as Findings {
            return findings.all.map(\.description)
        }
    }
}

extension CompiledImage {
    /// Reads the image where it lies, for as long as `body` runs.
    func read<R>(_ body: (ServingImage) throws -> R) throws -> R {
        try bytes.withUnsafeBytes { try body(try ServingImage(ByteView($0))) }
    }

    /// The slots of an endpoint's addresses.
    func slots(of key: String) -> [IPAddress: Int] {
        let endpoint = endpoints.first { $0.key == key }
        return Dictionary(
            uniqueKeysWithValues: (endpoint?.addresses ?? []).map { ($0.address, $0.slot) })
    }
}

extension ServingImage {
    /// The node of a name; nil when it is not in the table.
    func node(_ text: String) -> NodeView? {
        guard let name = try? Name(text) else { return nil }
        return name.lowercasedWire.withUnsafeBytes { find(ByteView($0)) }
    }
}
