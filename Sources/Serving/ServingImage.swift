public import DNSWire

/// Everything needed to answer, read where it lies: zones, prebuilt answers, policies, settings.
public struct ServingImage {
    public let bytes: ByteView
    /// Where the header lies: 0, or the offset of a patch.
    public let root: Int
    @usableFromInline let slots: Int
    @usableFromInline let slotMask: Int
    @usableFromInline let patchSlots: Int
    @usableFromInline let patchMask: Int
    @usableFromInline let zones: Int
    @usableFromInline let addresses: Int
    /// Most labels of any name in the image.
    public let maximumLabels: Int
    /// Largest response over UDP, in bytes.
    public let udpBytes: Int
    public let generation: UInt64
    /// Largest response over UDP to a client that has not shown a valid cookie.
    public let udpBytesWithoutCookie: Int
    /// Bits of `ImageLayout.Features`.
    @usableFromInline let features: UInt32
    /// Whether any client has rules of its own.
    public let hasClientRules: Bool

    /// Reads a header; refuses what is foreign, cut short or damaged.
    ///
    /// Of a patch only what it added is checked: who serves it has checked what it follows.
    ///
    /// - Parameter root: where the header lies.
    public init(_ bytes: ByteView, root: Int = 0) throws(ImageError) {
        typealias Field = ImageLayout.Field
        guard root >= 0, root % 8 == 0, bytes.count &- root >= ImageLayout.headerBytes,
            bytes.word(root &+ Field.magic) == ImageLayout.magic
        else {
            throw .foreign
        }
        let version = bytes.native32(root &+ Field.version)
        guard version == ImageLayout.formatVersion else { throw .version(version) }
        let total = bytes.word(root &+ Field.totalBytes)
        guard total <= UInt64(bytes.count), total % 8 == 0,
            total >= UInt64(root &+ ImageLayout.headerBytes)
        else {
            throw .cutShort(bytes: bytes.count, expected: total)
        }
        let all = bytes.slice(0, Int(total))
        guard all.word(root &+ Field.checksum) == ServingImage.checksum(all, from: root) else {
            throw .damaged
        }
        if root > 0, all.word(root &+ Field.baseChecksum) != all.word(Field.checksum) {
            throw .foreign
        }
        self.bytes = all
        self.root = root
        func number(_ field: Int) -> Int { Int(all.native32(root &+ field)) }
        slots = number(Field.slots)
        slotMask = number(Field.slotMask)
        patchSlots = number(Field.patchSlots)
        patchMask = number(Field.patchMask)
        zones = number(Field.zones)
        addresses = number(Field.addresses)
        maximumLabels = number(Field.maximumLabels)
        udpBytes = number(Field.udpBytes)
        generation = all.word(root &+ Field.generation)
        udpBytesWithoutCookie = number(Field.udpBytesWithoutCookie)
        hasClientRules = number(Field.networkCount) != 0
        features = all.native32(root &+ Field.features)
        // A table that is always full would make a miss walk for ever.
        for (mask, count) in [
            (slotMask, number(Field.baseCount)), (patchMask, number(Field.patchCount)),
        ] {
            guard (mask &+ 1) & mask == 0, count <= mask else { throw .damaged }
        }
    }

    // Read where they lie: an image is copied for each response, and few of those need these.
    @inlinable public var zoneCount: Int { number(ImageLayout.Field.zoneCount) }
    @inlinable public var addressCount: Int { number(ImageLayout.Field.addressCount) }
    public var endpointCount: Int { number(ImageLayout.Field.endpointCount) }
    public var nameCount: Int { number(ImageLayout.Field.nameCount) }
    public var steeredCount: Int { number(ImageLayout.Field.steeredCount) }
    private var endpoints: Int { number(ImageLayout.Field.endpoints) }

    /// A field of the header that is read.
    @inlinable @inline(__always)
    func number(_ field: Int) -> Int { Int(bytes.native32(root &+ field)) }

    /// The checksum of a header and what follows it: of every word but the checksum itself.
    static func checksum(_ bytes: ByteView, from root: Int) -> UInt64 {
        checksum(ofPart: bytes.slice(root, bytes.count &- root))
    }

    /// The checksum of a part of a file that begins with a header.
    ///
    /// Four sums side by side, as each step of one has to wait for the step before.
    package static func checksum(ofPart bytes: ByteView) -> UInt64 {
        var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 0x5354_4552_4E41)
        var offset = 0
        while offset &+ 32 <= bytes.count {
            a = NameHash.mix(a &+ bytes.word(offset))
            b = NameHash.mix(b &+ bytes.word(offset &+ 8))
            c = NameHash.mix(c &+ bytes.word(offset &+ 16))
            // The checksum itself lies in the first of these words.
            d = NameHash.mix(d &+ (offset == 0 ? 0 : bytes.word(offset &+ 24)))
            offset &+= 32
        }
        while offset &+ 8 <= bytes.count {
            a = NameHash.mix(a &+ bytes.word(offset))
            offset &+= 8
        }
        return NameHash.mix(NameHash.mix(NameHash.mix(a ^ b &* 3) ^ c &* 5) ^ d &* 7)
    }

    /// The root that a patch follows; 0 is the file's first.
    package var previousRoot: Int { Int(bytes.native32(root &+ ImageLayout.Field.previousRoot)) }

    /// Names that differ from the file's first root.
    package var patchCount: Int { Int(bytes.native32(root &+ ImageLayout.Field.patchCount)) }

    /// The n-th slot of the patch's table: its node; nil for a free one.
    package func patchNode(_ index: Int) -> NodeView? {
        precondition(index >= 0 && index <= patchMask, "no such slot")
        let slot = patchSlots &+ index &* ImageLayout.Slot.bytes
        return node(bytes.native32(slot &+ ImageLayout.Slot.node))
    }

    /// Slots of the patch's table; 0: there is no patch.
    package var patchCapacity: Int { patchSlots == 0 ? 0 : patchMask &+ 1 }

    /// Tells images apart by their content: equal ones mean the same wherever they lie.
    ///
    /// A worker keeps what it worked out of one image for as long as this stays the same.
    @inlinable @inline(__always)
    public var identity: UInt64 { bytes.word(root &+ ImageLayout.Field.checksum) }

    /// The node of a wire name in any case; nil when no zone has it.
    @inlinable @inline(__always)
    public func find(_ name: ByteView) -> NodeView? { find(name, hash: NameHash.hash(name)) }

    /// The same with the name's `NameHash`.
    @inlinable @inline(__always)
    public func find(_ name: ByteView, hash: UInt64) -> NodeView? {
        if patchSlots != 0, let changed = probe(patchSlots, patchMask, hash, name) {
            return changed.isGone ? nil : changed
        }
        return probe(slots, slotMask, hash, name)
    }

    /// The node of a name in one table.
    @inlinable @inline(__always)
    func probe(_ slots: Int, _ mask: Int, _ hash: UInt64, _ name: ByteView) -> NodeView? {
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var index = Int(truncatingIfNeeded: hash) & mask
        // Linear probing; a free slot ends it, and there is always one.
        while true {
            let slot = bytes.word(slots &+ index &* ImageLayout.Slot.bytes)
            let node = Int(slot &>> UInt64(8 &* ImageLayout.Slot.node))
            if node == 0 { return nil }
            if UInt32(truncatingIfNeeded: slot) == tag {
                let view = NodeView(bytes: bytes, offset: node)
                if name.spells(view.name) { return view }
            }
            index = (index &+ 1) & mask
        }
    }

    /// A node by its offset; nil for 0.
    @inlinable @inline(__always)
    public func node(_ offset: UInt32) -> NodeView? {
        offset == 0 ? nil : NodeView(bytes: bytes, offset: Int(offset))
    }

    /// A zone by its number.
    @inlinable @inline(__always)
    public func zone(_ index: Int) -> ZoneView {
        precondition(index >= 0 && index < zoneCount, "no such zone")
        return ZoneView(bytes: bytes, offset: zones &+ index &* ImageLayout.Zone.bytes)
    }

    /// An endpoint's address by its number.
    @inlinable @inline(__always)
    public func address(_ index: Int) -> AddressView {
        precondition(index >= 0 && index < addressCount, "no such address")
        return AddressView(bytes: bytes, offset: addresses &+ index &* ImageLayout.Address.bytes)
    }

    /// An endpoint by its number.
    public func endpoint(_ index: Int) -> EndpointView {
        precondition(index >= 0 && index < endpointCount, "no such endpoint")
        return EndpointView(bytes: bytes, offset: endpoints &+ index &* ImageLayout.Endpoint.bytes)
    }
}

/// Why a file is not an image that this program can serve.
public enum ImageError: Error, CustomStringConvertible {
    case foreign
    case version(UInt32)
    case cutShort(bytes: Int, expected: UInt64)
    case damaged
    case system(String)

    public var description: String {
        switch self {
        case .foreign: "this is not a serving image"
        case .version(let version):
            "the image has format version \(version), this program reads \(ImageLayout.formatVersion)"
        case .cutShort(let bytes, let expected):
            "the image has \(bytes) bytes where its header says \(expected)"
        case .damaged: "the image's checksum does not match its content"
        case .system(let text): text
        }
    }
}
