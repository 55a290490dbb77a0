import ArgumentParser
import Control
import DNSWire
import Foundation
import Logging
import Monitors
import ServiceLifecycle
import Settings
import Transport
import UnixSignals
import Zones

/// `sterna serve`: loads, compiles, answers, until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer queries.",
        discussion: """
            Starts two processes: this one loads files, probes endpoints and serves \
            the HTTP API; the other, sterna-answer, does nothing but answer. The other \
            goes on when this one is killed, and the next `sterna serve` takes it over.

            SIGHUP loads the configuration again; a reload that fails changes nothing. \
            SIGTERM and Ctrl-C answer what has arrived and stop both processes.

            EXAMPLES
              sterna serve                                    uses ./sterna.yaml
              sterna serve --config /etc/sterna/sterna.yaml
              sterna serve --zone example.com=my.zone --listen 127.0.0.1:5300
              sterna serve --zones zones --listen '[2001:db8::53]:53' --workers 2
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: ArgumentHelp("debug, info, notice, warning or error.", valueName: "level"))
    var log = "info"

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "sterna")
        guard let level = Logger.Level(rawValue: log) else {
            throw ValidationError("--log \(log): debug, info, notice, warning or error")
        }
        logger.logLevel = level
        let source = try options.source()
        let progress = LoadProgress { printError($0) }
        defer { progress.end() }
        // The settings alone say where to answer; with mistakes in them all files are read for theirs.
        let settings = LoadedConfiguration.loadSettings(source)
        guard !settings.hasErrors else {
            for finding in LoadedConfiguration.load(source, progress: progress).findings {
                printError(finding.description)
            }
            throw ExitCode.failure
        }
        do {
            try await serve(source, settings, logger, progress)
        } catch let code as ExitCode {
            throw code
        } catch {
            printError("sterna: \(error)")
            throw ExitCode.failure
        }
    }

    private func serve(
        _ source: ConfigurationSource, _ early: LoadedConfiguration, _ logger: Logger,
        _ progress: LoadProgress
    ) async throws {
        // Writes to a client that has gone are an error code, not the end.
        signal(SIGPIPE, SIG_IGN)
        raiseFileLimit()
        let server = try await start(source, early, logger, progress)
        let loaded = await server.configuration
        var services: [any Service] = [
            AnsweringService(answering: server.answering), Expiry(server: server),
            ReloadOnHangUp(server: server), LocationWatch(server: server), server.monitors,
            server.hosts, HostWatch(server: server),
        ]
        services += await server.fileFeeds
        if let control = loaded.settings.control {
            let feeds = loaded.settings.feeds.compactMap { feed -> PushFeed? in
                guard case .push(let token) = feed.source else { return nil }
                return PushFeed(name: feed.name, token: token)
            }
            services.append(
                controlService(listen: control, feeds: feeds, plane: server, logger: logger))
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger)))
        do {
            try await group.run()
        } catch {
            // A control process that cannot run must not end answering that it only found.
            if await server.answering.isAdopted {
                logger.error("answering goes on without this control process")
            } else {
                await server.answering.stop()
            }
            throw error
        }
        logger.info("stopped")
    }

    /// Makes something answer: at once what the last run left, and then what the files say.
    private func start(
        _ source: ConfigurationSource, _ early: LoadedConfiguration, _ logger: Logger,
        _ progress: LoadProgress
    ) async throws -> Server {
        let state = try StateFolder(early.settings.state)
        // Before anything answers: a server that cannot be controlled does not start.
        if let control = early.settings.control { try tryListening(control) }
        var limits = TCPLimits()
        limits.connections = early.settings.tcp.connections
        limits.connectionsPerClient = early.settings.tcp.connectionsPerClient
        limits.idleTimeout = .seconds(early.settings.tcp.idleSeconds)
        let launcher = ProcessLauncher(
            program: ProcessLauncher.programPath(), state: state.path, limits: limits,
            udpOptions: UDPOptions(
                pauseMicroseconds: UInt32(clamping: early.settings.udp.coalesceMicroseconds),
                busyPollMicroseconds: UInt32(clamping: early.settings.udp.busyPollMicroseconds),
                pinsWorkers: early.settings.udp.pinsWorkers),
            isConfined: early.settings.isConfined)
        let server = try Server(
            source: source, configuration: early, state: state, launcher: launcher, logger: logger)
        let answersAlready = try await server.startEarly()
        let loaded = LoadedConfiguration.load(source, progress: progress)
        for finding in loaded.findings { printError(finding.description) }
        let addresses: [SocketAddress]
        do {
            guard !loaded.hasErrors else { throw ExitCode.failure }
            addresses = try await server.start(loaded)
        } catch {
            // A process that was found goes on without this one; one that was started here would end with it.
            guard answersAlready, await !server.answering.isAdopted else { throw error }
            if !(error is ExitCode) { printError("sterna: \(error)") }
            addresses = await server.startAsItWas()
        }
        progress.end()
        for address in addresses { logger.info("answering on \(address), UDP and TCP") }
        return server
    }

    /// Tells whether the HTTP API will be able to listen.
    private func tryListening(_ address: SocketAddress) throws(ServeError) {
        do throws(TransportError) {
            close(try SocketSetup.openTCP(address))
        } catch .inUse {
            throw ServeError("control: \(address) is in use")
        } catch {
            throw ServeError("control: \(error)")
        }
    }

    /// Probes and clients of the API each take a file; the soft limit is often a mere 1,024.
    private func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The service group tells of every step; its warnings are enough.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}

/// Writes a line to standard error.
func printError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
