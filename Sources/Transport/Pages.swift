import Glibc

/// Whole pages of zeroed memory, which cost nothing until they are written to.
enum Pages {
    /// Takes pages from the kernel; nil if it has none left.
    static func map(bytes: Int) -> UnsafeMutableRawPointer? {
        let pages = unsafe mmap(
            nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return unsafe pages == MAP_FAILED ? nil : pages
    }

    /// Gives pages back to the kernel.
    static func unmap(_ pages: UnsafeMutableRawPointer, bytes: Int) {
        _ = unsafe munmap(pages, bytes)
    }

    /// Gives the memory behind pages back; they read as zero until written to again.
    static func discard(_ pages: UnsafeMutableRawPointer, bytes: Int) {
        _ = unsafe madvise(pages, bytes, MADV_DONTNEED)
    }
}
