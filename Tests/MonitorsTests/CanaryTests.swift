import Canary
import DNSWire
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(2))) struct CanaryTests {
    /// One request on a connection of its own.
    private func ask(
        _ port: UInt16, _ method: HTTPMethod = .GET, _ path: String, header: String? = nil,
        body: Int = 0
    ) async throws -> (status: UInt, body: String) {
        let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(
            of: (UInt, String).self)
        let channel = try await ClientBootstrap(group: promise.futureResult.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(AnswerHandler(promise))
                }
            }
            .connect(host: "127.0.0.1", port: Int(port)).get()
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        head.headers.add(name: "Host", value: "canary.example.com")
        if let header { head.headers.add(name: header, value: "true") }
        if body > 0 { head.headers.add(name: "Content-Length", value: "\(body)") }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if body > 0 {
            let bytes = ByteBuffer(repeating: 0x78, count: body)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(bytes)), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        let answer = try await promise.futureResult.get()
        try? await channel.close().get()
        return answer
    }

    @Test(arguments: [
        ("/", 200 as UInt), ("/status/200", 200), ("/status/204", 204), ("/status/503?x=y", 503),
        ("/status/99", 400), ("/status/100", 400), ("/status/600", 400), ("/status/x", 400),
        ("/delay/0.01", 200), ("/delay/61", 400), ("/delay/-1", 400), ("/delay/nan", 400),
        ("/other", 404), ("/control/other", 404), ("/control/fail", 405), ("/control", 200),
    ])
    func pathsDecideTheStatus(path: String, status: UInt) async throws {
        try await withCanary { _, port in
            let answer = try await ask(port, .GET, path)
            #expect(answer.status == status)
        }
    }

    @Test func answersNameTheCanaryAndThePath() async throws {
        try await withCanary(name: "a \"b\" \\ \u{1}") { _, port in
            let answer = try await ask(port, .GET, "/status/200?q=%22")
            #expect(
                answer.body
                    == #"{"name":"a \"b\" \\ \u0001","path":"/status/200?q=%22","local":"back"}"#
                    + "\n")
        }
    }

    @Test func switchesTurnOverHTTP() async throws {
        try await withCanary { canary, port in
            func status(
                _ method: HTTPMethod, _ path: String, header: String? = nil
            ) async throws -> UInt {
                try await ask(port, method, path, header: header).status
            }
            let steps: [(HTTPMethod, String, String?, UInt)] = [
                (.PUT, "/control/local/gone", nil, 200),
                (.GET, "/", "X-HealthCheck", 503),
                (.GET, "/", nil, 200),
                (.PUT, "/control/local/back", nil, 200),
                (.GET, "/", "X-HealthCheck", 200),
                (.PUT, "/control/fail", nil, 200),
                (.GET, "/status/200", nil, 503),
                (.GET, "/delay/30", nil, 503),
                (.PUT, "/control/mute", nil, 200),
            ]
            for (method, path, header, expected) in steps {
                let found = try await status(method, path, header: header)
                #expect(found == expected, "\(method) \(path)")
            }
            let state = try await ask(port, .GET, "/control")
            #expect(
                state.body
                    == #"{"name":"test","failing":true,"muted":true,"local":"back","connections":10,"requests":10}"#
                    + "\n")
            let recovered = try await status(.PUT, "/control/recover")
            let usual = try await status(.GET, "/")
            #expect((recovered, usual) == (200, 200))
            #expect(canary.currentState().isMuted == false)
        }
    }

    @Test func largeRequestsAreRefused() async throws {
        try await withCanary { _, port in
            let long = "/" + String(repeating: "x", count: 20_000)
            let longHead = try await ask(port, .GET, long)
            #expect(longHead.status == 431)
            let fitting = try await ask(port, .PUT, "/", body: 65_536)
            #expect(fitting.status == 200)
            let longBody = try await ask(port, .PUT, "/", body: 65_537)
            #expect(longBody.status == 413)
        }
    }

    @Test func aPortInUseIsNamed() async throws {
        try await withCanary { _, port in
            let second = CanaryServer(
                CanaryServer.Options(
                    name: "second",
                    addresses: [DNSWire.SocketAddress(address: .loopback, port: port)]),
                logger: LogBook().logger)
            await #expect(throws: CanaryError.self) { try await second.run() }
        }
    }
}

private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<(UInt, String)>
    private var status: UInt = 0
    private var body = ""

    init(_ promise: EventLoopPromise<(UInt, String)>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = head.status.code
        case .body(let part): body += String(buffer: part)
        case .end: promise.succeed((status, body))
        }
    }

    func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }
}
