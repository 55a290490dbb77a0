import Foundation
import Testing

extension EndToEnd {
    /// `serve` without a configuration file, `check` and `status`.
    @Suite struct CommandLineTests {
        private static let root = """
            . 3600 IN SOA ns.example. hostmaster.example. 7 7200 900 1209600 300
            . 3600 IN NS ns.example.
            ns.example. 3600 IN A 192.0.2.53
            leaf. 60 IN A 192.0.2.9

            """

        @Test func oneZoneNeedsNoConfiguration() async throws {
            try await withSite(serving: nil) { site in
                try site.write(plainZone(site), to: "plain.zone")
                try await site.serve([
                    "--zone", "example.com=plain.zone", "--listen", "127.0.0.1:\(site.port)",
                    "--control", "off",
                ])
                #expect(try await site.dig("static A").data == ["192.0.2.80"])
                #expect(try await site.dig("static A", .tcp4).data == ["192.0.2.80"])
                #expect(try await site.dig("example.org. A").status == "REFUSED")
                // Its state lies in a folder for temporary files, none beside the zone.
                #expect(!FileManager.default.fileExists(atPath: "\(site.folder)/state"))
                let server = try #require(site.server)
                server.kill(SIGTERM)
                #expect(try await server.waitForExit() == 0)
            }
        }

        @Test func aFolderOfZonesTakesTheirNamesFromItsFiles() async throws {
            try await withSite(serving: nil) { site in
                try FileManager.default.createDirectory(
                    atPath: "\(site.folder)/plain", withIntermediateDirectories: false)
                try site.write(plainZone(site), to: "plain/example.com.zone")
                try site.write(Self.root, to: "plain/root.zone")
                try await site.serve([
                    "--zones", "plain", "--listen", "127.0.0.1:\(site.port)", "--control", "off",
                ])
                #expect(try await site.dig("static A").data == ["192.0.2.80"])
                #expect(try await site.dig("leaf. A").data == ["192.0.2.9"])
                // The root has everything that no other zone has.
                #expect(try await site.dig("example.org. A").status == "NXDOMAIN")
                #expect(try await site.dig(". SOA").answer.count == 1)
            }
        }

        @Test func statusIsPrintedForPeopleAndPrograms() async throws {
            try await withSite(canaries: [.us, .eu]) { site in
                try await site.verdict(of: .ap, becomes: "unhealthy")
                let control = ["--control", "127.0.0.1:\(site.controlPort)"]
                let text = try await site.sterna(["status"] + control)
                #expect(text.exitCode == 0, "\(text.log)")
                let lines = text.output.split(separator: "\n").map {
                    $0.split(separator: " ").map(String.init)
                }
                #expect(lines.contains { $0.starts(with: ["example.com.", "2026112201"]) })
                for region in Region.allCases {
                    let verdict = region == .ap ? "unhealthy" : "healthy"
                    #expect(
                        lines.contains {
                            $0.starts(with: [
                                "example.com/\(region.endpoint)", site.address(region),
                            ])
                                && $0.contains(verdict)
                        }, "\(text.output)")
                }
                #expect(lines.contains { $0.starts(with: ["drills", "file"]) })

                let json = try await site.sterna(["status", "--output", "json"] + control)
                let status = try JSONDecoder().decode(Status.self, from: Data(json.output.utf8))
                #expect(status.pid == site.server?.pid)
                #expect(status.verdict("edge-us") == "healthy")
                #expect(status.answering.running)
                #expect(status.answering.pid.map { [$0] } == site.answeringProcesses)

                let nobody = try await site.sterna([
                    "status", "--control", "127.0.0.1:\(try FreePorts.take())",
                ])
                #expect(nobody.exitCode == 1)
                #expect(nobody.log.contains("is `sterna serve` running?"))
            }
        }

        @Test func checkCountsWhatIsThereAndListsWhatIsWrong() async throws {
            try await withSite(serving: nil) { site in
                let good = try await site.sterna(["check"])
                #expect(good.exitCode == 0)
                #expect(
                    good.output
                        == "ok: 1 zones, 22 names, 8 of them steered over 3 endpoints; "
                        + "0 errors, 0 warnings\n")
                try site.edit("zones/example.com.yaml") {
                    $0.replacing("policy: edge-eu }", with: "policy: edge-ue }")
                }
                let bad = try await site.sterna(["check"])
                #expect(bad.exitCode == 1)
                #expect(bad.output.contains("zones/example.com.yaml:"))
                #expect(bad.output.contains("1 errors, 0 warnings"))
                let json = try await site.sterna(["check", "--output", "json"])
                #expect(json.exitCode == 1)
                let summary = try JSONDecoder().decode(
                    CheckOutput.self, from: Data(json.output.utf8))
                #expect(summary.errors == 1)
                let finding = try #require(summary.findings.first)
                #expect(finding.file == "zones/example.com.yaml")
                #expect(finding.line > 0 && finding.column > 0)
                #expect(finding.severity == "error")
            }
        }

        private struct CheckOutput: Decodable {
            struct Finding: Decodable {
                var severity: String
                var file: String
                var line: Int
                var column: Int
            }

            var errors: Int
            var findings: [Finding]
        }

        /// The example's zone, away from its steering.
        private func plainZone(_ site: Site) throws -> String {
            try String(
                contentsOfFile: "\(site.folder)/zones/example.com.zone", encoding: .utf8)
        }
    }
}
