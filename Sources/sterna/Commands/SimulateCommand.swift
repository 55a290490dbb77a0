import ArgumentParser
import Compiling
import DNSWire
import Explaining
import Foundation
import Serving
import Settings
import Zones

/// `sterna simulate`: what a loss or a changed configuration does to who gets the queries.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Say where the queries go when something is lost or changed.",
        discussion: """
            Compares the shares of clusters and endpoints before and after, exactly, and names what loses its \
            last endpoint. Endpoints are healthy unless --with or a running server (--live) says otherwise. \
            Names count by the queries of a log, or all alike.

            EXAMPLES
              sterna simulate --without edge-us
              sterna simulate --without cluster:us-east --demand 12000 --picture loss.svg
              sterna simulate --without feed:robots --live 127.0.0.1:8053
              sterna simulate --change new/sterna.yaml --queries queries.log
              sterna simulate --without region:eu --clients clients.csv --output json
            """)

    @Option(
        help: ArgumentHelp(
            "What is lost: an endpoint, cluster:NAME, region:NAME, feed:NAME. May be repeated.",
            valueName: "target"))
    var without: [String] = []

    @Option(
        help: ArgumentHelp("A configuration to compare with the present one.", valueName: "file"))
    var change: String?

    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "What is so before and after, as explain takes it. May be repeated.",
            valueName: "target=state"))
    var with: [String] = []

    @Option(help: ArgumentHelp("Take the verdicts of a running server.", valueName: "addr:port"))
    var live: String?

    @Option(
        help: ArgumentHelp(
            "Client networks: lines NETWORK,WEIGHT[,REGION].", valueName: "file"))
    var clients: String?

    @Option(
        help: ArgumentHelp(
            "A query log: lines TIME CLIENT NAME [TYPE].", valueName: "file"))
    var queries: String?

    @Option(
        help: ArgumentHelp(
            "Everything that is asked, in the unit of the clusters' capacity.", valueName: "number")
    )
    var demand: Double?

    @OptionGroup var files: ExplainedFiles

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    @Option(help: ArgumentHelp("Draw the shares into this file.", valueName: "out.svg"))
    var picture: String?

    func validate() throws {
        guard !without.isEmpty || change != nil else {
            throw ValidationError("say what changes: --without TARGET or --change FILE")
        }
        guard demand.map({ $0.isFinite && $0 >= 0 }) ?? true else {
            throw ValidationError("--demand: a number from 0")
        }
    }

    func run() async throws {
        do {
            let simulation = try simulate()
            if let picture {
                try Data(SimulationPicture.render(simulation).utf8)
                    .write(to: URL(fileURLWithPath: picture), options: .atomic)
            }
            switch output {
            case .text: print(SimulationText.render(simulation))
            case .json: print(try json(simulation))
            }
        } catch let error as ValidationError {
            throw error
        } catch {
            printError("sterna: \(error)")
            throw ExitCode.failure
        }
    }

    private func simulate() throws -> Simulation {
        let loaded = LoadedConfiguration.load(try files.source())
        let memory = try CompiledMemory(loaded)
        var changes = without.map { "without \($0)" }
        var changed: (LoadedConfiguration, CompiledMemory)?
        if let change {
            let next = LoadedConfiguration.load(
                try ConfigurationOptions.parse(["--config", change]).source())
            changed = (next, try CompiledMemory(next))
            changes.append("with \(change)")
        }
        let known = try live.map(LiveVerdicts.init)
        let assumptions = try with.map { try AssumedState($0) }
        let losses = try without.map { try AssumedState(lossOf: $0) }
        let before = try side(loaded, memory, known, assumptions)
        let (next, nextMemory) = changed ?? (loaded, memory)
        let after = try side(next, nextMemory, known, assumptions + losses)
        let names = steeredNames(loaded, memory) + steeredNames(next, nextMemory)
        var seen: Set<Name> = []
        let all = names.filter { seen.insert($0.name).inserted }
        let traffic = try traffic(all)
        return withExtendedLifetime((memory, nextMemory, before, after)) {
            Simulator(before: before.side, after: after.side, traffic: traffic).run(
                changes: changes, names: all.map(\.name), demand: demand,
                notes: known == nil
                    ? ["no server was asked: what a monitor checks is taken as healthy"]
                    : ["verdicts of the server at \(live ?? "")"])
        }
    }

    private func side(
        _ loaded: LoadedConfiguration, _ memory: CompiledMemory, _ known: LiveVerdicts?,
        _ assumptions: [AssumedState]
    ) throws -> ExplainedState {
        var state = ExplainedState.assumed(loaded, memory)
        if let known {
            known.store(memory.compiled.endpoints, into: state.verdicts.table)
        }
        try state.assume(assumptions) { feed, key in
            known?.words(of: key, in: memory.compiled.endpoints, whenSilent: feed)
        }
        return state
    }

    private func traffic(_ names: [(name: Name, v4: Bool)]) throws -> Traffic {
        let table = try clients.map { try ClientTable(text: try read($0)) }
        guard let queries else { return Traffic(names: names, clients: table) }
        let data = try Data(contentsOf: URL(fileURLWithPath: queries), options: .mappedIfSafe)
        return Traffic(data.withUnsafeBytes { QueryLog(bytes: $0) }, clients: table)
    }

    private func read(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
    }

    /// The steered names of a configuration, and whether they have IPv4 addresses.
    private func steeredNames(
        _ loaded: LoadedConfiguration, _ memory: CompiledMemory
    ) -> [(name: Name, v4: Bool)] {
        loaded.zones.flatMap { zone in
            zone.steering.names.map { name in
                let wire = name.owner.lowercasedWire
                let hasV4 = wire.withUnsafeBytes {
                    memory.image.find(ByteView($0))?.entry(of: .a) != nil
                }
                return (name.owner, hasV4)
            }
        }
    }
}
