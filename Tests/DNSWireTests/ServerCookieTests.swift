import DNSWire
import TestSupport
import Testing

/// RFC 9018: the worked examples of appendix A, and how long a cookie lives.
@Suite struct ServerCookieTests {
    static let shared = "e5e973e5a6b2a43f48e7dc849e37bfcf"

    struct Example: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The option's data, client cookie first.
        var query: String
        var client: ClientAddress
        var now: UInt32
        var secret = shared
        var previous: String?
        var isValid: Bool
        var response: String
    }

    static let examples = [
        Example(
            testDescription: "A.1 learning a new cookie", query: "2464c4abcf10c957",
            client: ClientAddress(v4: 0xC633_6464), now: 0x5CF7_9F11, isValid: false,
            response: "2464c4abcf10c957010000005cf79f111f8130c3eee29480"),
        Example(
            testDescription: "A.2 the same client, 40 minutes later",
            query: "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
            client: ClientAddress(v4: 0xC633_6464), now: 1_559_734_385, isValid: true,
            response: "2464c4abcf10c957010000005cf7a871d4a564a1442aca77"),
        Example(
            testDescription: "A.3 another client; its cookie is older than an hour",
            query: "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
            client: ClientAddress(v4: 0xCB00_71CB), now: 1_559_734_700, isValid: false,
            response: "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"),
        Example(
            testDescription: "A.3 when it was fresh, reserved bytes and all",
            query: "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
            client: ClientAddress(v4: 0xCB00_71CB), now: 1_559_727_985, isValid: true,
            response: "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5"),
        Example(
            testDescription: "A.4 IPv6, the secret has changed",
            query: "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
            client: ClientAddress(v6: 0x2001_0DB8_0220_0001, 0x59DE_D0F4_8769_82B8),
            now: 0x5CF7_C609, secret: "445536bcd2513298075a5d379663c962",
            previous: "dd3bdf9344b678b185a6f5cb60fca715", isValid: true,
            response: "22681ab97d52c298010000005cf7c609a6bb79d16625507a"),
    ]

    @Test(arguments: examples)
    func theExamplesComeOut(_ e: Example) throws {
        let judgement = try judge(e)
        #expect(judgement.isValid == e.isValid)
        #expect(text(judgement.reply) == String(e.response.dropFirst(16)))
    }

    /// A.1 with the cookie that was learned, when it was learned.
    private static var learned: Example {
        var example = examples[0]
        example.query = example.response
        example.isValid = true
        return example
    }

    /// Seconds from when the cookie was made to when it is seen; valid or not; renewed or not.
    @Test(
        arguments: [
            (0, true, false), (1_800, true, false), (1_801, true, true), (3_600, true, true),
            (3_601, false, true), (-1, true, false), (-300, true, false), (-301, false, true),
            (100_000, false, true),
        ] as [(Int, Bool, Bool)])
    func cookiesAge(_ seconds: Int, _ isValid: Bool, _ isRenewed: Bool) throws {
        var example = ServerCookieTests.learned
        example.now = UInt32(0x5CF7_9F11 + seconds)
        let judgement = try judge(example)
        #expect(judgement.isValid == isValid)
        #expect((text(judgement.reply) != String(example.query.dropFirst(16))) == isRenewed)
    }

    /// A timestamp from before the clock wrapped round in 2106.
    @Test func theClockMayWrap() throws {
        var example = ServerCookieTests.examples[0]
        example.now = .max - 10
        example.query += text(try judge(example).reply)
        example.now = 20
        #expect(try judge(example).isValid)
    }

    /// Each bit of what the hash covers matters.
    @Test func aForgedCookieIsNotTaken() throws {
        let good = ServerCookieTests.learned
        for digit in 0..<good.query.utf8.count {
            var example = good
            var digits = Array(example.query)
            digits[digit] = digits[digit] == "0" ? "1" : "0"
            example.query = String(digits)
            #expect(try !judge(example).isValid, "digit \(digit)")
        }
        var elsewhere = good
        elsewhere.client = ClientAddress(v4: 0xC633_6465)
        #expect(try !judge(elsewhere).isValid)
        elsewhere.client = ClientAddress(v6: 0, 0xC633_6464)
        #expect(try !judge(elsewhere).isValid)
        var other = good
        other.secret = "445536bcd2513298075a5d379663c962"
        #expect(try !judge(other).isValid)
        other.previous = ServerCookieTests.shared
        #expect(try judge(other).isValid)
    }

    /// Cookies of other lengths are well-formed, and of other servers.
    @Test(arguments: [8, 15, 17, 32])
    func otherLengthsAreNotValid(_ bytes: Int) throws {
        var example = ServerCookieTests.examples[0]
        example.query += String(repeating: "01", count: bytes)
        #expect(try !judge(example).isValid)
    }

    private func judge(_ e: Example) throws -> ServerCookie.Judgement {
        let cookie = bytes(e.query)
        let option = QueryPacket.u16(10) + QueryPacket.u16(UInt16(cookie.count)) + cookie
        let packet = QueryPacket(additional: [QueryPacket.opt(options: option)])
        var query = Query()
        _ = packet.bytes.withView { query.parse($0) }
        try #require(query.options.cookieIsWellFormed)
        let current = bytes(e.secret).withView { CookieSecret($0, at: 0) }
        let previous = e.previous.map { bytes($0).withView { CookieSecret($0, at: 0) } }
        return ServerCookie.judge(
            query.options, from: e.client, at: e.now, current: current, previous: previous)
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    private func text(_ cookie: ServerCookie) -> String {
        [cookie.head, cookie.hash].map { word in
            let digits = String(word.byteSwapped, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
