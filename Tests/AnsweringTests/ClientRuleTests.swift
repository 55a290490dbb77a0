import Compiling
import DNSWire
import Serving
import TestSupport
import Testing
import Zones

/// Access lists, and the size of answers for clients that have not shown who they are.
@Suite struct ClientRuleTests {
    private func server(_ change: (inout AnswerSettings) throws -> Void) throws -> TestServer {
        var settings = AnswerSettings(udpBytes: 4096)
        settings.cookies = CookieSecrets(current: [UInt8](repeating: 3, count: 16))
        try change(&settings)
        let zone = "www A 192.0.2.80\n" + (1...100).map { "many A 198.51.100.\($0)\n" }.joined()
        return try TestServer(
            [ZoneSource(zone: try TestZones.zone(zone))], settings: settings)
    }

    private static func networks(_ texts: String...) throws -> [IPNetwork] {
        try texts.map { try #require(IPNetwork($0)) }
    }

    struct Access: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var allow: [String] = []
        var refuse: [String] = []
        var client: String
        var isAnswered: Bool
    }

    static let cases = [
        Access(testDescription: "no lists", client: "192.0.2.1", isAnswered: true),
        Access(
            testDescription: "refused", refuse: ["192.0.2.0/24"], client: "192.0.2.1",
            isAnswered: false),
        Access(
            testDescription: "not refused", refuse: ["192.0.2.0/24"], client: "192.0.3.1",
            isAnswered: true),
        Access(
            testDescription: "allowed", allow: ["10.0.0.0/8"], client: "10.255.255.255",
            isAnswered: true),
        Access(
            testDescription: "not allowed", allow: ["10.0.0.0/8"], client: "11.0.0.0",
            isAnswered: false),
        Access(
            testDescription: "a hole in what is allowed", allow: ["10.0.0.0/8"],
            refuse: ["10.1.0.0/16"], client: "10.1.2.3", isAnswered: false),
        Access(
            testDescription: "behind the hole", allow: ["10.0.0.0/8"], refuse: ["10.1.0.0/16"],
            client: "10.2.0.0", isAnswered: true),
        Access(
            testDescription: "an island in what is refused", allow: ["10.1.0.0/16"],
            refuse: ["10.0.0.0/8"], client: "10.1.255.255", isAnswered: true),
        Access(
            testDescription: "everybody refused", refuse: ["0.0.0.0/0", "::/0"],
            client: "2001:db8::1", isAnswered: false),
        Access(
            testDescription: "IPv6 is another family", refuse: ["0.0.0.0/0"],
            client: "2001:db8::1", isAnswered: true),
        Access(
            testDescription: "one address", refuse: ["2001:db8::1"], client: "2001:db8::1",
            isAnswered: false),
        Access(
            testDescription: "the last address", refuse: ["ffff::/16"],
            client: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", isAnswered: false),
    ]

    @Test(arguments: cases) func accessIsByNetwork(_ c: Access) throws {
        let server = try server {
            $0.networks.allowed = try c.allow.map { try #require(IPNetwork($0)) }
            $0.networks.refused = try c.refuse.map { try #require(IPNetwork($0)) }
        }
        let client = ClientAddress(try #require(IPAddress(c.client)))
        for transport in [TransportProtocol.udp, .tcp] {
            let response = try DecodedMessage(
                server.answer(
                    try Question("www.example.org.", .a, edns: .init()).packet, over: transport,
                    from: client))
            #expect(response.rcode == (c.isAnswered ? .noError : .refused))
            #expect(response.answer.count == (c.isAnswered ? 1 : 0))
            // Prohibited (RFC 8914 §4.19).
            #expect(response.option(15)?.prefix(2) == (c.isAnswered ? nil : [0, 18]))
        }
        #expect(server.counters.value(.accessRefused) == (c.isAnswered ? 0 : 2))
    }

    @Test func refusedClientsGetNoMoreThanTheyAskWith() throws {
        let server = try server {
            $0.networks.refused = try ClientRuleTests.networks("192.0.2.0/24")
        }
        let packet = try Question("many.example.org.", .a).packet
        #expect(server.answer(packet).count == packet.count)
        var response = packet
        response[2] |= 0x80
        #expect(server.answer(response).isEmpty)
    }

    @Test func refusedClientsGetNoCookieEither() throws {
        func ask(_ networks: [IPNetwork]) throws -> DecodedMessage {
            let server = try server { $0.networks.refused = networks }
            // No question, an OPT with a client cookie (RFC 7873 §5.4).
            var packet: [UInt8] = [
                1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 41, 4, 0xD0, 0, 0, 0, 0,
            ]
            let cookie = Options.cookie()
            packet += [0, UInt8(cookie.count)] + cookie
            return try DecodedMessage(server.answer(packet))
        }
        #expect(try ask([]).rcode == .noError)
        #expect(try ask(ClientRuleTests.networks("192.0.2.0/24")).rcode == .refused)
    }

    /// The ranges in the image against a look at every network.
    @Test(arguments: 1...20) func rangesAgreeWithTheNetworks(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func network() throws -> IPNetwork {
            let isV4 = Bool.random(using: &random)
            let length = Int.random(in: 0...(isV4 ? 32 : 128), using: &random)
            // Few distinct bits, so that many networks touch, meet and lie inside each other.
            let bits = UInt64.random(in: 0..<16, using: &random)
            let address: IPAddress =
                isV4
                ? .v4(UInt32(bits) << 28 | UInt32(bits & 3) << 16)
                : .v6(bits << 60 | bits << 30, bits << 60)
            let mask = AddressKey.mask(isV4 ? length + 96 : length)
            let key = ClientAddress(address).key
            let first: IPAddress =
                isV4
                ? .v4(UInt32(truncatingIfNeeded: key.low & mask.low))
                : .v6(key.high & mask.high, key.low & mask.low)
            return try #require(IPNetwork(address: first, prefixLength: length))
        }
        var networks = ClientNetworks()
        networks.allowed = try (0..<Int.random(in: 0...8, using: &random)).map { _ in try network()
        }
        let allowed = Set(networks.allowed)
        networks.refused = try (0..<12).map { _ in try network() }.filter { !allowed.contains($0) }
        networks.unlimited = try (0..<6).map { _ in try network() }
        var settings = AnswerSettings()
        settings.networks = networks
        let compiled = try compile(
            [ZoneSource(zone: try TestZones.zone("www A 192.0.2.80"))],
            platform: SteeringDefinition(), settings: settings, slots: SlotMap(capacity: 8),
            generation: 1)
        let memory = try MemoryImage(compiled.bytes)
        let image = memory.image
        defer { withExtendedLifetime(memory) {} }

        func holds(_ network: IPNetwork, _ key: AddressKey) -> Bool {
            !(key < network.firstKey) && !(network.lastKey < key)
        }
        var keys: [AddressKey] = []
        for network in networks.allowed + networks.refused + networks.unlimited {
            keys += [network.firstKey, network.lastKey]
            if let next = network.lastKey.next { keys.append(next) }
        }
        for key in keys {
            let isV4 = key.high == 0 && key.low >> 32 == 0xFFFF
            let client =
                isV4
                ? ClientAddress(v4: UInt32(truncatingIfNeeded: key.low))
                : ClientAddress(v6: key.high, key.low)
            let rules = image.rules(for: client)
            let around = (networks.allowed + networks.refused).filter { holds($0, key) }
            let smallest = around.min { !($0.firstKey < $1.firstKey) && !($1.lastKey < $0.lastKey) }
            let isRefused =
                smallest.map { networks.refused.contains($0) } ?? !networks.allowed.isEmpty
            #expect(rules.isRefused == isRefused)
            #expect(rules.isUnlimited == networks.unlimited.contains { holds($0, key) })
        }
    }

    // MARK: Size

    @Test func largeAnswersAreForKnownClients() throws {
        let server = try server { $0.udpBytesWithoutCookie = 512 }
        func ask(_ options: [UInt8]) throws -> DecodedMessage {
            try server.answer(
                try Question(
                    "many.example.org.", .a, edns: .init(udpBytes: 4096, options: options)))
        }
        #expect(try ask([]).isTruncated)
        let first = try ask(Options.cookie())
        #expect(first.isTruncated)
        let cookie = Array(try #require(first.option(10)).dropFirst(8))
        let second = try ask(Options.cookie(cookie))
        #expect(!second.isTruncated)
        #expect(second.answer.count == 100)
        let small = try server.answer(try Question("many.example.org.", .a))
        #expect(small.isTruncated)
    }

    @Test func withoutTheSettingNobodyNeedsACookie() throws {
        let server = try server { _ in }
        let response = try server.answer(
            try Question("many.example.org.", .a, edns: .init(udpBytes: 4096)))
        #expect(response.answer.count == 100)
    }
}
