import Foundation
import Testing

extension EndToEnd {
    /// Servers that cannot start say why in a sentence, exit with 1 and leave nothing behind.
    @Suite struct StartUpTests {
        @Test func aSecondServerDoesNotTakeAStateFolderThatIsUsed() async throws {
            try await withSite { site in
                let result = try await site.sterna([
                    "serve", "--config", "sterna.yaml", "--listen",
                    "127.0.0.1:\(try FreePorts.take())", "--control", "off",
                ])
                #expect(result.exitCode == 1)
                #expect(
                    result.log
                        == "sterna: another sterna uses the state folder state; give --state DIR\n")
                #expect(try await site.dig("static A").data == ["192.0.2.80"])
                #expect(site.answeringProcesses.count == 1)
            }
        }

        @Test(arguments: [SOCK_DGRAM, SOCK_STREAM].map(\.rawValue))
        func aPortInUseIsNamed(type: UInt32) async throws {
            try await withSite(serving: nil) { site in
                let socket = try #require(TestSocket(__socket_type(type)))
                #expect(socket.bind(to: SocketName(port: site.port)))
                if type == SOCK_STREAM.rawValue { #expect(socket.listen()) }
                let result = try await site.sterna(["serve", "--config", "sterna.yaml"])
                #expect(result.exitCode == 1)
                let transport = type == SOCK_STREAM.rawValue ? "tcp" : "udp"
                #expect(
                    lastLine(result.log)
                        == "sterna: 127.0.0.1:\(site.port)/\(transport) is in use by another process"
                )
                #expect(site.answeringProcesses.isEmpty)
            }
        }

        @Test func aControlPortInUseIsNamed() async throws {
            try await withSite(serving: nil) { site in
                let socket = try #require(TestSocket(SOCK_STREAM))
                #expect(socket.bind(to: SocketName(port: site.controlPort)) && socket.listen())
                let result = try await site.sterna(["serve", "--config", "sterna.yaml"])
                #expect(result.exitCode == 1)
                #expect(
                    lastLine(result.log)
                        == "sterna: control: 127.0.0.1:\(site.controlPort) is in use")
                // The process that answered already is gone before this one is.
                #expect(site.answeringProcesses.isEmpty)
                #expect(FreePorts.isFree(site.port))
            }
        }

        @Test func anAddressOfAnotherMachineIsNamed() async throws {
            try await withSite(serving: nil) { site in
                let result = try await site.sterna([
                    "serve", "--config", "sterna.yaml", "--listen", "192.0.2.1:5300",
                ])
                #expect(result.exitCode == 1)
                #expect(
                    lastLine(result.log).hasSuffix("192.0.2.1 is not an address of this machine"))
            }
        }

        @Test(arguments: [
            (
                ["--zones", "nowhere"],
                "nowhere: the zones folder cannot be read: No such file or directory"
            ),
            (["--zone", "example.net=nowhere.zone"], "nowhere.zone: no such file"),
            (
                ["--config", "nowhere.yaml"],
                "nowhere.yaml: the file cannot be read: No such file or directory"
            ),
            (["--zone", "example.net"], "write ORIGIN=FILE"),
            (["--listen", "localhost"], "write ADDRESS:PORT"),
            (["--workers", "0"], "a number from 1 to 63"),
        ])
        func aMissingFileOrABadOptionIsNamed(arguments: [String], message: String) async throws {
            try await withSite(serving: nil) { site in
                let result = try await site.sterna(["serve", "--control", "off"] + arguments)
                #expect(result.exitCode != 0)
                #expect(result.log.contains(message), "\(result.log)")
                #expect(site.answeringProcesses.isEmpty)
            }
        }

        @Test func everythingThatIsWrongIsToldAtOnce() async throws {
            try await withSite(serving: nil) { site in
                var lines = 0
                try site.edit("zones/example.com.zone") {
                    lines = $0.split(separator: "\n", omittingEmptySubsequences: false).count
                    return $0 + "broken A 192.0.2\nalso CNAME static extra\n"
                }
                try site.edit("zones/example.com.yaml") {
                    $0.replacing("edge-eu: 1 } } }", with: "edge-ue: 1 } } }")
                }
                for command in [["serve"], ["check"]] {
                    let result = try await site.sterna(command + ["--config", "sterna.yaml"])
                    let text = result.output + result.log
                    #expect(result.exitCode == 1)
                    #expect(text.contains("zones/example.com.zone:\(lines):"), "\(text)")
                    #expect(text.contains("zones/example.com.zone:\(lines + 1):"), "\(text)")
                    #expect(text.contains("zones/example.com.yaml:"), "\(text)")
                    #expect(
                        text.contains("'edge-ue' is not defined; did you mean 'edge-us'?"),
                        "\(text)")
                }
                #expect(site.answeringProcesses.isEmpty)
                #expect(FreePorts.isFree(site.port))
            }
        }

        private func lastLine(_ text: String) -> String {
            text.split(separator: "\n").last.map(String.init) ?? ""
        }
    }
}
