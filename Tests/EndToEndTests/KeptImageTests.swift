import Foundation
import Testing

extension EndToEnd {
    /// What an earlier run left is answered from before any zone is read.
    @Suite struct KeptImageTests {
        private static let zone = "zones/example.com.zone"

        /// Ends the server as a shutdown of the host does: both processes.
        private func stop(_ site: Site) async throws {
            let server = try #require(site.server)
            server.kill(SIGTERM)
            #expect(try await server.waitForExit() == 0)
            try await eventually("nothing answers") { site.answeringProcesses.isEmpty }
        }

        @Test func aStartAnswersBeforeTheZonesAreRead() async throws {
            try await withSite { site in
                try await stop(site)
                try site.edit(Self.zone) {
                    $0.replacing("2026112201", with: "2026112202") + "fresh A 192.0.2.77\n"
                }
                try await site.serve()
                let log = try #require(site.server).log
                #expect(log.contains("answering from the image of the last run"), "\(log)")
                #expect(!log.contains("took over"))
                // And what the files say now is served as soon as they are read.
                #expect(try await site.dig("fresh A").data == ["192.0.2.77"])
                #expect(try await site.dig("static A").data == ["192.0.2.80"])
                #expect(try await site.status().answering.restarts == 0)
            }
        }

        @Test func brokenFilesDoNotKeepAHostFromAnswering() async throws {
            try await withSite { site in
                try await stop(site)
                try site.edit(Self.zone) { $0 + "broken A 1.2.3\n" }
                try await site.serve()
                let log = try #require(site.server).log
                #expect(log.contains("'1.2.3' is not"), "\(log)")
                #expect(log.contains("the image of the last run goes on serving"), "\(log)")
                #expect(try await site.dig("static A").data == ["192.0.2.80"])
                #expect(try await site.dig("static A", .tcp4).data == ["192.0.2.80"])
                #expect(try await site.status().lastReload?.ok == false)
                let refused = try await site.http("POST", "/v1/reload")
                #expect(refused.code == 409, "\(refused.body)")

                try site.edit(Self.zone) {
                    $0.replacing("broken A 1.2.3\n", with: "new A 192.0.2.9\n")
                }
                let accepted = try await site.http("POST", "/v1/reload")
                #expect(accepted.code == 200, "\(accepted.body)")
                #expect(try await site.dig("new A").data == ["192.0.2.9"])
                #expect(try await site.status().lastReload?.ok == true)
            }
        }

        @Test func aDamagedImageIsLeftAside() async throws {
            try await withSite { site in
                try await stop(site)
                let folder = "\(site.folder)/state"
                for name in try FileManager.default.contentsOfDirectory(atPath: folder)
                where name.hasPrefix("image-") {
                    let path = "\(folder)/\(name)"
                    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                    bytes[bytes.count / 2] ^= 1
                    try bytes.write(to: URL(fileURLWithPath: path))
                }
                try await site.serve()
                let log = try #require(site.server).log
                #expect(!log.contains("the image of the last run"), "\(log)")
                #expect(try await site.dig("static A").data == ["192.0.2.80"])
            }
        }

        /// A patch is part of what is kept.
        @Test func whatWasPatchedIsThereAfterARestart() async throws {
            try await withSite { site in
                for number in 2...4 {
                    try site.edit(Self.zone) {
                        $0.replacing("202611220\(number - 1)", with: "202611220\(number)")
                            + "patched\(number) A 192.0.2.\(number)\n"
                    }
                    let reloaded = try await site.http("POST", "/v1/reload")
                    #expect(reloaded.code == 200)
                    #expect(reloaded.body.contains("by a patch"), "\(reloaded.body)")
                    #expect(try await site.dig("patched\(number) A").data == ["192.0.2.\(number)"])
                    #expect(
                        try await site.dig("@ SOA").data.first?.contains("202611220\(number)")
                            == true)
                }
                // The answering process begins again in the middle of the file.
                let first = try #require(try await site.status().answering.pid)
                kill(first, SIGKILL)
                try await eventually("another process answers with the patches") {
                    guard try await site.status().answering.pid != first else { return false }
                    return try await site.dig("patched4 A").data == ["192.0.2.4"]
                }
                try await stop(site)
                // Broken, so that only what was kept can answer.
                try site.edit(Self.zone) { $0 + "broken A 1.2.3\n" }
                try await site.serve()
                #expect(try await site.dig("patched2 A").data == ["192.0.2.2"])
                #expect(try await site.dig("patched4 A").data == ["192.0.2.4"])
            }
        }
    }
}
