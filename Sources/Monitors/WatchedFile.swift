import Glibc

/// Tells whether a file has other content than last time, without reading it each time.
///
/// Device, inode, size and time of modification say that nothing changed, but only once that time
/// lies back: two writes within one tick of the file system's clock look alike. Until then, and
/// whenever one of the four differs, the content is read and its hash compared.
struct WatchedFile {
    let path: String
    let maximumBytes: Int

    /// Time after which a file system's clock has surely ticked, in seconds.
    private static let settledSeconds = 2

    enum Reading: Equatable {
        case unchanged
        case content([UInt8])
        /// The file cannot be read, and why.
        case unreadable(String)

        var isContent: Bool {
            if case .content = self { true } else { false }
        }
    }

    private struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    private var identity: Identity?
    private var hash: Int?
    /// When the file that was read last was modified, in Unix seconds; nil: none was read.
    private(set) var modified: Int64?

    init(path: String, maximumBytes: Int) {
        self.path = path
        self.maximumBytes = maximumBytes
    }

    /// Reads the file if it may have changed.
    mutating func read() -> Reading {
        // Without O_NONBLOCK, opening a FIFO would wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return unreadable(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return unreadable(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            identity = nil
            return .unreadable("not a regular file")
        }
        let current = Identity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int(status.st_size),
            seconds: Int(status.st_mtim.tv_sec), nanoseconds: Int(status.st_mtim.tv_nsec))
        modified = Int64(current.seconds)
        if current == identity { return .unchanged }
        guard current.size <= maximumBytes else {
            identity = current
            hash = nil
            return .unreadable("the file is longer than \(maximumBytes) bytes")
        }
        guard let bytes = contents(of: descriptor) else { return unreadable(errno) }
        identity = isSettled(current) ? current : nil
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        let newHash = hasher.finalize()
        guard newHash != hash else { return .unchanged }
        hash = newHash
        return .content(bytes)
    }

    private mutating func unreadable(_ code: CInt) -> Reading {
        identity = nil
        return .unreadable(String(cString: strerror(code)))
    }

    private func isSettled(_ identity: Identity) -> Bool {
        let age = time(nil) - identity.seconds
        return age > WatchedFile.settledSeconds
    }

    /// At most one byte more than allowed: a file may grow while it is read.
    private func contents(of descriptor: CInt) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= maximumBytes {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}
