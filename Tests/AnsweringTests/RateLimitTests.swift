import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// Response rate limiting.
@Suite struct RateLimitTests {
    private static let zone = """
        www A 192.0.2.80
        other A 192.0.2.81
        *.wild A 192.0.2.82
        sub NS ns.sub
        ns.sub A 192.0.2.53
        alias CNAME www
        """

    private static let client = ClientAddress(v4: 0xC633_6401)
    private static let noon: UInt32 = 1_700_000_000

    private func server(_ change: (inout AnswerSettings) -> Void) throws -> TestServer {
        var settings = AnswerSettings()
        settings.cookies = CookieSecrets(current: [UInt8](repeating: 3, count: 16))
        settings.rateLimit = RateLimit(responses: 10)
        settings.rateLimit?.slip = 0
        change(&settings)
        return try TestServer(
            [ZoneSource(zone: try TestZones.zone(RateLimitTests.zone))], settings: settings)
    }

    /// How many of `times` queries were answered in full, cut down to the question, and not at all.
    private struct Outcome: Equatable, CustomStringConvertible {
        var full = 0
        var slipped = 0
        var silent = 0

        var description: String { "\(full) full, \(slipped) slipped, \(silent) silent" }
    }

    private func ask(
        _ server: TestServer, _ names: [String], _ type: RRType = .a, times: Int,
        from client: ClientAddress = client, at now: UInt32 = noon,
        over transport: TransportProtocol = .udp, options: [UInt8] = []
    ) throws -> Outcome {
        var outcome = Outcome()
        for number in 0..<times {
            let question = try Question(
                names[number % names.count] + ".example.org.", type, edns: .init(options: options))
            let response = server.answer(question.packet, over: transport, from: client, at: now)
            guard !response.isEmpty else {
                outcome.silent += 1
                continue
            }
            let decoded = try DecodedMessage(response)
            if decoded.isTruncated {
                #expect(decoded.answer.isEmpty && decoded.authority.isEmpty)
                #expect(decoded.additional.isEmpty && decoded.opt != nil)
                #expect(response.count <= question.packet.count + 40)
                outcome.slipped += 1
            } else {
                outcome.full += 1
            }
        }
        return outcome
    }

    @Test func withoutTheSettingNothingIsLimited() throws {
        let server = try server { $0.rateLimit = nil }
        #expect(try ask(server, ["www"], times: 5_000) == Outcome(full: 5_000))
    }

    @Test func theLimitHoldsForOneSecond() throws {
        let server = try server { _ in }
        #expect(try ask(server, ["www"], times: 100) == Outcome(full: 10, silent: 90))
        let next = RateLimitTests.noon + 1
        #expect(try ask(server, ["www"], times: 7, at: next) == Outcome(full: 7))
        #expect(try ask(server, ["www"], times: 7, at: next) == Outcome(full: 3, silent: 4))
        #expect(server.counters.value(.rateDropped) == 94)
    }

    @Test func eachNameHasItsOwnLimit() throws {
        let server = try server { _ in }
        #expect(
            try ask(server, ["www", "other"], times: 100) == Outcome(full: 20, silent: 80))
    }

    @Test func namesOfOneWildcardShareOne() throws {
        let server = try server { _ in }
        let names = (0..<50).map { "x\($0).wild" }
        #expect(try ask(server, names, times: 50) == Outcome(full: 10, silent: 40))
    }

    @Test func namesBelowACutShareOne() throws {
        let server = try server { _ in }
        let names = (0..<50).map { "x\($0).sub" }
        #expect(try ask(server, names, times: 50) == Outcome(full: 10, silent: 40))
    }

    @Test func negativesOfAZoneShareOne() throws {
        let server = try server { $0.rateLimit?.negatives = 4 }
        let names = (0..<50).map { "missing\($0)" }
        #expect(try ask(server, names, times: 50) == Outcome(full: 4, silent: 46))
        #expect(try ask(server, ["www"], .txt, times: 5) == Outcome(silent: 5))
        #expect(try ask(server, ["www"], times: 5) == Outcome(full: 5))
    }

    @Test func errorsShareOneWhateverWasAsked() throws {
        let server = try server { $0.rateLimit?.errors = 6 }
        var sent = 0
        for number in 0..<20 {
            var packet = try Question("www\(number).example.com.", .a).packet
            // Half of them are refused, half are not understood.
            if number % 2 == 0 { packet[2] = 0x10 }
            sent += server.answer(packet, from: RateLimitTests.client).isEmpty ? 0 : 1
        }
        #expect(sent == 6)
    }

    @Test func everythingCanShareOne() throws {
        let server = try server { $0.rateLimit?.all = 15 }
        let names = ["www", "other", "missing", "x.sub", "x.wild"]
        #expect(try ask(server, names, times: 100) == Outcome(full: 15, silent: 85))
    }

    @Test func zeroIsNoLimit() throws {
        let server = try server {
            $0.rateLimit?.responses = 0
            $0.rateLimit?.negatives = 0
        }
        #expect(try ask(server, ["www", "missing"], times: 1_000) == Outcome(full: 1_000))
    }

    @Test func networksHaveLimitsOfTheirOwn() throws {
        let server = try server { _ in }
        for address: UInt32 in [0xC633_6401, 0xC633_64FE] {
            _ = try ask(server, ["www"], times: 5, from: ClientAddress(v4: address))
        }
        #expect(try ask(server, ["www"], times: 5) == Outcome(silent: 5))
        let neighbour = ClientAddress(v4: 0xC633_6501)
        #expect(try ask(server, ["www"], times: 5, from: neighbour) == Outcome(full: 5))
        // 2001:db8::/56 and the network behind it.
        let v6 = ClientAddress(v6: 0x2001_0DB8_0000_00FF, 1)
        let next = ClientAddress(v6: 0x2001_0DB8_0000_0100, 1)
        #expect(
            try ask(server, ["www"], times: 20, from: ClientAddress(v6: 0x2001_0DB8 << 32, 9)).full
                == 10)
        #expect(try ask(server, ["www"], times: 5, from: v6) == Outcome(silent: 5))
        #expect(try ask(server, ["www"], times: 5, from: next) == Outcome(full: 5))
    }

    @Test func everySecondOneSlips() throws {
        let server = try server { $0.rateLimit?.slip = 2 }
        let outcome = try ask(server, ["www"], times: 2_010)
        #expect(outcome.full == 10)
        #expect((900...1_100).contains(outcome.slipped))
        #expect(server.counters.value(.rateSlipped) == UInt64(outcome.slipped))
        #expect(server.counters.value(.rateDropped) == UInt64(outcome.silent))
        #expect(server.counters.value(.truncated) == UInt64(outcome.slipped))
    }

    @Test func slipOfOneNeverLeavesAClientWithoutAWord() throws {
        let server = try server { $0.rateLimit?.slip = 1 }
        #expect(try ask(server, ["www"], times: 100) == Outcome(full: 10, slipped: 90))
        #expect(
            try ask(server, ["missing"], times: 100) == Outcome(full: 10, slipped: 90))
    }

    @Test func tcpIsNotLimited() throws {
        let server = try server { _ in }
        #expect(try ask(server, ["www"], times: 100, over: .tcp) == Outcome(full: 100))
    }

    @Test func aClientWithAGoodCookieIsNotLimited() throws {
        let server = try server { _ in }
        let first = try DecodedMessage(
            server.answer(
                try Question("www.example.org.", .a, edns: .init(options: Options.cookie())).packet,
                from: RateLimitTests.client))
        let cookie = Array(try #require(first.option(10)).dropFirst(8))
        let known = try ask(server, ["www"], times: 100, options: Options.cookie(cookie))
        #expect(known == Outcome(full: 100))
        let forged = try ask(
            server, ["www"], times: 100, options: Options.cookie([UInt8](repeating: 1, count: 16)))
        #expect(forged == Outcome(full: 9, silent: 91))
    }

    @Test func exemptNetworksAreNotLimited() throws {
        let network = try #require(IPNetwork("198.51.100.0/24"))
        let server = try server { $0.networks.unlimited = [network] }
        #expect(try ask(server, ["www"], times: 100) == Outcome(full: 100))
        let neighbour = ClientAddress(v4: 0xC633_6501)
        #expect(try ask(server, ["www"], times: 100, from: neighbour).full == 10)
    }

    @Test func aDryRunCountsAndSends() throws {
        let server = try server { $0.rateLimit?.isDryRun = true }
        #expect(try ask(server, ["www"], times: 100) == Outcome(full: 100))
        #expect(server.counters.value(.rateExceeded) == 90)
        #expect(server.counters.value(.rateDropped) == 0)
    }

    @Test func aFloodFromEverywhereDoesNotLimitTheRest() throws {
        let server = try server { _ in }
        // More networks than the table has room for, all in one second.
        for network: UInt32 in 0..<200_000 {
            let client = ClientAddress(v4: 0x0B00_0000 + network << 8)
            let packet = RateLimitTests.packet
            #expect(!server.answer(packet, from: client, at: RateLimitTests.noon).isEmpty)
        }
        #expect(try ask(server, ["www"], times: 10) == Outcome(full: 10))
    }

    private static let packet = (try? Question("www.example.org.", .a).packet) ?? []
}
