package import DNSWire
import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import ServiceLifecycle

/// The HTTP API as a service: listens until shut down, then finishes the requests it has.
///
/// - Parameters:
///   - listen: port 0 takes any free one.
///   - feeds: those that are pushed; at most one without a token.
///   - bodyDeadline: time that the body of a request may take.
///   - onListening: called once with the address that is listened on.
/// - Returns: a service whose `run` throws `ControlStartError` when it cannot listen.
package func controlService(
    listen: DNSWire.SocketAddress, feeds: [PushFeed], plane: some ControlPlane, logger: Logger,
    bodyDeadline: Duration = .seconds(15),
    onListening: @escaping @Sendable (DNSWire.SocketAddress) -> Void = { _ in }
) -> some Service {
    ControlService(
        listen: listen, feeds: feeds, plane: plane, logger: logger,
        bodyDeadline: TimeAmount(bodyDeadline), onListening: onListening)
}

/// Why the API does not listen.
package enum ControlStartError: Error, Sendable, Hashable, CustomStringConvertible {
    case inUse(DNSWire.SocketAddress)
    case cannotListen(DNSWire.SocketAddress, String)

    package var description: String {
        switch self {
        case .inUse(let address): "control: \(address) is in use"
        case .cannotListen(let address, let reason):
            "control: cannot listen on \(address): \(reason)"
        }
    }
}

private struct ControlService<Plane: ControlPlane>: Service {
    /// Most connections at a time; the kernel queues some more.
    private static var maximumConnections: Int { 256 }
    /// Time until a silent connection is closed.
    private static var idleTimeout: TimeAmount { .seconds(30) }
    private static var maximumHeaderBytes: Int { 16 << 10 }
    private static var maximumHeaders: Int { 100 }

    let listen: DNSWire.SocketAddress
    let feeds: [PushFeed]
    let plane: Plane
    let logger: Logger
    let bodyDeadline: TimeAmount
    let onListening: @Sendable (DNSWire.SocketAddress) -> Void

    func run() async throws {
        var quiet = logger
        // The framework's own line about listening would repeat the one below.
        if quiet.logLevel < .warning { quiet.logLevel = .warning }
        let application = Application(
            responder: ControlResponder(
                plane: plane, authority: PushAuthority(feeds: feeds), logger: logger,
                bodyDeadline: bodyDeadline),
            server: .http1(
                configuration: .init(
                    idleTimeout: Self.idleTimeout,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.maximumHeaderBytes,
                        maxHeaderListSize: Self.maximumHeaderBytes,
                        maxHeaderFieldCount: Self.maximumHeaders))),
            configuration: ApplicationConfiguration(
                address: .hostname("\(listen.address)", port: Int(listen.port)),
                serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    Self.maximumConnections, logger: quiet)),
            onServerRunning: { channel in listening(on: channel) },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as IOError {
            throw error.errnoCode == EADDRINUSE
                ? ControlStartError.inUse(listen)
                : ControlStartError.cannotListen(listen, String(cString: strerror(error.errnoCode)))
        }
    }

    private func listening(on channel: any Channel) {
        let port = channel.localAddress?.port.flatMap { UInt16(exactly: $0) }
        let address = DNSWire.SocketAddress(address: listen.address, port: port ?? listen.port)
        logger.info("control API listens", metadata: ["address": "\(address)"])
        onListening(address)
    }
}
