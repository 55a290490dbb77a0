import Answering
import Compiling
import DNSWire
import Serving
import Steering
import TestSupport
import Zones

/// An image file that grows by patches, as a server's does.
final class PatchedSite {
    private let folder: TemporaryFolder
    private(set) var loaded: LoadedImage
    private(set) var compiled: CompiledImage
    private var sources: [ZoneSource]
    private var generation: UInt64 = 1
    private(set) var patches = 0
    private(set) var wholes = 1

    init(_ sources: [ZoneSource]) throws {
        folder = try TemporaryFolder()
        self.sources = sources
        compiled = try PatchedSite.whole(sources, slots: SlotMap(capacity: 1024), generation: 1)
        loaded = try LoadedImage(path: try folder.write(compiled.bytes, to: "image-1"))
    }

    private static func whole(
        _ sources: [ZoneSource], slots: SlotMap, generation: UInt64
    ) throws -> CompiledImage {
        try compile(
            sources, platform: SteeringDefinition(), settings: AnswerSettings(), slots: slots,
            generation: generation)
    }

    /// Serves other sources: by a patch where that is possible.
    func apply(_ new: [ZoneSource]) throws {
        generation += 1
        let served = ServedConfiguration(
            image: loaded, compiled: compiled, sources: sources, platformStays: true)
        let patch = try compilePatch(
            new, after: served, platform: SteeringDefinition(), settings: AnswerSettings(),
            generation: generation)
        if let patch {
            try folder.append(patch.bytes, at: patch.root, to: "image-1")
            loaded = try LoadedImage(loaded, root: patch.root)
            // A process that starts now reads the same.
            let fresh = try LoadedImage(path: folder.path + "/image-1", root: patch.root)
            guard fresh.image.nameCount == loaded.image.nameCount else {
                throw TestFailure("a fresh mapping differs")
            }
            compiled = patch
            patches += 1
        } else {
            compiled = try PatchedSite.whole(new, slots: compiled.slots, generation: generation)
            loaded = try LoadedImage(path: try folder.write(compiled.bytes, to: "image-1"))
            wholes += 1
        }
        sources = new
    }
}

/// The answering function over any image, with random numbers that can be wound back.
struct ImageAsker: ~Copyable {
    private let output = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Header.maximumBytes, alignment: 64)
    private let verdicts = VerdictTable(privateWords: 1024)
    private let counters = CounterPage()
    private let rates = RateTable(seed: 1)

    deinit { output.deallocate() }

    func answer(_ packet: [UInt8], from image: ServingImage) -> [UInt8] {
        var state = AnsweringState(random: RandomSource(seed: 7), rates: rates)
        let length = packet.withUnsafeBytes { bytes in
            Answering.answer(
                ByteView(bytes), into: ByteSink(output), from: ClientAddress(v4: 0xC000_0201),
                over: .udp, at: 1_700_000_000, image: image, verdicts: verdicts,
                counters: counters, state: &state)
        }
        return Array(output[..<length])
    }
}
