package import DNSWire
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// A stand-in for an entry point of traffic: a small HTTP server that can be told to fail.
///
/// For drills, examples and tests: `/status/CODE`, `/delay/SECONDS`, `/`, and switches under
/// `/control`.
package struct CanaryServer: Service {
    package struct Options: Sendable {
        /// Stands in every answer.
        package var name: String
        /// Port 0 takes a free one.
        package var addresses: [DNSWire.SocketAddress]
        /// Nil: plain HTTP.
        package var tls: TLSFiles?
        /// Time without a byte after which a connection is closed, in seconds; more than the
        /// longest delay.
        package var idleSeconds: Int64 = 75

        package init(name: String, addresses: [DNSWire.SocketAddress], tls: TLSFiles? = nil) {
            self.name = name
            self.addresses = addresses
            self.tls = tls
        }
    }

    /// PEM files of a server's certificate chain and its key.
    package struct TLSFiles: Hashable, Sendable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    private let options: Options
    private let logger: Logger
    private let onReady: @Sendable ([DNSWire.SocketAddress]) -> Void
    private let state = CanaryBox()

    /// Makes a canary that does not listen yet.
    ///
    /// - Parameter onReady: told the bound addresses, in the order of the options, when all listen.
    package init(
        _ options: Options, logger: Logger,
        onReady: @escaping @Sendable ([DNSWire.SocketAddress]) -> Void = { _ in }
    ) {
        self.options = options
        self.logger = logger
        self.onReady = onReady
    }

    /// Answers until shut down or cancelled.
    ///
    /// - Throws: what keeps it from listening: `CanaryError`, or an error of NIOSSL's about the
    ///   files.
    package func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let tls = try options.tls.map(CanaryServer.context)
            var bound: [DNSWire.SocketAddress] = []
            for address in options.addresses {
                bound.append(try await listen(on: address, tls: tls, group: group))
            }
            logger.debug("canary \(options.name) listens on \(bound)")
            onReady(bound)
            // Returns on graceful shutdown and throws on cancellation: both mean the end.
            try? await gracefulShutdown()
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        // Closes the listening sockets and all connections.
        try? await group.shutdownGracefully()
    }

    package func currentState() -> CanaryState { state.read() }

    /// Turns a switch, as `PUT /control/…` does.
    package func turn(_ change: CanarySwitch) { state.update { $0.turn(change) } }

    private func listen(
        on address: DNSWire.SocketAddress, tls: NIOSSLContext?, group: any EventLoopGroup
    ) async throws -> DNSWire.SocketAddress {
        let options = options
        let state = state
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(CanaryGate(state: state))
                    try pipeline.addHandler(
                        IdleStateHandler(allTimeout: .seconds(options.idleSeconds)))
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(CanaryHandler(name: options.name, state: state))
                }
            }
        let channel: any Channel
        do {
            let wanted = try NIOCore.SocketAddress(
                packedIPAddress: ByteBuffer(bytes: address.address.bytes), port: Int(address.port))
            channel = try await bootstrap.bind(to: wanted).get()
        } catch {
            throw CanaryError.cannotListen(address, "\(error)")
        }
        let port = UInt16(clamping: channel.localAddress?.port ?? Int(address.port))
        return DNSWire.SocketAddress(address: address.address, port: port)
    }

    private static func context(_ files: TLSFiles) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
        let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    }
}

/// Why a canary does not start.
package enum CanaryError: Error, CustomStringConvertible {
    case cannotListen(DNSWire.SocketAddress, String)

    package var description: String {
        switch self {
        case .cannotListen(let address, let why): "canary: cannot listen on \(address): \(why)"
        }
    }
}
