import Testing

extension EndToEnd {
    /// Several addresses, several threads.
    @Suite struct ListenTests {
        @Test func everyAddressAndThreadAnswers() async throws {
            try await withSite(serving: nil) { site in
                let second = try FreePorts.take()
                try await site.serve([
                    "--config", "sterna.yaml", "--workers", "2",
                    "--listen", "127.0.0.1:\(site.port)", "--listen", "[::1]:\(site.port)",
                    "--listen", "\(site.network).53:\(second)",
                ])
                #expect(try await site.status().answering.workers == 2)
                for path in Path.allCases {
                    #expect(try await site.dig("static A", path).data == ["192.0.2.80"])
                }
                for option in ["+notcp", "+tcp"] {
                    let dig = try await dig(
                        "static.example.com. A", at: "\(site.network).53", port: second,
                        options: [option])
                    #expect(dig.data == ["192.0.2.80"])
                }
                // The kernel chooses the thread by the client's port: 32 ports meet both.
                for _ in 0..<32 {
                    let tally = try await SteadyAsker(
                        "static.example.com", port: site.port, count: 20
                    ).finish()
                    #expect(tally.lost == 0)
                }
            }
        }

        @Test func aSocketOfAllAddressesAnswersFromTheOneThatWasAsked() async throws {
            try await withSite(serving: nil) { site in
                try await site.serve([
                    "--config", "sterna.yaml", "--workers", "2",
                    "--listen", "0.0.0.0:\(site.port)", "--listen", "[::]:\(site.port)",
                ])
                // dig takes no answer from another address than it asked.
                for address in ["127.0.0.1", "\(site.network).7", "\(site.network).8", "::1"] {
                    for option in ["+notcp", "+tcp"] {
                        let dig = try await dig(
                            "static.example.com. A", at: address, port: site.port,
                            options: [option])
                        #expect(dig.data == ["192.0.2.80"])
                    }
                }
            }
        }
    }
}
