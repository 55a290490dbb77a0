import Foundation
import Testing

extension EndToEnd {
    /// What the answering process gave up, as the kernel tells it, and that nothing of it is missed.
    @Suite struct ConfinementTests {
        /// Lines of /proc/PID/status of a thread that is confined.
        private static let signs = [
            "NoNewPrivs:\t1", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
            "Seccomp:\t2",
        ]

        @Test func everyAnsweringThreadIsConfined() async throws {
            try await withSite { site in
                let server = try #require(site.server)
                #expect(
                    server.log.contains(
                        "sterna-answer: confined: no new privileges, no capabilities"))
                try expectConfined(site, true)

                // One that follows is no freer.
                let first = try #require(site.answeringProcesses.first)
                kill(first, SIGKILL)
                try await eventually("another process answers") {
                    let answering = try await site.status().answering
                    return answering.running && answering.pid != first
                }
                try expectConfined(site, true)
                for path in Path.allCases {
                    #expect(try await site.dig("static A", path).data == ["192.0.2.80"])
                }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
                server.kill(SIGTERM)
                #expect(try await server.waitForExit() == 0)
                #expect(!server.log.contains("denied"), "\(server.log)")
                #expect(site.answeringProcesses.isEmpty)
            }
        }

        @Test func confinementCanBeSwitchedOff() async throws {
            try await withSite(serving: nil) { site in
                try site.edit("sterna.yaml") { $0 + "confinement: off\n" }
                try await site.serve()
                let server = try #require(site.server)
                #expect(server.log.contains("sterna-answer: not confined, as the settings ask"))
                try expectConfined(site, false)
                #expect(try await site.dig("static A").data == ["192.0.2.80"])

                try site.edit("sterna.yaml") { $0.replacing("confinement: off", with: "") }
                let reply = try await site.http("POST", "/v1/reload")
                #expect(reply.code == 200)
                #expect(reply.body.contains("a changed 'confinement' needs a restart"))
            }
        }

        /// Without its capabilities user 0 cannot pass another user's folder; the state folder is open.
        @Test(.enabled(if: getuid() == 0))
        func theWayToTheStateFolderMayBeClosed() async throws {
            try await withSite(serving: nil) { site in
                let nobody: uid_t = 65_534
                #expect(chown(site.folder, nobody, nobody) == 0 && chmod(site.folder, 0o700) == 0)
                try await site.serve()
                try site.edit("zones/example.com.zone") { $0 + "fresh A 192.0.2.77\n" }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
                #expect(try await site.dig("fresh A").data == ["192.0.2.77"])

                let process = try #require(site.answeringProcesses.first)
                let server = try #require(site.server)
                server.kill(SIGKILL)
                _ = try await server.waitForExit()
                try await site.serve()
                #expect(site.answeringProcesses == [process])
                #expect(try await site.http("POST", "/v1/reload").code == 200)
            }
        }

        private func expectConfined(_ site: Site, _ isConfined: Bool) throws {
            let process = try #require(site.answeringProcesses.first)
            let threads = try FileManager.default.contentsOfDirectory(
                atPath: "/proc/\(process)/task")
            // The main thread, one for each UDP socket, and that of TCP.
            #expect(threads.count == 4)
            for thread in threads {
                let status = try String(
                    contentsOfFile: "/proc/\(process)/task/\(thread)/status", encoding: .utf8)
                let found = Self.signs.filter { status.contains($0) }
                #expect((found == Self.signs) == isConfined, "\(found)")
                #expect(status.contains("Seccomp:\t\(isConfined ? 2 : 0)"))
                // Nothing that it could start would have more; that costs no debugger anything.
                #expect(status.contains("NoNewPrivs:\t1"))
            }
        }
    }
}
