import DNSWire
import Settings
import Testing

/// `rate-limit`, `access` and `edns.size-without-cookie`.
struct AbuseSettingsTests {
    @Test func nothingIsLimitedUnlessAskedFor() throws {
        let settings = try SettingsFixture.settings("")
        #expect(settings.rateLimit == nil)
        #expect(settings.access == AccessSettings())
        #expect(settings.ednsBytesWithoutCookie == nil)
    }

    @Test func oneLineSwitchesLimitsOn() throws {
        let limit = try #require(try SettingsFixture.settings("rate-limit: 20").rateLimit)
        #expect(limit.responses == 20 && limit.negatives == 20 && limit.errors == 20)
        #expect(limit.all == 0 && limit.slip == 2 && !limit.isDryRun)
        #expect(limit.v4Prefix == 24 && limit.v6Prefix == 56 && limit.exempt.isEmpty)
    }

    @Test func everyKeyIsTaken() throws {
        let settings = try SettingsFixture.settings(
            """
            rate-limit:
              responses: 50
              negatives: 10
              errors: 0
              all: 500
              ipv4-prefix: 32
              ipv6-prefix: 64
              slip: 1
              exempt: [10.0.0.0/8, "2001:db8::/32", 192.0.2.1]
              dry-run: true
            access:
              allow: 10.0.0.0/8
              refuse: [10.1.0.0/16]
            edns: { size: 4096, size-without-cookie: 512 }
            """)
        let limit = try #require(settings.rateLimit)
        #expect(limit.responses == 50 && limit.negatives == 10 && limit.errors == 0)
        #expect(limit.all == 500 && limit.slip == 1 && limit.isDryRun)
        #expect(limit.v4Prefix == 32 && limit.v6Prefix == 64)
        #expect(
            limit.exempt.map(\.description) == ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32"])
        #expect(settings.access.allow.map(\.description) == ["10.0.0.0/8"])
        #expect(settings.access.refuse.map(\.description) == ["10.1.0.0/16"])
        #expect(settings.ednsBytesWithoutCookie == 512)
    }

    @Test func otherLimitsFollowTheFirst() throws {
        let settings = try SettingsFixture.settings("rate-limit: { responses: 7, errors: 3 }")
        let limit = try #require(settings.rateLimit)
        #expect(limit.negatives == 7 && limit.errors == 3)
    }

    @Test(arguments: [
        BrokenCase(
            "a limit of nothing", "rate-limit: 0",
            "s.yaml:1:13: 'rate-limit' must be an integer from 1 to 1000000, not '0'"),
        BrokenCase(
            "no figure", "rate-limit: { slip: 2 }",
            "s.yaml:1:13: 'rate-limit' has no 'responses'"),
        BrokenCase(
            "bits behind the length", "access: { refuse: [10.0.0.1/8] }",
            "s.yaml:1:20: 'refuse' must be a network such as 192.0.2.0/24 or 2001:db8::/32, "
                + "without bits set behind its length, not '10.0.0.1/8'"),
        BrokenCase(
            "in both lists", "access: { allow: [10.0.0.0/8, 192.0.2.1], refuse: 192.0.2.1/32 }",
            "s.yaml:1:43: network 192.0.2.1/32 is both allowed and refused"),
        BrokenCase(
            "cookies are off", "edns: { cookies: off, size-without-cookie: 512 }",
            "s.yaml:1:23: 'size-without-cookie' has no meaning while 'cookies' is off"),
    ])
    func mistakesAreExplained(_ c: BrokenCase) {
        #expect(SettingsFixture.findings(inServer: c.text) == c.findings)
    }
}
