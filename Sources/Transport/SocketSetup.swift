import CSterna
package import DNSWire
import Glibc

/// Opens the sockets to answer on, and tells what an inherited one is.
///
/// The control process opens them and lets the answering process inherit them: they stay open,
/// with the queries waiting in them, while either process is replaced. All are closed on exec
/// until they are passed on deliberately.
package enum SocketSetup {
    /// Bytes of queries that may wait in the kernel for each UDP socket: some ten thousand.
    package static let bufferBytes = 4 << 20
    /// Connections that may wait to be accepted; the kernel's own limit applies as well.
    static let backlog: CInt = 1_024
    /// Waiting connections that may bring their query in the SYN (RFC 7413).
    static let fastOpenQueue: CInt = 256

    /// Opens `count` UDP sockets on one address, one for each worker (SO_REUSEPORT).
    ///
    /// `receiveBytes` is the memory for queries that wait: what comes on top of it is lost, and so none
    /// waits longer than it takes to answer as many. Port 0 takes a free port, the same for all. SO_REUSEPORT would share the port with another
    /// process of the same user without a word, so a socket without it tries the address first.
    package static func openUDP(
        _ address: SocketAddress, count: Int, receiveBytes: Int = bufferBytes
    ) throws(TransportError) -> [CInt] {
        precondition(count > 0, "no worker, no socket")
        close(try bindUDP(address, sharingPort: false, receiveBytes: receiveBytes))
        var sockets: [CInt] = []
        var address = address
        do throws(TransportError) {
            for _ in 0..<count {
                let socket = try bindUDP(address, sharingPort: true, receiveBytes: receiveBytes)
                sockets.append(socket)
                if address.port == 0, let local = localAddress(of: socket) {
                    address.port = local.port
                }
            }
        } catch {
            for socket in sockets { close(socket) }
            throw error
        }
        return sockets
    }

    /// Opens a listening TCP socket; accepting from it never blocks.
    package static func openTCP(_ address: SocketAddress) throws(TransportError) -> CInt {
        let socket = try make(SOCK_STREAM, address, .tcp)
        // Connections of an earlier run may linger in TIME_WAIT.
        turnOn(SO_REUSEADDR, socket)
        // The sockets that are accepted inherit this.
        sterna_set_no_delay(socket)
        sterna_allow_fast_open(socket, fastOpenQueue)
        try bind(socket, address, .tcp)
        guard listen(socket, backlog) == 0 else { throw failure(closing: socket, address, .tcp) }
        _ = sterna_set_nonblocking(socket, 1)
        return socket
    }

    /// The address that a socket is bound to; nil if it is none of IPv4 or IPv6.
    package static func localAddress(of socket: CInt) -> SocketAddress? {
        unsafe withUnsafeTemporaryAllocation(byteCount: socketNameBytes, alignment: 8) { name in
            let start = unsafe name.baseAddress.unsafelyUnwrapped
            var length = socklen_t(socketNameBytes)
            let failed = unsafe getsockname(
                socket, start.assumingMemoryBound(to: sockaddr.self), &length)
            return failed == 0 ? unsafe SocketAddress(socketName: start) : nil
        }
    }

    /// Whether a file is a UDP or a TCP socket; nil if it is neither.
    package static func transport(of socket: CInt) -> TransportProtocol? {
        guard localAddress(of: socket) != nil else { return nil }
        var type: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length) == 0 else {
            return nil
        }
        switch type {
        case CInt(SOCK_DGRAM.rawValue): return .udp
        case CInt(SOCK_STREAM.rawValue): return .tcp
        default: return nil
        }
    }

    private static func bindUDP(
        _ address: SocketAddress, sharingPort: Bool, receiveBytes: Int
    ) throws(TransportError) -> CInt {
        let socket = try make(SOCK_DGRAM, address, .udp)
        if sharingPort {
            turnOn(SO_REUSEPORT, socket)
            sterna_set_buffers(socket, CInt(clamping: receiveBytes), CInt(bufferBytes))
            sterna_ignore_path_mtu(socket, address.family)
            // Only a socket of all addresses has to be told which one to answer from.
            if address.isWildcard { _ = sterna_want_destination(socket, address.family) }
        }
        try bind(socket, address, .udp)
        return socket
    }

    private static func make(
        _ type: __socket_type, _ address: SocketAddress, _ transport: TransportProtocol
    ) throws(TransportError) -> CInt {
        let flags = CInt(type.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(address.family, flags, 0)
        guard socket >= 0 else {
            throw TransportError(errno, listeningOn: address, transport)
        }
        if !address.address.isV4 { _ = sterna_set_v6_only(socket) }
        return socket
    }

    private static func bind(
        _ socket: CInt, _ address: SocketAddress, _ transport: TransportProtocol
    ) throws(TransportError) {
        let failed = unsafe address.withSocketName { unsafe Glibc.bind(socket, $0, $1) }
        guard failed == 0 else { throw failure(closing: socket, address, transport) }
    }

    /// Takes the errno before closing the socket can change it.
    private static func failure(
        closing socket: CInt, _ address: SocketAddress, _ transport: TransportProtocol
    ) -> TransportError {
        let error = TransportError(errno, listeningOn: address, transport)
        close(socket)
        return error
    }

    private static func turnOn(_ option: CInt, _ socket: CInt) {
        var on: CInt = 1
        let bytes = socklen_t(MemoryLayout<CInt>.size)
        _ = unsafe setsockopt(socket, SOL_SOCKET, option, &on, bytes)
    }
}

/// Makes calls on a socket wait; everyone who shares the open file sees it.
func setBlocking(_ socket: CInt) -> Bool { sterna_set_nonblocking(socket, 0) == 0 }
