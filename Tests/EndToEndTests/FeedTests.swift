import Foundation
import Testing

extension EndToEnd {
    /// Verdicts from outside: a watched file, and pushes over HTTP.
    @Suite struct FeedTests {
        private static let file = "zones/feeds/drills.json"
        private static let push = "/v1/health/example.com/edge-us"

        @Test func aWatchedFileTakesAnEndpointOutAndBringsItBack() async throws {
            try await withSite(canaries: Region.allCases) { site in
                try site.write(
                    #"{"endpoints": {"example.com/edge-us": {"verdict": "unhealthy", "reason": "drill 12"}}}"#,
                    to: Self.file)
                try await site.name("pay", becomes: [.eu])
                let address = try await site.status().address("edge-us")
                #expect(address?.source == "drills")
                #expect(address?.reason == "drill 12")
                let isOut = { try await site.dig("pay A").data == [site.address(.eu)] }

                try site.write("rubbish", to: Self.file)
                try await eventually("the feed has a problem") {
                    try await site.status().problem(ofFeed: "drills") != nil
                }
                #expect(try await isOut())

                try FileManager.default.removeItem(atPath: "\(site.folder)/\(Self.file)")
                try await eventually("the feed's file is missed") {
                    try await site.status().problem(ofFeed: "drills")?
                        .contains("No such file") == true
                }
                #expect(try await stays(for: Site.interval * 3, isOut))

                try site.write(#"{"endpoints": {}}"#, to: Self.file)
                try await site.name("pay", becomes: [.us])
                #expect(try await site.status().problem(ofFeed: "drills") == nil)
            }
        }

        @Test func aPushedVerdictCountsOnceItIsAccepted() async throws {
            try await withSite(canaries: Region.allCases) { site in
                let push = { try await site.http("PUT", Self.push, body: $0) }
                let pay = { try await site.dig("pay A").data.first ?? "" }
                let accepted = try await push(#"{"verdict": "unhealthy", "sequence": 7}"#)
                #expect(accepted.code == 200, "\(accepted.body)")
                // Accepted is in force: the next query sees it.
                #expect(try await pay() == site.address(.eu))

                for body in [
                    #"{"verdict": "healthy", "sequence": 6}"#,
                    #"{"verdict": "healthy", "sequence": 7}"#,
                ] {
                    #expect(try await push(body).code == 409)
                }
                #expect(try await pay() == site.address(.eu))

                let again = try await push(#"{"verdict": "healthy", "sequence": 8}"#)
                #expect(again.code == 200)
                #expect(try await pay() == site.address(.us))
            }
        }

        @Test func aPushedVerdictOutlivesTheProcessThatTookIt() async throws {
            try await withSite(canaries: Region.allCases) { site in
                let push = { try await site.http("PUT", Self.push, body: $0).code }
                #expect(try await push(#"{"verdict": "unhealthy", "sequence": 7}"#) == 200)
                let asker = try SteadyAsker("pay.example.com", port: site.port)
                let server = try #require(site.server)
                server.kill(SIGKILL)
                _ = try await server.waitForExit()
                try await site.serve()
                // The monitor has to convince itself again; then only the feed says no.
                try await eventually("only the feed holds it down") {
                    try await site.status().address("edge-us")?.source == "robots"
                }
                #expect(try await push(#"{"verdict": "healthy", "sequence": 6}"#) == 409)
                let tally = try await asker.stop()
                #expect(tally.count(of: site.address(.eu)) == tally.answered)
                #expect(tally.lost == 0)

                #expect(try await push(#"{"verdict": "healthy", "sequence": 8}"#) == 200)
                try await site.name("pay", becomes: [.us])
            }
        }

        @Test func aPushedVerdictEndsWithItsTime() async throws {
            try await withSite(canaries: Region.allCases) { site in
                let accepted = try await site.http(
                    "PUT", Self.push, body: #"{"verdict": "unhealthy", "ttl": "2s"}"#)
                #expect(accepted.code == 200, "\(accepted.body)")
                #expect(try await site.dig("pay A").data == [site.address(.eu)])
                try await site.name("pay", becomes: [.us])
            }
        }

        @Test(arguments: [
            (
                "PUT", "/v1/health/example.com/edge-uss", #"{"verdict": "unhealthy"}"#, 404,
                "edge-us'?"
            ),
            ("PUT", push, #"{"verdict": "dead"}"#, 400, "verdict"),
            ("PUT", push, "rubbish", 400, "not JSON"),
            ("GET", push, nil, 405, "PUT"),
            ("GET", "/v1/nothing", nil, 404, "unknown_path"),
        ])
        func aRefusedPushSaysWhy(
            method: String, path: String, body: String?, code: Int, word: String
        ) async throws {
            try await withSite { site in
                let reply = try await site.http(method, path, body: body)
                #expect(reply.code == code)
                #expect(reply.body.contains(word), "\(reply.body)")
            }
        }
    }
}
