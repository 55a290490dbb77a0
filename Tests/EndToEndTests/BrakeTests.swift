import Foundation
import Testing

extension EndToEnd {
    /// A prober that goes blind must not empty what it serves.
    @Suite struct BrakeTests {
        private static let count = 12

        private func address(_ site: Site, _ number: Int) -> String {
            "\(site.network).\(101 + number)"
        }

        /// Twelve endpoints at addresses of one canary, in a zone of their own.
        private func withTwelve(_ body: (Site, ChildProcess) async throws -> Void) async throws {
            try await withSite(serving: nil) { site in
                let numbers = 0..<Self.count
                try site.write(
                    "@ 60 SOA ns hostmaster 1 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n",
                    to: "zones/many.example.zone")
                try site.write(
                    "endpoints:\n"
                        + numbers.map {
                            "  e\($0): { addresses: \(address(site, $0)), monitor: canary }\n"
                        }.joined()
                        + "names:\n  all: { policy: { all: ["
                        + numbers.map { "e\($0)" }.joined(separator: ", ")
                        + "], answers: 12 }, whenDown: nodata }\n", to: "zones/many.example.yaml")
                // The example's own endpoints have no canaries here, and are no part of this.
                try FileManager.default.removeItem(atPath: "\(site.folder)/zones/example.com.yaml")
                let canary = try startCanary(site)
                try await site.serve()
                try await eventually("all are healthy") {
                    try await verdicts(site) == Array(repeating: "healthy", count: Self.count)
                }
                try await body(site, canary)
            }
        }

        private func startCanary(_ site: Site) throws -> ChildProcess {
            try site.start(
                ["canary", "--name", "many"]
                    + (0..<Self.count).flatMap {
                        ["--listen", "\(address(site, $0)):\(site.canaryPort)"]
                    })
        }

        private func verdicts(_ site: Site) async throws -> [String] {
            try await site.status().endpoints.filter { $0.endpoint.hasPrefix("many.example/") }
                .flatMap { $0.addresses.map(\.verdict) }
        }

        private func answers(_ site: Site) async throws -> Int {
            try await site.dig("all.many.example. A").data.count
        }

        @Test func whatABlindProberSeesIsHeldUntilItSeesAgain() async throws {
            try await withTwelve { site, canary in
                canary.kill(SIGKILL)
                try await eventually("the brake holds all of it") {
                    try await site.status().brake?.held == Self.count
                }
                #expect(try await answers(site) == Self.count)
                let status = try await site.status()
                #expect(status.brake?.probed == Self.count)
                #expect(
                    status.endpoints.filter { $0.endpoint.hasPrefix("many.") }
                        .allSatisfy { $0.addresses.allSatisfy { $0.held == true } })
                let shown = try await site.sterna(["brake"] + site.control)
                #expect(shown.output.contains("HOLDS 12 addresses"), "\(shown.output)")
                #expect(shown.output.contains("held by the brake; its monitor says: "))
                #expect(
                    try await site.http("GET", "/metrics").body.contains("sterna_brake_engaged 1"))
                #expect(try #require(site.server).log.contains("this server may be blind"))

                // A control process that starts again as blind takes the last known words for former ones.
                let asker = try SteadyAsker("ns.many.example", port: site.port)
                let server = try #require(site.server)
                server.kill(SIGKILL)
                _ = try await server.waitForExit()
                try await site.serve()
                try await eventually("the brake holds all of it again") {
                    try await site.status().brake?.held == Self.count
                }
                #expect(try await answers(site) == Self.count)
                #expect(try await asker.stop().lost == 0)

                let back = try startCanary(site)
                try await eventually("nothing is held") {
                    try await site.status().brake?.since == nil
                }
                #expect(try await answers(site) == Self.count)
                back.kill(SIGKILL)
            }
        }

        @Test func anOperatorConfirmsAWitnessSpeaksAndRelease() async throws {
            try await withTwelve { site, canary in
                canary.kill(SIGKILL)
                try await eventually("the brake holds all of it") {
                    try await site.status().brake?.held == Self.count
                }
                let push = try await site.http(
                    "PUT", "/v1/health/many.example/e3", body: #"{"verdict": "unhealthy"}"#)
                #expect(push.code == 200, "\(push.body)")
                #expect(try await answers(site) == Self.count - 1)

                let released = try await site.sterna(["brake", "release"] + site.control)
                #expect(released.output.hasPrefix("released: 11 "), "\(released.output)")
                #expect(try await site.status().brake?.since == nil)
                #expect(try await answers(site) == Self.count - 1)
                // They need three failures more, and then trip it again.
                try await eventually("the brake holds it again") {
                    try await site.status().brake?.held == Self.count - 1
                }
                let confirmed = try await site.sterna(["brake", "confirm"] + site.control)
                #expect(confirmed.output.hasPrefix("confirmed: "), "\(confirmed.output)")
                #expect(try await answers(site) == 0)
                let nothing = try await site.sterna(["brake", "confirm"] + site.control)
                #expect(nothing.output.contains("the brake holds nothing"))
                #expect(try await site.sterna(["brake"] + site.control).output.contains("ready"))
            }
        }
    }
}
