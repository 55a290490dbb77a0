import Foundation
import Testing

extension EndToEnd {
    /// Shares of traffic: what feeds say of loads, and slow starts.
    @Suite struct LoadSheddingTests {
        private static let push = "/v1/load/us-east"

        /// The example, where the cluster in the US has a capacity.
        private func withCapacity(
            _ capacity: String = "100", _ body: (Site) async throws -> Void
        ) async throws {
            try await withSite(serving: nil) { site in
                try site.edit("sterna.yaml") {
                    $0.replacingOccurrences(
                        of: "{ region: us-east-1,",
                        with: "{ capacity: \(capacity), region: us-east-1,")
                }
                try await serve(site)
                try await body(site)
            }
        }

        /// Starts the canaries and the server, and waits until all is healthy.
        private func serve(_ site: Site) async throws {
            for region in Region.allCases { try await site.startCanary(region) }
            try await site.serve()
            for region in Region.allCases {
                try await site.verdict(of: region, becomes: "healthy")
            }
        }

        @Test func aClusterShedsWhatAPushSaysIsTooMuch() async throws {
            try await withCapacity { site in
                let push = { try await site.http("PUT", Self.push, body: $0) }
                let accepted = try await push(#"{"load": 190, "sequence": 9}"#)
                #expect(accepted.code == 200, "\(accepted.body)")
                let status = try await site.status()
                // Half of the way to 95 / 190, and nothing elsewhere.
                #expect(status.share(ofCluster: "us-east") == 0.75)
                #expect(status.address("edge-us")?.share == 0.75)
                #expect(status.address("edge-eu")?.share == nil)
                let metrics = try await site.http("GET", "/metrics").body
                #expect(metrics.contains(#"sterna_cluster_share{cluster="us-east"} 0.75"#))
                #expect(metrics.contains(#"sterna_cluster_load{cluster="us-east"} 190"#))
                #expect(try await site.sterna(["status"] + site.control).output.contains(" 75%"))

                #expect(try await push(#"{"load": 10, "sequence": 9}"#).code == 409)
                let unknown = try await site.http("PUT", "/v1/load/us-eas", body: #"{"load": 1}"#)
                #expect(unknown.code == 404)
                #expect(unknown.body.contains("did you mean 'us-east'?"), "\(unknown.body)")

                // Words and reports outlive the process.
                let server = try #require(site.server)
                server.kill(SIGKILL)
                _ = try await server.waitForExit()
                try await site.serve()
                let again = try await site.status()
                // What the load said has been done already.
                #expect(again.share(ofCluster: "us-east") == 0.75)
                #expect(again.clusters.first { $0.cluster == "us-east" }?.load == 190)
                #expect(try await push(#"{"load": 10, "sequence": 9}"#).code == 409)
            }
        }

        /// Three of four answers name the US; with a share of 2/256 at most, one of forty does.
        @Test func whatAClusterShedsGoesElsewhere() async throws {
            try await withCapacity("{ low: 80, high: 90 }") { site in
                for sequence in 1...10 {
                    let body = #"{"load": 500, "sequence": \#(sequence)}"#
                    #expect(try await site.http("PUT", Self.push, body: body).code == 200)
                }
                #expect(try await site.status().share(ofCluster: "us-east") ?? 1 < 2.0 / 256)
                var answers: [String: Int] = [:]
                for _ in 0..<60 {
                    answers[try await site.dig("shop A").data.first ?? "", default: 0] += 1
                }
                #expect(answers[site.address(.eu), default: 0] >= 45, "\(answers)")
                #expect(answers.values.reduce(0, +) == 60)
                // A share takes nobody out: where there is nothing else, it is used.
                #expect(try await site.dig("pay A").data == [site.address(.us)])
            }
        }

        @Test func aWatchedFileReportsLoadsToo() async throws {
            try await withCapacity { site in
                try site.write(
                    #"{"clusters": {"us-east": {"load": 190, "sequence": 1}}}"#,
                    to: "zones/feeds/drills.json")
                try await eventually("the cluster sheds") {
                    try await site.status().share(ofCluster: "us-east") == 0.75
                }
            }
        }

        @Test func anEndpointThatReturnsStartsSlowly() async throws {
            try await withSite(serving: nil) { site in
                try site.edit("sterna.yaml") {
                    $0.replacingOccurrences(
                        of: "    rise: 2", with: "    rise: 2\n    slowStart: 5s")
                }
                try await serve(site)
                // The first result is no return.
                #expect(try await site.status().address("edge-us")?.share == nil)
                try await site.tellCanary(.us, "fail")
                try await site.verdict(of: .us, becomes: "unhealthy")
                try await site.tellCanary(.us, "recover")
                var shares: [Double] = []
                try await eventually("edge-us takes its whole share again") {
                    let address = try await site.status().address("edge-us")
                    guard address?.verdict == "healthy" else { return false }
                    shares.append(address?.share ?? 1)
                    return shares.last == 1
                }
                #expect((shares.first ?? 1) < 1)
                #expect(shares == shares.sorted())
                #expect(Set(shares).count <= 7)
            }
        }

        @Test func aSilentFeedIsShownAndCountsAsItsRuleSays() async throws {
            try await withSite(serving: nil) { site in
                let file = "zones/feeds/drills.json"
                let out = #"{"endpoints": {"example.com/edge-us": {"verdict": "unhealthy"}}}"#
                try site.edit("sterna.yaml") {
                    $0.replacingOccurrences(
                        of: "drills.json }", with: "drills.json, silentAfter: 5s, silent: expire }")
                }
                try await serve(site)
                try await site.name("pay", becomes: [.us])
                try site.write(out, to: file)
                try await site.name("pay", becomes: [.eu])
                try await site.name("pay", becomes: [.us])
                let feed = try await site.status().feeds.first { $0.name == "drills" }
                #expect(feed?.silent == "expire")
                #expect(feed?.problem?.contains("what it said has lapsed") == true)
                let metrics = try await site.http("GET", "/metrics").body
                #expect(metrics.contains(#"sterna_feed_silent{feed="drills"} 1"#))
                // Writing the same again is a word.
                try site.write(out, to: file)
                try await site.name("pay", becomes: [.eu])
            }
        }
    }
}

extension Site {
    /// Tells a command where this site's control API is.
    var control: [String] { ["--control", "127.0.0.1:\(controlPort)"] }
}
