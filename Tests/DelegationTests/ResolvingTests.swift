import Testing

extension Delegation {
    /// What clients of real resolvers get.
    @Suite struct ResolvingTests {
        struct Case: Sendable {
            let question: String
            let status: String
            let data: [String]

            init(_ question: String, _ data: String..., status: String = "NOERROR") {
                self.question = question
                self.status = status
                self.data = data.sorted()
            }
        }

        private static let staticNames = [
            Case("static A", "192.0.2.80"),
            Case("static AAAA", "2001:db8::80"),
            Case("static MX", "10 static.gslb.example.net."),
            Case("v4only A", "192.0.2.81"),
            Case("v4only AAAA"),
            Case("alias AAAA", "static.gslb.example.net.", "2001:db8::80"),
            Case("@ NS", "ns1.gslb.example.net.", "ns2.gslb.example.net."),
            Case("ns2 AAAA", "2001:db8:2::53"),
        ]

        private static let steeredNames = [
            Case("api A", "198.51.100.80", "203.0.113.80"),
            Case("api AAAA", "2001:db8:1::80"),
            Case("legacy A", "203.0.113.80"),
            // An endpoint without IPv6 is no failure (RFC 4074 §4).
            Case("legacy AAAA"),
            Case("legacy HTTPS"),
            Case("pay A", "198.51.100.80"),
            Case("x.apps AAAA", "2001:db8:1::80"),
            Case("x.y.apps A", "198.51.100.80", "203.0.113.80"),
        ]

        /// Names that exist for the sake of others come first: had they been NXDOMAIN, those below
        /// them would be so too (RFC 8020).
        private static let names = [
            Case("deep A"), Case("deep TXT"), Case("very.deep AAAA"), Case("_tcp NS"),
            Case("dev A"),
            Case("leaf.very.deep A", "192.0.2.92"),
            Case("_imaps._tcp SRV", "0 1 993 static.gslb.example.net."),
            Case("host.dev A", "192.0.2.91"),
            Case("host.dev TXT"),
            Case("x.dev A", "192.0.2.90"),
            Case("y.dev TXT", "\"a preview environment\""),
            Case("x.y.z.dev A", "192.0.2.90"),
            Case("y.dev AAAA"),
            // A name that the wildcard's parent has is not the wildcard's (RFC 4592 §2.2.1).
            Case("x.host.dev A", status: "NXDOMAIN"),
            Case("no-such A", status: "NXDOMAIN"),
            Case("below.no-such A", status: "NXDOMAIN"),
            Case("x.static A", status: "NXDOMAIN"),
            Case("x.shop A", status: "NXDOMAIN"),
        ]

        @Test func namesResolve() async throws {
            try await Internet.with { internet in
                for resolver in Resolver.allCases {
                    for item in Self.names + Self.staticNames + Self.steeredNames {
                        let answer = try await internet.ask(item.question, at: resolver.address)
                        #expect(
                            answer.status == item.status && answer.data == item.data,
                            "\(resolver), \(item.question): \(answer)")
                    }
                }
            }
        }

        /// Then their addresses are the parent's own, and the child has none of them.
        @Test func serversMayBeNamedInTheParent() async throws {
            try await Internet.with { internet in
                for resolver in Resolver.allCases {
                    let name = "static.apps.example.net. A"
                    let answer = try await internet.ask(name, at: resolver.address)
                    #expect(answer.data == ["192.0.2.70"], "\(resolver): \(answer)")
                }
                let parent = try await internet.askAuthority(
                    "static.apps.example.net. A", at: Address.parent4)
                #expect(parent.answer.isEmpty && parent.additional.count == 4, "\(parent)")
                let child = try await internet.askAuthority(
                    "apps.example.net. NS", at: Address.child1v4)
                #expect(child.flags == ["qr", "aa"] && child.additional.isEmpty, "\(child)")
                #expect(child.lines(\.answer) == parent.lines(\.authority))
            }
        }

        @Test func aliasesLeadIntoTheSubdomainAndThroughIt() async throws {
            try await Internet.with { internet in
                let aliases = [
                    "www.example.net.": ["shop.gslb.example.net."],
                    "store": ["shop.gslb.example.net."],
                    "outside": ["www.example.net.", "shop.gslb.example.net."],
                ]
                for resolver in Resolver.allCases {
                    for (name, targets) in aliases {
                        let answer = try await internet.ask("\(name) A", at: resolver.address)
                        let aliases = answer.answer.filter { $0.type == "CNAME" }
                        #expect(Set(aliases.map(\.data)) == Set(targets), "\(resolver): \(answer)")
                        let addresses = answer.answer.filter { $0.type == "A" }.map(\.data)
                        #expect(
                            addresses == [Address.us4] || addresses == [Address.eu4],
                            "\(resolver): \(answer)")
                    }
                }
            }
        }

        /// Resolvers that send no more of a name than each server must know (RFC 9156), and do not
        /// fall back when that fails, get to names below empty non-terminals and wildcards.
        @Test func minimisedNamesAreEnough() async throws {
            try await Internet.with { internet in
                for resolver in Resolver.allCases {
                    for (name, address) in [
                        ("leaf.very.deep", "192.0.2.92"), ("a.b.dev", "192.0.2.90"),
                    ] {
                        let answer = try await internet.ask("\(name) A", at: resolver.address)
                        #expect(answer.data == [address], "\(resolver): \(answer)")
                    }
                    let log = internet.log(of: resolver.server)
                    for name in ["deep", "very.deep", "dev", "b.dev"] {
                        let name = "\(name).gslb.example.net"
                        #expect(
                            log.contains("sending query: \(name). A IN")
                                || log.contains("fetch: \(name)/NS"),
                            "\(resolver) never asked for \(name)")
                    }
                    // What Unbound says of the case of questions, which it mixes ("0x20").
                    if resolver != .bind {
                        #expect(log.contains("good 0x20-ID in reply qname"), "\(resolver)")
                        #expect(!log.contains("wrong 0x20-ID"), "\(resolver)")
                    }
                }
            }
        }
    }
}
