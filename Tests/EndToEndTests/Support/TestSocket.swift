import Foundation

/// An IPv4 address and port.
struct SocketName {
    /// In host order: 0x7F000001 is 127.0.0.1.
    var v4: UInt32 = 0x7F00_0001
    var port: UInt16

    func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = v4.bigEndian
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// An IPv4 socket of a test, closed with the object.
final class TestSocket {
    private let file: CInt

    init?(_ type: __socket_type) {
        file = socket(AF_INET, CInt(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if file < 0 { return nil }
        // What a server does: connections that linger do not keep a port.
        var on: CInt = 1
        if type == SOCK_STREAM {
            setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        }
    }

    deinit { close(file) }

    func bind(to name: SocketName) -> Bool {
        name.withPointer { Foundation.bind(file, $0, $1) } == 0
    }

    func listen() -> Bool { Foundation.listen(file, 1) == 0 }

    func connect(to name: SocketName) -> Bool {
        name.withPointer { Foundation.connect(file, $0, $1) } == 0
    }

    /// Makes `receive` give up after a time.
    func limitReceiving(milliseconds: Int) {
        var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    func send(_ bytes: [UInt8]) {
        _ = Foundation.send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Receives a datagram; nil when none comes in time or the port is closed.
    func receive(into buffer: inout [UInt8]) -> Int? {
        let count = recv(file, &buffer, buffer.count, 0)
        return count < 0 ? nil : count
    }
}
