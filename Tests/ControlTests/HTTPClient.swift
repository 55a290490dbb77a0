import Foundation
import Glibc

/// A response as read from the socket.
struct HTTPReply: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: String

    /// The object of a JSON body.
    var object: [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]
    }

    /// `code: message` of an error.
    var error: String? {
        guard let error = object?["error"] as? [String: Any], let code = error["code"],
            let message = error["message"]
        else { return nil }
        return "\(code): \(message)"
    }
}

struct HTTPClientError: Error {
    var message: String
}

/// Sends one request per connection to 127.0.0.1 and reads until the server closes it.
struct HTTPClient: Sendable {
    let port: UInt16

    func get(_ path: String) async throws -> HTTPReply { try await send("GET", path) }

    func put(
        _ path: String, _ body: String, token: String? = nil, headers: [String] = []
    ) async throws -> HTTPReply {
        let authorization = token.map { ["Authorization: Bearer \($0)"] } ?? []
        return try await send("PUT", path, body: body, headers: headers + authorization)
    }

    func send(
        _ method: String, _ path: String, body: String = "", headers: [String] = []
    ) async throws -> HTTPReply {
        let lines =
            [
                "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close",
                "Content-Length: \(body.utf8.count)",
            ] + headers
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
        let text = try await exchange(bytes)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
        let head = parts.first?.split(separator: "\r\n").map(String.init) ?? []
        guard let status = head.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw HTTPClientError(message: "no status line in '\(text)'") }
        let fields = head.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (line[..<colon].lowercased(), value)
        }
        return HTTPReply(
            status: status, headers: Dictionary(fields, uniquingKeysWith: { $1 }),
            body: parts.count > 1 ? parts[1] : "")
    }

    /// Sends these bytes as they are and waits for the server to close; an empty text when it said nothing.
    func raw(_ text: String) async throws -> String { try await exchange(Array(text.utf8)) }

    /// Blocks a thread of its own, never one that the server needs.
    private func exchange(_ request: [UInt8]) async throws -> String {
        let port = port
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try HTTPClient.exchange(request, port: port) })
            }
        }
    }

    private static func exchange(_ request: [UInt8], port: UInt16) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw HTTPClientError(message: "socket: \(errno)") }
        defer { close(descriptor) }
        // A hanging server fails the test rather than the whole run.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw HTTPClientError(message: "connect: \(errno)") }
        var sent = 0
        while sent < request.count {
            let count = request[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // The server may answer and close before it has read everything.
            guard count > 0 else { break }
            sent += count
        }
        var reply: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN { throw HTTPClientError(message: "no end after 20 s") }
            guard count > 0 else { break }
            reply += buffer[..<count]
        }
        return String(decoding: reply, as: UTF8.self)
    }
}
