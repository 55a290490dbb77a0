import Glibc
import Synchronization

/// The memory that the two processes share beside the image: verdict words, counters, who serves what.
///
///     ┌────────────────┬──────────────────────────┬──────────────────┐
///     │ header, 4 KiB  │ one counter page a worker │ verdict words    │
///     └────────────────┴──────────────────────────┴──────────────────┘
///
/// It is a file of the state folder, so that what was last known survives both processes.
@safe
package final class Plane: @unchecked Sendable {
    /// Threads that answer, all sockets counted.
    package static let maximumWorkers = 64
    /// Endpoint addresses that can have a verdict.
    package static let slotCount = 1 << 20

    private static let magic: UInt64 = 0x4E41_4C50_5245_5453
    private static let headerBytes = 4096
    private static let verdictOffset = headerBytes + maximumWorkers * CounterPage.bytes
    private static let totalBytes = verdictOffset + slotCount * 4
    private static let versionOffset = 8
    private static let generationOffset = 16
    private static let adoptedOffset = 24
    private static let fileOffset = 56
    private static let rootOffset = 64
    /// On a cache line of its own: every answer of a policy reads it.
    private static let epochOffset = 128

    private let mapping: FileMapping
    package let verdicts: VerdictTable

    /// Maps `folder`/plane, making it if there is none; what another version left is cleared.
    package init(folder: String) throws(ImageError) {
        mapping = try FileMapping.sharing("\(folder)/plane", bytes: Plane.totalBytes)
        let base = unsafe mapping.base
        if unsafe base.load(as: UInt64.self) != Plane.magic
            || base.load(fromByteOffset: Plane.versionOffset, as: UInt32.self)
                != ImageLayout.formatVersion
        {
            unsafe memset(base, 0, Plane.totalBytes)
            unsafe base.storeBytes(
                of: ImageLayout.formatVersion, toByteOffset: Plane.versionOffset, as: UInt32.self)
            unsafe base.storeBytes(of: Plane.magic, as: UInt64.self)
        }
        verdicts = unsafe VerdictTable(
            base + Plane.verdictOffset, count: Plane.slotCount, epoch: base + Plane.epochOffset)
        // A process that was killed between a word and the epoch left readers with what was before.
        verdicts.noteChange()
    }

    /// The counters of one worker.
    package func counters(worker: Int) -> CounterPage {
        precondition(worker >= 0 && worker < Plane.maximumWorkers, "too many workers")
        return unsafe CounterPage(mapping.base + Plane.headerBytes + worker * CounterPage.bytes)
    }

    /// The sum over all workers.
    package func total(_ counter: Counter) -> UInt64 {
        (0..<Plane.maximumWorkers).reduce(0) { $0 &+ counters(worker: $1).value(counter) }
    }

    /// Number of the newest image that the control process published; 0: none yet.
    package var generation: UInt64 {
        get { word(Plane.generationOffset).load(ordering: .acquiring) }
        set { word(Plane.generationOffset).store(newValue, ordering: .releasing) }
    }

    /// Number of the image that the answering process serves; 0: none yet.
    package var adopted: UInt64 {
        get { word(Plane.adoptedOffset).load(ordering: .acquiring) }
        set { word(Plane.adoptedOffset).store(newValue, ordering: .releasing) }
    }

    /// Number of the file that the image of `adopted` lies in; 0: none yet.
    package var adoptedFile: UInt64 {
        get { word(Plane.fileOffset).load(ordering: .acquiring) }
        set { word(Plane.fileOffset).store(newValue, ordering: .releasing) }
    }

    /// Where in the file that image's header lies.
    package var adoptedRoot: UInt32 {
        get { UInt32(truncatingIfNeeded: word(Plane.rootOffset).load(ordering: .acquiring)) }
        set { word(Plane.rootOffset).store(UInt64(newValue), ordering: .releasing) }
    }

    private func word(_ offset: Int) -> SharedWord { unsafe SharedWord(mapping.base + offset) }

    /// The file of an image in the state folder.
    ///
    /// - Parameter file: the generation that the file began with; patches for later ones are appended.
    package static func imagePath(folder: String, file: UInt64) -> String {
        "\(folder)/\(imageName(file: file))"
    }

    /// What an image is called in its folder.
    package static func imageName(file: UInt64) -> String { "image-\(file)" }
}

/// An atomic integer at an address in shared memory.
@safe
struct SharedWord {
    private let pointer: UnsafeMutablePointer<Atomic<UInt64>>

    init(_ memory: UnsafeMutableRawPointer) {
        unsafe pointer = memory.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
    }

    func load(ordering: AtomicLoadOrdering) -> UInt64 {
        unsafe pointer.pointee.load(ordering: .acquiring)
    }

    func store(_ value: UInt64, ordering: AtomicStoreOrdering) {
        unsafe pointer.pointee.store(value, ordering: .releasing)
    }
}
