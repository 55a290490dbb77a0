import Testing

/// A question to the example and the answer while all its canaries live.
private struct Case: Sendable {
    var question: String
    var status = "NOERROR"
    var isAuthoritative = true
    var answer: [String] = []
    var authority: [String] = []
    var additional: [String] = []
}

private let soa =
    "example.com. 300 SOA ns1.example.com. hostmaster.example.com. 2026112201 7200 900 1209600 300"
private let ns = ["example.com. 3600 NS ns1.example.com.", "example.com. 3600 NS ns2.example.com."]
private let mail = [
    "mail.example.com. 3600 A 192.0.2.25", "mail.example.com. 3600 AAAA 2001:db8::25",
]
private let lab = [
    "lab.example.com. 3600 NS ns.lab.example.com.", "lab.example.com. 3600 NS ns.example.net.",
]

private let steered = [
    Case(question: "shop A", answer: ["shop.example.com. 30 A {us}|{eu}"]),
    Case(question: "shop AAAA", answer: ["shop.example.com. 30 AAAA ::1"]),
    Case(question: "pay A", answer: ["pay.example.com. 15 A {us}"]),
    Case(question: "pay AAAA", answer: ["pay.example.com. 15 AAAA ::1"]),
    Case(
        question: "api A",
        answer: [
            "api.example.com. 30 A {us}", "api.example.com. 30 A {eu}",
            "api.example.com. 30 A {ap}",
        ]),
    Case(question: "asia A", answer: ["asia.example.com. 30 A {ap}"]),
    Case(question: "asia AAAA", authority: [soa]),
    Case(question: "single A", answer: ["single.example.com. 30 A {eu}"]),
    Case(question: "single AAAA", authority: [soa]),
    Case(question: "www A", answer: ["www.example.com. * A {us}|{ap}"]),
    Case(question: "standby A", answer: ["standby.example.com. 30 A {us}|{eu}"]),
    Case(question: "cart.apps A", answer: ["cart.apps.example.com. 30 A {us}|{eu}"]),
    Case(question: "a.b.apps A", answer: ["a.b.apps.example.com. 30 A {us}|{eu}"]),
    Case(question: "apps A", authority: [soa]),
    Case(
        question: "store A",
        answer: [
            "store.example.com. 3600 CNAME shop.example.com.", "shop.example.com. 30 A {us}|{eu}",
        ]),
    Case(
        question: "shop TXT", answer: ["shop.example.com. 3600 TXT \"steered by example.com.yaml\""]
    ),
    Case(question: "pay TXT", authority: [soa]),
]

private let plain = [
    Case(question: "static A", answer: ["static.example.com. 3600 A 192.0.2.80"]),
    Case(question: "static AAAA", answer: ["static.example.com. 3600 AAAA 2001:db8::80"]),
    Case(question: "static TXT", authority: [soa]),
    Case(
        question: "docs A",
        answer: [
            "docs.example.com. 3600 CNAME static.example.com.",
            "static.example.com. 3600 A 192.0.2.80",
        ]),
    Case(question: "docs CNAME", answer: ["docs.example.com. 3600 CNAME static.example.com."]),
    Case(question: "blog A", answer: ["blog.example.com. 3600 CNAME blog.example.net."]),
    Case(
        question: "@ SOA", answer: [soa.replacing("com. 300 SOA", with: "com. 3600 SOA")]),
    Case(
        question: "@ NS", answer: ns,
        additional: [
            "ns1.example.com. 3600 A 192.0.2.53", "ns1.example.com. 3600 AAAA 2001:db8::53",
            "ns2.example.com. 3600 A 198.51.100.53",
        ]),
    Case(
        question: "@ MX",
        answer: [
            "example.com. 3600 MX 10 mail.example.com.",
            "example.com. 3600 MX 20 mail.example.net.",
        ], additional: mail),
    Case(question: "@ TXT", answer: ["example.com. 3600 TXT \"v=spf1 mx -all\""]),
    Case(question: "@ CAA", answer: ["example.com. 3600 CAA 0 issue \"ca.example.net\""]),
    Case(question: "@ A", authority: [soa]),
    Case(
        question: "_imaps._tcp SRV",
        answer: ["_imaps._tcp.example.com. 3600 SRV 0 1 993 mail.example.com."], additional: mail),
    Case(question: "_tcp SRV", authority: [soa]),
    Case(question: "pr-7.dev A", answer: ["pr-7.dev.example.com. 3600 A 192.0.2.90"]),
    Case(
        question: "x.y.dev TXT", answer: ["x.y.dev.example.com. 3600 TXT \"a preview environment\""]
    ),
    Case(question: "pr-7.dev MX", authority: [soa]),
    Case(question: "dev A", authority: [soa]),
    Case(
        question: "lab NS", isAuthoritative: false, authority: lab,
        additional: ["ns.lab.example.com. 3600 A 203.0.113.53"]),
    Case(
        question: "host.lab A", isAuthoritative: false, authority: lab,
        additional: ["ns.lab.example.com. 3600 A 203.0.113.53"]),
    Case(question: "nope A", status: "NXDOMAIN", authority: [soa]),
    Case(question: "below.static A", status: "NXDOMAIN", authority: [soa]),
    Case(question: "example.org. A", status: "REFUSED", isAuthoritative: false),
    Case(question: "com. NS", status: "REFUSED", isAuthoritative: false),
]

extension EndToEnd {
    /// The example of the README, as it lies in the repository.
    @Suite struct ReadmeExampleTests {
        @Test(arguments: Path.allCases)
        func everyKindOfNameIsAnswered(over path: Path) async throws {
            try await withSite(canaries: Region.allCases) { site in
                for expected in steered + plain {
                    let dig = try await site.dig(expected.question, path)
                    let comment: Comment = "\(expected.question): \(dig)"
                    #expect(dig.status == expected.status, comment)
                    #expect(dig.flags.contains("aa") == expected.isAuthoritative, comment)
                    #expect(!dig.flags.contains("ra") && !dig.flags.contains("tc"), comment)
                    #expect(Dig.fits(dig.answer, expected.answer.map(site.filled)), comment)
                    #expect(Dig.fits(dig.authority, expected.authority), comment)
                    #expect(Dig.fits(dig.additional, expected.additional), comment)
                }
            }
        }

        @Test func theExampleInTheRepositoryIsFreeOfFindings() async throws {
            let result = try await run(
                try Programs.path("sterna"), ["check", "--config", "sterna.yaml"],
                in: Programs.repository)
            #expect(result.exitCode == 0, "\(result.output)\(result.log)")
            #expect(result.output.contains("0 errors, 0 warnings"))
        }

        @Test func theCaseOfAQuestionComesBack() async throws {
            try await withSite(canaries: [.us]) { site in
                let dig = try await site.dig("PaY.eXample.COM. A")
                #expect(dig.answer == [site.filled("PaY.eXample.COM. 15 A {us}")])
            }
        }
    }
}
