import CSterna
import Glibc

/// The Unix socket in the state folder over which a control process finds the answering one.
package enum HandoverSocket {
    /// Most sockets that are shown to a control process.
    package static let maximumSockets = 128
    private static let name = "answer.sock"

    /// Listens in `folder`, in place of whoever did so before.
    ///
    /// - Returns: a socket to accept from.
    package static func listen(folder: String) throws(HandoverError) -> CInt {
        unlink("\(folder)/\(name)")
        let socket = try make()
        let failed = try withAddress(in: folder) { address, length in
            bind(socket, address, length) == 0 ? 0 : errno
        }
        guard failed == 0, chmod("\(folder)/\(name)", 0o600) == 0, Glibc.listen(socket, 8) == 0
        else {
            let code = failed == 0 ? errno : failed
            close(socket)
            throw HandoverError("cannot listen in \(folder)", code)
        }
        return socket
    }

    /// Connects to the answering process of `folder`; nil when none listens.
    package static func connect(folder: String) throws(HandoverError) -> CInt? {
        let socket = try make()
        let failed = try withAddress(in: folder) { address, length in
            Glibc.connect(socket, address, length) == 0 ? 0 : errno
        }
        guard failed != 0 else { return socket }
        close(socket)
        if failed == ENOENT || failed == ECONNREFUSED { return nil }
        throw HandoverError("cannot reach the answering process of \(folder)", failed)
    }

    /// Accepts a connection; nil when there is none after all.
    package static func accept(_ listener: CInt) -> CInt? {
        let socket = accept4(listener)
        return socket < 0 ? nil : socket
    }

    private static func accept4(_ listener: CInt) -> CInt {
        let socket = Glibc.accept(listener, nil, nil)
        if socket >= 0 { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
        return socket
    }

    /// Sends a message, with open files beside it; false when the peer is gone.
    @discardableResult
    package static func send(
        _ message: HandoverMessage, to socket: CInt, files: [CInt] = []
    ) -> Bool {
        let text = Array(message.text.utf8.prefix(HandoverMessage.maximumBytes))
        return sterna_send_fds(socket, text, text.count, files, files.count) == text.count
    }

    /// Receives a message and the files beside it.
    ///
    /// - Returns: nil when the peer is gone.
    /// - Throws: when what came is no message, or nothing comes within the socket's time limit.
    package static func receive(
        from socket: CInt
    ) throws(HandoverError) -> (message: HandoverMessage, files: [CInt])? {
        var bytes = [UInt8](repeating: 0, count: HandoverMessage.maximumBytes)
        var files = [CInt](repeating: -1, count: maximumSockets)
        var fileCount = 0
        let count = sterna_recv_fds(
            socket, &bytes, bytes.count, &files, files.count, &fileCount)
        guard count >= 0 else { throw HandoverError("cannot receive a message", CInt(-count)) }
        guard count > 0 else { return nil }
        let received = Array(files.prefix(fileCount))
        guard let message = HandoverMessage(String(decoding: bytes.prefix(count), as: UTF8.self))
        else {
            for file in received { close(file) }
            throw HandoverError("a message of another version", EPROTO)
        }
        return (message, received)
    }

    /// Makes `receive` give up after some seconds.
    package static func limitReceiving(_ socket: CInt, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    private static func make() throws(HandoverError) -> CInt {
        let kind = CInt(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(AF_UNIX, kind, 0)
        guard socket >= 0 else { throw HandoverError("cannot make a Unix socket", errno) }
        return socket
    }

    /// Names the socket through an open folder, since a path of its own may be too long.
    private static func withAddress(
        in folder: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(HandoverError) -> CInt {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw HandoverError("cannot open \(folder)", errno) }
        defer { close(directory) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/proc/self/fd/\(directory)/\(name)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// What went wrong between the two processes.
package struct HandoverError: Error, CustomStringConvertible {
    package let description: String

    init(_ doing: String, _ code: CInt) {
        description = "\(doing): \(String(cString: strerror(code)))"
    }
}
