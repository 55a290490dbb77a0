import Foundation
import Testing

extension EndToEnd {
    /// Everything at once: a load, changes of files and verdicts, and `kill -9` of either process.
    @Suite struct ChaosTests {
        /// How long it goes on, in seconds: STERNA_CHAOS_SECONDS.
        private static let seconds = number("STERNA_CHAOS_SECONDS") ?? 20
        /// What decides kills and changes: STERNA_CHAOS_SEED.
        private static let seed = UInt64(number("STERNA_CHAOS_SEED") ?? 4)
        /// Datagrams that an answering process takes at once: all that can die with it.
        private static let batch = 64

        private static func number(_ variable: String) -> Int? {
            ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
        }

        @Test func everyAnswerIsRightWhileEitherProcessIsKilled() async throws {
            try await withSite(serving: nil) { site in
                let changes = try ChaosChanges(site)
                try await site.serve()
                let loads = try (1...2).map {
                    try ChaosLoad(port: site.port, seed: Self.seed &+ UInt64($0)) { changes.moment }
                }
                let end = ContinuousClock.now + .seconds(Self.seconds)
                async let killed = kill(site, until: end)
                async let changed: Void = change(changes, until: end)
                let kills = try await killed
                try await changed
                var tallies: [ChaosLoad.Tally] = []
                for load in loads { tallies.append(try await load.stop()) }
                let servers = kills.servers + [site.server].compactMap { $0 }

                report(tallies, changes.counts, kills)
                for tally in tallies {
                    #expect(tally.faultCount == 0, "seed \(Self.seed): \(tally.faults)")
                    #expect(tally.answered > 0 && tally.judgedSteered > 0)
                }
                // A batch dies with its process, and nothing else is ever lost.
                let losses = kills.losses(tallies.flatMap(\.lost))
                #expect(losses.byKill.allSatisfy { $0 <= Self.batch }, "seed \(Self.seed)")
                #expect(losses.unexplained == 0, "seed \(Self.seed)")
                #expect(kills.control > 0 && kills.answering.count > 0)
                let counts = changes.counts
                #expect(counts.reloads > 0 && counts.pushes > 0 && counts.feeds > 0)
                for server in servers {
                    #expect(!server.log.contains("denied system call"), "\(server.log)")
                    #expect(!server.log.contains("Fatal error"), "\(server.log)")
                }
            }
        }

        private func report(
            _ tallies: [ChaosLoad.Tally], _ counts: ChaosChanges.Counts, _ kills: Kills
        ) {
            func sum(_ path: KeyPath<ChaosLoad.Tally, Int>) -> Int {
                tallies.reduce(0) { $0 + $1[keyPath: path] }
            }
            print(
                """
                chaos: \(Self.seconds) s, seed \(Self.seed): \(sum(\.sent)) queries, \
                \(sum(\.lost.count)) lost, \(sum(\.faultCount)) wrong, \(sum(\.late)) late, slowest \
                \(tallies.map(\.slowest).max() ?? .zero); \(sum(\.judgedSteered)) steered ones judged
                chaos: most lost with one process \
                \(kills.losses(tallies.flatMap(\.lost)).byKill.max() ?? 0), with none \
                \(kills.losses(tallies.flatMap(\.lost)).unexplained)
                chaos: killed the control process \(kills.control) times and the answering process \
                \(kills.answering.count) times; acknowledged: \(counts.reloads) reloads, \
                \(counts.pushes) pushes, \(counts.feeds) feed files; unacknowledged: \
                \(counts.unacknowledged)
                """)
        }

        private func change(
            _ changes: ChaosChanges, until end: ContinuousClock.Instant
        ) async throws {
            var generator = SplitMix(seed: Self.seed)
            while ContinuousClock.now < end {
                try await changes.next(&generator)
                try await Task.sleep(
                    for: .milliseconds(Int.random(in: 0...60, using: &generator)))
            }
        }

        // MARK: Kills

        private struct Kills {
            var control = 0
            var answering: [ContinuousClock.Instant] = []
            /// Control processes that are gone, for their logs.
            var servers: [ChildProcess] = []

            /// How many of the lost queries were sent within a second of each kill of an answering
            /// process, and how many of none: kills are further apart.
            func losses(
                _ lost: [ContinuousClock.Instant]
            ) -> (byKill: [Int], unexplained: Int) {
                let byKill = answering.map { kill in
                    lost.count { abs((kill - $0) / .seconds(1)) < 1 }
                }
                return (byKill, lost.count - byKill.reduce(0, +))
            }
        }

        /// Kills either process every few seconds, and sees to it that there are two again.
        ///
        /// One at a time: with both dead the sockets are gone, and so is what waited in them.
        private func kill(
            _ site: Site, until end: ContinuousClock.Instant
        ) async throws -> Kills {
            var generator = SplitMix(seed: ~Self.seed)
            var kills = Kills()
            // Both in each round, in an order of their own.
            var round: [Bool] = []
            while true {
                let pause = Int.random(in: 1500...4000, using: &generator)
                try await Task.sleep(for: .milliseconds(pause))
                guard ContinuousClock.now < end else { return kills }
                if round.isEmpty { round = [true, false].shuffled(using: &generator) }
                if round.removeLast() {
                    try await killControl(site, &kills, &generator)
                } else {
                    try await killAnswering(site, &kills)
                }
            }
        }

        private func killControl(
            _ site: Site, _ kills: inout Kills, _ generator: inout SplitMix
        ) async throws {
            let server = try #require(site.server)
            server.kill(SIGKILL)
            #expect(try await server.waitForExit() == -SIGKILL)
            kills.control += 1
            kills.servers.append(server)
            // For a while nobody is in control, and verdicts stay as they are.
            let pause = Int.random(in: 0...1500, using: &generator)
            try await Task.sleep(for: .milliseconds(pause))
            try await site.serve()
        }

        private func killAnswering(_ site: Site, _ kills: inout Kills) async throws {
            let process = try #require(site.answeringProcesses.first)
            kills.answering.append(.now)
            Foundation.kill(process, SIGKILL)
            try await eventually("another process answers") {
                let answering = try? await site.status().answering
                return answering?.running == true && answering?.pid != process
            }
            // Connections died with it; new ones are served.
            #expect(try await site.dig("static A", .tcp4).data == ["192.0.2.80"])
        }
    }
}
