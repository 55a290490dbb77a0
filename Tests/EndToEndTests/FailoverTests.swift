import Testing

extension EndToEnd {
    /// Answers follow what the canaries of the endpoints say.
    @Suite struct FailoverTests {
        @Test func answersMoveWhenACanaryDiesAndReturnWithIt() async throws {
            try await withSite(canaries: Region.allCases) { site in
                try await site.name("pay", becomes: [.us])
                for (region, next) in [(Region.us, Region.eu), (.eu, .ap)] {
                    let start = ContinuousClock.now
                    site.killCanary(region)
                    try await site.name("pay", becomes: [next])
                    // Three checks in a row fail; the rest is for a busy machine.
                    let allowed = Site.interval * 3 + Site.timeout + .seconds(5)
                    #expect(ContinuousClock.now - start < allowed)
                }
                try await site.name("api", becomes: [.ap])
                try await site.name("standby", becomes: [.ap])
                try await site.name("www", becomes: [.ap])
                for region in [Region.eu, .us] {
                    try await site.startCanary(region)
                    try await site.name("pay", becomes: [region])
                }
                try await site.name("api", becomes: Region.allCases)
            }
        }

        @Test(arguments: ["fail", "mute"])
        func aCanaryThatAnswersBadlyIsAsGoodAsDead(_ command: String) async throws {
            try await withSite(canaries: Region.allCases) { site in
                try await site.tellCanary(.us, command)
                try await site.name("pay", becomes: [.eu])
                let address = try await site.status().address("edge-us")
                #expect(address?.verdict == "unhealthy")
                #expect(address?.source == "canary")
                #expect(address?.reason.isEmpty == false)
                try await site.tellCanary(.us, "recover")
                try await site.name("pay", becomes: [.us])
            }
        }

        @Test func anEndpointWithoutItsLocalHopIsUsedLast() async throws {
            try await withSite(canaries: Region.allCases) { site in
                try await site.tellCanary(.us, "local/gone")
                try await site.verdict(of: .us, becomes: "degraded")
                try await site.name("pay", becomes: [.eu])
                try await site.name("api", becomes: [.eu, .ap])
                for _ in 0..<20 {
                    #expect(try await site.dig("shop A").data == [site.address(.eu)])
                }
                // The only one with IPv6 is better than none.
                #expect(try await site.dig("pay AAAA").data == ["::1"])

                site.killCanary(.eu)
                try await site.name("shop", becomes: [.us])
                try await site.name("pay", becomes: [.ap])
                site.killCanary(.ap)
                try await site.name("pay", becomes: [.us])
                try await site.tellCanary(.us, "local/back")
                try await site.verdict(of: .us, becomes: "healthy")
                #expect(try await site.dig("pay A").data == [site.address(.us)])
            }
        }

        @Test func aFamilyThatIsDownIsNoDataWhileTheOtherIsUp() async throws {
            try await withSite(canaries: Region.allCases) { site in
                #expect(try await site.dig("pay AAAA").data == ["::1"])
                site.killCanary(.us)
                try await eventually("pay has no IPv6 address") {
                    let dig = try await site.dig("pay AAAA")
                    return dig.status == "NOERROR" && dig.answer.isEmpty
                        && dig.authority.count == 1
                }
                try await site.name("pay", becomes: [.eu])
                try await site.startCanary(.us)
                try await eventually("pay has its IPv6 address again") {
                    try await site.dig("pay AAAA").data == ["::1"]
                }
            }
        }

        @Test func whenAllAreDownNamesAreAnsweredAsTheyAreConfigured() async throws {
            try await withSite(canaries: Region.allCases) { site in
                for region in Region.allCases { site.killCanary(region) }
                for region in Region.allCases {
                    try await site.verdict(of: region, becomes: "unhealthy")
                }
                // An apology where there is one, else as if all were up; never NXDOMAIN.
                #expect(try await site.dig("www A").data == ["192.0.2.99"])
                #expect(try await site.dig("pay A").data == [site.address(.us)])
                #expect(try await site.dig("api A").data == Region.allCases.map(site.address))
                #expect(try await site.dig("pay AAAA").data == ["::1"])
            }
        }
    }
}
