package import DNSWire
import Health
package import Serving

/// What one worker has worked out of the policies, so that a query costs the same with 3 endpoints as with
/// 60: one look into this table, one random number, a copy.
///
/// A block belongs to a steered record, a family and a branch (what the client decides: 0 where no node
/// asks about it). It holds for one epoch of the verdicts and one image; after either changes, the next
/// query works it out again, unless the words that it was made from are what they were. So a verdict is seen by the very next answer, within a batch too.
///
///     entries: sets of two, 32 bytes each        slab: blocks, filled from the front
///     ┌─────────┬─────────┬───────┬──────┐       ┌───────┬────────────┬───────┬──────
///     │ key     │ version │ block │ ...  │──────▶│ block │ block      │ block │
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
        /// Where in the block the words stand that it was made from, and how many; 0: they are not known.
        var witness: UInt32
        var witnesses: UInt32
    }

    var resolver = PolicyResolver()
    var picker = TreePicker()
    private let memory: WorkerMemory
    private let entries: UnsafeMutableBufferPointer<Entry>
    let slab: ByteView
    private let slabSink: ByteSink
    private var used = 0
    /// Grows when either of the next two changes; an entry of another version is out of date.
    private var version: UInt64 = 1
    private var epoch: UInt64 = 0
    private var identity: UInt64 = 0
    /// Which of a set is replaced next when both hold.
    private var turn = 0
    /// What `answer` answered from last, where it did.
    package private(set) var lastBlock = 0
    /// How often a block was made, for tests.
    package private(set) var resolutions = 0

    /// Takes the index of an entry out of a hash.
    private let hashShift: UInt64
    /// Blocks begin at multiples of this.
    private static let grain = 32

    typealias Layout = ResolvedLayout

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

    // MARK: Answering

    /// What became of a question.
    package enum Answered {
        /// The policy's addresses are in the response, or TC is set because there is no room for them.
        case addresses
        /// There is more to say, or something else: `outcome` tells; addresses are in the response.
        case other(block: Int)
        /// Nothing is known that holds: `resolve`, then ask again.
        case unknown
    }

    /// Appends the addresses of a steered record to the response, if it has some.
    ///
    /// - Parameters:
    ///   - branch: what the client decides about the policy.
    ///   - identity: of the image.
    ///   - epoch: of the verdicts, read for this query.
    ///   - owner: a compression pointer to the name that is being answered.
    package mutating func answer(
        _ steered: Int, v4: Bool, branch: UInt32, identity: UInt64, epoch: UInt64, owner: UInt16,
        into writer: inout ResponseWriter, random: inout RandomSource
    ) -> Answered {
        if epoch != self.epoch || identity != self.identity { renew(identity, epoch) }
        let key = ResolvedPolicies.key(steered, v4: v4, branch: branch)
        let first = set(key)
        var entry = unsafe entries[first]
        if entry.key != key || entry.version != version {
            entry = unsafe entries[first &+ 1]
            guard entry.key == key, entry.version == version else { return .unknown }
        }
        let block = Int(entry.block)
        lastBlock = block
        let info = slab.native32(block &+ Layout.info)
        append(block, info, owner, &writer, &random)
        if info & 0xFF == UInt32(SteeredOutcome.addresses.rawValue) { return .addresses }
        return .other(block: block)
    }

    /// What the answer of a block depends on of the client.
    package func lookedAt(_ block: Int) -> LookedAt {
        var looked = LookedAt()
        looked.looks = slab.byte(block &+ Layout.looks)
        looked.hashV4Bits = slab.byte(block &+ Layout.hashV4Bits)
        looked.hashV6Bits = slab.byte(block &+ Layout.hashV6Bits)
        return looked
    }

    /// What the answer of a block is.
    package func outcome(_ block: Int) -> SteeredOutcome {
        let info = slab.native32(block &+ Layout.info)
        return SteeredOutcome(rawValue: UInt8(truncatingIfNeeded: info)) ?? .serverFailure
    }

    // MARK: Keeping

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
            unsafe entries[index] = Entry(
                key: 0, version: 0, block: 0, room: 0, witness: 0, witnesses: 0)
        }
        used = 0
    }

    // MARK: Making

    /// Works a steered record out, under the epoch that `answer` was told last.
    @inline(never)
    package mutating func resolve(
        _ steered: SteeredView, v4: Bool, branch: UInt32, _ image: ServingImage,
        _ verdicts: VerdictTable
    ) {
        let key = ResolvedPolicies.key(steered.offset, v4: v4, branch: branch)
        let index = place(for: key)
        var entry = unsafe entries[index]
        if entry.key == key, entry.witnesses > 0, holds(entry, verdicts) {
            unsafe entries[index].version = version
            return
        }
        resolutions &+= 1
        var bytes = resolver.resolve(steered, v4: v4, branch: branch, image, verdicts)
        (entry.witness, entry.witnesses) = addWitness(to: &bytes, verdicts)
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
    }

    private func holds(_ entry: Entry, _ verdicts: VerdictTable) -> Bool {
        let start = Int(entry.block) &+ Int(entry.witness)
        let bytes = Int(entry.witnesses) &* VerdictWitness.pairBytes
        return VerdictWitness.holds(slab.slice(start, bytes), verdicts)
    }

    /// Puts the words behind the block, if they are certain to be those that it was made from.
    ///
    /// A word that went to another value and back while the block was made has moved the epoch on its way.
    private func addWitness(
        to bytes: inout Int, _ verdicts: VerdictTable
    ) -> (start: UInt32, count: UInt32) {
        let view = resolver.witness.view
        let start = (bytes &+ 7) & ~7
        guard view.count > 0, start &+ view.count <= resolver.block.count,
            VerdictWitness.holds(view, verdicts), verdicts.epoch == epoch
        else { return (0, 0) }
        resolver.block.copy(view, at: start)
        bytes = start &+ view.count
        return (
            UInt32(truncatingIfNeeded: start), UInt32(truncatingIfNeeded: resolver.witness.count)
        )
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
}
