public import DNSWire

/// One owner name in the image, with the types it has.
public struct NodeView {
    @usableFromInline let bytes: ByteView
    public let offset: Int
    /// The fields from `nameBytes` on, read at once.
    @usableFromInline let fields: UInt64

    @inlinable @inline(__always)
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
        fields = bytes.word(offset &+ ImageLayout.Node.nameBytes)
    }

    @inlinable @inline(__always)
    func field(_ field: Int) -> Int {
        Int(fields &>> UInt64(8 &* (field &- ImageLayout.Node.nameBytes)) & 0xFFFF)
    }

    /// The name in lower-case wire form.
    @inlinable @inline(__always)
    public var name: ByteView {
        bytes.slice(offset &+ ImageLayout.Node.headBytes, Int(fields & 0xFF))
    }

    @inlinable @inline(__always)
    public var zone: Int { Int(bytes.native32(offset &+ ImageLayout.Node.zone)) }
    @inlinable @inline(__always)
    public var cut: UInt32 { bytes.native32(offset &+ ImageLayout.Node.cut) }
    @inlinable @inline(__always)
    public var wildcard: UInt32 { bytes.native32(offset &+ ImageLayout.Node.wildcard) }
    @inlinable @inline(__always)
    public var parentSide: UInt32 { bytes.native32(offset &+ ImageLayout.Node.parentSide) }
    @inlinable @inline(__always)
    public var hasCNAME: Bool {
        field(ImageLayout.Node.flags) & Int(ImageLayout.Node.cnameFlag) != 0
    }
    /// Whether names below this one are redirected (RFC 6672 §2).
    @inlinable @inline(__always)
    public var hasDNAME: Bool {
        field(ImageLayout.Node.flags) & Int(ImageLayout.Node.dnameFlag) != 0
    }
    /// Whether a patch says that there is no such name any more.
    @inlinable @inline(__always)
    public var isGone: Bool {
        field(ImageLayout.Node.flags) & Int(ImageLayout.Node.goneFlag) != 0
    }
    @inlinable @inline(__always)
    public var entryCount: Int { field(ImageLayout.Node.entryCount) }

    /// One type of this name.
    @inlinable @inline(__always)
    public func entry(_ index: Int) -> EntryView {
        let entries = offset &+ field(ImageLayout.Node.entries)
        return EntryView(bytes: bytes, offset: entries &+ index &* ImageLayout.Entry.bytes)
    }

    /// The entry of a type; nil when the name does not have it.
    @inlinable @inline(__always)
    public func entry(of type: RRType) -> EntryView? {
        var at = offset &+ field(ImageLayout.Node.entries)
        let end = at &+ entryCount &* ImageLayout.Entry.bytes
        while at < end {
            let entry = EntryView(bytes: bytes, offset: at)
            if entry.type == type { return entry }
            at &+= ImageLayout.Entry.bytes
        }
        return nil
    }
}

/// What a name has of one type.
public struct EntryView {
    @usableFromInline let bytes: ByteView
    /// All fields, read at once.
    @usableFromInline let fields: UInt64

    @inlinable @inline(__always)
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        fields = bytes.word(offset)
    }

    @inlinable @inline(__always)
    public var type: RRType {
        RRType(
            rawValue: UInt16(
                truncatingIfNeeded: fields &>> UInt64(8 &* ImageLayout.Entry.type)))
    }
    @inlinable @inline(__always)
    public var isSteered: Bool {
        UInt16(truncatingIfNeeded: fields &>> UInt64(8 &* ImageLayout.Entry.kind))
            == ImageLayout.Entry.steered
    }
    /// Where its records, or its steered record, lie.
    @inlinable @inline(__always)
    public var target: Int { Int(fields &>> UInt64(8 &* ImageLayout.Entry.offset)) }

    @inlinable @inline(__always)
    public var fragment: FragmentView { FragmentView(bytes: bytes, offset: target) }
    @inlinable @inline(__always)
    public var steered: SteeredView { SteeredView(bytes: bytes, offset: target) }
}

/// Prebuilt records for a question of `ownerBytes`.
public struct FragmentView {
    @usableFromInline let bytes: ByteView
    public let offset: Int
    /// The fields up to `setCount`, and those behind it, read at once.
    @usableFromInline let counts: UInt64
    @usableFromInline let sizes: UInt64
    @usableFromInline let rest: UInt32

    @inlinable @inline(__always)
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
        let head = bytes.slice(offset, ImageLayout.Fragment.headBytes)
        counts = head.word(0)
        sizes = head.word(8)
        rest = head.native32(16)
    }

    @inlinable @inline(__always)
    func field(_ field: Int) -> Int {
        // Which word it is, is known when this is compiled.
        if field < 8 { return Int(counts &>> UInt64(8 &* field) & 0xFFFF) }
        if field < 16 { return Int(sizes &>> UInt64(8 &* (field &- 8)) & 0xFFFF) }
        return Int(rest &>> UInt32(truncatingIfNeeded: 8 &* (field &- 16)) & 0xFFFF)
    }

    @inlinable @inline(__always)
    public var answerRecords: Int { field(ImageLayout.Fragment.answerRecords) }
    @inlinable @inline(__always)
    public var authorityRecords: Int { field(ImageLayout.Fragment.authorityRecords) }
    @inlinable @inline(__always)
    public var additionalRecords: Int { field(ImageLayout.Fragment.additionalRecords) }
    /// How many of the additional RRsets, the first ones, a referral cannot do without.
    @inlinable @inline(__always)
    public var glueSets: Int { field(ImageLayout.Fragment.glueSets) }
    @inlinable @inline(__always)
    public var requiredBytes: Int { field(ImageLayout.Fragment.requiredBytes) }
    @inlinable @inline(__always)
    public var totalBytes: Int { field(ImageLayout.Fragment.totalBytes) }
    @inlinable @inline(__always)
    public var fixupCount: Int { field(ImageLayout.Fragment.fixupCount) }
    @inlinable @inline(__always)
    public var setCount: Int { field(ImageLayout.Fragment.setCount) }
    @inlinable @inline(__always)
    public var ownerBytes: Int { field(ImageLayout.Fragment.ownerBytes) }

    @inlinable @inline(__always)
    var sets: Int { offset &+ ImageLayout.Fragment.headBytes &+ fixupCount &* 2 }

    /// The records, `totalBytes` of them.
    @inlinable @inline(__always)
    public var body: ByteView { bytes.slice(sets &+ setCount &* 4, totalBytes) }

    /// Where in the body a compression pointer stands that moves with the question's length.
    @inlinable @inline(__always)
    public func fixup(_ index: Int) -> Int {
        Int(bytes.native16(offset &+ ImageLayout.Fragment.headBytes &+ index &* 2))
    }

    /// Where the n-th RRset of the additional section ends, from the start of the body.
    @inlinable
    public func setEnd(_ index: Int) -> Int { Int(bytes.native16(sets &+ index &* 4)) }

    /// Records of the n-th RRset of the additional section.
    @inlinable
    public func setRecords(_ index: Int) -> Int { Int(bytes.native16(sets &+ index &* 4 &+ 2)) }

    /// The target of a CNAME or DNAME, uncompressed and as spelled; nil when this is neither.
    @inlinable @inline(__always)
    public var target: ByteView? {
        let start = field(ImageLayout.Fragment.target)
        if start == 0 { return nil }
        return bytes.slice(offset &+ start &+ 1, Int(bytes.byte(offset &+ start)))
    }

    /// The TTL of an answer's first record, which begins with a pointer, type and class; in seconds.
    @inlinable @inline(__always)
    public var answerTTL: UInt32 { body.u32(6) }
}

/// What a zone's negative answers and its delegation need.
public struct ZoneView {
    @usableFromInline let bytes: ByteView
    @usableFromInline let offset: Int

    @inlinable @inline(__always)
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    @inlinable
    public var apex: NodeView {
        NodeView(bytes: bytes, offset: Int(bytes.native32(offset &+ ImageLayout.Zone.apexNode)))
    }
    @inlinable @inline(__always)
    public var negative: FragmentView {
        FragmentView(bytes: bytes, offset: Int(bytes.native32(offset &+ ImageLayout.Zone.negative)))
    }
    public var serial: UInt32 { bytes.native32(offset &+ ImageLayout.Zone.serial) }
    /// Whether its policies look at the client subnet that a query tells.
    public var usesClientSubnet: Bool {
        bytes.native32(offset &+ ImageLayout.Zone.flags) & ImageLayout.Zone.ignoresClientSubnet == 0
    }
}

/// How a steered name answers.
public struct SteeredView {
    public let bytes: ByteView
    public let offset: Int

    @inlinable @inline(__always)
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// The steered record at an offset.
    package init(of image: ServingImage, offset: Int) {
        self.init(bytes: image.bytes, offset: offset)
    }

    public var program: Int { Int(bytes.native32(offset &+ ImageLayout.Steered.program)) }
    public var minimumTTL: UInt32 { bytes.native32(offset &+ ImageLayout.Steered.minimumTTL) }
    /// Equal to `minimumTTL` where the time is fixed.
    public var maximumTTL: UInt32 { bytes.native32(offset &+ ImageLayout.Steered.maximumTTL) }
    public var whenDown: UInt8 { bytes.byte(offset &+ ImageLayout.Steered.whenDown) }
    /// Longest TTL while the policy is degraded or worse, but not down.
    public var degradedTTL: UInt32 { bytes.native32(offset &+ ImageLayout.Steered.degradedTTL) }
    /// Whether answers have a TTL of their own while the policy is down.
    public var hasWhenDownTTL: Bool {
        bytes.native32(offset &+ ImageLayout.Steered.whenDownTTL) != .max
    }
    /// That TTL, else the shortest.
    public var whenDownTTL: UInt32 {
        let ttl = bytes.native32(offset &+ ImageLayout.Steered.whenDownTTL)
        return ttl == .max ? minimumTTL : ttl
    }
    /// Whether the policy looks at the client.
    @inlinable
    public var looks: Bool { bytes.byte(offset &+ ImageLayout.Steered.looks) != 0 }

    /// The slot of the word that tells who answered last; of use with `whenDownLastGood` only.
    package func lastGood(v4: Bool) -> Int {
        let field = v4 ? ImageLayout.Steered.lastGoodV4 : ImageLayout.Steered.lastGoodV6
        return Int(bytes.native32(offset &+ field))
    }

    /// Addresses to answer when the policy's root is down.
    public func fallbackCount(v4: Bool) -> Int {
        Int(
            bytes.byte(
                offset
                    &+ (v4
                        ? ImageLayout.Steered.fallbackV4Count : ImageLayout.Steered.fallbackV6Count)
            ))
    }

    /// One of them in network order.
    public func fallback(v4: Bool, _ index: Int) -> ByteView {
        let start = offset &+ ImageLayout.Steered.headBytes
        return v4
            ? bytes.slice(start &+ index &* 4, 4)
            : bytes.slice(start &+ fallbackCount(v4: true) &* 4 &+ index &* 16, 16)
    }
}

/// One address of an endpoint.
public struct AddressView {
    @usableFromInline let bytes: ByteView
    @usableFromInline let offset: Int

    @inlinable
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Index of its word in the verdict table.
    @inlinable @inline(__always)
    public var slot: Int { Int(bytes.native32(offset &+ ImageLayout.Address.slot)) }
    @inlinable @inline(__always)
    public var endpoint: Int { Int(bytes.native32(offset &+ ImageLayout.Address.endpoint)) }

    /// Network order, 4 or 16 bytes.
    @inlinable
    public func wire(v4: Bool) -> ByteView {
        bytes.slice(offset &+ ImageLayout.Address.address, v4 ? 4 : 16)
    }
}

/// One endpoint.
public struct EndpointView {
    let bytes: ByteView
    let offset: Int

    /// UTF-8: `edge-us`, or `gslb.example.com/edge-us`.
    public var key: ByteView {
        bytes.slice(
            Int(bytes.native32(offset &+ ImageLayout.Endpoint.key)),
            Int(bytes.native16(offset &+ ImageLayout.Endpoint.keyBytes)))
    }
    /// Where the key lies in the file.
    package var keyOffset: UInt32 { bytes.native32(offset &+ ImageLayout.Endpoint.key) }
    public var firstAddress: Int {
        Int(bytes.native32(offset &+ ImageLayout.Endpoint.firstAddress))
    }
    /// Addresses of both families lie side by side, IPv4 first.
    public var v4Count: Int { Int(bytes.native16(offset &+ ImageLayout.Endpoint.v4Count)) }
    public var v6Count: Int { Int(bytes.native16(offset &+ ImageLayout.Endpoint.v6Count)) }
}
