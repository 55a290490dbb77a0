import Canary
import DNSWire
import Foundation
import Glibc
import Health
import Logging
import Monitors
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Verdicts

/// A logger that keeps what it is told.
final class LogBook: Sendable {
    private let book = Mutex<[String]>([])

    var lines: [String] { book.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            book.book.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }
}

/// A board whose words may be waited for.
final class Bench: Sendable {
    private let changes: AsyncStream<Void>.Continuation
    private let stream: AsyncStream<Void>
    let board: VerdictBoard
    let log = LogBook()

    init() {
        let (stream, changes) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.stream = stream
        self.changes = changes
        board = VerdictBoard(now: { 1_000 }, store: { _, _ in changes.yield() })
    }

    /// Gives the board one endpoint for each key, at the addresses of its targets.
    func track(_ targets: [MonitorTarget]) {
        var endpoints: [String: TrackedEndpoint] = [:]
        for (slot, target) in targets.enumerated() {
            endpoints[
                target.endpoint,
                default: TrackedEndpoint(
                    key: target.endpoint, monitor: target.monitor.name, addresses: [])
            ].addresses.append(TrackedAddress(address: target.address, slot: slot))
        }
        board.replaceEndpoints(endpoints.values.sorted { $0.key < $1.key })
    }

    func address(_ key: String) -> AddressStatus? {
        board.status(ofEndpoint: key)?.addresses.first
    }

    /// Waits until an endpoint's first address is as asked; a test's time limit ends a vain wait.
    @discardableResult
    func wait(_ key: String, until isDone: (AddressStatus) -> Bool) async throws -> AddressStatus {
        if let status = address(key), isDone(status) { return status }
        for await _ in stream {
            if let status = address(key), isDone(status) { return status }
        }
        throw CancellationError()
    }

    /// Waits for a verdict.
    @discardableResult
    func wait(_ key: String, _ verdict: Verdict) async throws -> AddressStatus {
        try await wait(key) { $0.verdict == verdict.description }
    }
}

/// Runs a canary for as long as `body` takes.
func withCanary<R>(
    name: String = "test", tls: CanaryServer.TLSFiles? = nil,
    _ body: (CanaryServer, UInt16) async throws -> R
) async throws -> R {
    let (ports, port) = AsyncStream.makeStream(of: UInt16.self)
    let canary = CanaryServer(
        CanaryServer.Options(
            name: name, addresses: [SocketAddress(address: .loopback, port: 0)], tls: tls),
        logger: LogBook().logger, onReady: { port.yield($0[0].port) })
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await canary.run() }
        defer { group.cancelAll() }
        for await port in ports { return try await body(canary, port) }
        throw CancellationError()
    }
}

/// Runs monitors for as long as `body` takes.
func withMonitors<R>(
    _ targets: [MonitorTarget], bench: Bench, options: MonitorSet.Options = MonitorSet.Options(),
    _ body: (MonitorSet) async throws -> R
) async throws -> R {
    bench.track(targets)
    let monitors = MonitorSet(board: bench.board, options: options, logger: bench.log.logger)
    monitors.replace(targets)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await monitors.run() }
        defer { group.cancelAll() }
        return try await body(monitors)
    }
}

/// Runs a server that says the same to everyone who connects, then closes or waits.
func withRawServer<R>(
    saying text: String, closing: Bool, _ body: (UInt16) async throws -> R
) async throws -> R {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    RawHandler(text: text, closing: closing))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    let port = UInt16(channel.localAddress?.port ?? 0)
    do {
        let result = try await body(port)
        try await channel.close().get()
        return result
    } catch {
        try? await channel.close().get()
        throw error
    }
}

private final class RawHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let text: String
    let closing: Bool

    init(text: String, closing: Bool) {
        self.text = text
        self.closing = closing
    }

    func channelActive(context: ChannelHandlerContext) {
        let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)))
        guard closing else { return }
        written.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension IPAddress {
    static let loopback = IPAddress.v4(0x7F00_0001)
}

extension MonitorTarget {
    /// A target on loopback with a quick monitor: what it finds first is final.
    static func test(
        _ endpoint: String, _ reachable: CheckDefinition, local: CheckDefinition? = nil,
        name: String = "canary", interval: Duration = .milliseconds(100),
        timeout: Duration = .seconds(5), fall: Int = 1, rise: Int = 1
    ) -> MonitorTarget {
        MonitorTarget(
            endpoint: endpoint, address: .loopback,
            monitor: MonitorDefinition(
                name: name, reachable: reachable, local: local, interval: interval,
                timeout: timeout, fall: fall, rise: rise))
    }
}

/// A folder that is removed with the last reference to it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sterna-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name), options: .atomic)
    }

    /// Makes a self-signed certificate for `canary.example.com`.
    func makeCertificate() throws -> CanaryServer.TLSFiles {
        let files = CanaryServer.TLSFiles(certificate: path + "/cert.pem", key: path + "/key.pem")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=canary.example.com", "-addext",
            "subjectAltName=DNS:canary.example.com", "-keyout", files.key, "-out",
            files.certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return files
    }
}

/// A TCP port on loopback that is taken, but where nobody listens.
final class BoundSocket {
    private let descriptor: CInt
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard result == 0 else { throw CocoaError(.fileReadUnknown) }
    }

    deinit { close(descriptor) }
}

/// A seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
