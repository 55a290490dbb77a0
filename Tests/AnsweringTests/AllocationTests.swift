import Answering
import CAllocationCounter
import Compiling
import DNSWire
import Foundation
import Geography
import Health
import Serving
import Steering
import Testing
import Zones

#if DEBUG
    private let isOptimised = false
#else
    private let isOptimised = true
#endif

/// The query path asks nothing of the allocator (STYLE §3).
@Suite struct AllocationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name = "www.example.org."
        var type = RRType.a
        var edns = true
        /// EDNS options of the query.
        var options: [UInt8] = []
        var transport = TransportProtocol.udp
        var client = ClientAddress(v4: 0xC000_0201)
        var hinfoForAny = false
        /// What to do to the packet.
        var damage: @Sendable (inout [UInt8]) -> Void = { _ in }
        /// What the response must be, so that the case is the one it says.
        var rcode: RCode? = .noError
        var answers = 0
        var isTruncated = false
        /// Whether the client is one of those with rules of their own.
        var needsRules: Bool { client.low == 0xC000_0242 || client.low == 0xC000_0243 }
    }

    static let queries = 20_000

    static let cases: [Case] = [
        Case(testDescription: "exact match", answers: 2),
        Case(testDescription: "exact match over TCP", transport: .tcp, answers: 2),
        Case(
            testDescription: "with additional records", name: "example.org.", type: .mx, answers: 1),
        Case(testDescription: "wildcard", name: "x.y.wild.example.org.", answers: 1),
        Case(testDescription: "NODATA", type: .txt),
        Case(testDescription: "NXDOMAIN", name: "a.b.c.example.org.", rcode: .nameError),
        Case(testDescription: "referral", name: "x.sub.example.org."),
        Case(testDescription: "alias", name: "two.example.org.", answers: 4),
        Case(
            testDescription: "alias to nothing", name: "gone.example.org.", rcode: .nameError,
            answers: 1),
        Case(testDescription: "alias to a referral", name: "down.example.org.", answers: 1),
        Case(testDescription: "alias loop", name: "loop.example.org.", answers: 1),
        Case(testDescription: "ANY", type: .any, answers: 2),
        Case(testDescription: "ANY by HINFO", type: .any, hinfoForAny: true, answers: 1),
        Case(testDescription: "redirection", name: "www.old.example.org.", answers: 4),
        Case(testDescription: "two redirections", name: "www.older.example.org.", answers: 6),
        Case(testDescription: "redirection that grows", name: "x.grow.example.org.", answers: 10),
        Case(
            testDescription: "redirection to a name that is too long",
            name: String(repeating: "q", count: 63) + ".long.example.org.",
            rcode: RCode(rawValue: 6), answers: 1),
        Case(
            testDescription: "alias to a redirection", name: "moved.example.org.", answers: 5),
        Case(
            testDescription: "HTTPS with an address", name: "web.example.org.", type: .https,
            answers: 1),
        Case(
            testDescription: "truncated", name: "many.example.org.", edns: false, isTruncated: true),
        Case(
            testDescription: "truncated behind an alias", name: "tomany.example.org.", edns: false,
            answers: 1, isTruncated: true),
        Case(testDescription: "weighted", name: "weighted.example.org.", answers: 1),
        Case(testDescription: "weighted, several", name: "several.example.org.", answers: 3),
        Case(testDescription: "failover", name: "failover.example.org.", answers: 1),
        Case(testDescription: "all, nested", name: "nested.example.org.", answers: 4),
        Case(
            testDescription: "steered, IPv6", name: "nested.example.org.", type: .aaaa, answers: 4),
        Case(testDescription: "steered wildcard", name: "x.any.example.org.", answers: 1),
        Case(testDescription: "alias to a steered name", name: "shop.example.org.", answers: 2),
        Case(testDescription: "policy down, all", name: "down-all.example.org.", answers: 1),
        Case(testDescription: "a share to the next", name: "spill.example.org.", answers: 1),
        Case(testDescription: "panic", name: "panic.example.org.", answers: 2),
        Case(testDescription: "policy down, another", name: "down-policy.example.org.", answers: 3),
        Case(testDescription: "policy down, addresses", name: "down-list.example.org.", answers: 1),
        Case(
            testDescription: "policy down, SERVFAIL", name: "down-fail.example.org.",
            rcode: .serverFailure),
        Case(testDescription: "foreign", name: "www.example.com.", rcode: .refused),
        Case(testDescription: "malformed", damage: { $0[12] = 64 }, rcode: .formatError),
        Case(
            testDescription: "unknown version", damage: { $0[$0.count - 5] = 1 }, rcode: .badVersion
        ),
        Case(testDescription: "cookie", options: Options.cookie(), answers: 2),
        Case(
            testDescription: "cookie of another server",
            options: Options.cookie([1] + [UInt8](repeating: 7, count: 15)), answers: 2),
        Case(testDescription: "client subnet", options: Options.subnet, answers: 2),
        Case(
            testDescription: "by place, told by a resolver", name: "geo.example.org.",
            options: Options.subnet, answers: 1),
        Case(testDescription: "by place, of the resolver", name: "geo.example.org.", answers: 1),
        Case(
            testDescription: "by network, IPv6", name: "subnet.example.org.", type: .aaaa,
            client: ClientAddress(v6: 0x2001_0DB8 << 32, 1), answers: 1),
        Case(testDescription: "no branch for the client", name: "nobranch.example.org."),
        Case(
            testDescription: "by hash", name: "hash.example.org.", options: Options.subnet,
            answers: 1),
        Case(testDescription: "NSID", options: Options.nsid, answers: 2),
        Case(
            testDescription: "all options over TCP",
            options: Options.nsid + Options.cookie() + Options.subnet + Options.keepalive,
            transport: .tcp, answers: 2),
        Case(
            testDescription: "malformed client subnet", options: Options.option(8, [1]),
            rcode: .formatError),
        Case(
            testDescription: "refused client", client: ClientAddress(v4: 0xC000_0242),
            rcode: .refused),
        Case(
            testDescription: "client without limits", client: ClientAddress(v4: 0xC000_0243),
            answers: 2),
        Case(testDescription: "transfer", type: .axfr, rcode: .refused),
        Case(testDescription: "CHAOS", damage: { $0[32] = 3 }, rcode: .refused),
        Case(testDescription: "NOTIFY", damage: { $0[2] = 0x20 }, rcode: .refused),
        Case(
            testDescription: "an unknown key",
            damage: {
                $0[11] = 2
                $0 += SignatureTests.signature()
            }, rcode: .notAuthorized),
        Case(testDescription: "a response", damage: { $0[2] = 0x80 }, rcode: nil),
        Case(testDescription: "a scrap", damage: { $0 = [1] }, rcode: nil),
    ]

    @Test(
        .disabled(if: !isOptimised, "unoptimised code allocates: run swift test -c release"),
        .enabled(if: allocation_counter_works() == 1, "a sanitizer has an allocator of its own"),
        arguments: cases, [true, false])
    func answeringAllocatesNothing(_ c: Case, treatsClientsApart: Bool) throws {
        // These are about the rules for clients.
        if !treatsClientsApart, c.needsRules { return }
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "sterna-allocations-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var responder = try responder(
            folder, hinfoForAny: c.hinfoForAny, treatsClientsApart: treatsClientsApart)

        var packet = try Question(c.name, c.type, edns: c.edns ? .init(options: c.options) : nil)
            .packet
        c.damage(&packet)
        let output = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Header.maximumBytes, alignment: 64)
        defer { output.deallocate() }
        let length = packet.withUnsafeBytes { ask(&responder, $0, output, c, times: 1) }
        try check(c, Array(output[..<length]))

        let count = packet.withUnsafeBytes { query in
            allocation_counter_begin()
            _ = ask(&responder, query, output, c, times: AllocationTests.queries)
            return allocation_counter_end()
        }
        #expect(count.allocations == 0)
        #expect(count.frees == 0)
    }

    /// Nor is anything allocated when policies have to be worked out: nothing is known yet, a verdict has
    /// changed, there is no room, the image is another one.
    @Test(
        .disabled(if: !isOptimised, "unoptimised code allocates: run swift test -c release"),
        .enabled(if: allocation_counter_works() == 1, "a sanitizer has an allocator of its own"),
        arguments: WorkingOut.allCases)
    func workingOutAPolicyAllocatesNothing(_ reason: WorkingOut) throws {
        let names = [
            "weighted", "several", "failover", "nested", "spill", "panic", "down-policy",
            "down-all", "down-list", "geo", "subnet",
        ]
        let packets = try names.flatMap { name in
            try [RRType.a, .aaaa].map { try Question("\(name).example.org.", $0).packet }
        }
        let memories = try [1, 2].map { generation in
            let bytes = try compiled(generation: generation).bytes
            let memory = UnsafeMutableRawBufferPointer.allocate(
                byteCount: bytes.count, alignment: 64)
            memory.copyBytes(from: bytes)
            return memory
        }
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
        defer {
            for memory in memories { memory.deallocate() }
            output.deallocate()
        }
        let images = try memories.map { try ServingImage(ByteView(UnsafeRawBufferPointer($0))) }
        let verdicts = VerdictTable(privateWords: 100)
        let counters = CounterPage()
        // Two entries for sixteen questions: each takes the place of another.
        var state = AnsweringState(
            random: RandomSource(seed: 1), rates: RateTable(seed: 1),
            policies: reason == .noRoom
                ? ResolvedPolicies(entryBits: 1, slabBytes: 128 << 10) : ResolvedPolicies())
        let rounds = 500
        var counts = (allocations: 0, frees: 0)
        var resolutions = 0
        var changed = 0
        for round in 0..<rounds {
            let image = images[reason == .otherImage ? round % 2 : 0]
            for packet in packets {
                let count = packet.withUnsafeBytes { query in
                    allocation_counter_begin()
                    if reason == .verdict {
                        verdicts.store(
                            VerdictWord(round % 2 == 0 ? .unhealthy : .degraded), slot: 1)
                        verdicts.noteChange()
                        changed += 1
                    }
                    _ = answer(
                        ByteView(query), into: ByteSink(output),
                        from: ClientAddress(v4: 0xC000_0201), over: .udp, at: 1_700_000_000,
                        image: image, verdicts: verdicts, counters: counters, state: &state)
                    return allocation_counter_end()
                }
                counts.allocations += Int(count.allocations)
                counts.frees += Int(count.frees)
            }
            if round == 0 { resolutions = state.resolutions }
        }
        #expect(counts == (0, 0))
        #expect(resolutions == packets.count)
        // The case is the one it says.
        let all = rounds * packets.count
        switch reason {
        case .unknown: #expect(state.resolutions == packets.count)
        case .verdict:
            // One of the endpoints changes, in every round; names that do not use it need no work.
            #expect(changed == all)
            #expect(state.resolutions > rounds)
        case .otherImage: #expect(state.resolutions == all)
        case .noRoom: #expect(state.resolutions > all / 2)
        }
    }

    enum WorkingOut: CaseIterable, Sendable { case unknown, verdict, noRoom, otherImage }

    /// Answers in batches of 64, as a worker does; returns the last response's length.
    private func ask(
        _ responder: inout Responder, _ query: UnsafeRawBufferPointer,
        _ output: UnsafeMutableRawBufferPointer, _ c: Case, times: Int
    ) -> Int {
        var length = 0
        for number in 0..<times {
            if number % 64 == 0 {
                responder.endBatch()
                responder.beginBatch()
            }
            length = responder.respond(
                to: query, into: output, from: c.client, over: c.transport, at: 1_700_000_000)
        }
        responder.endBatch()
        return length
    }

    private func check(_ c: Case, _ response: [UInt8]) throws {
        guard let rcode = c.rcode else {
            #expect(response.isEmpty)
            return
        }
        let decoded = try DecodedMessage(response)
        #expect(decoded.rcode == rcode)
        #expect(decoded.answer.count == c.answers)
        #expect(decoded.isTruncated == c.isTruncated)
    }

    // MARK: What is served

    private func responder(
        _ folder: String, hinfoForAny: Bool, treatsClientsApart: Bool
    ) throws -> Responder {
        let compiled = try compiled(
            generation: 1, hinfoForAny: hinfoForAny, treatsClientsApart: treatsClientsApart)
        let path = Plane.imagePath(folder: folder, file: 1)
        try Data(compiled.bytes).write(to: URL(filePath: path))
        let verdicts = VerdictTable(privateWords: 100)
        for endpoint in compiled.endpoints where endpoint.key == "example.org/dead" {
            for address in endpoint.addresses {
                verdicts.store(VerdictWord(.unhealthy), slot: address.slot)
            }
        }
        return Responder(
            worker: 0, cell: ImageCell(try LoadedImage(path: path)), verdicts: verdicts,
            counters: CounterPage(), rates: RateTable(seed: 1), random: RandomSource(seed: 1))
    }

    private func compiled(
        generation: Int, hinfoForAny: Bool = false, treatsClientsApart: Bool = false
    ) throws -> CompiledImage {
        var settings = AnswerSettings()
        settings.hinfoForAny = hinfoForAny
        settings.nsid = Array("ams-3".utf8)
        if treatsClientsApart {
            settings.rateLimit = RateLimit(responses: 1)
            settings.rateLimit?.all = 1
            settings.rateLimit?.isDryRun = true
            settings.networks.refused = [try #require(IPNetwork("192.0.2.66"))]
            settings.networks.unlimited = [try #require(IPNetwork("192.0.2.67"))]
        }
        settings.cookies = CookieSecrets(
            current: [UInt8](repeating: 1, count: 16), previous: [UInt8](repeating: 2, count: 16))
        return try compile(
            [
                ZoneSource(
                    zone: try TestZones.zone(AllocationTests.zone),
                    steering: try AllocationTests.steering())
            ],
            platform: SteeringDefinition(), settings: settings, locations: .sample,
            slots: SlotMap(capacity: 100), generation: UInt64(generation))
    }

    private static let label = String(repeating: "l", count: 63)
    static let zone =
        """
        @ MX 10 www
        www A 192.0.2.80
        www A 192.0.2.81
        *.wild A 192.0.2.82
        sub NS ns.sub
        ns.sub A 192.0.2.53
        one CNAME www
        two CNAME one
        gone CNAME missing
        down CNAME x.sub
        loop CNAME loop
        shop CNAME weighted
        tomany CNAME many
        www.new A 192.0.2.84
        www.new A 192.0.2.85
        old DNAME new
        older DNAME old
        grow DNAME g.grow
        moved CNAME www.old
        long DNAME \(label).\(label).\(label)
        web HTTPS 1 . alpn=h2
        web A 192.0.2.86

        """ + (1...40).map { "many A 198.51.100.\($0)" }.joined(separator: "\n")
}
