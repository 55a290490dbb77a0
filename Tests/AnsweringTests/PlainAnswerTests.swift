import Compiling
import DNSWire
import Health
import Serving
import Testing
import Zones

/// The short way of plain queries and the way of all others give the same answers and count the same.
@Suite struct PlainAnswerTests {
    private static let names = [
        "example.org.", "www.example.org.", "one.example.org.", "two.example.org.",
        "x.y.wild.example.org.", "wild.example.org.", "*.wild.example.org.", "sub.example.org.",
        "x.sub.example.org.", "many.example.org.", "web.example.org.", "missing.example.org.",
        "a.b.c.d.e.f.g.missing.example.org.", "www.old.example.org.", "www.new.example.org.",
        "weighted.example.org.", "several.example.org.", "failover.example.org.",
        "nested.example.org.", "x.any.example.org.", "geo.example.org.", "hash.example.org.",
        "down-all.example.org.", "down-list.example.org.", "down-fail.example.org.",
        "example.com.", "org.", ".",
    ]

    private static func server(_ settings: AnswerSettings) throws -> TestServer {
        let zone = try TestZones.zone(
            AllocationTests.zone + "\nwww AAAA 2001:db8::80\nwww TXT text\n@ NS ns.sub\n")
        let server = try TestServer(
            [ZoneSource(zone: zone, steering: try AllocationTests.steering())],
            settings: settings, locations: .sample)
        server.store(.unhealthy, endpoint: "example.org/dead")
        return server
    }

    private static func query(_ random: inout Seeded) throws -> [UInt8] {
        let types: [RRType] = [
            .a, .a, .aaaa, .txt, .mx, .ns, .ds, .any, .cname, .soa, .https, .dname, .axfr,
            RRType(rawValue: 0), .opt, RRType(rawValue: 256), RRType(rawValue: 65_535),
        ]
        let name = random.respelled(try Name(names.randomElement(using: &random) ?? "."))
        var question = Question(name, types.randomElement(using: &random) ?? .a)
        question.id = UInt16.random(in: 0...UInt16.max, using: &random)
        // RD, CD, AD, Z, TC, and what a response has; rarely another opcode.
        question.flags = UInt16.random(in: 0...0x7FF, using: &random)
        if random.chance(75) {
            question.edns = .init(
                udpBytes: random.chance(50) ? 1232 : UInt16.random(in: 0...2000, using: &random),
                version: random.chance(95) ? 0 : 1, dnssecOK: random.chance(30),
                flags: random.chance(90) ? 0 : 0x1234,
                options: random.chance(90) ? [] : Options.cookie() + Options.subnet)
        }
        var packet = question.packet
        if random.chance(30) { MutatedPacketTests.mutate(&packet, &random) }
        return packet
    }

    /// 300,000 packets in release mode.
    @Test(arguments: 1...UInt64(30))
    func bothWaysAnswerAlike(seed: UInt64) throws {
        #if DEBUG
            let count = 1_000
        #else
            let count = 10_000
        #endif
        var settings = AnswerSettings()
        settings.nsid = Array("ams-3".utf8)
        settings.hinfoForAny = seed % 2 == 0
        let (one, other) = (try Self.server(settings), try Self.server(settings))
        var random = Seeded(seed: seed)
        var plain = 0
        for _ in 0..<count {
            let packet = try Self.query(&random)
            let transport: TransportProtocol = random.chance(30) ? .tcp : .udp
            let client =
                random.chance(80)
                ? ClientAddress(v4: 0xC000_0201) : ClientAddress(v6: 0x2001_0DB8 << 32, 1)
            let response = one.answer(packet, over: transport, from: client)
            let expected = other.answerAnything(packet, over: transport, from: client)
            if response != expected {
                Issue.record("seed \(seed): \(packet): \(response) instead of \(expected)")
            }
            if packet.withUnsafeBytes({ PlainQuery(ByteView($0)) }) != nil { plain += 1 }
        }
        for counter in Counter.allCases {
            #expect(one.counters.value(counter) == other.counters.value(counter), "\(counter)")
        }
        // The draw meets both kinds of query.
        #expect(plain > count / 3)
        #expect(plain < count * 9 / 10)
    }
}
