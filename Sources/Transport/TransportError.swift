package import DNSWire
import Glibc

/// Why a socket cannot be listened on, in one sentence for the operator.
package enum TransportError: Error, Equatable {
    /// Another process (or an earlier line of the same configuration) listens there.
    case inUse(SocketAddress, TransportProtocol)
    /// The port needs a privilege that this process has not got.
    case notPermitted(SocketAddress, TransportProtocol)
    /// No interface of this machine has the address.
    case notOurAddress(SocketAddress, TransportProtocol)
    /// The kernel does not speak this version of IP.
    case familyUnavailable(SocketAddress, TransportProtocol)
    /// Anything else: what was tried, and the errno it failed with.
    case system(String, CInt)

    /// Reads the errno of a failed `socket`, `bind` or `listen`.
    package init(_ code: CInt, listeningOn address: SocketAddress, _ transport: TransportProtocol) {
        self =
            switch code {
            case EADDRINUSE: .inUse(address, transport)
            case EACCES, EPERM: .notPermitted(address, transport)
            case EADDRNOTAVAIL: .notOurAddress(address, transport)
            case EAFNOSUPPORT: .familyUnavailable(address, transport)
            default: .system("listen on \(address)/\(transport)", code)
            }
    }
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inUse(let address, let transport):
            "\(address)/\(transport) is in use by another process"
        case .notPermitted(let address, let transport) where address.port < 1_024:
            "no permission to listen on \(address)/\(transport): "
                + "ports below 1024 need root or CAP_NET_BIND_SERVICE"
        case .notPermitted(let address, let transport):
            "no permission to listen on \(address)/\(transport)"
        case .notOurAddress(let address, let transport):
            "cannot listen on \(address)/\(transport): "
                + "\(address.address) is not an address of this machine"
        case .familyUnavailable(let address, let transport):
            "cannot listen on \(address)/\(transport): this machine has no "
                + (address.address.isV4 ? "IPv4" : "IPv6")
        case .system(let attempt, let code):
            "cannot \(attempt): \(Self.text(of: code))"
        }
    }

    /// The C library's words for an errno.
    private static func text(of code: CInt) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
