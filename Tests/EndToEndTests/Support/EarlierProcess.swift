import Foundation
import Synchronization

/// An answering process of an earlier version, as far as a control process can tell: it holds the
/// sockets and introduces itself, but answers nothing.
final class EarlierProcess: Sendable {
    static let version = "0.0.9"

    /// The process that it says it is, so that signals meet somebody.
    let process: ChildProcess
    private let heard = Mutex<[String]>([])
    private let isStopping = Atomic(false)

    /// What control processes have said.
    var messages: [String] { heard.withLock { $0 } }

    private static let passesFiles: CInt = 1
    private static let maximumSockets = 16
    /// What stands before the numbers of files in a control message: its length, level and type.
    private static let headerBytes = MemoryLayout<cmsghdr>.size

    /// Takes the sockets and the place of the answering process of a site without a control process.
    init(inPlaceOf answering: pid_t, at site: Site, generation: UInt64) throws {
        process = try ChildProcess("sleep", ["600"], in: site.folder)
        let path = "\(site.folder)/state/answer.sock"
        let connection = try Self.socket(at: path, Foundation.connect)
        let sockets = try Self.receiveFiles(connection)
        close(connection)
        kill(answering, SIGKILL)
        unlink(path)
        let listener = try Self.socket(at: path, Foundation.bind)
        guard listen(listener, 8) == 0 else { throw Failure("cannot listen at \(path)") }
        let hello = "hello \(Self.version) \(process.pid) \(generation)"
        Thread.detachNewThread { self.run(listener, sockets, hello) }
    }

    deinit { isStopping.store(true, ordering: .relaxed) }

    /// Stops, whatever was said.
    func stop() { isStopping.store(true, ordering: .relaxed) }

    private func run(_ listener: CInt, _ sockets: [CInt], _ hello: String) {
        var peer: CInt = -1
        while !isStopping.load(ordering: .relaxed), messages.last != "hand-over" {
            var waits = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: peer, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, 2, 50) > 0 else { continue }
            if waits[1].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 1024)
                let count = recv(peer, &bytes, bytes.count, 0)
                if count > 0 {
                    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
                    heard.withLock { $0.append(text) }
                } else {
                    close(peer)
                    peer = -1
                }
            }
            if waits[0].revents != 0 {
                // The newest is the one to obey, as with the real one.
                if peer >= 0 { close(peer) }
                peer = accept(listener, nil, nil)
                Self.send(hello, sockets, to: peer)
            }
        }
        for file in sockets + [listener, peer] where file >= 0 { close(file) }
    }

    // MARK: Unix sockets

    private static func socket(
        at path: String, _ use: (CInt, UnsafePointer<sockaddr>?, socklen_t) -> CInt
    ) throws -> CInt {
        let kind = CInt(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        let file = Foundation.socket(AF_UNIX, kind, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: path.utf8.prefix(room.count - 1))
        }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard file >= 0, result == 0 else {
            throw Failure("\(path): \(String(cString: strerror(errno)))")
        }
        return file
    }

    /// Calls `body` with a message of some text, and room for files beside it.
    private static func withMessage<R>(
        _ text: inout [UInt8], _ room: inout [Int], _ body: (inout msghdr) -> R
    ) -> R {
        text.withUnsafeMutableBytes { text in
            room.withUnsafeMutableBytes { room in
                var part = iovec(iov_base: text.baseAddress, iov_len: text.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = room.baseAddress
                    message.msg_controllen = room.count
                    return body(&message)
                }
            }
        }
    }

    private static func send(_ text: String, _ files: [CInt], to peer: CInt) {
        var bytes = Array(text.utf8)
        let length = headerBytes + files.count * MemoryLayout<CInt>.size
        var room = [Int](repeating: 0, count: (length + 7) / 8)
        room.withUnsafeMutableBytes { room in
            var header = cmsghdr()
            header.cmsg_len = length
            header.cmsg_level = SOL_SOCKET
            header.cmsg_type = passesFiles
            room.storeBytes(of: header, as: cmsghdr.self)
            for (index, file) in files.enumerated() {
                room.storeBytes(of: file, toByteOffset: headerBytes + index * 4, as: CInt.self)
            }
        }
        _ = withMessage(&bytes, &room) { sendmsg(peer, &$0, CInt(MSG_NOSIGNAL)) }
    }

    private static func receiveFiles(_ connection: CInt) throws -> [CInt] {
        var bytes = [UInt8](repeating: 0, count: 1024)
        var room = [Int](repeating: 0, count: (headerBytes + maximumSockets * 4 + 7) / 8)
        let count = withMessage(&bytes, &room) { recvmsg(connection, &$0, 0) }
        guard count > 0 else { throw Failure("no introduction of the answering process") }
        return room.withUnsafeBytes { room in
            let length = room.load(as: cmsghdr.self).cmsg_len
            return stride(from: headerBytes, to: Int(length), by: 4).map {
                room.load(fromByteOffset: $0, as: CInt.self)
            }
        }
    }
}
