import DNSWire
import Glibc
import Transport

/// A socket of a test, closed with it; calls that wait give up after some seconds.
///
/// Optimised code drops it after its last use, so keep it alive while others use its `fd`.
final class TestSocket {
    let fd: CInt

    init(adopting fd: CInt) { self.fd = fd }

    deinit { close(fd) }

    var address: SocketAddress {
        guard let address = SocketSetup.localAddress(of: fd) else {
            preconditionFailure("the socket has no address")
        }
        return address
    }

    /// Connects to a server, from a given address if one is named; nil if that fails.
    static func connect(
        to server: SocketAddress, _ type: __socket_type, from source: String? = nil
    ) -> TestSocket? {
        let family = server.address.isV4 ? AF_INET : AF_INET6
        let socket = TestSocket(adopting: Glibc.socket(family, CInt(type.rawValue), 0))
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        let bytes = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, bytes)
        setsockopt(socket.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, bytes)
        if let source, let address = IPAddress(source) {
            let name = SocketAddress(address: address, port: 0)
            guard withName(name, { bind(socket.fd, $0, $1) }) == 0 else { return nil }
        }
        guard withName(server, { Glibc.connect(socket.fd, $0, $1) }) == 0 else { return nil }
        return socket
    }

    /// What the server learns of the socket when it inherits it.
    var transport: TransportProtocol? { SocketSetup.transport(of: fd) }

    var isClosedOnExec: Bool { fcntl(fd, F_GETFD) & FD_CLOEXEC != 0 }

    /// Ends the stream to the server; the one from it stays open.
    func endSending() { shutdown(fd, CInt(SHUT_WR)) }

    func setBuffer(_ option: CInt, _ bytes: CInt) {
        var bytes = bytes
        setsockopt(fd, SOL_SOCKET, option, &bytes, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Sends all the bytes, waiting where needed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        repeat {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(fd, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count >= 0 else { return false }
            sent += count
        } while sent < bytes.count
        return true
    }

    /// Sends bytes to an address without being connected to it; returns how many, or -1.
    func send(_ bytes: [UInt8], to server: SocketAddress, flags: CInt = 0) -> Int {
        var sent = -1
        _ = TestSocket.withName(server) { name, length in
            sent = bytes.withUnsafeBytes {
                sendto(fd, $0.baseAddress, $0.count, flags | CInt(MSG_NOSIGNAL), name, length)
            }
            return 0
        }
        return sent
    }

    /// Receives once, a datagram or what is there of a stream; nil after an error or some seconds.
    func receive(waiting: Bool = true) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 70_000)
        let flags = waiting ? 0 : CInt(MSG_DONTWAIT)
        let count = buffer.withUnsafeMutableBytes {
            Glibc.recv(fd, $0.baseAddress, $0.count, flags)
        }
        return count < 0 ? nil : Array(buffer[..<count])
    }

    /// Receives exactly so many bytes of a stream; fewer if it ends.
    func receive(exactly count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            var buffer = [UInt8](repeating: 0, count: min(70_000, count - bytes.count))
            let received = buffer.withUnsafeMutableBytes {
                Glibc.recv(fd, $0.baseAddress, $0.count, 0)
            }
            guard received > 0 else { break }
            bytes += buffer[..<received]
        }
        return bytes
    }

    /// Sends one DNS message over a stream, behind its length.
    @discardableResult
    func sendMessage(_ message: [UInt8]) -> Bool { send(framed(message)) }

    /// Receives one DNS message from a stream; nil if it ends first.
    func receiveMessage() -> [UInt8]? {
        let prefix = receive(exactly: 2)
        guard prefix.count == 2 else { return nil }
        let count = Int(prefix[0]) << 8 | Int(prefix[1])
        let message = receive(exactly: count)
        return message.count == count ? message : nil
    }

    /// Waits until the server closes; false if it sends something, or nothing for some seconds.
    func isClosedByServer() -> Bool {
        var byte: UInt8 = 0
        let count = recv(fd, &byte, 1, 0)
        return count == 0 || count < 0 && errno == ECONNRESET
    }

    private static func withName(
        _ address: SocketAddress, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        // Family in host order, port in network order, then (IPv6: after the flow) the address.
        var bytes: [UInt8] = withUnsafeBytes(
            of: sa_family_t(address.address.isV4 ? AF_INET : AF_INET6)
        ) { Array($0) }
        bytes += [UInt8(address.port >> 8), UInt8(truncatingIfNeeded: address.port)]
        if !address.address.isV4 { bytes += [0, 0, 0, 0] }
        bytes += address.address.bytes
        bytes += Array(repeating: 0, count: address.address.isV4 ? 8 : 4)
        return bytes.withUnsafeBytes { raw in
            guard let start = raw.baseAddress else { return -1 }
            return body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
    }
}

/// A message behind its length in two bytes.
func framed(_ message: [UInt8]) -> [UInt8] {
    [UInt8(message.count >> 8), UInt8(truncatingIfNeeded: message.count)] + message
}

/// Reads an address that a test has written out.
func address(_ text: String) throws -> SocketAddress {
    guard let address = SocketAddress(text) else { throw TestFailure("\(text) is no address") }
    return address
}

/// UDP sockets on a free port.
func openUDP(_ text: String = "127.0.0.1:0", count: Int = 1) throws -> [TestSocket] {
    try SocketSetup.openUDP(address(text), count: count).map { TestSocket(adopting: $0) }
}

/// A listening socket on a free port.
func openTCP(_ text: String = "127.0.0.1:0") throws -> TestSocket {
    TestSocket(adopting: try SocketSetup.openTCP(address(text)))
}

/// A connected client, or a failed test.
func client(
    of server: SocketAddress, _ type: __socket_type, from source: String? = nil
) throws -> TestSocket {
    guard let client = TestSocket.connect(to: server, type, from: source) else {
        throw TestFailure("cannot connect to \(server)")
    }
    return client
}

/// Says why a test could not be carried out.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Whether this machine speaks IPv6 at all.
let hasIPv6: Bool = (try? openUDP("[::1]:0")) != nil
