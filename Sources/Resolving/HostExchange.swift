import DNSWire
import NIOCore
import NIOPosix

/// Asks one server one question, over UDP or TCP, on a socket of its own.
///
/// The kernel chooses the port, a random one for each question (RFC 5452 §9.2), and lets only datagrams of
/// the server's address through.
struct HostExchange: Sendable {
    let question: HostQuestion
    let server: DNSWire.SocketAddress
    let timeout: TimeAmount

    /// Datagrams that are no answer to the question before it is asked over TCP, where nobody can guess.
    static let maximumForeign = 16

    func overUDP(_ loop: any EventLoop) async -> HostReply {
        await run(loop) { address, promise in
            DatagramBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            DatagramReader(question, promise))
                    }
                }
                .connect(to: address)
                .flatMap { channel in
                    let packet = ByteBuffer(bytes: question.message)
                    return channel.writeAndFlush(
                        AddressedEnvelope(remoteAddress: address, data: packet)
                    ).map { channel }
                }
        }
    }

    func overTCP(_ loop: any EventLoop) async -> HostReply {
        await run(loop) { address, promise in
            ClientBootstrap(group: loop)
                .connectTimeout(timeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            StreamReader(question, promise))
                    }
                }
                .connect(to: address)
                .flatMap { channel in
                    let message = question.message
                    var packet = ByteBuffer()
                    packet.writeInteger(UInt16(truncatingIfNeeded: message.count))
                    packet.writeBytes(message)
                    return channel.writeAndFlush(packet).map { channel }
                }
        }
    }

    /// Waits for what a connection brings, at most for the timeout, and closes it.
    private func run(
        _ loop: any EventLoop,
        _ connect: (NIOCore.SocketAddress, EventLoopPromise<HostReply>) -> EventLoopFuture<
            any Channel
        >
    ) async -> HostReply {
        let promise = loop.makePromise(of: HostReply.self)
        let timer = loop.scheduleTask(in: timeout) {
            // The first word counts; later ones find the promise kept.
            promise.succeed(.failed("no answer within \(timeout.nanoseconds / 1_000_000) ms"))
        }
        do {
            let address = try NIOCore.SocketAddress(
                ipAddress: server.address.description, port: Int(server.port))
            let connected = connect(address, promise)
            connected.whenFailure { promise.succeed(.failed(HostExchange.words(for: $0))) }
            connected.whenSuccess { channel in
                promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
            }
        } catch {
            promise.succeed(.failed(HostExchange.words(for: error)))
        }
        let reply = (try? await promise.futureResult.get()) ?? .failed("the lookup was given up")
        timer.cancel()
        return reply
    }

    /// One line about an error of the network.
    static func words(for error: any Error) -> String {
        if let error = error as? IOError {
            switch error.errnoCode {
            case ECONNREFUSED: return "connection refused"
            case EHOSTUNREACH, ENETUNREACH: return "unreachable"
            default: break
            }
        }
        return "\(error)".split(whereSeparator: \.isNewline).first.map { String($0.prefix(200)) }
            ?? "an error"
    }
}

/// Takes the datagrams that a server sends until one answers the question.
private final class DatagramReader: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let question: HostQuestion
    private let promise: EventLoopPromise<HostReply>
    private var foreign = 0

    init(_ question: HostQuestion, _ promise: EventLoopPromise<HostReply>) {
        self.question = question
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let packet = unwrapInboundIn(data).data
        let reply = HostReply(Array(packet.readableBytesView), to: question)
        if reply != .foreign { return promise.succeed(reply) }
        foreign += 1
        if foreign == HostExchange.maximumForeign { promise.succeed(.truncated) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.succeed(.failed(HostExchange.words(for: error)))
    }
}

/// Takes one message with its length in front (RFC 1035 §4.2.2).
private final class StreamReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let question: HostQuestion
    private let promise: EventLoopPromise<HostReply>
    /// Grows to a length and the longest message, 65,537 bytes, and what one read brings beyond.
    private var received = ByteBuffer()

    init(_ question: HostQuestion, _ promise: EventLoopPromise<HostReply>) {
        self.question = question
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        guard let length = received.getInteger(at: 0, as: UInt16.self),
            let message = received.getBytes(at: 2, length: Int(length))
        else { return }
        switch HostReply(message, to: question) {
        case .foreign: promise.succeed(.failed("the answer is to another question"))
        case .truncated: promise.succeed(.failed("the answer is cut short over TCP"))
        case let reply: promise.succeed(reply)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(.failed("the connection was closed without an answer"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.succeed(.failed(HostExchange.words(for: error)))
        context.close(promise: nil)
    }
}
