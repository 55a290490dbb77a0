import Foundation
import Testing

extension EndToEnd {
    /// Limits and access lists, switched on while the server runs.
    @Suite struct AbuseTests {
        /// Sends queries and counts full, cut down and absent answers.
        private func flood(_ site: Site, _ name: String, times: Int) throws -> (
            full: Int, slipped: Int, silent: Int
        ) {
            let socket = try #require(TestSocket(SOCK_DGRAM))
            try #require(socket.connect(to: SocketName(port: site.port)))
            socket.limitReceiving(milliseconds: 150)
            var query = Message.query(name, type: Message.addressType)
            var buffer = [UInt8](repeating: 0, count: 4096)
            var (full, slipped, silent) = (0, 0, 0)
            for number in 0..<times {
                query[1] = UInt8(truncatingIfNeeded: number)
                socket.send(query)
                guard socket.receive(into: &buffer) != nil else {
                    silent += 1
                    continue
                }
                if buffer[2] & 2 != 0 { slipped += 1 } else { full += 1 }
            }
            return (full, slipped, silent)
        }

        private func figure(_ site: Site, _ name: String) async throws -> Double {
            let text = try await site.http("GET", "/metrics").body
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return try #require(line?.split(separator: " ").last.flatMap { Double($0) })
        }

        @Test func oneLineLimitsAFlood() async throws {
            try await withSite { site in
                #expect(try flood(site, "static.example.com", times: 60) == (60, 0, 0))
                try site.edit("sterna.yaml") {
                    $0 + "\nrate-limit: { responses: 1, slip: 1 }\n"
                }
                let reloaded = try await site.http("POST", "/v1/reload")
                #expect(reloaded.code == 200, "\(reloaded.body)")
                let limited = try flood(site, "static.example.com", times: 60)
                #expect(limited.silent == 0)
                // One for each second that this took.
                #expect((1...30).contains(limited.full))
                #expect(
                    try await figure(site, "sterna_rate_slipped_total") == Double(limited.slipped))
                // A real client is told to come by TCP, and does.
                #expect(try await site.dig("static A", .tcp4).data == ["192.0.2.80"])
                for _ in 0..<5 {
                    #expect(try await site.dig("static A").data == ["192.0.2.80"])
                }
            }
        }

        @Test func refusedClientsAreRefused() async throws {
            try await withSite { site in
                try site.edit("sterna.yaml") { $0 + "\naccess: { refuse: [127.0.0.0/8] }\n" }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
                #expect(try await site.dig("static A").status == "REFUSED")
                #expect(try await site.dig("static A", .tcp4).status == "REFUSED")
                #expect(try await site.dig("static A", .udp6).data == ["192.0.2.80"])
                #expect(try await figure(site, "sterna_access_refused_total") == 2)
            }
        }
    }
}
