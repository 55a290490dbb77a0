import NIOCore
import NIOSSL

/// One probe under way: the last handler of its connection.
///
/// Lives on one event loop.
final class ProbeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer
    private var reader: ResponseReader?
    private var channel: (any Channel)?
    private var timer: Scheduled<Void>?
    /// Told the outcome, once.
    private var done: ((ProbeOutcome) -> Void)?

    init(_ plan: ProbePlan, done: @escaping (ProbeOutcome) -> Void) {
        request = plan.request
        reader = plan.http.map { ResponseReader($0) }
        self.done = done
    }

    /// Starts the clock that covers connecting, TLS and the response.
    func limit(to timeout: TimeAmount, on loop: NIOIsolatedEventLoop) {
        timer = loop.scheduleTask(in: timeout) {
            self.finish(.failed(.timeout, "timed out after \(timeout.brief)"))
        }
    }

    /// Ends the probe and its connection; only the first outcome counts.
    func finish(_ outcome: ProbeOutcome) {
        guard let done else { return }
        self.done = nil
        timer?.cancel()
        timer = nil
        channel?.close(promise: nil)
        channel = nil
        done(outcome)
    }

    /// Ends the probe without telling anyone.
    func abandon() {
        done = { _ in }
        finish(.notMade("stopped"))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
        // The time was over before there was a channel to close.
        if done == nil { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { channel = nil }

    func channelActive(context: ChannelHandlerContext) {
        guard reader != nil else { return finish(.passed("connected")) }
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard done != nil else { return }
        if let outcome = reader?.take(unwrapInboundIn(data).readableBytesView) { finish(outcome) }
    }

    func channelInactive(context: ChannelHandlerContext) { closedByPeer() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A peer that ends TLS without saying so has still ended the response.
        if let error = error as? NIOSSLError, case .uncleanShutdown = error {
            closedByPeer()
        } else {
            finish(ProbeOutcome(error))
        }
    }

    private func closedByPeer() {
        guard done != nil else { return }
        finish(reader?.close() ?? .failed(.connection, "connection closed"))
    }
}

extension TimeAmount {
    /// `2s`, `1500ms`.
    var brief: String {
        nanoseconds % 1_000_000_000 == 0
            ? "\(nanoseconds / 1_000_000_000)s" : "\(nanoseconds / 1_000_000)ms"
    }
}
