import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// Damaged queries: whatever comes, the answer is a response to it, within its limit, and well formed.
@Suite struct MutatedPacketTests {
    private static let names = [
        "example.org.", "www.example.org.", "one.example.org.", "c1.example.org.",
        "loop1.example.org.",
        "deep.label.example.org.", "sub.example.org.", "x.sub.example.org.", "many.example.org.",
        "mail.example.org.", "x.big.example.org.", "a.app.example.org.", "shop.example.org.",
        "missing.example.org.", "example.com.", ".",
    ]

    private static func server() throws -> TestServer {
        // One zone with everything that the golden files show.
        let parts = ["alias", "truncation", "wildcard"]
        var text = ""
        for part in parts {
            let file = try TestZones.text("\(part).zone")
            text +=
                file.split(separator: "\n")
                .filter { !$0.hasPrefix("@") && !$0.hasPrefix("$") && !$0.hasPrefix("alias ") }
                .joined(separator: "\n") + "\n"
        }
        text += "sub NS ns1.sub\nns1.sub A 192.0.2.101\n"
        var steering = SteeringDefinition()
        let place = SourcePosition(file: "test.yaml")
        steering.endpoints = [
            EndpointDefinition(
                name: "us", addresses: [.v4(0xC000_0201), .v6(0x2001_0DB8 << 32, 1)],
                position: place)
        ]
        steering.names = [
            SteeredName(
                owner: try Name("shop.example.org."), ttl: .seconds(30),
                policy: .reference("us", place), position: place)
        ]
        return try TestServer([ZoneSource(zone: try TestZones.zone(text), steering: steering)])
    }

    private static func query(_ random: inout Seeded) throws -> [UInt8] {
        let name = random.respelled(try Name(names.randomElement(using: &random) ?? "."))
        let types: [RRType] = [.a, .aaaa, .mx, .ns, .ds, .any, .cname, .soa, .srv, .axfr]
        var question = Question(name, types.randomElement(using: &random) ?? .a)
        if random.chance(60) {
            question.edns = .init(
                udpBytes: UInt16.random(in: 0...5000, using: &random),
                version: random.chance(95) ? 0 : 1, dnssecOK: random.chance(30))
        }
        if random.chance(10) {
            question.flags = UInt16.random(in: 0...15, using: &random) << 11
        }
        guard random.chance(15) else { return question.packet }
        var packet = question.packet
        packet[11] += 1
        let keys: [[UInt8]] = [[0], [3, 0x6B, 0x65, 0x79, 0], [1, 0x6B, 0xC0, 12], [0xC0, 12]]
        return packet + SignatureTests.signature(key: keys.randomElement(using: &random) ?? [0])
    }

    static func mutate(_ packet: inout [UInt8], _ random: inout Seeded) {
        for _ in 0..<Int.random(in: 0...4, using: &random) where !packet.isEmpty {
            let at = Int.random(in: 0..<packet.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: packet[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: packet[at] = UInt8.random(in: 0...255, using: &random)
            case 2: packet[at] = [0, 1, 41, 63, 64, 0xC0, 0xFF].randomElement(using: &random) ?? 0
            case 3: packet.removeSubrange(at...)
            case 4: packet.remove(at: at)
            case 5: packet.insert(UInt8.random(in: 0...255, using: &random), at: at)
            default: packet += packet[at...].prefix(40)
            }
        }
    }

    /// What a response to this packet may have at most.
    private static func limit(_ packet: [UInt8], _ response: DecodedMessage) -> Int {
        guard response.opt != nil else { return Header.plainUDPBytes }
        var query = Query()
        _ = packet.withUnsafeBytes { query.parse(ByteView($0)) }
        return min(AnswerSettings.defaultUDPBytes, query.udpPayloadBytes)
    }

    /// 300,000 packets in release mode.
    @Test(arguments: 1...UInt64(30))
    func everyResponseIsWellFormed(seed: UInt64) throws {
        #if DEBUG
            let count = 1_000
        #else
            let count = 10_000
        #endif
        let server = try Self.server()
        var random = Seeded(seed: seed)
        var codes: Set<RCode> = []
        for _ in 0..<count {
            var packet = try Self.query(&random)
            Self.mutate(&packet, &random)
            let overTCP = random.chance(30)
            let response = server.answer(packet, over: overTCP ? .tcp : .udp)
            if response.isEmpty { continue }
            do {
                let decoded = try DecodedMessage(response)
                codes.insert(decoded.rcode)
                let limit = overTCP ? Header.maximumBytes : Self.limit(packet, decoded)
                let fits = response.count <= limit && !(overTCP && decoded.isTruncated)
                if !decoded.isResponse || response[..<2] != packet[..<2] || !fits {
                    Issue.record("seed \(seed): \(packet) is answered by \(response)")
                }
                if decoded.rcode == .noError || decoded.rcode == .nameError {
                    _ = try JudgedMessage(response)
                }
            } catch {
                Issue.record("seed \(seed): \(packet) is answered by \(response): \(error)")
            }
        }
        // The draw meets every outcome that a packet can have.
        #expect(
            codes.isSuperset(of: [
                .noError, .nameError, .refused, .formatError, .notImplemented, .badVersion,
                .notAuthorized,
            ]))
    }
}
