import DNSWire
import NIOCore
import NIOPosix
import Resolving
import Synchronization

/// A DNS server on loopback, UDP and TCP, that says what a test wants.
final class ScriptedServer: Sendable {
    enum Transport: Sendable { case udp, tcp }

    /// What is sent back, in order; nothing: silence.
    typealias Script = @Sendable (HostQuestion, Transport) -> [[UInt8]]

    let address: DNSWire.SocketAddress
    private let channels: [any Channel]
    private let asked = Mutex<[(question: HostQuestion, transport: Transport, port: Int)]>([])
    private let script: Mutex<Script>

    private static let attempts = 20

    init(_ script: @escaping Script) async throws {
        let box = ScriptBox()
        // Until a port is free for both transports.
        for attempt in 1...ScriptedServer.attempts {
            let udp = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramTalker(box))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let port = udp.localAddress?.port ?? 0
            do {
                let tcp = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .childChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(StreamTalker(box))
                        }
                    }
                    .bind(host: "127.0.0.1", port: port).get()
                channels = [udp, tcp]
                address = DNSWire.SocketAddress(address: .v4(0x7F00_0001), port: UInt16(port))
                self.script = Mutex(script)
                box.server.withLock { $0 = WeakServer(self) }
                return
            } catch {
                try await udp.close()
                if attempt == ScriptedServer.attempts { throw error }
            }
        }
        throw ChannelError.ioOnClosedChannel
    }

    /// Queries so far.
    var queries: [(question: HostQuestion, transport: Transport, port: Int)] {
        asked.withLock { $0 }
    }

    func say(_ script: @escaping Script) { self.script.withLock { $0 = script } }

    func stop() async { for channel in channels { try? await channel.close() } }

    fileprivate func answer(_ packet: [UInt8], _ transport: Transport, port: Int) -> [[UInt8]] {
        guard let question = ScriptedServer.question(packet) else { return [] }
        asked.withLock { $0.append((question, transport, port)) }
        return script.withLock { $0 }(question, transport)
    }

    private static func question(_ packet: [UInt8]) -> HostQuestion? {
        guard packet.count > 17, let end = packet[12...].firstIndex(of: 0), end + 2 < packet.count,
            let name = try? Name(wire: Array(packet[12...end]))
        else { return nil }
        return HostQuestion(
            id: UInt16(packet[0]) << 8 | UInt16(packet[1]), name: name,
            family: packet[end + 2] == 1 ? .v4 : .v6)
    }
}

private struct WeakServer: Sendable {
    weak let server: ScriptedServer?

    init(_ server: ScriptedServer) { self.server = server }
}

private final class ScriptBox: Sendable {
    let server = Mutex<WeakServer?>(nil)

    func answer(_ packet: [UInt8], _ transport: ScriptedServer.Transport, port: Int) -> [[UInt8]] {
        server.withLock { $0?.server }?.answer(packet, transport, port: port) ?? []
    }
}

private final class DatagramTalker: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let box: ScriptBox

    init(_ box: ScriptBox) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let packet = unwrapInboundIn(data)
        let port = packet.remoteAddress.port ?? 0
        for answer in box.answer(Array(packet.data.readableBytesView), .udp, port: port) {
            let reply = AddressedEnvelope(
                remoteAddress: packet.remoteAddress, data: ByteBuffer(bytes: answer))
            context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
        }
    }
}

private final class StreamTalker: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let box: ScriptBox
    private var received = ByteBuffer()

    init(_ box: ScriptBox) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        guard let length = received.getInteger(at: 0, as: UInt16.self),
            let packet = received.getBytes(at: 2, length: Int(length))
        else { return }
        let answers = box.answer(packet, .tcp, port: context.remoteAddress?.port ?? 0)
        // Byte by byte, as streams may bring them.
        for byte in answers.flatMap({ [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [byte])), promise: nil)
        }
        if answers.isEmpty { context.close(promise: nil) }
    }
}
