import Foundation
import Testing

extension EndToEnd {
    /// A changed configuration is served after SIGHUP or a word to the API; a broken one is not.
    @Suite struct ReloadTests {
        private static let zone = "zones/example.com.zone"
        private static let steering = "zones/example.com.yaml"

        @Test func aChangedZoneIsServedAfterHangUp() async throws {
            try await withSite { site in
                #expect(try await site.dig("fresh A").status == "NXDOMAIN")
                let asker = try SteadyAsker("static.example.com", port: site.port)
                try site.edit(Self.zone) {
                    $0.replacing("2026112201", with: "2026112202") + "fresh A 192.0.2.77\n"
                }
                try #require(site.server).kill(SIGHUP)
                try await eventually("the new record is served") {
                    try await site.dig("fresh A").data == ["192.0.2.77"]
                }
                #expect(try await site.dig("@ SOA").data.first?.contains("2026112202") == true)
                try await eventually("the status shows the new serial") {
                    let status = try await site.status()
                    return status.zones.map(\.serial) == [2_026_112_202]
                        && status.lastReload?.ok == true && status.imageGeneration == 2
                }
                let tally = try await asker.stop()
                #expect(tally.lost == 0)
                #expect(tally.wrong == 0)
            }
        }

        @Test func aBrokenZoneChangesNothingAndIsExplained() async throws {
            try await withSite { site in
                var line = 0
                try site.edit(Self.zone) {
                    line = $0.split(separator: "\n", omittingEmptySubsequences: false).count
                    return $0.replacing("192.0.2.80", with: "192.0.2.81") + "broken A 1.2.3\n"
                }
                let server = try #require(site.server)
                server.kill(SIGHUP)
                try await eventually("the log says where the fault is") {
                    server.log.contains("zones/example.com.zone:\(line):10: '1.2.3' is not")
                }
                #expect(server.log.contains("the old configuration goes on serving"))
                #expect(try await site.dig("static A").data == ["192.0.2.80"])
                #expect(try await site.status().lastReload?.ok == false)

                let refused = try await site.http("POST", "/v1/reload")
                #expect(refused.code == 409)
                #expect(refused.body.contains("example.com.zone:\(line):10"), "\(refused.body)")
                #expect(try await site.dig("static A").data == ["192.0.2.80"])

                try site.edit(Self.zone) { $0.replacing("broken A 1.2.3\n", with: "") }
                let accepted = try await site.http("POST", "/v1/reload")
                #expect(accepted.code == 200, "\(accepted.body)")
                #expect(try await site.dig("static A").data == ["192.0.2.81"])
            }
        }

        @Test func steeredNamesComeAndGo() async throws {
            try await withSite(canaries: [.ap]) { site in
                #expect(try await site.dig("extra A").status == "NXDOMAIN")
                let line = "  extra: { ttl: 5, policy: edge-ap }\n"
                try site.edit(Self.steering) { $0.replacing("names:\n", with: "names:\n\(line)") }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
                #expect(
                    try await site.dig("extra A").answer
                        == [site.filled("extra.example.com. 5 A {ap}")])
                try site.edit(Self.steering) { $0.replacing(line, with: "") }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
                #expect(try await site.dig("extra A").status == "NXDOMAIN")
            }
        }

        @Test func endpointsComeAndGoWithoutTouchingTheVerdictsOfOthers() async throws {
            try await withSite(canaries: Region.allCases) { site in
                site.killCanary(.us)
                try await site.verdict(of: .us, becomes: "unhealthy")
                let before = try await site.status().address("edge-us")
                let asker = try SteadyAsker("pay.example.com", port: site.port)
                let line =
                    "  edge-new: { cluster: us-east, addresses: \(site.network).14, monitor: canary }\n"
                try site.edit(Self.steering) {
                    $0.replacing("endpoints:\n", with: "endpoints:\n\(line)")
                        .replacing(
                            "[edge-us, edge-eu, edge-ap] } }\n  # Every healthy",
                            with:
                                "[edge-new, edge-us, edge-eu, edge-ap] } }\n  # Every healthy")
                }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
                try await eventually("the new endpoint is found dead") {
                    try await site.status().verdict("edge-new") == "unhealthy"
                }
                #expect(try await site.status().address("edge-us")?.since == before?.since)
                try site.edit(Self.steering) {
                    $0.replacing(line, with: "").replacing("edge-new, ", with: "")
                }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
                #expect(try await site.status().verdict("edge-new") == "not defined")
                #expect(try await site.status().address("edge-us") == before)

                let tally = try await asker.stop()
                #expect(tally.lost == 0)
                #expect(tally.wrong == 0)
                #expect(tally.count(of: site.address(.us)) == 0)
                try await site.startCanary(.us)
                try await site.name("pay", becomes: [.us])
            }
        }
    }
}
