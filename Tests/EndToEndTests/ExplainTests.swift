import Foundation
import Testing

extension EndToEnd {
    /// `explain` and `simulate` as people call them.
    @Suite struct ExplainTests {
        /// As much of the JSON as is looked at.
        private struct Explained: Decodable {
            struct Response: Decodable {
                struct Share: Decodable {
                    var address: String
                    var first: Double
                }
                var rcode: String
                var ttl: UInt32?
                var addresses: [Share]
            }
            struct State: Decodable {
                var isLive: Bool
                var notes: [String]
            }
            var state: State
            var response: Response
        }

        private func explain(_ site: Site, _ words: [String]) async throws -> Explained {
            let result = try await site.sterna(
                ["explain"] + words
                    + ["--control", "127.0.0.1:\(site.controlPort)", "--output", "json"])
            #expect(result.exitCode == 0, "\(result.log)")
            return try JSONDecoder().decode(Explained.self, from: Data(result.output.utf8))
        }

        @Test func explanationsFollowTheVerdicts() async throws {
            try await withSite(canaries: [.eu, .ap]) { site in
                try await site.name("pay", becomes: [.eu])
                let pay = try await explain(site, ["pay.example.com"])
                #expect(pay.state.isLive)
                #expect(pay.response.addresses.map(\.address) == [site.address(.eu)])
                #expect(pay.response.ttl == 15)
                // An assumption changes the explanation, and nothing else.
                let assumed = try await explain(
                    site, ["pay.example.com", "--with", "cluster:eu-west=down"])
                #expect(assumed.response.addresses.map(\.address) == [site.address(.ap)])
                try await site.name("pay", becomes: [.eu])
                let text = try await site.sterna([
                    "explain", "shop.example.com", "--control", "127.0.0.1:\(site.controlPort)",
                ])
                #expect(text.output.contains("unhealthy since"), "\(text.output)")
                #expect(text.output.contains("weight 1 of 1"), "\(text.output)")
                let later = try await explain(site, ["www.example.com", "--at", "+10m"])
                #expect(later.state.notes.contains { $0.contains("could change from") })
                let earlier = try await explain(site, ["www.example.com", "--at", "-30d"])
                #expect(earlier.state.notes.contains { $0.contains("not known") })
                let wrong = try await site.sterna([
                    "explain", "shop.example.com", "--with", "edge-xx=down", "--control",
                    "127.0.0.1:\(site.controlPort)",
                ])
                #expect(wrong.exitCode == 1)
                #expect(wrong.log.contains("there is no endpoint 'edge-xx'"), "\(wrong.log)")
            }
        }

        @Test func filesAreExplainedWithoutAServer() async throws {
            try await withSite(serving: nil) { site in
                let result = try await site.sterna([
                    "explain", "api.example.com", "--config", "sterna.yaml", "--output", "json",
                ])
                #expect(result.exitCode == 0, "\(result.log)")
                let api = try JSONDecoder().decode(Explained.self, from: Data(result.output.utf8))
                #expect(!api.state.isLive)
                #expect(api.response.addresses.count == 3)
                #expect(api.response.addresses.allSatisfy { abs($0.first - 1 / 3) < 1e-9 })
            }
        }

        @Test func aLossIsSimulatedAndDrawn() async throws {
            try await withSite(serving: nil) { site in
                let result = try await site.sterna([
                    "simulate", "--config", "sterna.yaml", "--without", "cluster:ap-south",
                    "--picture", "loss.svg",
                ])
                #expect(result.exitCode == 0, "\(result.log)")
                #expect(result.output.contains("asia.example.com."), "\(result.output)")
                let picture = try String(
                    contentsOfFile: "\(site.folder)/loss.svg", encoding: .utf8)
                #expect(picture.hasPrefix("<svg "))
                let nothing = try await site.sterna(["simulate", "--config", "sterna.yaml"])
                #expect(nothing.exitCode == 64)
            }
        }

        @Test func aChangeIsPlannedBeforeItIsMade() async throws {
            try await withSite(serving: nil) { site in
                let old = "\(site.folder)/old"
                try FileManager.default.createDirectory(
                    atPath: old, withIntermediateDirectories: true)
                for name in ["sterna.yaml", "zones"] {
                    try FileManager.default.copyItem(
                        atPath: "\(site.folder)/\(name)", toPath: "\(old)/\(name)")
                }
                let plan = ["plan", "--against", "old/sterna.yaml", "--exit-code"]
                let same = try await site.sterna(plan)
                #expect(same.exitCode == 0, "\(same.log)")
                #expect(same.output.hasSuffix("No answer changes.\n"), "\(same.output)")
                try site.edit("zones/example.com.yaml") {
                    $0.replacing("edge-us: 3, edge-eu: 1", with: "edge-us: 1, edge-eu: 1")
                }
                let other = try await site.sterna(plan)
                #expect(other.exitCode == 2, "\(other.log)")
                #expect(
                    other.output.contains("example.com/edge-us 75.0 % → 50.0 %"), "\(other.output)")
                let against = try await site.sterna(["plan"])
                #expect(against.exitCode == 64)
            }
        }

        @Test func warningsFailACheckOnlyWhereThatIsAsked() async throws {
            try await withSite(serving: nil) { site in
                try site.edit("zones/example.com.yaml") {
                    $0.replacing(
                        ", accept: single-endpoint, policy: edge-eu", with: ", policy: edge-eu")
                }
                let check = try await site.sterna(["check"])
                #expect(check.exitCode == 0)
                #expect(check.output.contains("[single-endpoint]"), "\(check.output)")
                #expect(try await site.sterna(["check", "--strict"]).exitCode == 1)
                let allowed = try await site.sterna([
                    "check", "--strict", "--allow", "single-endpoint",
                ])
                #expect(allowed.exitCode == 0, "\(allowed.output)")
            }
        }
    }
}
