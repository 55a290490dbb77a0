import Foundation
import Testing

extension EndToEnd {
    /// Many queries, and the statistics of their answers.
    @Suite struct LoadTests {
        @Test func threeOfFourAnswersNameTheHeavierSite() async throws {
            try await withSite(canaries: [.us, .eu]) { site in
                let count = 100_000
                let asker = try SteadyAsker(
                    "shop.example.com", port: site.port, count: count, window: 64)
                let tally = try await asker.finish()
                #expect(tally.lost == 0)
                #expect(tally.wrong == 0)
                let us = tally.count(of: site.address(.us))
                let eu = tally.count(of: site.address(.eu))
                #expect(us + eu == count)
                // Five standard deviations of a binomial distribution: wrong once in two million runs.
                let deviation = (Double(count) * 0.75 * 0.25).squareRoot()
                #expect(abs(Double(us) - 0.75 * Double(count)) < 5 * deviation, "\(us) of \(count)")
            }
        }

        @Test func underLoadNoAnswerNamesADeadSiteWhileALiveOneIsLeft() async throws {
            try await withSite(canaries: Region.allCases) { site in
                try site.write(
                    ["shop", "pay", "api", "www", "standby", "store", "static"]
                        .map { "\($0).example.com A\n" }.joined(), to: "queries")
                async let load = run(
                    "dnsperf",
                    [
                        "-s", "127.0.0.1", "-p", "\(site.port)", "-d", "queries", "-l", "8",
                        "-Q", "8000", "-c", "4", "-t", "3",
                    ], in: site.folder)
                async let checked = check(site, for: .seconds(8))
                for region in [Region.us, .eu, .us] {
                    site.killCanary(region)
                    try await site.verdict(of: region, becomes: "unhealthy")
                    try await Task.sleep(for: .milliseconds(500))
                    try await site.startCanary(region)
                    try await site.verdict(of: region, becomes: "healthy")
                }
                let rounds = try await checked
                let result = try await load
                #expect(rounds.judged > 0)
                #expect(rounds.judgedWithDeadSite > 0)
                #expect(rounds.faults == [])
                try expectAllAnswered(result)
            }
        }

        /// Who may be in the answers of a name.
        private let members: [String: [Region]] = [
            "shop": [.us, .eu], "pay": Region.allCases, "api": Region.allCases,
            "standby": Region.allCases,
        ]

        private struct Rounds {
            var judged = 0
            var judgedWithDeadSite = 0
            var faults: [String] = []
        }

        /// Asks steadily, and looks at the verdicts before and after every few queries.
        ///
        /// Only what is certain is judged: a site counts as dead or alive when it was so at both times,
        /// since the same second.
        private func check(
            _ site: Site, for time: Duration
        ) async throws -> Rounds {
            var rounds = Rounds()
            var before = try await site.status()
            let end = ContinuousClock.now + time
            while ContinuousClock.now < end {
                var answers: [(name: String, addresses: [UInt32: Int])] = []
                for name in members.keys {
                    let tally = try await SteadyAsker(
                        "\(name).example.com", port: site.port, count: 32
                    ).finish()
                    guard tally.lost == 0, tally.wrong == 0 else {
                        rounds.faults.append("\(name): \(tally)")
                        continue
                    }
                    answers.append((name, tally.addresses))
                }
                let after = try await site.status()
                for (name, addresses) in answers {
                    let regions = members[name] ?? []
                    let known = regions.filter {
                        before.address($0.endpoint) == after.address($0.endpoint)
                    }
                    let dead = known.filter { after.verdict($0.endpoint) == "unhealthy" }
                    let alive = known.filter { after.verdict($0.endpoint) == "healthy" }
                    guard !alive.isEmpty else { continue }
                    rounds.judged += 1
                    if !dead.isEmpty { rounds.judgedWithDeadSite += 1 }
                    let tally = SteadyAsker.Tally(addresses: addresses)
                    for region in dead where tally.count(of: site.address(region)) > 0 {
                        rounds.faults.append("\(name) was answered with \(region), alive: \(alive)")
                    }
                }
                before = after
            }
            return rounds
        }

        /// What dnsperf counted: everything answered, one query of a thousand lost at most.
        private func expectAllAnswered(_ result: CommandOutput) throws {
            #expect(result.exitCode == 0, "\(result.log)")
            func number(_ label: String) -> Int? {
                result.output.split(separator: "\n").first { $0.contains(label) }?
                    .drop { $0 != ":" }.dropFirst().split(separator: " ").first.flatMap { Int($0) }
            }
            let sent = try #require(number("Queries sent:"), "\(result.output)")
            let lost = try #require(number("Queries lost:"))
            #expect(sent > 10_000)
            #expect(lost * 1000 <= sent, "\(lost) of \(sent)")
            let codes = result.output.split(separator: "\n").first {
                $0.contains("Response codes:")
            }
            #expect(codes?.contains("NOERROR \(sent - lost) (100.00%)") == true, "\(codes ?? "")")
        }
    }
}
