import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// EDNS options from query to response.
@Suite struct EdnsOptionTests {
    private static let zone =
        "www A 192.0.2.80\n" + (1...60).map { "many A 198.51.100.\($0)\n" }.joined()

    static let secret = [UInt8](repeating: 0x5A, count: 16)

    private func server(_ change: (inout AnswerSettings) -> Void = { _ in }) throws -> TestServer {
        var settings = AnswerSettings()
        settings.cookies = CookieSecrets(current: EdnsOptionTests.secret)
        change(&settings)
        return try TestServer(
            [ZoneSource(zone: try TestZones.zone(EdnsOptionTests.zone))], settings: settings)
    }

    private func question(
        _ options: [UInt8], name: String = "www.example.org.", udpBytes: UInt16 = 1232
    ) throws -> Question {
        try Question(name, .a, edns: .init(udpBytes: udpBytes, options: options))
    }

    // MARK: NSID

    @Test func nsidIsToldToThoseWhoAsk() throws {
        let server = try server { $0.nsid = Array("ams-3".utf8) }
        #expect(try server.answer(question(Options.nsid)).option(3) == Array("ams-3".utf8))
        #expect(try server.answer(question([])).options.isEmpty)
        let foreign = try server.answer(question(Options.nsid, name: "www.example.com."))
        #expect(foreign.rcode == .refused)
        #expect(foreign.option(3) == Array("ams-3".utf8))
        #expect(try self.server().answer(question(Options.nsid)).options.isEmpty)
    }

    // MARK: Cookies

    @Test func cookiesAreGivenAndKept() throws {
        let server = try server()
        let given = try #require(try server.answer(question(Options.cookie())).option(10))
        #expect(given.count == 24)
        #expect(given.prefix(8) == Options.clientCookie[...])
        #expect(given[8..<12] == [1, 0, 0, 0])
        let packet = try question(Options.cookie(Array(given.dropFirst(8)))).packet
        let later = try DecodedMessage(server.answer(packet, at: 1_700_000_000 + 600))
        #expect(later.option(10) == given)
        let renewed = try DecodedMessage(server.answer(packet, at: 1_700_000_000 + 2_000))
        #expect(renewed.option(10)?.count == 24)
        #expect(renewed.option(10) != given)
        let elsewhere = try DecodedMessage(
            server.answer(packet, from: ClientAddress(v4: 0xC000_0202)))
        #expect(elsewhere.option(10)?.count == 24)
        #expect(elsewhere.option(10) != given)
    }

    @Test func serversWithOneSecretAgree() throws {
        let first = try server().answer(question(Options.cookie())).option(10)
        let other = try server().answer(question(Options.cookie())).option(10)
        #expect(first != nil && first == other)
        let third = try server { $0.cookies?.current[0] = 0 }.answer(question(Options.cookie()))
        #expect(third.option(10)?.count == 24)
        #expect(third.option(10) != first)
    }

    @Test(arguments: [0, 7, 9, 15, 41])
    func malformedCookiesAreFORMERR(_ count: Int) throws {
        let option = Options.option(10, [UInt8](repeating: 1, count: count))
        let response = try server().answer(question(option))
        #expect(response.rcode == .formatError)
        #expect(response.question != nil)
        #expect(response.opt != nil)
        #expect(response.options.isEmpty)
        // Off is as good as unknown.
        let off = try server { $0.cookies = nil }.answer(question(option))
        #expect(off.rcode == .noError)
        #expect(off.answer.count == 1)
    }

    /// RFC 7873 §5.4.
    @Test(arguments: [
        (Options.cookie(), true, RCode.noError), (Options.cookie(), false, .formatError),
        (Options.option(10, [1]), true, .formatError), ([], true, .formatError),
    ])
    func aCookieMayBeAskedForAlone(_ options: [UInt8], _ isOn: Bool, _ rcode: RCode) throws {
        let server = try server { if !isOn { $0.cookies = nil } }
        var packet: [UInt8] = [0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0, 0]
        packet.append(network: UInt16(options.count))
        let response = try DecodedMessage(server.answer(packet + options))
        #expect(response.id == 9)
        #expect(response.rcode == rcode)
        #expect(response.question == nil)
        #expect(response.answer.isEmpty && response.authority.isEmpty)
        #expect(response.option(10)?.count == (rcode == .noError ? 24 : nil))
    }

    // MARK: Client subnet

    @Test(
        arguments: [
            [0, 1, 24, 0, 192, 0, 2], [0, 1, 0, 0], [0, 2, 0, 0], [0, 0, 0, 0],
            [0, 2, 56, 0, 0x20, 1, 0x0D, 0xB8, 0, 1, 0],
        ] as [[UInt8]])
    func subnetsComeBackWithScopeZero(_ data: [UInt8]) throws {
        let question = try question(Options.option(8, data))
        let response = try server().answer(question)
        #expect(response.option(8) == data)
        #expect(response.answer.count == 1)
        let off = try server { $0.clientSubnet = false }.answer(question)
        #expect(off.options.isEmpty)
        #expect(off.answer.count == 1)
    }

    @Test(arguments: [[], [0, 1, 24, 8, 192, 0, 2], [0, 9, 0, 0], [0, 1, 23, 0, 192, 0, 3]])
    func malformedSubnetsAreFORMERR(_ data: [UInt8]) throws {
        let question = try question(Options.option(8, data))
        let response = try server().answer(question)
        #expect(response.rcode == .formatError)
        #expect(response.options.isEmpty)
        let off = try server { $0.clientSubnet = false }.answer(question)
        #expect(off.rcode == .noError)
    }

    // MARK: Keepalive

    @Test func keepaliveIsForTCP() throws {
        let server = try server { $0.tcpIdleSeconds = 12 }
        let question = try question(Options.keepalive)
        #expect(try server.answer(question, over: .tcp).option(11) == [0, 120])
        #expect(try server.answer(question).options.isEmpty)
        #expect(try server.answer(self.question([]), over: .tcp).options.isEmpty)
        let wrong = try self.question(Options.option(11, [0, 1]))
        #expect(try server.answer(wrong, over: .tcp).rcode == .formatError)
        #expect(try server.answer(wrong).rcode == .noError)
    }

    // MARK: Extended errors

    @Test func refusalsAreExplained() throws {
        let foreign = try question([], name: "www.example.com.")
        let response = try server().answer(foreign)
        #expect(response.extendedError?.code == 20)
        #expect(try server { $0.extendedErrors = false }.answer(foreign).options.isEmpty)
        let plain = try server().answer(try Question("www.example.com.", .a))
        #expect(plain.opt == nil)
        #expect(try server().answer(question([])).options.isEmpty)
    }

    // MARK: Room

    private static let all =
        Options.nsid + Options.cookie() + Options.subnet + Options.keepalive
        + Options.option(9) + Options.option(12, [0, 0, 0])

    /// Options never make a response too long; what they take, records lack.
    @Test(arguments: [512, 513, 700, 1000, 1232])
    func optionsFit(_ udpBytes: UInt16) throws {
        let server = try server { $0.nsid = [UInt8](repeating: 0x61, count: 64) }
        for name in ["many.example.org.", "www.example.org."] {
            let packet = try question(EdnsOptionTests.all, name: name, udpBytes: udpBytes).packet
            let bytes = server.answer(packet)
            #expect(bytes.count <= Int(udpBytes))
            let response = try DecodedMessage(bytes)
            #expect(response.options.map(\.code) == [3, 10, 8])
            #expect(response.isTruncated == (name.hasPrefix("many") && udpBytes < 1000 + 160))
            #expect(response.isTruncated == response.answer.isEmpty)
        }
    }

    /// The OPT is the last record, whatever comes before it.
    @Test func theOPTComesLast() throws {
        let server = try server { $0.nsid = [0x61] }
        let bytes = server.answer(try question(EdnsOptionTests.all).packet, over: .tcp)
        let options = try DecodedMessage(bytes).options
        #expect(options.map(\.code) == [3, 10, 8, 11])
        let length = options.reduce(0) { $0 + 4 + $1.data.count }
        #expect(Array(bytes[(bytes.count - length - 11)...].prefix(3)) == [0, 0, 41])
    }

    /// Over TCP an RRset that leaves no room for options is answered without them.
    @Test func optionsGiveWayOverTCP() throws {
        let text = (1...4078).map { "*.big A 10.1.\($0 / 256).\($0 % 256)\n" }.joined()
        var settings = AnswerSettings()
        settings.nsid = [UInt8](repeating: 0x61, count: 64)
        settings.cookies = CookieSecrets(current: EdnsOptionTests.secret)
        let server = try TestServer(
            [ZoneSource(zone: try TestZones.zone(text))], settings: settings)
        let labels = [59, 59, 58, 58].map { String(repeating: "q", count: $0) }
        let name = (labels + ["big.example.org."]).joined(separator: ".")
        let response = try DecodedMessage(
            server.answer(
                try question(EdnsOptionTests.all, name: name).packet, over: .tcp))
        #expect(!response.isTruncated)
        #expect(response.answer.count == 4078)
        #expect(response.opt != nil && response.options.isEmpty)
    }

    /// The longest question with all options leaves what a response must have.
    @Test func theLongestQuestionFits() throws {
        let server = try server { $0.nsid = [UInt8](repeating: 0x61, count: 64) }
        let label = String(repeating: "a", count: 63)
        let name = [label, label, label, String(repeating: "b", count: 49), "example.org."]
            .joined(separator: ".")
        let bytes = server.answer(
            try question(EdnsOptionTests.all, name: name, udpBytes: 512).packet)
        let response = try DecodedMessage(bytes)
        #expect(bytes.count <= 512)
        #expect(response.question?.name.wire.count == 255)
        #expect(response.options.map(\.code) == [3, 10, 8])
    }

    // MARK: Anything

    /// Options of random codes, lengths and content get a sound response, or none.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func anyOptionsAreAnswered(_ seed: UInt64) throws {
        var random = Seeded(seed: seed)
        let server = try server { $0.nsid = [0x61] }
        for _ in 0..<2_000 {
            var options: [UInt8] = []
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let code = UInt16.random(in: 0...16, using: &random)
                let length = [0, 1, 2, 4, 7, 8, 16, 24, 40, 41].randomElement(using: &random) ?? 0
                options += Options.option(
                    code, (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) >> 4 })
            }
            if Bool.random(using: &random), !options.isEmpty {
                options[Int.random(in: 0..<options.count, using: &random)] ^=
                    1 << UInt8.random(in: 0...7, using: &random)
            }
            let transport = Bool.random(using: &random) ? TransportProtocol.udp : .tcp
            let response = try server.answer(question(options), over: transport)
            #expect(response.rcode == .noError || response.rcode == .formatError)
            #expect(response.answer.count == (response.rcode == .noError ? 1 : 0))
            let opt = try #require(response.opt)
            let answered = try #require(Options.read(opt.rdata)).map(\.code)
            #expect(Set(answered).isSubset(of: [3, 8, 10, 11]))
            #expect(Set(answered).count == answered.count)
            if Options.read(options) == nil { #expect(response.rcode == .formatError) }
        }
    }
}
