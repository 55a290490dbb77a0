/// Codes of EDNS options (IANA "DNS EDNS0 Option Codes").
public enum OptionCode {
    /// RFC 5001.
    @inlinable public static var nsid: UInt16 { 3 }
    /// RFC 7871.
    @inlinable public static var clientSubnet: UInt16 { 8 }
    /// RFC 7873.
    @inlinable public static var cookie: UInt16 { 10 }
    /// RFC 7828.
    @inlinable public static var keepalive: UInt16 { 11 }
    /// RFC 8914.
    @inlinable public static var extendedError: UInt16 { 15 }
}

/// The options of a query that this server knows; it ignores all others (RFC 6891 §6.1.2).
///
/// Parsing tells what was sent, well-formed or not: whether that matters depends on what the server has
/// switched on, and on the transport. Of an option that is there twice the first counts.
public struct QueryOptions {
    public var hasNSID = false

    public var hasCookie = false
    /// Whether client and server cookie have lengths that they can have (RFC 7873 §5.2.2).
    public var cookieIsWellFormed = false
    /// The client's eight bytes as a little-endian number.
    public var clientCookie: UInt64 = 0
    /// Bytes of the server cookie that the client gave back; 0: none.
    public var serverCookieBytes = 0
    /// The 16 bytes of one such as this server makes, as two little-endian numbers.
    public var serverCookieHead: UInt64 = 0
    public var serverCookieHash: UInt64 = 0

    public var hasSubnet = false
    /// The network; nil when there is none or it is malformed.
    public var subnet: ClientSubnet?

    public var hasKeepalive = false
    /// Whether it has no data, as in queries (RFC 7828 §3.1).
    public var keepaliveIsWellFormed = false

    @inlinable @inline(__always)
    public init() {}

    /// Reads all options; false when their lengths do not add up to the OPT's data exactly.
    ///
    /// - Parameter understands: false for a version of EDNS whose options mean nothing to this server.
    mutating func read(_ data: ByteView, understands: Bool) -> Bool {
        var offset = 0
        while offset < data.count {
            guard offset &+ 4 <= data.count else { return false }
            let count = Int(data.u16(offset &+ 2))
            guard count <= data.count &- offset &- 4 else { return false }
            if understands { take(data.u16(offset), data.slice(offset &+ 4, count)) }
            offset &+= 4 &+ count
        }
        return true
    }

    private mutating func take(_ code: UInt16, _ data: ByteView) {
        switch code {
        case OptionCode.nsid: hasNSID = true
        case OptionCode.cookie where !hasCookie:
            hasCookie = true
            takeCookie(data)
        case OptionCode.clientSubnet where !hasSubnet:
            hasSubnet = true
            subnet = ClientSubnet(data)
        case OptionCode.keepalive where !hasKeepalive:
            hasKeepalive = true
            keepaliveIsWellFormed = data.count == 0
        default: break
        }
    }

    private mutating func takeCookie(_ data: ByteView) {
        cookieIsWellFormed = data.count == 8 || (data.count >= 16 && data.count <= 40)
        guard cookieIsWellFormed else { return }
        clientCookie = UInt64(littleEndian: data.word(0))
        serverCookieBytes = data.count &- 8
        guard serverCookieBytes == ServerCookie.bytes else { return }
        serverCookieHead = UInt64(littleEndian: data.word(8))
        serverCookieHash = UInt64(littleEndian: data.word(16))
    }
}
