import Glibc

/// Where master files come from: the disk, or memory in tests.
package struct ZoneFiles: Sendable {
    /// The folder that included files lie in, symbolic links followed.
    private let folder: String?
    /// Follows symbolic links and `..`; nil when there is no such file.
    private let resolve: @Sendable (String) -> String?
    private let read: @Sendable (String) throws(ZoneFileError) -> [UInt8]
    /// Told about every file that a zone file includes.
    private let onInclude: @Sendable () -> Void

    /// Largest file read, in bytes.
    package static let maximumBytes = 1 << 30

    /// Files on the disk; `$INCLUDE` stays in `folder`.
    package init(folder: String, onInclude: @escaping @Sendable () -> Void = {}) {
        self.onInclude = onInclude
        resolve = ZoneFiles.realPath
        read = ZoneFiles.contents
        self.folder = ZoneFiles.realPath(folder.isEmpty ? "." : folder)
    }

    /// Files in memory by path, links by path and destination; `$INCLUDE` stays in `folder`.
    package init(folder: String, contents: [String: String], links: [String: String] = [:]) {
        onInclude = {}
        self.folder = ZoneFiles.normalized(folder)
        resolve = { path in
            let path = ZoneFiles.normalized(path)
            let target = ZoneFiles.normalized(links[path] ?? path)
            return contents[target] == nil ? nil : target
        }
        read = { path throws(ZoneFileError) in
            guard let text = contents[path] else { throw ZoneFileError("no such file") }
            return Array(text.utf8)
        }
    }

    /// A file and its real path, wherever it lies: for the zone file that an operator names.
    func open(_ path: String) throws(ZoneFileError) -> (path: String, bytes: [UInt8]) {
        guard let real = resolve(path) else { throw ZoneFileError("no such file") }
        return (real, try read(real))
    }

    /// The real path of a file that a zone file names, which must lie in the folder.
    func resolveIncluded(_ path: String) throws(ZoneFileError) -> String {
        guard let real = resolve(path) else { throw ZoneFileError("no such file") }
        guard let folder, real.hasPrefix(folder == "/" ? "/" : folder + "/") else {
            throw ZoneFileError("the file lies outside the zones folder")
        }
        return real
    }

    /// - Parameter path: As `resolveIncluded` gave it.
    func load(_ path: String) throws(ZoneFileError) -> [UInt8] {
        onInclude()
        return try read(path)
    }

    /// `path` as seen from the folder of `file`.
    static func path(_ path: String, besides file: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return file[...slash] + path
    }

    private static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Reads a regular file; pipes and devices could keep the reader waiting for ever.
    private static func contents(_ path: String) throws(ZoneFileError) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ZoneFileError(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ZoneFileError("not a regular file")
        }
        guard status.st_size <= maximumBytes else {
            throw ZoneFileError("larger than \(maximumBytes) bytes")
        }
        let size = Int(status.st_size)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size, let start = buffer.baseAddress {
                let got = Glibc.read(descriptor, start + count, size - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                // A file that shrinks meanwhile ends early.
                guard got > 0 else { return }
                count += got
            }
        }
        guard failure == 0 else { throw ZoneFileError(String(cString: strerror(failure))) }
        return bytes
    }
}

/// Why a file cannot be read.
package struct ZoneFileError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
