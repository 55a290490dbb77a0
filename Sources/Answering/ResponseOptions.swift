import DNSWire
import Serving

/// The EDNS options that a response carries, decided before its records so that they find room.
struct ResponseOptions {
    private var nsid: ByteView?
    private var cookie: ServerCookie?
    private var clientCookie: UInt64 = 0
    /// The client subnet, where the server reads it.
    private(set) var subnet: ClientSubnet?
    private var keepalive: UInt16?
    /// Bytes that all of them take.
    private(set) var bytes = 0
    /// Whether the client has shown that it receives what is sent to its address (RFC 7873 §5.2.3).
    private(set) var clientIsKnown = false

    /// No options.
    init() {}

    /// What answers the options of `query`; `now` is in seconds since 1970.
    init(
        _ query: borrowing Query, from client: ClientAddress, isTCP: Bool, at now: UInt32,
        image: ServingImage
    ) {
        let options = query.options
        if options.hasNSID { addNSID(image) }
        if options.hasCookie, image.hasCookies {
            let judgement = ServerCookie.judge(
                options, from: client, at: now, current: image.cookieSecret,
                previous: image.previousSecret)
            cookie = judgement.reply
            clientIsKnown = judgement.isValid
            clientCookie = options.clientCookie
            bytes &+= ResponseWriter.optionHeadBytes &+ 8 &+ ServerCookie.bytes
        }
        if let asked = options.subnet, image.hasClientSubnet {
            subnet = asked
            bytes &+= ResponseWriter.optionHeadBytes &+ 4 &+ asked.addressBytes
        }
        if options.hasKeepalive, isTCP {
            keepalive = image.tcpIdle
            bytes &+= ResponseWriter.optionHeadBytes &+ 2
        }
    }

    private mutating func addNSID(_ image: ServingImage) {
        let text = image.nsid
        guard text.count > 0 else { return }
        nsid = text
        bytes &+= ResponseWriter.optionHeadBytes &+ text.count
    }

    /// Whether an option that is switched on breaks its own format, which is answered with FORMERR.
    ///
    /// An option that is off is as good as unknown, and so is keepalive over UDP (RFC 7828 §3.2.1).
    static func areMalformed(_ query: borrowing Query, isTCP: Bool, image: ServingImage) -> Bool {
        let options = query.options
        if options.hasCookie, !options.cookieIsWellFormed, image.hasCookies { return true }
        if options.hasSubnet, options.subnet == nil, image.hasClientSubnet { return true }
        return options.hasKeepalive && !options.keepaliveIsWellFormed && isTCP
    }

    /// Writes them behind the OPT's head.
    ///
    /// - Parameter scopeBits: how much of the client subnet decided the answer (RFC 7871 §7.2.1).
    func write(to writer: inout ResponseWriter, scopeBits: UInt8) {
        if let nsid { writer.appendNSID(nsid) }
        if let cookie { writer.appendCookie(clientCookie, cookie) }
        if let subnet { writer.appendSubnet(subnet, scopeBits: scopeBits) }
        if let keepalive { writer.appendKeepalive(keepalive) }
    }
}
