import Foundation

/// A socket on 127.0.0.1, closed with the object.
final class Loopback {
    private let file: CInt

    /// - Parameter isStream: TCP rather than UDP.
    init(isStream: Bool) throws {
        let type = isStream ? SOCK_STREAM : SOCK_DGRAM
        file = socket(AF_INET, CInt(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { throw Failure("no socket: \(String(cString: strerror(errno)))") }
        var on: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        if isStream { setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        // Room for a window of the largest responses.
        var room: CInt = 4 << 20
        setsockopt(file, SOL_SOCKET, SO_RCVBUF, &room, size)
    }

    deinit { close(file) }

    func bind(port: UInt16) -> Bool {
        Loopback.withName(port) { Foundation.bind(file, $0, $1) } == 0
    }

    func connect(port: UInt16) -> Bool {
        Loopback.withName(port) { Foundation.connect(file, $0, $1) } == 0
    }

    private static func withName<R>(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Sends all bytes, or as many as the connection takes before it breaks.
    func send(_ bytes: [UInt8]) {
        var start = 0
        repeat {
            let count = bytes[start...].withUnsafeBytes {
                Foundation.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            start += count
        } while start < bytes.count
    }

    /// Receives a datagram, or what a stream has.
    ///
    /// - Returns: nil when nothing comes in time, or never will.
    func receive(milliseconds: CInt) -> [UInt8]? {
        var poll = pollfd(file: file)
        guard Foundation.poll(&poll, 1, milliseconds) > 0 else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_535) { buffer, count in
            count = max(recv(file, buffer.baseAddress, buffer.count, 0), 0)
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// A port that nobody has, neither for UDP nor for TCP.
    ///
    /// Below the range that the kernel gives to clients, so that none takes it before its use.
    static func freePort() throws -> UInt16 {
        for _ in 0..<1000 {
            let port = UInt16.random(in: 10_000..<20_000)
            let udp = try Loopback(isStream: false)
            let tcp = try Loopback(isStream: true)
            if udp.bind(port: port), tcp.bind(port: port) { return port }
        }
        throw Failure("no port is free")
    }
}

extension pollfd {
    fileprivate init(file: CInt) { self.init(fd: file, events: Int16(POLLIN), revents: 0) }
}
