import DNSWire
import Foundation

/// Asks the HTTP API one question over a plain blocking socket.
enum HTTPClient {
    /// Largest answer read, in bytes.
    private static let maximumBytes = 64 << 20
    private static let timeoutSeconds = 10

    /// Returns the body of a 200 answer.
    static func get(_ path: String, from server: DNSWire.SocketAddress) throws -> Data {
        try ask("GET", path, of: server)
    }

    /// The same of a request that changes something, without a body.
    static func post(_ path: String, to server: DNSWire.SocketAddress) throws -> Data {
        try ask("POST", path, of: server)
    }

    private static func ask(
        _ method: String, _ path: String, of server: DNSWire.SocketAddress
    ) throws -> Data {
        let length = method == "POST" ? "Content-Length: 0\r\n" : ""
        let answer = try exchange(
            "\(method) \(path) HTTP/1.0\r\nHost: \(server)\r\n\(length)Connection: close\r\n\r\n",
            with: server)
        guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else {
            throw ServeError("\(server) does not speak HTTP")
        }
        let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
        let status = head.split(separator: " ").dropFirst().first ?? ""
        let body = answer[end.upperBound...]
        guard status == "200" else {
            throw ServeError(
                "\(server) answered \(status): \(String(decoding: body.prefix(500), as: UTF8.self))"
            )
        }
        return Data(body)
    }

    private static func exchange(_ request: String, with server: DNSWire.SocketAddress) throws
        -> Data
    {
        let socket = Foundation.socket(
            server.address.isV4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw ServeError("cannot make a socket: \(errnoText())") }
        defer { close(socket) }
        var time = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        guard connect(socket, to: server) == 0 else {
            throw ServeError("no server at \(server) (\(errnoText())); is `sterna serve` running?")
        }
        let bytes = Array(request.utf8)
        guard send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw ServeError("cannot ask \(server): \(errnoText())")
        }
        var answer = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while answer.count < maximumBytes {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ServeError("\(server) does not answer: \(errnoText())") }
            if count == 0 { break }
            answer.append(contentsOf: buffer.prefix(count))
        }
        return answer
    }

    private static func connect(_ socket: Int32, to server: DNSWire.SocketAddress) -> Int32 {
        switch server.address {
        case .v4(let value):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = server.port.bigEndian
            name.sin_addr.s_addr = value.bigEndian
            return withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Foundation.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .v6:
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = server.port.bigEndian
            withUnsafeMutableBytes(of: &name.sin6_addr) { $0.copyBytes(from: server.address.bytes) }
            return withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Foundation.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
    }
}
