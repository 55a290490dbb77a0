import Foundation
import Testing

extension EndToEnd {
    /// A control process of a new version puts an answering process of its own in place of the old.
    @Suite struct UpgradeTests {
        @Test func anEarlierVersionIsReplacedOnItsSockets() async throws {
            try await withSite { site in
                let generation = try await site.status().imageGeneration
                let answering = try #require(site.answeringProcesses.first)
                let first = try #require(site.server)
                first.kill(SIGKILL)
                _ = try await first.waitForExit()
                let earlier = try EarlierProcess(
                    inPlaceOf: answering, at: site, generation: generation)
                defer { earlier.stop() }
                // With all its threads: one that is dying may still take a query.
                try await eventually("the real one is gone") {
                    let threads = try? FileManager.default.contentsOfDirectory(
                        atPath: "/proc/\(answering)/task")
                    return site.answeringProcesses.isEmpty && threads?.count ?? 0 <= 1
                }

                // It answers nothing: this waits for the one that comes.
                let client = try #require(TestSocket(SOCK_DGRAM))
                #expect(client.connect(to: SocketName(port: site.port)))
                client.send(Message.query("static.example.com", type: Message.addressType))
                try await site.serve()
                client.limitReceiving(milliseconds: 5000)
                var answer = [UInt8](repeating: 0, count: 512)
                let length = try #require(client.receive(into: &answer))
                #expect(Message.addresses(in: answer, count: length) == [0xC000_0250])

                let log = try #require(site.server).log
                #expect(
                    log.contains(
                        "replacing answering process \(earlier.process.pid) of version \(EarlierProcess.version)"
                    ), "\(log)")
                // Told over the socket, or, where that was lost meanwhile, by a signal.
                try await eventually("the earlier one is told to go") {
                    earlier.messages.contains("hand-over") || earlier.process.exitCode == -SIGTERM
                }
                #expect(site.answeringProcesses.count == 1)
                for path in Path.allCases {
                    #expect(try await site.dig("static A", path).data == ["192.0.2.80"])
                }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
            }
        }
    }
}
