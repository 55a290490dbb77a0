import Testing

extension Delegation {
    /// The way down: root, parent, child; each asked as resolvers ask.
    @Suite struct ReferralTests {
        private static let delegation = [
            "gslb.example.net. 3600 NS ns1.gslb.example.net.",
            "gslb.example.net. 3600 NS ns2.gslb.example.net.",
        ]
        private static let glue = [
            "ns1.gslb.example.net. 3600 A 198.51.100.53",
            "ns1.gslb.example.net. 3600 AAAA 2001:db8:1::53",
            "ns2.gslb.example.net. 3600 A 203.0.113.53",
            "ns2.gslb.example.net. 3600 AAAA 2001:db8:2::53",
        ]

        @Test func eachServerRefersOrAnswers() async throws {
            try await Internet.with { internet in
                for root in Address.roots {
                    let answer = try await internet.askAuthority("shop A", at: root)
                    #expect(answer.lines(\.authority) == ["example.net. 172800 NS ns.example.net."])
                    #expect(!answer.flags.contains("aa"))
                }
                for parent in Address.parents {
                    let answer = try await internet.askAuthority("shop A", at: parent)
                    #expect(answer.answer.isEmpty && !answer.flags.contains("aa"), "\(answer)")
                    #expect(answer.lines(\.authority) == Self.delegation)
                    #expect(answer.lines(\.additional) == Self.glue)
                }
                for child in Address.children {
                    let answer = try await internet.askAuthority("static A", at: child)
                    #expect(answer.flags == ["qr", "aa"])
                    #expect(
                        answer.lines(\.answer) == ["static.gslb.example.net. 3600 A 192.0.2.80"])
                    let steered = try await internet.askAuthority("legacy A", at: child)
                    #expect(steered.flags == ["qr", "aa"])
                    #expect(
                        steered.lines(\.answer) == ["legacy.gslb.example.net. 30 A 203.0.113.80"])
                }
            }
        }

        /// What the parent says of the child is what the child says of itself (RFC 1034 §4.2.2).
        @Test func parentAndChildrenAgree() async throws {
            try await Internet.with { internet in
                var startOfAuthority: Set<String> = []
                for child in Address.children {
                    let servers = try await internet.askAuthority("@ NS", at: child)
                    #expect(servers.flags == ["qr", "aa"])
                    #expect(servers.lines(\.answer) == Self.delegation)
                    #expect(servers.lines(\.additional) == Self.glue)
                    var addresses: [String] = []
                    for question in ["ns1 A", "ns1 AAAA", "ns2 A", "ns2 AAAA"] {
                        let answer = try await internet.askAuthority(question, at: child)
                        #expect(answer.flags == ["qr", "aa"])
                        addresses += answer.lines(\.answer)
                    }
                    #expect(addresses == Self.glue)
                    let soa = try await internet.askAuthority("@ SOA", at: child)
                    #expect(soa.answer.count == 1 && soa.flags == ["qr", "aa"], "\(soa)")
                    startOfAuthority.formUnion(soa.lines(\.answer))
                }
                #expect(startOfAuthority.count == 1, "\(startOfAuthority)")
                // Above its own zone a server knows nothing.
                for child in Address.children {
                    let answer = try await internet.askAuthority("www.example.net. A", at: child)
                    #expect(answer.status == "REFUSED" && !answer.flags.contains("aa"))
                }
            }
        }

        /// Resolvers throw answers away whose question is not theirs bit for bit ("0x20").
        @Test func theCaseOfQuestionsIsEchoed() async throws {
            try await Internet.with { internet in
                let names = [
                    "sTaTiC.gSLB.eXAMPLE.Net.", "SHOP.GSLB.EXAMPLE.NET.", "X.dEv.gslb.Example.net.",
                    "nO-sUCH.gslb.eXample.neT.", "vErY.DEEP.gslb.example.NET.",
                ]
                for child in Address.children {
                    for name in names {
                        let answer = try await internet.askAuthority("\(name) A", at: child)
                        #expect(answer.question == ["\(name) IN A"])
                        #expect(answer.answer.allSatisfy { $0.owner == name }, "\(answer)")
                    }
                }
            }
        }
    }
}
