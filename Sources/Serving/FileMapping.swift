package import DNSWire
import Glibc

/// A file mapped into memory, shared with whoever else maps it; unmapped when released.
@safe
package final class FileMapping: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    /// Bytes of the file when it was mapped.
    package let count: Int
    /// Bytes of address space, so that a file which grows need not be mapped again.
    private let reserved: Int
    /// The file, where it may grow; -1: closed.
    private let file: CInt

    private init(base: UnsafeMutableRawPointer, count: Int, reserved: Int, file: CInt) {
        unsafe self.base = base
        self.count = count
        self.reserved = reserved
        self.file = file
    }

    deinit {
        unsafe munmap(base, reserved)
        if file >= 0 { close(file) }
    }

    package var view: ByteView {
        unsafe ByteView(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// The file as it is now; nil when it outgrew the address space that was taken for it.
    package var grownView: ByteView? {
        var status = stat()
        guard file >= 0, unsafe fstat(file, &status) == 0, status.st_size <= reserved else {
            return nil
        }
        return unsafe ByteView(UnsafeRawBufferPointer(start: base, count: Int(status.st_size)))
    }

    /// Address space for what will be appended to a file of `bytes`.
    package static func room(beside bytes: Int) -> Int { max(16 << 20, bytes / 2) }

    /// Maps a whole file for reading, with room for what is appended to it.
    ///
    /// - Parameter folder: an open folder, which a relative path is one of.
    package static func reading(
        _ path: String, in folder: CInt = AT_FDCWD
    ) throws(ImageError) -> FileMapping {
        let file = unsafe openat(folder, path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw systemError("cannot open \(path)") }
        do throws(ImageError) {
            var status = stat()
            guard unsafe fstat(file, &status) == 0 else {
                throw systemError("cannot look at \(path)")
            }
            let size = Int(status.st_size)
            guard size > 0 else { throw .cutShort(bytes: 0, expected: 0) }
            return try map(
                file, size, reserving: size + room(beside: size), PROT_READ, path, keeping: file)
        } catch {
            close(file)
            throw error
        }
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
        return try map(
            file, bytes, reserving: bytes, PROT_READ | PROT_WRITE, path, keeping: -1)
    }

    private static func map(
        _ file: CInt, _ bytes: Int, reserving reserved: Int, _ protection: CInt, _ path: String,
        keeping kept: CInt
    ) throws(ImageError) -> FileMapping {
        let base = unsafe mmap(nil, reserved, protection, MAP_SHARED, file, 0)
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            throw systemError("cannot map \(path)")
        }
        return unsafe FileMapping(base: base, count: bytes, reserved: reserved, file: kept)
    }

    /// `doing: reason`, after a call that set `errno`.
    package static func systemError(_ doing: String) -> ImageError {
        .system("\(doing): \(unsafe String(cString: strerror(errno)))")
    }
}
