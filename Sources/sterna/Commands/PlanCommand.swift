import ArgumentParser
import Compiling
import DNSWire
import Explaining
import Foundation
import Settings
import Zones

/// `sterna plan`: what a changed configuration changes in answers.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what a changed configuration changes in answers.",
        discussion: """
            Compares two configurations: names that lose their last endpoint first, then exact shares before \
            and after, TTLs, static records, definitions, and warnings that are new. The server keeps no \
            configuration of its own, so --against names the files that it runs with, such as a checkout of \
            what is deployed; --live takes the verdicts that it has. Settings of the server itself, such as \
            'listen', are not compared. One client stands for each branch of geo and subnet; --client looks \
            at further ones, which proximity, latency and hash need.

            EXAMPLES
              sterna plan --against /etc/sterna/sterna.yaml
              sterna plan --config new/sterna.yaml --against sterna.yaml --live 127.0.0.1:8053
              sterna plan --against old/sterna.yaml --names '*.apps.example.com' --output json
              sterna plan --against old/sterna.yaml --exit-code || echo something changes
            """)

    @OptionGroup var files: ExplainedFiles

    @Option(
        help: ArgumentHelp("The configuration that is to be replaced.", valueName: "file"))
    var against: String

    @Option(help: ArgumentHelp("Take the verdicts of a running server.", valueName: "addr:port"))
    var live: String?

    @Option(
        help: ArgumentHelp(
            "A client network to look at as well. May be repeated.", valueName: "network"))
    var client: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only names and records that match; * stands for any text.", valueName: "pattern"))
    var names: String?

    @ArgumentParser.Flag(help: "Exit with 2 if something changes, and with 0 if nothing does.")
    var exitCode = false

    @OptionGroup var allowed: AllowedAdvice

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    func run() async throws {
        let plan: Plan
        do {
            plan = try compare()
        } catch let error as ValidationError {
            throw error
        } catch {
            printError("sterna: \(error)")
            throw ExitCode.failure
        }
        switch output {
        case .text: print(PlanText.render(plan))
        case .json: print(try json(plan))
        }
        if exitCode, !plan.isEmpty { throw ExitCode(2) }
    }

    private func compare() throws -> Plan {
        let clients = try client.map { text in
            guard let network = IPNetwork(text) else {
                throw ValidationError(
                    "--client \(text): write a network such as 192.0.2.0/24 or 2001:db8::/56")
            }
            return network
        }
        let source = try files.source()
        let known = try live.map(LiveVerdicts.init)
        let old = try side(ConfigurationOptions.parse(["--config", against]).source(), known)
        let new = try side(source, known)
        let plan = withExtendedLifetime((old, new)) {
            Planner(before: old.planned, after: new.planned, clients: clients).run(
                before: against, after: source.file ?? "the zones named",
                notes: [
                    known == nil
                        ? "no server was asked: what a monitor checks is taken as healthy"
                        : "verdicts of the server at \(live ?? ""); what it does not know counts as "
                            + "healthy where a monitor checks it"
                ])
        }
        return names.map(plan.matching) ?? plan
    }

    /// What one side of the comparison needs, kept while it is used.
    private struct Side {
        let memory: CompiledMemory
        let state: ExplainedState
        let planned: PlannedSide
    }

    private func side(_ source: ConfigurationSource, _ known: LiveVerdicts?) throws -> Side {
        let progress = LoadProgress { printError($0) }
        defer { progress.end() }
        let loaded = LoadedConfiguration.load(source, progress: progress)
        let memory = try CompiledMemory(loaded)
        let state = ExplainedState.assumed(loaded, memory)
        known?.store(memory.compiled.endpoints, into: state.verdicts.table)
        let warnings =
            loaded.findings + memory.compiled.warnings
            + Advice.findings(allowed.advice(loaded), ofCode: .max)
        return Side(
            memory: memory, state: state,
            planned: PlannedSide(
                state.side, loaded.zones, platform: loaded.settings.steering,
                locations: loaded.locations, warnings: warnings))
    }
}
