import ArgumentParser
import Canary
import DNSWire
import Logging
import ServiceLifecycle
import UnixSignals

/// `sterna canary`: a stand-in for a cluster's canary service.
struct CanaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "canary",
        abstract: "Run a stand-in for a cluster's canary service, for examples, tests and drills.",
        discussion: """
            Answers /status/CODE with that status and /delay/SECONDS late. A request \
            with the header X-HealthCheck gets 503 while the local hop is gone. While it \
            runs, it can be told, as in `curl -X PUT http://127.0.0.11:8080/control/fail`:

              PUT /control/fail         fail every request with 503
              PUT /control/recover      answer again
              PUT /control/local/gone   lose the local hop
              PUT /control/local/back   have it again
              PUT /control/mute         accept and never answer
              GET /control              show the state

            EXAMPLES
              sterna canary --listen 127.0.0.11:8080 --name us-east
              sterna canary --listen 127.0.0.11:8443 --certificate c.pem --key k.pem
            """)

    @Option(help: ArgumentHelp("Where to listen; may be repeated.", valueName: "addr:port"))
    var listen: [String]

    @Option(help: "Stands in every answer.")
    var name = "canary"

    @Option(help: ArgumentHelp("PEM certificate chain: HTTPS instead of HTTP.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("PEM key of the certificate.", valueName: "file"))
    var key: String?

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let addresses = try listen.map { text in
            guard let address = SocketAddress(text) else {
                throw ValidationError("--listen \(text): write ADDRESS:PORT, as in 127.0.0.11:8080")
            }
            return address
        }
        var options = CanaryServer.Options(name: name, addresses: addresses)
        switch (certificate, key) {
        case (let certificate?, let key?): options.tls = .init(certificate: certificate, key: key)
        case (nil, nil): break
        default: throw ValidationError("--certificate and --key go together")
        }
        let logger = Logger(label: "canary")
        let server = CanaryServer(options, logger: logger) { [name] bound in
            let places = bound.map(\.description).joined(separator: ", ")
            logger.notice("canary \(name) listens on \(places)")
        }
        var quiet = logger
        quiet.logLevel = .warning
        do {
            try await ServiceGroup(
                services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet
            ).run()
        } catch {
            printError("sterna: \(error)")
            throw ExitCode.failure
        }
    }
}
