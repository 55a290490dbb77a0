import Answering
import Compiling
import DNSWire
import Health
import MasterFile
import Serving
import Steering
import Zones

/// The answering function over an image in memory.
final class FuzzServer {
    /// What lives for ever, so that an entry makes it once: verdicts and counters.
    struct Shared {
        let verdicts = VerdictTable(privateWords: FuzzServer.slots)
        let counters = CounterPage()
        let rates = RateTable(seed: 1)
    }

    /// Places for the addresses of endpoints.
    static let slots = 64
    /// When all queries come; seconds since 1970.
    private static let now: UInt32 = 1_700_000_000

    private let shared: Shared
    private let memory: UnsafeMutableRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer
    private let image: ServingImage
    private var state: AnsweringState

    /// - Parameter isLimited: whether responses are counted, which plain queries have no short way with.
    init(_ sources: [ZoneSource], shared: Shared = Shared(), isLimited: Bool = true) throws {
        let compiled = try compile(
            sources, platform: SteeringDefinition(), settings: FuzzServer.settings(isLimited),
            slots: SlotMap(capacity: FuzzServer.slots), generation: 1)
        self.shared = shared
        state = AnsweringState(random: RandomSource(seed: 1), rates: shared.rates)
        memory = .allocate(byteCount: compiled.bytes.count, alignment: 64)
        memory.copyBytes(from: compiled.bytes)
        output = .allocate(byteCount: Header.maximumBytes, alignment: 64)
        do {
            image = try ServingImage(ByteView(UnsafeRawBufferPointer(memory)))
        } catch {
            memory.deallocate()
            output.deallocate()
            throw error
        }
        for endpoint in compiled.endpoints where endpoint.definition.name == "dead" {
            for address in endpoint.addresses {
                shared.verdicts.store(VerdictWord(.unhealthy), slot: address.slot)
            }
        }
    }

    deinit {
        memory.deallocate()
        output.deallocate()
    }

    /// Answers one message; the response is valid until the next call.
    ///
    /// - Parameter packet: may be anything.
    func answer(_ packet: [UInt8], over transport: TransportProtocol) -> UnsafeRawBufferPointer {
        let client =
            packet.count.isMultiple(of: 2)
            ? ClientAddress(v4: 0xC000_0201, port: 4000)
            : ClientAddress(v6: 0x2001_0DB8 << 32, 1, port: 4000)
        let length = packet.withUnsafeBytes { bytes in
            Answering.answer(
                ByteView(bytes), into: ByteSink(output), from: client, over: transport,
                at: FuzzServer.now, image: image, verdicts: shared.verdicts,
                counters: shared.counters, state: &state)
        }
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<length])
    }

    /// Answers over UDP and over TCP; what is wrong with one of the responses.
    func complaint(about packet: [UInt8]) -> String? {
        for transport in [TransportProtocol.udp, .tcp] {
            let audit = ResponseAudit(
                answer(packet, over: transport), to: packet, over: transport)
            if let complaint = audit.complaint { return "\(transport): \(complaint)" }
        }
        return nil
    }

    /// How often something happened so far.
    func count(_ counter: Counter) -> UInt64 { shared.counters.value(counter) }

    // MARK: What is served

    /// Everything that a response may carry is on.
    private static func settings(_ isLimited: Bool) -> AnswerSettings {
        var settings = AnswerSettings()
        settings.nsid = Array("fuzz-1".utf8)
        settings.chaosVersion = Array("version".utf8)
        settings.chaosID = Array("id".utf8)
        if isLimited {
            settings.rateLimit = RateLimit(responses: 1_000)
            settings.rateLimit?.isDryRun = true
        }
        settings.cookies = CookieSecrets(
            current: [UInt8](repeating: 1, count: CookieSecrets.bytes),
            previous: [UInt8](repeating: 2, count: CookieSecrets.bytes))
        return settings
    }

    /// Zones with a bit of everything, among them steered names of which some are down.
    static func rich(isLimited: Bool = true) throws -> FuzzServer {
        var zones: [ZoneSource] = []
        for (origin, text) in [("example.org.", parentZone), ("deep.example.org.", childZone)] {
            let files = ZoneFiles(folder: "", contents: ["zone": head + text])
            let (zone, findings) = loadZone(
                origin: try Name(origin), file: "zone", files: files)
            guard let zone else { throw FuzzSetupError(description: "\(Findings(findings))") }
            zones.append(ZoneSource(zone: zone))
        }
        zones[0].steering = try steering()
        return try FuzzServer(zones, isLimited: isLimited)
    }

    private static let head = """
        $TTL 3600
        @ SOA ns1.invalid. hostmaster.invalid. 1 7200 3600 1209600 900
        @ NS ns1.invalid.

        """

    private static let parentZone = """
        @ MX 10 mail
        @ TXT "apex" "text"
        mail A 192.0.2.25
        mail AAAA 2001:db8::25
        www A 192.0.2.80
        www A 192.0.2.81
        a.b.c.d A 192.0.2.1
        * TXT "any"
        *.wild A 192.0.2.82
        *.wild MX 5 mail
        *.alias CNAME www
        one CNAME www
        two CNAME one
        three CNAME two
        away CNAME www.example.com.
        gone CNAME missing.wild
        loop1 CNAME loop2
        loop2 CNAME loop1
        down CNAME x.sub
        shop CNAME weighted
        sub NS ns.sub
        sub NS ns.other.sub
        ns.sub A 192.0.2.53
        ns.other.sub AAAA 2001:db8::53
        deep NS ns.deep
        deep DS 1 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        ns.deep A 192.0.2.54
        dname DNAME target
        x.target A 192.0.2.99
        _sip._udp SRV 1 2 5060 mail
        svc HTTPS 1 . alpn=h2 ipv4hint=192.0.2.80
        odd TYPE65280 \\# 4 01020304
        $GENERATE 1-60 many A 198.51.100.$
        $GENERATE 1-30 long TXT "a rather long text that fills the response until it is full $"

        """

    private static let childZone = """
        ns A 192.0.2.54
        @ NS ns
        www A 192.0.2.90
        up CNAME www.example.org.

        """

    private static func steering() throws -> SteeringDefinition {
        let place = SourcePosition(file: "fuzz")
        var definition = SteeringDefinition()
        let endpoints = ["dead", "e1", "e2", "e3"]
        definition.endpoints = endpoints.enumerated().map {
            EndpointDefinition(
                name: $1,
                addresses: [
                    .v4(0xCB00_7100 + UInt32($0)), .v6(0x2001_0DB8 << 32, UInt64($0)),
                ], position: place)
        }
        let members = endpoints.map { PolicyDefinition.reference($0, place) }
        let weighted = PolicyDefinition.weighted(
            members.enumerated().map { WeightedMember($1, weight: UInt32($0)) }, answers: 2)
        let policies: [(String, PolicyDefinition, SteeredName.WhenDown)] = [
            ("weighted", weighted, .all), ("failover", .failover(members), .all),
            ("all", .all([weighted, members[1]], answers: 8), .all), ("*.any", weighted, .all),
            ("fail-open", members[0], .all), ("fail-hard", members[0], .serverFailure),
            ("fail-over", members[0], .addresses([.v4(0xCB00_71FE)])),
        ]
        definition.names = try policies.map { name, policy, whenDown in
            SteeredName(
                owner: try Name(name + ".example.org."), ttl: .seconds(30), policy: policy,
                whenDown: whenDown, position: place)
        }
        return definition
    }
}
