import Foundation
import Testing

extension EndToEnd {
    /// An answering process that ends over a new image is followed by one with the old image.
    @Suite struct InterruptedReloadTests {
        /// By a patch of the file that is served, and by a file of its own.
        @Test(arguments: [
            "fresh A 192.0.2.77\n", "fresh A 192.0.2.77\ncut NS ns.cut\nns.cut A 192.0.2.78\n",
        ])
        func anImageThatNobodyTookIsNotServed(_ lines: String) async throws {
            try await withSite { site in
                let image = "\(site.folder)/state/image-1"
                let size = try FileManager.default.attributesOfItem(atPath: image)[.size] as? Int
                let process = try #require(site.answeringProcesses.first)
                #expect(try await site.status().imageGeneration == 1)
                // It cannot say yes or no before it dies.
                kill(process, SIGSTOP)
                try site.edit("zones/example.com.zone") { $0 + lines }
                async let reload = site.http("POST", "/v1/reload")
                try await eventually("the new image is offered") {
                    let files = FileManager.default
                    if files.fileExists(atPath: "\(site.folder)/state/image-2") { return true }
                    return try files.attributesOfItem(atPath: image)[.size] as? Int != size
                }
                try await Task.sleep(for: .milliseconds(200))
                kill(process, SIGKILL)

                let reply = try await reload
                #expect(reply.code == 409, "\(reply)")
                #expect(reply.body.contains("the old configuration goes on serving"), "\(reply)")
                try await eventually("another process answers") {
                    let answering = try await site.status().answering
                    return answering.running && answering.pid != process
                }
                #expect(try await site.dig("fresh A").status == "NXDOMAIN")

                #expect(try await site.http("POST", "/v1/reload").code == 200)
                #expect(try await site.dig("fresh A").data == ["192.0.2.77"])
            }
        }
    }
}
