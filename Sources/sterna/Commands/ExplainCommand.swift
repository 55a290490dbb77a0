import ArgumentParser
import DNSWire
import Explaining
import Foundation
import Zones

/// `sterna explain`: why a question is answered as it is.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a question is answered as it is.",
        discussion: """
            Shows the names on the way, every member of the policy and why it is left out, the probability \
            of each answer, its TTL and its scope. Asks a running server, or compiles a configuration \
            without one.

            EXAMPLES
              sterna explain shop.example.com
              sterna explain shop.example.com AAAA --client 198.51.100.0/24
              sterna explain www.example.com --with edge-us=down --with cluster:eu-west=drained
              sterna explain pay.example.com --at +10m
              sterna explain shop.example.com --config sterna.yaml
            """)

    @Argument(help: "The name that is asked for.")
    var name: String

    @Argument(help: "The type that is asked for.")
    var type = "A"

    @Option(
        help: ArgumentHelp(
            "Who asks: an address, or a network that a resolver tells.", valueName: "ip|cidr"))
    var client: String?

    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "A state to assume, for an endpoint, cluster:NAME, region:NAME or name@cluster: "
                + "\(AssumedState.words); feed:NAME=lost. May be repeated.",
            valueName: "target=state"))
    var with: [String] = []

    // Moments of the past begin like options.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Another moment: RFC 3339, +10m or -90s.", valueName: "time"))
    var at: String?

    @Option(help: ArgumentHelp("The server's HTTP API.", valueName: "addr:port"))
    var control = "127.0.0.1:8053"

    @OptionGroup var files: ExplainedFiles

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    func run() async throws {
        let explanation: Explanation
        do {
            explanation = try files.areGiven ? explainFiles() : askServer()
        } catch let error as ValidationError {
            throw error
        } catch {
            printError("sterna: \(error)")
            throw ExitCode.failure
        }
        switch output {
        case .text: print(ExplanationText.render(explanation))
        case .json: print(try json(explanation))
        }
    }

    private func askServer() throws -> Explanation {
        guard let address = SocketAddress(control) else {
            throw ValidationError("--control \(control): write ADDRESS:PORT, as in 127.0.0.1:8053")
        }
        var words = [("name", name), ("type", type)]
        if let client { words.append(("client", client)) }
        words += with.map { ("with", $0) }
        if let at { words.append(("at", at)) }
        let query = words.map { "\($0.0)=\(escaped($0.1))" }.joined(separator: "&")
        let body = try HTTPClient.get("/v1/explain?\(query)", from: address)
        return try JSONDecoder().decode(Explanation.self, from: body)
    }

    private func explainFiles() throws -> Explanation {
        guard at == nil else {
            throw ValidationError("--at: only a running server knows what was and what is to end")
        }
        let request = try ExplainRequest(
            name: name, type: type, client: client, with: with, at: nil,
            now: Int64(Date().timeIntervalSince1970))
        let loaded = LoadedConfiguration.load(try files.source())
        let memory = try CompiledMemory(loaded)
        var state = ExplainedState.assumed(loaded, memory)
        try state.assume(request.assumptions, names: request.names)
        return withExtendedLifetime(memory) { state.explain(request) }
    }

    private func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}

/// The files of a configuration that is looked at without a server.
struct ExplainedFiles: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: "Compile this configuration and assume what is not known; no server is asked.")
    var config: String?

    @Option(help: ArgumentHelp("The same for a folder of zones.", valueName: "dir"))
    var zones: String?

    @Option(
        name: .customLong("zone"),
        help: ArgumentHelp("The same for one zone; may be repeated.", valueName: "origin=file"))
    var zone: [String] = []

    var areGiven: Bool { config != nil || zones != nil || !zone.isEmpty }

    /// Where the configuration comes from, by the rules of `serve`.
    func source() throws -> ConfigurationSource {
        var words: [String] = []
        if let config { words += ["--config", config] }
        if let zones { words += ["--zones", zones] }
        for zone in zone { words += ["--zone", zone] }
        return try ConfigurationOptions.parse(words).source()
    }
}
