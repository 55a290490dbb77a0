import DNSWire
import Hummingbird
import NIOCore

/// What a request's handler knows beside the request: who sent it.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Where the connection comes from; nil when the system does not say.
    let peer: IPAddress?
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        peer = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }
}
