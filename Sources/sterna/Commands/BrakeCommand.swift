import ArgumentParser
import Control
import DNSWire
import Foundation

/// `sterna brake`: what the mass-change brake holds, and an operator's word about it.
struct BrakeCommand: AsyncParsableCommand {
    /// What to do about the change.
    enum Action: String, ExpressibleByArgument, CaseIterable {
        case show, confirm, release
    }

    static let configuration = CommandConfiguration(
        commandName: "brake",
        abstract: "Show, confirm or release a mass change that is held.",
        discussion: """
            When most of what a server probes turns unhealthy at once, its own network is as likely to \
            be at fault. The change is held: addresses keep their former verdicts until a feed \
            says that an endpoint is unhealthy, probes succeed again, or an operator decides.

            show     whether a change is held
            confirm  it is real: what probes say comes in force
            release  probes were wrong: it is forgotten, and the addresses are judged anew

            EXAMPLES
              sterna brake
              sterna brake confirm
              sterna brake release --control 127.0.0.1:8053
            """)

    @Argument(help: "show, confirm or release.")
    var action = Action.show

    @Option(help: ArgumentHelp("The server's HTTP API.", valueName: "addr:port"))
    var control = "127.0.0.1:8053"

    func run() async throws {
        guard let address = SocketAddress(control) else {
            throw ValidationError("--control \(control): write ADDRESS:PORT, as in 127.0.0.1:8053")
        }
        do {
            switch action {
            case .show: try show(from: address)
            case .confirm, .release:
                let body = try HTTPClient.post("/v1/brake/\(action.rawValue)", to: address)
                print(try JSONDecoder().decode(BrakeOutcome.self, from: body).message)
            }
        } catch {
            printError("sterna: \(error)")
            throw ExitCode.failure
        }
    }

    private func show(from address: DNSWire.SocketAddress) throws {
        let body = try HTTPClient.get("/v1/status", from: address)
        let report = try JSONDecoder().decode(StatusReport.self, from: body)
        guard let brake = report.brake else { return print("brake: off") }
        print(StatusCommand.text(brake))
        for endpoint in report.endpoints {
            for held in endpoint.addresses where held.held == true {
                print("  \(endpoint.endpoint) \(held.address): \(held.verdict), \(held.reason)")
            }
        }
    }
}
