import Glibc

/// Zeroed memory of a fixed size whose pages cost nothing until they are touched.
@safe
package struct WorkerMemory: ~Copyable {
    package let base: UnsafeMutableRawPointer
    package let count: Int

    /// Reserves at least `bytes`, on a page boundary; a worker that cannot have them cannot start.
    package init(bytes: Int) {
        unsafe base = WorkerMemory.pages(bytes: bytes)
        count = bytes
    }

    /// The same for what lives as long as the process.
    package static func pages(bytes: Int) -> UnsafeMutableRawPointer {
        let mapped = unsafe mmap(
            nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            preconditionFailure("no memory for a worker")
        }
        return unsafe mapped
    }

    deinit { unsafe munmap(base, count) }

    /// All of it.
    package var buffer: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
    }
}
