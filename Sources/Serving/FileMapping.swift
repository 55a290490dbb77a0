package import DNSWire
import Glibc

/// A file mapped into memory, shared with whoever else maps it; unmapped when released.
@safe
package final class FileMapping: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    package let count: Int

    private init(base: UnsafeMutableRawPointer, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    deinit { unsafe munmap(base, count) }

    package var view: ByteView {
        unsafe ByteView(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Maps a whole file for reading; a relative path is one of `folder`, an open folder.
    package static func reading(
        _ path: String, in folder: CInt = AT_FDCWD
    ) throws(ImageError) -> FileMapping {
        let file = unsafe openat(folder, path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw systemError("cannot open \(path)") }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw systemError("cannot look at \(path)") }
        guard status.st_size > 0 else { throw .cutShort(bytes: 0, expected: 0) }
        return try map(file, Int(status.st_size), PROT_READ, path)
    }

    /// Maps a file for both directions, making it, or stretching it, to `bytes` first.
    ///
    /// The blocks are allocated at once: a full disk must be an error here and not a signal later.
    package static func sharing(_ path: String, bytes: Int) throws(ImageError) -> FileMapping {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw systemError("cannot open \(path)") }
        defer { close(file) }
        let failure = posix_fallocate(file, 0, off_t(bytes))
        guard failure == 0 else {
            errno = failure
            throw systemError("cannot make room for \(path)")
        }
        return try map(file, bytes, PROT_READ | PROT_WRITE, path)
    }

    private static func map(
        _ file: CInt, _ bytes: Int, _ protection: CInt, _ path: String
    ) throws(ImageError) -> FileMapping {
        let base = unsafe mmap(nil, bytes, protection, MAP_SHARED, file, 0)
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            throw systemError("cannot map \(path)")
        }
        return unsafe FileMapping(base: base, count: bytes)
    }

    /// `doing: reason`, after a call that set `errno`.
    package static func systemError(_ doing: String) -> ImageError {
        .system("\(doing): \(unsafe String(cString: strerror(errno)))")
    }
}
