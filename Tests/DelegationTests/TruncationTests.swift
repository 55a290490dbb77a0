import Testing

extension Delegation {
    /// An RRset that no datagram holds.
    @Suite struct TruncationTests {
        /// Records at `big`, each of some 200 bytes.
        private static let count = 12

        @Test func bigAnswersAreTruncatedWhole() async throws {
            try await Internet.with { internet in
                let sizes = ["+noedns", "+bufsize=512", "+bufsize=1232", "+bufsize=4096"]
                for (child, size) in Address.children.flatMap({ child in sizes.map { (child, $0) } }
                ) {
                    let cut = try await internet.ask(
                        "big TXT", at: child, "+norec", "+ignore", size)
                    #expect(cut.flags == ["qr", "aa", "tc"], "\(cut)")
                    #expect(cut.answer.isEmpty, "half an RRset: \(cut)")
                    // dig asks again over TCP.
                    let whole = try await internet.ask("big TXT", at: child, "+norec", size)
                    #expect(whole.flags == ["qr", "aa"], "\(whole)")
                    #expect(Set(whole.data).count == Self.count, "\(whole)")
                    // What fits is not touched.
                    let small = try await internet.ask("static A", at: child, "+norec", size)
                    #expect(small.flags == ["qr", "aa"] && small.answer.count == 1, "\(small)")
                }
            }
        }

        @Test func resolversFetchBigAnswersOverTCP() async throws {
            try await Internet.with { internet in
                for resolver in Resolver.allCases {
                    for option in ["+tcp", "+bufsize=512"] {
                        let answer = try await internet.ask("big TXT", at: resolver.address, option)
                        #expect(answer.status == "NOERROR" && !answer.flags.contains("tc"))
                        #expect(Set(answer.data).count == Self.count, "\(resolver): \(answer)")
                    }
                }
            }
        }
    }
}
