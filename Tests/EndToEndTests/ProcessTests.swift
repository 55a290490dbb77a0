import Foundation
import Testing

extension EndToEnd {
    /// The two processes: either may be killed, and both end when they are asked to.
    @Suite struct ProcessTests {
        @Test func killingTheControlProcessCostsNoAnswer() async throws {
            try await withSite(canaries: Region.allCases) { site in
                let answering = try await site.status().answering.pid
                let asker = try SteadyAsker("pay.example.com", port: site.port)
                try await asker.answers(more: 1000)
                let first = try #require(site.server)
                first.kill(SIGKILL)
                #expect(try await first.waitForExit() == -SIGKILL)
                try await asker.answers(more: 1000)

                // Nobody probes any more: what was known last goes on.
                site.killCanary(.us)
                let isFrozen = try await stays(for: Site.interval * 3 + Site.timeout * 2) {
                    try await site.dig("pay A").data == [site.address(.us)]
                }
                #expect(isFrozen)

                try await site.serve()
                let second = try #require(site.server)
                let process = try #require(answering)
                #expect(
                    second.log.contains("took over answering process \(process)"), "\(second.log)")
                let status = try await site.status()
                #expect(status.answering.pid == process)
                #expect(status.answering.restarts == 0)
                #expect(site.answeringProcesses == [process])

                try await site.name("pay", becomes: [.eu])
                try await site.startCanary(.us)
                try await site.name("pay", becomes: [.us])
                let tally = try await asker.stop()
                #expect(tally.lost == 0)
                #expect(tally.wrong == 0)
            }
        }

        @Test func whatWasDownBeforeARestartIsNotAnsweredAfterIt() async throws {
            try await withSite(canaries: Region.allCases) { site in
                site.killCanary(.us)
                try await site.verdict(of: .us, becomes: "unhealthy")
                let asker = try SteadyAsker("pay.example.com", port: site.port)
                for _ in 0..<3 {
                    let server = try #require(site.server)
                    server.kill(SIGKILL)
                    _ = try await server.waitForExit()
                    try await site.serve()
                    try await asker.answers(more: 200)
                }
                let tally = try await asker.stop()
                #expect(tally.count(of: site.address(.us)) == 0)
                #expect(tally.count(of: site.address(.eu)) == tally.answered)
                #expect(tally.lost == 0)
            }
        }

        @Test func aKilledAnsweringProcessIsFollowedByAnotherOnTheSameSockets() async throws {
            try await withSite(canaries: Region.allCases) { site in
                let first = try #require(try await site.status().answering.pid)
                let batch = 64
                let asker = try SteadyAsker(
                    "pay.example.com", port: site.port, window: batch)
                try await asker.answers(more: 1000)
                kill(first, SIGKILL)
                try await eventually("another process answers") {
                    let answering = try await site.status().answering
                    return answering.running && answering.pid != first && answering.restarts == 1
                }
                try await asker.answers(more: 1000)
                let tally = try await asker.stop()
                #expect(tally.wrong == 0)
                // At most what the dead one had taken from its socket, once.
                #expect(tally.lost <= batch, "\(tally.lost) lost")
                #expect(site.answeringProcesses.count == 1)
                for path in Path.allCases {
                    #expect(try await site.dig("static A", path).data == ["192.0.2.80"])
                }
                // The new one sees what the monitors find.
                site.killCanary(.us)
                try await site.name("pay", becomes: [.eu])
            }
        }

        @Test(arguments: [SIGTERM, SIGINT])
        func aServerThatIsToldToStopLeavesNothingBehind(signal: CInt) async throws {
            try await withSite(canaries: Region.allCases) { site in
                #expect(site.answeringProcesses.count == 1)
                let server = try #require(site.server)
                server.kill(signal)
                #expect(try await server.waitForExit() == 0)
                #expect(site.answeringProcesses.isEmpty)
                #expect(server.log.contains("stopped"))
                #expect(FreePorts.isFree(site.port))
                #expect(FreePorts.isFree(site.controlPort))
                // The same again, on the same ports and state.
                try await site.serve()
                #expect(try await site.dig("static A").data == ["192.0.2.80"])
            }
        }
    }
}
