import Foundation
import Testing

extension Delegation {
    /// One of the two Sterna servers is gone.
    @Suite struct OneServerTests {
        struct Case: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let server: Server
            /// Killed, it refuses; stopped, it is silent.
            let signal: CInt
        }

        @Test(arguments: [
            Case(testDescription: "the first is killed", server: .child1, signal: SIGKILL),
            Case(testDescription: "the second is silent", server: .child2, signal: SIGSTOP),
        ])
        func namesGoOnResolving(_ item: Case) async throws {
            try await Internet.with { internet in
                for resolver in Resolver.allCases {
                    let answer = try await internet.ask("before.dev A", at: resolver.address)
                    #expect(answer.data == ["192.0.2.90"], "\(resolver): \(answer)")
                }
                await internet.signal(item.server, item.signal)
                let dead =
                    item.server == .child1
                    ? [Address.child1v4, Address.child1v6] : [Address.child2v4, Address.child2v6]
                for address in dead {
                    await #expect(throws: Failure.self, "\(address) answers") {
                        try await internet.ask("static A", at: address, "+time=1", "+tries=1")
                    }
                }
                for resolver in Resolver.allCases {
                    // None of these is known from before.
                    for number in 0..<8 {
                        let answer = try await internet.ask(
                            "after-\(number).dev A", at: resolver.address)
                        #expect(answer.data == ["192.0.2.90"], "\(resolver): \(answer)")
                    }
                    for (question, data) in [
                        ("api A", [Address.us4, Address.eu4]), ("x.apps AAAA", [Address.us6]),
                        ("legacy AAAA", []), ("leaf.very.deep A", ["192.0.2.92"]),
                    ] {
                        let answer = try await internet.ask(question, at: resolver.address)
                        #expect(
                            answer.status == "NOERROR" && answer.data == data,
                            "\(resolver), \(question): \(answer)")
                    }
                }
            }
        }
    }
}
