import ArgumentParser
import Handover

/// The command line; each command lies in a file of its own.
@main
struct Sterna: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sterna",
        abstract: "An authoritative name server that steers answers by health and location.",
        discussion: """
            EXAMPLES
              sterna serve --zone example.com=example.com.zone --listen 127.0.0.1:5300
              sterna check --config sterna.yaml
              sterna status
              sterna explain shop.example.com --client 198.51.100.0/24
            """,
        version: ProgramVersion.current,
        subcommands: [
            ServeCommand.self, CheckCommand.self, StatusCommand.self, ExplainCommand.self,
            SimulateCommand.self, PlanCommand.self, ImportCommand.self, FailbackCommand.self,
            BrakeCommand.self,
            CanaryCommand.self,
        ])
}
