import DNSWire
import Zones

/// A small zone drawn at random from few labels, so that names, wildcards, cuts and empty
/// non-terminals meet often.
struct RandomZone {
    let zone: Zone
    /// Names worth asking for besides those of the zone.
    private let labels: [[UInt8]]

    private static let position = SourcePosition(file: "random")

    /// Draws until a zone passes the checks.
    ///
    /// - Parameter reach: what most targets of its records lie below; nil: the zone.
    init(_ random: inout Seeded, origin: Name, reach: Name? = nil) throws {
        labels = ["a", "b", "c", "*"].map { Array($0.utf8) }
        for _ in 0..<300 {
            let records = try RandomZone.records(labels, origin, reach ?? origin, &random)
            if let zone = Zone.checked(origin: origin, records: records, file: "random").zone {
                self.zone = zone
                return
            }
        }
        throw TestZones.Broken(description: "no zone in 300 draws")
    }

    /// A name in or near the zone.
    func question(_ random: inout Seeded) throws -> Name {
        let name = try RandomZone.name(labels, 0...5, below: zone.origin, &random)
        return random.respelled(name)
    }

    static let questionTypes: [RRType] = [
        .a, .aaaa, .txt, .mx, .ns, .cname, .ds, .soa, .any, .srv, .dname,
    ]

    private static func name(
        _ labels: [[UInt8]], _ depth: ClosedRange<Int>, below origin: Name, _ random: inout Seeded
    ) throws -> Name {
        var name = origin
        for _ in 0..<Int.random(in: depth, using: &random) {
            guard let label = labels.randomElement(using: &random) else { break }
            name = try name.prepending(label)
        }
        return name
    }

    private static func records(
        _ labels: [[UInt8]], _ origin: Name, _ reach: Name, _ random: inout Seeded
    ) throws -> [ResourceRecord] {
        func record(_ owner: Name, _ type: RRType, _ rdata: [UInt8]) -> ResourceRecord {
            ResourceRecord(
                owner: owner, type: type, ttl: UInt32.random(in: 1...99, using: &random) * 10,
                rdata: rdata, position: position)
        }
        let server = try Name("ns.example.net.")
        let numbers: [UInt8] = [0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 60]
        var result = [
            record(origin, .soa, server.wire + server.wire + numbers),
            record(origin, .ns, server.wire),
        ]
        let label = [UInt8](repeating: 0x78, count: 60)
        if random.chance(5) {
            let target = try Name("a.example.net.")
            return result + [record(origin, .dname, target.wire)]
        }
        var used: Set<Name> = [origin]
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let owner = try name(labels, 1...3, below: origin, &random)
            guard used.insert(owner).inserted else { continue }
            let target = try name(labels, 0...3, below: random.chance(90) ? reach : .root, &random)
            let address: [UInt8] = [192, 0, 2, UInt8.random(in: 1...254, using: &random)]
            switch Int.random(in: 0..<11, using: &random) {
            case 0, 1, 2: result.append(record(owner, .cname, target.wire))
            case 3, 4:
                // A server in its own zone needs glue; one elsewhere must not have any.
                let inside = random.chance(60)
                let host = inside ? try owner.prepending(Array("ns".utf8)) : server
                result.append(record(owner, .ns, host.wire))
                if inside { result.append(record(host, .a, address)) }
                if random.chance(50) { result.append(record(owner, .ds, [0, 1, 13, 2] + address)) }
            case 10:
                // Longer and longer, so that some names become too long.
                let long = random.chance(20) ? try target.prepending(label) : target
                result.append(record(owner, .dname, long.wire))
                if random.chance(30) { result.append(record(owner, .a, address)) }
            case 5: result.append(record(owner, .mx, [0, 10] + target.wire))
            case 6:
                result.append(record(owner, .txt, [2, 0x68, 0x69]))
                result.append(record(owner, .a, address))
            default:
                result.append(record(owner, .a, address))
                if random.chance(50) {
                    result.append(record(owner, .aaaa, address + address + address + address))
                }
            }
        }
        return result
    }
}
