import DNSWire
import Glibc
import Synchronization

/// Holds the image that workers answer from, and lets one thread replace it under them.
///
/// A worker enters before a batch and leaves before it waits; the publisher frees an old image when
/// every worker has left or has entered since the new one was stored. Sequentially consistent stores
/// make sure that a worker which the publisher saw outside meets the new image when it enters.
@safe
package final class ImageCell: @unchecked Sendable {
    private let current: Atomic<UnsafeMutableRawPointer?>
    private let epoch = Atomic<UInt64>(1)
    /// One word a worker, each on a cache line pair of its own; 0: outside.
    private let marks: UnsafeMutableRawPointer
    private static let markStride = 128

    /// Serves `image` from the start.
    package init(_ image: LoadedImage) {
        unsafe current = Atomic(Unmanaged.passRetained(image).toOpaque())
        unsafe marks = .allocate(
            byteCount: Plane.maximumWorkers * ImageCell.markStride, alignment: 128)
        unsafe memset(marks, 0, Plane.maximumWorkers * ImageCell.markStride)
    }

    private func mark(_ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        precondition(worker >= 0 && worker < Plane.maximumWorkers, "too many workers")
        return unsafe (marks + worker * ImageCell.markStride).bindMemory(
            to: Atomic<UInt64>.self, capacity: 1)
    }

    /// Enters and returns the image, valid until `leave`.
    package func enter(worker: Int) -> ServingImage {
        let now = epoch.load(ordering: .sequentiallyConsistent)
        unsafe mark(worker).pointee.store(now, ordering: .sequentiallyConsistent)
        let pointer = unsafe current.load(ordering: .sequentiallyConsistent).unsafelyUnwrapped
        return unsafe Unmanaged<LoadedImage>.fromOpaque(pointer)._withUnsafeGuaranteedRef {
            $0.image
        }
    }

    package func leave(worker: Int) {
        unsafe mark(worker).pointee.store(0, ordering: .sequentiallyConsistent)
    }

    /// What is served; for the thread that publishes, no other.
    package var served: LoadedImage {
        let pointer = unsafe current.load(ordering: .sequentiallyConsistent).unsafelyUnwrapped
        return unsafe Unmanaged<LoadedImage>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Puts `image` in place of the current one and waits until no worker reads the old one.
    ///
    /// Batches end within milliseconds; a worker that does not is waited for without end, because
    /// freeing under it would be worse.
    package func publish(_ image: LoadedImage) {
        let retained = unsafe Unmanaged.passRetained(image).toOpaque()
        let old = unsafe current.exchange(retained, ordering: .sequentiallyConsistent)
        let new = epoch.add(1, ordering: .sequentiallyConsistent).newValue
        for worker in 0..<Plane.maximumWorkers {
            while true {
                let seen = unsafe mark(worker).pointee.load(ordering: .sequentiallyConsistent)
                if seen == 0 || seen >= new { break }
                usleep(200)
            }
        }
        if let old = unsafe old { unsafe Unmanaged<LoadedImage>.fromOpaque(old).release() }
    }
}

/// An image with the mapping that keeps it alive.
package final class LoadedImage: @unchecked Sendable {
    package let image: ServingImage
    private let mapping: FileMapping

    /// Maps and checks an image file.
    ///
    /// - Parameters:
    ///   - folder: an open folder, which a relative path is one of.
    ///   - root: which of its headers is to be read; what that follows is checked as well.
    package init(
        path: String, in folder: CInt = AT_FDCWD, root: Int = 0
    ) throws(ImageError) {
        mapping = try FileMapping.reading(path, in: folder)
        image = try LoadedImage.checked(mapping.view, root: root)
    }

    /// The same file, grown by a patch, of which only the patch is checked.
    ///
    /// - Throws: `ImageError` when the patch is damaged or for another file; `.cutShort` when the file has to be
    ///   mapped anew.
    package init(_ earlier: LoadedImage, root: Int) throws(ImageError) {
        guard let view = earlier.mapping.grownView else { throw .cutShort(bytes: 0, expected: 0) }
        image = try ServingImage(view, root: root)
        mapping = earlier.mapping
    }

    /// Checks every root on the way back to the first.
    private static func checked(_ view: ByteView, root: Int) throws(ImageError) -> ServingImage {
        let image = try ServingImage(view, root: root)
        var earlier = image
        while earlier.root > 0 {
            let previous = earlier.previousRoot
            guard previous < earlier.root else { throw .damaged }
            earlier = try ServingImage(view, root: previous)
        }
        return image
    }
}
