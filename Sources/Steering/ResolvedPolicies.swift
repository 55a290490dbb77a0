package import DNSWire
import Health
package import Serving

/// What one worker has worked out of the policies, so that a query costs the same with 3 endpoints as with
/// 60: one look into this table, one random number, a copy.
///
/// A block belongs to a steered record, a family and a branch (what the client decides: 0 as long as no node
/// asks about it). It holds for one epoch of the verdicts and one image; after either changes, the next
/// query works it out again. So a verdict is seen by the very next answer, within a batch too.
///
///     entries: sets of two, 32 bytes each        slab: blocks, filled from the front
///     ┌─────────┬─────────┬───────┬──────┐       ┌───────┬────────────┬───────┬──────
///     │ key     │ version │ block │ room │──────▶│ block │ block      │ block │
///     └─────────┴─────────┴───────┴──────┘       └───────┴────────────┴───────┴──────
///
/// When the slab is full everything is forgotten and worked out again as it is asked for.
@safe
package struct ResolvedPolicies: ~Copyable {
    private struct Entry {
        var key: UInt64
        var version: UInt64
        /// Where in the slab, and how many bytes are there for it.
        var block: UInt32
        var room: UInt32
        /// Two entries are one cache line.
        var padding: UInt64
    }

    private var resolver = PolicyResolver()
    private var picker = TreePicker()
    private let memory: WorkerMemory
    private let entries: UnsafeMutableBufferPointer<Entry>
    private let slab: ByteView
    private let slabSink: ByteSink
    private var used = 0
    /// Grows when either of the next two changes; an entry of another version is out of date.
    private var version: UInt64 = 1
    private var epoch: UInt64 = 0
    private var identity: UInt64 = 0
    /// Which of a set is replaced next when both hold.
    private var turn = 0
    /// How often a block was made, for tests.
    package private(set) var resolutions = 0

    /// Takes the index of an entry out of a hash.
    private let hashShift: UInt64
    /// Blocks begin at multiples of this.
    private static let grain = 32

    private typealias Layout = ResolvedLayout

    /// - Parameters:
    ///   - entryBits: logarithm of the number of entries, 1 to 20.
    ///   - slabBytes: room for blocks, for one of the largest at least. As it is, it holds 10,000 choices of
    ///     three addresses.
    package init(entryBits: Int = 13, slabBytes: Int = 1 << 20) {
        precondition(entryBits >= 1 && entryBits <= 20, "entries are a power of two")
        precondition(slabBytes >= ResolvedLayout.maximumBytes, "the slab holds no block")
        let entryCount = 1 << entryBits
        let entryBytes = entryCount * MemoryLayout<Entry>.stride
        hashShift = UInt64(64 - entryBits)
        memory = WorkerMemory(bytes: entryBytes + slabBytes)
        unsafe entries = UnsafeMutableBufferPointer(
            start: memory.base.bindMemory(to: Entry.self, capacity: entryCount),
            count: entryCount)
        let blocks = unsafe UnsafeMutableRawBufferPointer(
            start: memory.base + entryBytes, count: slabBytes)
        unsafe slab = ByteView(UnsafeRawBufferPointer(blocks))
        unsafe slabSink = ByteSink(blocks)
    }

    // MARK: Finding

    /// Where the block of a steered record lies; nil where `resolve` has to make it.
    ///
    /// - Parameters:
    ///   - identity: of the image.
    ///   - epoch: of the verdicts, read for this query.
    ///   - branch: what the client decides about the policy.
    package mutating func find(
        _ steered: Int, v4: Bool, branch: UInt32 = 0, identity: UInt64, epoch: UInt64
    ) -> Int? {
        if epoch != self.epoch || identity != self.identity { renew(identity, epoch) }
        let key = ResolvedPolicies.key(steered, v4: v4, branch: branch)
        let first = set(key)
        for index in first...first &+ 1 {
            let entry = unsafe entries[index]
            if entry.key == key, entry.version == version { return Int(entry.block) }
        }
        return nil
    }

    /// Steered records begin at multiples of 8, so the lowest bit is free.
    @inline(__always)
    private static func key(_ steered: Int, v4: Bool, branch: UInt32) -> UInt64 {
        UInt64(branch) << 32 | UInt64(UInt32(truncatingIfNeeded: steered)) | (v4 ? 1 : 0)
    }

    /// The first of the two entries that a key may have.
    @inline(__always)
    private func set(_ key: UInt64) -> Int {
        let hash = key &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: hash &>> hashShift) & ~1
    }

    private mutating func renew(_ identity: UInt64, _ epoch: UInt64) {
        if identity != self.identity { forget() }
        version &+= 1
        self.identity = identity
        self.epoch = epoch
    }

    private mutating func forget() {
        guard used > 0 else { return }
        for index in unsafe 0..<entries.count where unsafe entries[index].version != 0 {
            unsafe entries[index] = Entry(key: 0, version: 0, block: 0, room: 0, padding: 0)
        }
        used = 0
    }

    // MARK: Making

    /// Works a steered record out under the epoch that `find` was told; returns where the block lies.
    @inline(never)
    package mutating func resolve(
        _ steered: SteeredView, v4: Bool, branch: UInt32 = 0, _ image: ServingImage,
        _ verdicts: VerdictTable
    ) -> Int {
        resolutions &+= 1
        let bytes = resolver.resolve(steered, v4: v4, image, verdicts)
        let key = ResolvedPolicies.key(steered.offset, v4: v4, branch: branch)
        let index = place(for: key)
        var entry = unsafe entries[index]
        if Int(entry.room) < bytes {
            let room = (bytes &+ ResolvedPolicies.grain &- 1) & ~(ResolvedPolicies.grain &- 1)
            if used &+ room > slab.count { forget() }
            entry.block = UInt32(truncatingIfNeeded: used)
            entry.room = UInt32(truncatingIfNeeded: room)
            used &+= room
        }
        entry.key = key
        entry.version = version
        unsafe entries[index] = entry
        slabSink.copy(resolver.block.view.slice(0, bytes), at: Int(entry.block))
        return Int(entry.block)
    }

    /// The entry that has had this key, else one that is out of date, else one after the other.
    private mutating func place(for key: UInt64) -> Int {
        let first = set(key)
        for index in first...first &+ 1 where unsafe entries[index].key == key { return index }
        for index in first...first &+ 1 where unsafe entries[index].version != version {
            return index
        }
        turn ^= 1
        return first &+ turn
    }

    // MARK: Answering

    /// Appends the addresses of a block to the response, if it has some, or sets TC; tells what the answer is.
    ///
    /// - Parameter owner: a compression pointer to the name that is being answered.
    package mutating func answer(
        _ block: Int, owner: UInt16, into writer: inout ResponseWriter,
        random: inout RandomSource
    ) -> SteeredOutcome {
        let shape = slab.byte(block &+ Layout.shape)
        let outcome =
            SteeredOutcome(rawValue: slab.byte(block &+ Layout.outcome)) ?? .serverFailure
        let front = slab.word(block &+ Layout.front) | (UInt64(owner) << 48).bigEndian
        let back = slab.native32(block &+ Layout.back)
        let start = block &+ Layout.headBytes
        let isV4 = slab.byte(block &+ Layout.family) != 0
        switch shape {
        case Layout.Shape.one:
            guard append(front, back, start, isV4, &writer) else {
                writer.isTruncated = true
                return outcome
            }
        case Layout.Shape.choice:
            let members = UInt64(slab.native32(block &+ Layout.count))
            let product = random.next().multipliedFullWidth(by: members)
            let cell = start &+ Int(product.high) &* Layout.cellBytes(v4: isV4)
            let isOwn = product.low < slab.word(cell)
            let address = cell &+ (isOwn ? 8 : 8 &+ Layout.addressBytes(v4: isV4))
            guard append(front, back, address, isV4, &writer) else {
                writer.isTruncated = true
                return outcome
            }
        case Layout.Shape.turn, Layout.Shape.list, Layout.Shape.tree:
            guard appendSeveral(block, front, back, isV4, &writer, &random) else {
                writer.isTruncated = true
                return outcome
            }
        default: break
        }
        return outcome
    }

    /// Appends the address at a place in the slab; false when there is no room.
    @inline(__always)
    private func append(
        _ front: UInt64, _ back: UInt32, _ place: Int, _ isV4: Bool,
        _ writer: inout ResponseWriter
    ) -> Bool {
        if isV4 {
            guard ResponseWriter.v4RecordBytes <= writer.room else { return false }
            writer.appendV4(front: front, back: back, slab.native32(place))
        } else {
            guard ResponseWriter.v6RecordBytes <= writer.room else { return false }
            writer.appendV6(front: front, back: back, slab.word(place), slab.word(place &+ 8))
        }
        writer.answerRecords &+= 1
        return true
    }

    /// Appends the addresses of a shape that has several, all or none.
    private mutating func appendSeveral(
        _ block: Int, _ front: UInt64, _ back: UInt32, _ isV4: Bool,
        _ writer: inout ResponseWriter, _ random: inout RandomSource
    ) -> Bool {
        let shape = slab.byte(block &+ Layout.shape)
        let members = Int(slab.native32(block &+ Layout.count))
        var pool = block &+ Layout.headBytes
        var count = Int(slab.native16(block &+ Layout.answers))
        var place = 0
        let isTree = shape == Layout.Shape.tree
        if isTree {
            let root = slab.native32(block &+ Layout.root)
            picker.pick(slab.slice(block, slab.count &- block), root: root, &random)
            pool = block &+ Int(slab.native32(block &+ Layout.pool))
            count = picker.count
        } else if shape == Layout.Shape.turn, members > 1 {
            place = Int(random.below(UInt64(members)))
        }
        let bytes = isV4 ? ResponseWriter.v4RecordBytes : ResponseWriter.v6RecordBytes
        guard count &* bytes <= writer.room else { return false }
        for index in 0..<count {
            let number = isTree ? picker[index] : place
            let address = pool &+ number &* Layout.addressBytes(v4: isV4)
            guard append(front, back, address, isV4, &writer) else { return false }
            place &+= 1
            if place == members { place = 0 }
        }
        return true
    }

    // MARK: Policies that are too large to keep

    /// Evaluates the policy of a block whose outcome said so, and appends its addresses.
    @inline(never)
    package mutating func evaluate(
        _ block: Int, _ image: ServingImage, _ verdicts: VerdictTable, owner: UInt16,
        into writer: inout ResponseWriter, random: inout RandomSource
    ) -> SteeredOutcome {
        let program = PolicyProgram(image, offset: Int(slab.native32(block &+ Layout.root)))
        let isV4 = slab.byte(block &+ Layout.family) != 0
        let assumption = Assumption(rawValue: slab.byte(block &+ Layout.assumption)) ?? .facts
        var count = resolver.evaluator.evaluate(
            program, image, verdicts, v4: isV4, assuming: assumption, random: &random
        ).count
        if count == 0 {
            // The last address went down after the block was made: the next query will know.
            count =
                resolver.evaluator.evaluate(
                    program, image, verdicts, v4: isV4, assuming: .everythingUp, random: &random
                ).count
        }
        let front = slab.word(block &+ Layout.front) | (UInt64(owner) << 48).bigEndian
        let back = slab.native32(block &+ Layout.back)
        let bytes = isV4 ? ResponseWriter.v4RecordBytes : ResponseWriter.v6RecordBytes
        let outcome: SteeredOutcome =
            assumption == .facts ? .addresses : .addressesWhileDown
        guard count &* bytes <= writer.room else {
            writer.isTruncated = true
            return outcome
        }
        for index in 0..<count {
            let address = image.address(resolver.evaluator.address(index)).wire(v4: isV4)
            if isV4 {
                writer.appendV4(front: front, back: back, address.native32(0))
            } else {
                writer.appendV6(front: front, back: back, address.word(0), address.word(8))
            }
        }
        writer.answerRecords &+= count
        return outcome
    }
}
