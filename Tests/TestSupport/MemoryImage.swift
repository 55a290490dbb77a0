package import DNSWire
package import Serving

/// A serving image in memory of its own, valid while the object lives.
package final class MemoryImage {
    private let memory: UnsafeMutableRawBufferPointer
    package let image: ServingImage

    /// - Throws: `ImageError` where the bytes are not an image.
    package init(_ bytes: [UInt8]) throws(ImageError) {
        memory = .allocate(byteCount: bytes.count, alignment: 64)
        memory.copyBytes(from: bytes)
        do throws(ImageError) {
            image = try ServingImage(ByteView(UnsafeRawBufferPointer(memory)))
        } catch {
            memory.deallocate()
            throw error
        }
    }

    deinit { memory.deallocate() }
}

extension [UInt8] {
    /// The bytes as per-query code sees them, for as long as `body` runs.
    package func withView<R>(_ body: (ByteView) throws -> R) rethrows -> R {
        try withUnsafeBytes { try body(ByteView($0)) }
    }
}
