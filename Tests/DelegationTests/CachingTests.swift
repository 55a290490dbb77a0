import Foundation
import Testing

extension Delegation {
    /// What resolvers keep, and for how long.
    @Suite struct CachingTests {
        @Test func timesToLiveCountDown() async throws {
            try await Internet.with { internet in
                for child in Address.children {
                    for _ in 0..<3 {
                        let answer = try await internet.askAuthority("shop A", at: child)
                        #expect(answer.answer.map(\.ttl) == [30])
                    }
                }
                var kept: [(resolver: Resolver, question: String, data: [String], ttl: Int)] = []
                for resolver in Resolver.allCases {
                    for (question, ttl) in [("shop A", 30), ("static A", 3_600)] {
                        let answer = try await internet.ask(question, at: resolver.address)
                        let first = answer.answer.first?.ttl ?? 0
                        #expect(first > 0 && first <= ttl, "\(resolver): \(answer)")
                        kept.append((resolver, question, answer.data, first))
                    }
                }
                // Not asked for again: the TTL grows shorter, and the choice is the same.
                for (resolver, question, data, ttl) in kept {
                    try await eventually("\(resolver) keeps \(question) shorter than \(ttl)") {
                        let next = try await internet.ask(question, at: resolver.address)
                        return next.data == data && next.answer.allSatisfy { $0.ttl < ttl }
                    }
                }
            }
        }

        /// Every negative answer has the SOA record that says how long it may be kept: for the
        /// lesser of its TTL and its MINIMUM field (RFC 2308 §5).
        @Test func negativeAnswersAreKept() async throws {
            try await Internet.with { internet in
                let questions = [
                    ("no-such A", "NXDOMAIN"), ("static TXT", "NOERROR"), ("deep A", "NOERROR"),
                    ("legacy AAAA", "NOERROR"),
                ]
                var kept: [(resolver: Resolver, question: String, ttl: Int)] = []
                for (question, status) in questions {
                    for child in Address.children {
                        let answer = try await internet.askAuthority(question, at: child)
                        #expect(answer.status == status && answer.flags == ["qr", "aa"])
                        #expect(answer.negativeTTL == 60, "\(answer)")
                    }
                    for resolver in Resolver.allCases {
                        let answer = try await internet.ask(question, at: resolver.address)
                        let first = answer.negativeTTL ?? 0
                        #expect(answer.status == status, "\(resolver): \(answer)")
                        #expect(first > 0 && first <= 60, "\(resolver): \(answer)")
                        kept.append((resolver, question, first))
                    }
                }
                for (resolver, question, ttl) in kept {
                    try await eventually("\(resolver) keeps \(question) shorter than \(ttl)") {
                        let next = try await internet.ask(question, at: resolver.address)
                        return (next.negativeTTL ?? ttl) < ttl
                    }
                }
            }
        }

        @Test func aFailoverArrivesWhenTheTTLHasRunOut() async throws {
            try await Internet.with { internet in
                for resolver in Resolver.allCases {
                    for name in ["pay", "slow"] {
                        let answer = try await internet.ask("\(name) A", at: resolver.address)
                        #expect(answer.data == [Address.us4], "\(resolver): \(answer)")
                    }
                    let answer = try await internet.ask("pay AAAA", at: resolver.address)
                    #expect(answer.data == [Address.us6], "\(resolver): \(answer)")
                }

                await internet.signal(.canaryUS, SIGKILL)
                for server in Address.children + Resolver.allCases.map(\.address) {
                    try await eventually("\(server) has moved pay") {
                        try await internet.ask("pay A", at: server).data == [Address.eu4]
                    }
                    // No other endpoint has IPv6: an empty answer, kept for as short a time.
                    try await eventually("\(server) has taken the IPv6 address of pay away") {
                        let answer = try await internet.ask("pay AAAA", at: server)
                        return answer.status == "NOERROR" && (answer.negativeTTL ?? 99) <= 2
                    }
                }
                // Kept for 300 s: the servers have moved, the resolvers may not know yet.
                for child in Address.children {
                    let answer = try await internet.askAuthority("slow A", at: child)
                    #expect(answer.data == [Address.eu4], "\(answer)")
                }
                for resolver in Resolver.allCases {
                    let answer = try await internet.ask("slow A", at: resolver.address)
                    #expect(answer.data == [Address.us4], "\(resolver): \(answer)")
                }

                try await internet.start([.canaryUS])
                for resolver in Resolver.allCases {
                    try await eventually("\(resolver) has both addresses of pay again") {
                        let v4 = try await internet.ask("pay A", at: resolver.address)
                        let v6 = try await internet.ask("pay AAAA", at: resolver.address)
                        return v4.data == [Address.us4] && v6.data == [Address.us6]
                    }
                }
            }
        }
    }
}
