import ArgumentParser
import Control
import DNSWire
import Foundation

/// `sterna failback`: lets traffic come back to the better tiers of failovers.
struct FailbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failback",
        abstract: "Let traffic come back to the better tiers of a name's failovers.",
        discussion: """
            A failover with `failback: manual` or `failback: {after: 5m}` goes on answering with the \
            tier that took over when a better one failed. This lets the first tier answer again: at \
            once if it works, else as soon as it does. `sterna status` lists what is held back.

            NAME is a steered name, or a named policy as POLICY or ZONE/POLICY.

            EXAMPLES
              sterna failback pay.gslb.example.com
              sterna failback gslb.example.com/site --type AAAA
            """)

    @Argument(help: ArgumentHelp("Steered names or named policies.", valueName: "name"))
    var names: [String]

    @Option(help: "A or AAAA: one family of addresses only.")
    var type: String?

    @Option(help: ArgumentHelp("The server's HTTP API.", valueName: "addr:port"))
    var control = "127.0.0.1:8053"

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    func run() async throws {
        guard let address = SocketAddress(control) else {
            throw ValidationError("--control \(control): write ADDRESS:PORT, as in 127.0.0.1:8053")
        }
        if let type, !["A", "AAAA"].contains(type.uppercased()) {
            throw ValidationError("--type \(type): A or AAAA")
        }
        var failed = false
        for name in names {
            do {
                let body = try HTTPClient.post(try path(name), to: address)
                switch output {
                case .json: print(String(decoding: body, as: UTF8.self), terminator: "")
                case .text: show(try JSONDecoder().decode(FailbackReport.self, from: body))
                }
            } catch {
                printError("sterna: \(error)")
                failed = true
            }
        }
        if failed { throw ExitCode.failure }
    }

    private func path(_ name: String) throws -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let escaped = parts.compactMap {
            $0.addingPercentEncoding(
                withAllowedCharacters: .alphanumerics.union(.init("-_.~".unicodeScalars)))
        }
        guard (1...2).contains(parts.count), escaped.count == parts.count,
            !escaped.contains("")
        else { throw ServeError("'\(name)' is neither NAME nor ZONE/POLICY") }
        let query = type.map { "?type=\($0.uppercased())" } ?? ""
        return "/v1/failback/\(escaped.joined(separator: "/"))\(query)"
    }

    private func show(_ report: FailbackReport) {
        print(report.message)
        for node in report.nodes { print("  \(node.node) IPv\(node.family): \(node.effect)") }
    }
}
