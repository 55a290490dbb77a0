import CSterna
import Glibc

/// Sockets to and on loopback.
package enum LoopbackSocket {
    /// Room for bursts; the kernel's default holds some 200 small datagrams.
    private static let bufferBytes: CInt = 4 << 20
    /// `IP_BIND_ADDRESS_NO_PORT`: the port is chosen by connect, so that it may be used again.
    private static let bindWithoutPort: CInt = 24

    static func address(_ host: UInt32, port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return address
    }

    /// 127.0.0.1.
    package static let localhost: UInt32 = 0x7F00_0001

    /// A UDP socket that is connected to a server.
    static func udp(to port: UInt16) throws(LoadError) -> CInt {
        let file = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        guard file >= 0 else { throw LoadError("no socket: \(String(cString: strerror(errno)))") }
        sterna_set_buffers(file, bufferBytes, bufferBytes)
        try connect(file, to: port)
        return file
    }

    /// A UDP socket that is bound, to answer on.
    static func responder(on port: UInt16) throws(LoadError) -> CInt {
        let file = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        guard file >= 0 else { throw LoadError("no socket: \(String(cString: strerror(errno)))") }
        sterna_set_buffers(file, bufferBytes, bufferBytes)
        var name = address(localhost, port: port)
        let failed = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failed == 0 else {
            throw LoadError("port \(port): \(String(cString: strerror(errno)))")
        }
        return file
    }

    /// A connection from an address of 127.0.0.0/8; there are some 28,000 ports for each.
    package static func tcp(to port: UInt16, from source: UInt32 = localhost) throws(LoadError)
        -> CInt
    {
        let file = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard file >= 0 else { throw LoadError("no socket: \(String(cString: strerror(errno)))") }
        var on: CInt = 1
        setsockopt(file, CInt(IPPROTO_IP), bindWithoutPort, &on, socklen_t(MemoryLayout<CInt>.size))
        var own = address(source, port: 0)
        let failed = withUnsafePointer(to: &own) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failed == 0 else {
            close(file)
            throw LoadError("no source address: \(String(cString: strerror(errno)))")
        }
        sterna_set_no_delay(file)
        try connect(file, to: port)
        return file
    }

    /// Limits how long a blocking receive waits.
    package static func limitWaiting(_ file: CInt, milliseconds: Int) {
        var limit = timeval(
            tv_sec: milliseconds / 1000, tv_usec: suseconds_t(milliseconds % 1000 * 1000))
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    private static func connect(_ file: CInt, to port: UInt16) throws(LoadError) {
        var server = address(localhost, port: port)
        let failed = withUnsafePointer(to: &server) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failed == 0 else {
            let reason = String(cString: strerror(errno))
            close(file)
            throw LoadError("port \(port): \(reason)")
        }
    }
}
