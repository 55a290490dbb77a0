import DNSWire
import Serving
import Synchronization
import TestSupport
import Testing

/// Replacing the image under workers that read it.
@Suite struct ImageCellTests {
    /// Files of images that differ in their generation.
    private struct Files {
        let folder: TemporaryFolder
        let paths: [String]

        init(_ count: Int) throws {
            folder = try TemporaryFolder()
            var paths: [String] = []
            for generation in 1...count {
                let bytes = try TestZone.image(generation: UInt64(generation))
                paths.append(try folder.write(bytes, to: "image-\(generation)"))
            }
            self.paths = paths
        }

        func load(_ index: Int) throws -> LoadedImage { try LoadedImage(path: paths[index]) }
    }

    private final class Flags: Sendable {
        let stop = Atomic<Bool>(false)
        let published = Atomic<Bool>(false)
        let batches = Atomic<Int>(0)
        let broken = Atomic<Int>(0)
        let newest = Atomic<UInt64>(1)
    }

    @Test func workersGetTheNewestImage() throws {
        let files = try Files(2)
        let cell = ImageCell(try files.load(0))
        #expect(cell.enter(worker: 0).generation == 1)
        cell.leave(worker: 0)
        cell.publish(try files.load(1))
        #expect(cell.enter(worker: 0).generation == 2)
        cell.leave(worker: 0)
    }

    @Test func anOldImageIsFreedOnceNobodyReadsIt() throws {
        let files = try Files(2)
        var first: LoadedImage? = try files.load(0)
        weak let old = first
        let cell = ImageCell(try #require(first))
        first = nil
        #expect(old != nil)
        _ = cell.enter(worker: 3)
        cell.leave(worker: 3)
        cell.publish(try files.load(1))
        #expect(old == nil)
    }

    /// A worker that has not left keeps its image, and those who come later do not wait for it.
    @Test func anOldImageLivesWhileAWorkerReadsIt() throws {
        let files = try Files(2)
        var first: LoadedImage? = try files.load(0)
        weak let old = first
        let cell = ImageCell(try #require(first))
        first = nil
        let image = cell.enter(worker: 0)
        let flags = Flags()
        let next = try files.load(1)
        let publisher = try TestThread {
            cell.publish(next)
            flags.published.store(true, ordering: .sequentiallyConsistent)
        }
        var seen: UInt64 = 1
        while seen == 1 {
            seen = cell.enter(worker: 1).generation
            cell.leave(worker: 1)
        }
        // The new image is there, so the publisher is waiting; give it time to be impatient.
        for _ in 0..<2_000 {
            #expect(
                image.bytes.word(ImageLayout.Field.checksum)
                    == ServingImage.checksum(ofPart: image.bytes))
        }
        let returned = flags.published.load(ordering: .sequentiallyConsistent)
        #expect(!returned)
        #expect(old != nil)
        cell.leave(worker: 0)
        publisher.join()
        #expect(old == nil)
    }

    /// Workers come and go while images are replaced; freed memory would fault or fail the check.
    @Test func imagesAreReplacedUnderBusyWorkers() throws {
        let files = try Files(8)
        let cell = ImageCell(try files.load(0))
        let flags = Flags()
        let read: @Sendable (Int) -> Void = { worker in
            var last: UInt64 = 0
            while !flags.stop.load(ordering: .relaxed) {
                let least = flags.newest.load(ordering: .sequentiallyConsistent)
                let image = cell.enter(worker: worker)
                let generation = image.generation
                let isWhole =
                    image.bytes.word(ImageLayout.Field.checksum)
                    == ServingImage.checksum(ofPart: image.bytes)
                // Who enters after `publish` has returned meets that image or a newer one.
                if !isWhole || generation < last || generation < least {
                    flags.broken.add(1, ordering: .relaxed)
                }
                last = generation
                cell.leave(worker: worker)
                flags.batches.add(1, ordering: .relaxed)
            }
        }
        let a = try TestThread { read(0) }
        let b = try TestThread { read(1) }
        let c = try TestThread { read(Plane.maximumWorkers - 1) }
        weak var old: LoadedImage?
        for index in 1..<8 {
            let before = flags.batches.load(ordering: .relaxed)
            while flags.batches.load(ordering: .relaxed) < before + 200 {}
            let next = try files.load(index)
            cell.publish(next)
            flags.newest.store(UInt64(index + 1), ordering: .sequentiallyConsistent)
            #expect(old == nil, "image \(index - 1)")
            old = next
        }
        flags.stop.store(true, ordering: .relaxed)
        a.join()
        b.join()
        c.join()
        let broken = flags.broken.load(ordering: .relaxed)
        #expect(broken == 0)
        #expect(old != nil)
    }
}
