import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, one after the other.
final class CanaryHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Longest request line and header block, in bytes.
    static let maximumHeadBytes = 16_384
    /// Longest request body, in bytes; it is read and not looked at.
    static let maximumBodyBytes = 65_536

    private let name: String
    private let state: CanaryBox
    private var head: HTTPRequestHead?
    private var bodyBytes = 0

    init(name: String, state: CanaryBox) {
        self.name = name
        self.state = state
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let bytes = head.headers.reduce(head.uri.utf8.count) {
                $0 + $1.name.utf8.count + $1.value.utf8.count + 4
            }
            self.head = head
            bodyBytes = 0
            if bytes > CanaryHandler.maximumHeadBytes { refuse(431, context: context) }
        case .body(let part):
            bodyBytes += part.readableBytes
            if bodyBytes > CanaryHandler.maximumBodyBytes { refuse(413, context: context) }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context: context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let route = CanaryRoute(method: head.method.rawValue, target: head.uri)
        switch route {
        case .control(let change):
            let new = state.update { state in
                state.requests += 1
                state.turn(change)
                return state
            }
            return respond(200, body: new.json(name: name), to: head, context: context)
        case .state:
            let new = state.update { state in
                state.requests += 1
                return state
            }
            return respond(200, body: new.json(name: name), to: head, context: context)
        case .status, .delay: break
        }
        let now = state.update { state in
            state.requests += 1
            return state
        }
        if now.isMuted { return }
        let isLocalCheck = head.headers.contains(name: "X-HealthCheck")
        let mustFail = now.isFailing || isLocalCheck && now.isLocalGone
        switch route {
        case .status(let code): respond(mustFail ? 503 : code, to: head, context: context)
        case .delay where mustFail: respond(503, to: head, context: context)
        case .delay(let milliseconds):
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) {
                guard context.channel.isActive else { return }
                self.respond(200, to: head, context: context)
            }
        case .control, .state: break
        }
    }

    /// Answers a request that breaks a limit, and reads no further.
    private func refuse(_ code: Int, context: ChannelHandlerContext) {
        guard var head else { return }
        self.head = nil
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        respond(code, to: head, context: context)
    }

    private func respond(
        _ code: Int, body: String? = nil, to head: HTTPRequestHead, context: ChannelHandlerContext
    ) {
        let local = state.read().localWord
        let body =
            body
                ?? """
                {"name":\(name.jsonQuoted),"path":\(head.uri.jsonQuoted),"local":"\(local)"}

                """
        let hasBody = code != 204 && code != 304
        var response = HTTPResponseHead(
            version: head.version, status: HTTPResponseStatus(statusCode: code))
        if hasBody {
            response.headers.add(name: "Content-Type", value: "application/json")
            response.headers.add(name: "Content-Length", value: "\(body.utf8.count)")
        }
        if !head.isKeepAlive { response.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if hasBody, head.method != .HEAD {
            let buffer = context.channel.allocator.buffer(string: body)
            context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        }
        let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !head.isKeepAlive {
            end.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        }
    }
}

/// Counts the connections of one canary and turns away those above the limit.
final class CanaryGate: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    /// Most connections at a time.
    static let maximumConnections = 4096

    private let state: CanaryBox

    init(state: CanaryBox) { self.state = state }

    func channelActive(context: ChannelHandlerContext) {
        let open = state.update { state in
            state.connections += 1
            state.openConnections += 1
            return state.openConnections
        }
        guard open <= CanaryGate.maximumConnections else { return context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        state.update { $0.openConnections -= 1 }
        context.fireChannelInactive()
    }
}
