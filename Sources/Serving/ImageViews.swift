package import DNSWire

/// One owner name in the image, with the types it has.
package struct NodeView {
    @usableFromInline let bytes: ByteView
    package let offset: Int

    @inlinable
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// The name in lower-case wire form.
    @inlinable @inline(__always)
    package var name: ByteView {
        bytes.slice(
            offset &+ ImageLayout.Node.headBytes,
            Int(bytes.byte(offset &+ ImageLayout.Node.nameBytes)))
    }

    @inlinable
    package var zone: Int { Int(bytes.native32(offset &+ ImageLayout.Node.zone)) }
    @inlinable
    package var cut: UInt32 { bytes.native32(offset &+ ImageLayout.Node.cut) }
    @inlinable
    package var wildcard: UInt32 { bytes.native32(offset &+ ImageLayout.Node.wildcard) }
    @inlinable
    package var parentSide: UInt32 { bytes.native32(offset &+ ImageLayout.Node.parentSide) }
    @inlinable
    package var hasCNAME: Bool {
        bytes.native16(offset &+ ImageLayout.Node.flags) & ImageLayout.Node.cnameFlag != 0
    }
    /// Whether names below this one are redirected (RFC 6672 §2).
    @inlinable
    package var hasDNAME: Bool {
        bytes.native16(offset &+ ImageLayout.Node.flags) & ImageLayout.Node.dnameFlag != 0
    }
    /// Whether a patch says that there is no such name any more.
    @inlinable
    package var isGone: Bool {
        bytes.native16(offset &+ ImageLayout.Node.flags) & ImageLayout.Node.goneFlag != 0
    }
    @inlinable
    package var entryCount: Int { Int(bytes.native16(offset &+ ImageLayout.Node.entryCount)) }

    /// One type of this name.
    @inlinable @inline(__always)
    package func entry(_ index: Int) -> EntryView {
        let entries = offset &+ Int(bytes.native16(offset &+ ImageLayout.Node.entries))
        return EntryView(bytes: bytes, offset: entries &+ index &* ImageLayout.Entry.bytes)
    }

    /// The entry of a type; nil when the name does not have it.
    @inlinable @inline(__always)
    package func entry(of type: RRType) -> EntryView? {
        var index = 0
        while index < entryCount {
            let entry = entry(index)
            if entry.type == type { return entry }
            index &+= 1
        }
        return nil
    }
}

/// What a name has of one type.
package struct EntryView {
    @usableFromInline let bytes: ByteView
    @usableFromInline let offset: Int

    @inlinable
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    @inlinable
    package var type: RRType {
        RRType(rawValue: bytes.native16(offset &+ ImageLayout.Entry.type))
    }
    @inlinable
    package var isSteered: Bool {
        bytes.native16(offset &+ ImageLayout.Entry.kind) == ImageLayout.Entry.steered
    }
    /// Where its records, or its steered record, lie.
    @inlinable
    package var target: Int { Int(bytes.native32(offset &+ ImageLayout.Entry.offset)) }

    @inlinable
    package var fragment: FragmentView { FragmentView(bytes: bytes, offset: target) }
    @inlinable
    package var steered: SteeredView { SteeredView(bytes: bytes, offset: target) }
}

/// Prebuilt records for a question of `ownerBytes`.
package struct FragmentView {
    @usableFromInline let bytes: ByteView
    package let offset: Int

    @inlinable
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    @inlinable @inline(__always)
    func field(_ field: Int) -> Int { Int(bytes.native16(offset &+ field)) }

    @inlinable
    package var answerRecords: Int { field(ImageLayout.Fragment.answerRecords) }
    @inlinable
    package var authorityRecords: Int { field(ImageLayout.Fragment.authorityRecords) }
    @inlinable
    package var additionalRecords: Int { field(ImageLayout.Fragment.additionalRecords) }
    /// How many of the additional RRsets, the first ones, a referral cannot do without.
    @inlinable
    package var glueSets: Int { field(ImageLayout.Fragment.glueSets) }
    @inlinable
    package var requiredBytes: Int { field(ImageLayout.Fragment.requiredBytes) }
    @inlinable
    package var totalBytes: Int { field(ImageLayout.Fragment.totalBytes) }
    @inlinable
    package var fixupCount: Int { field(ImageLayout.Fragment.fixupCount) }
    @inlinable
    package var setCount: Int { field(ImageLayout.Fragment.setCount) }
    @inlinable
    package var ownerBytes: Int { field(ImageLayout.Fragment.ownerBytes) }

    @inlinable
    var sets: Int { offset &+ ImageLayout.Fragment.headBytes &+ fixupCount &* 2 }

    /// The records, `totalBytes` of them.
    @inlinable @inline(__always)
    package var body: ByteView { bytes.slice(sets &+ setCount &* 4, totalBytes) }

    /// Where in the body a compression pointer stands that moves with the question's length.
    @inlinable @inline(__always)
    package func fixup(_ index: Int) -> Int {
        Int(bytes.native16(offset &+ ImageLayout.Fragment.headBytes &+ index &* 2))
    }

    /// Where the n-th RRset of the additional section ends, from the start of the body.
    @inlinable
    package func setEnd(_ index: Int) -> Int { Int(bytes.native16(sets &+ index &* 4)) }

    /// Records of the n-th RRset of the additional section.
    @inlinable
    package func setRecords(_ index: Int) -> Int { Int(bytes.native16(sets &+ index &* 4 &+ 2)) }

    /// The target of a CNAME or DNAME, uncompressed and as spelled; nil when this is neither.
    @inlinable
    package var target: ByteView? {
        let start = field(ImageLayout.Fragment.target)
        if start == 0 { return nil }
        return bytes.slice(offset &+ start &+ 1, Int(bytes.byte(offset &+ start)))
    }

    /// The TTL of an answer's first record, which begins with a pointer, type and class; in seconds.
    @inlinable
    package var answerTTL: UInt32 { body.u32(6) }
}

/// What a zone's negative answers and its delegation need.
package struct ZoneView {
    let bytes: ByteView
    let offset: Int

    @usableFromInline
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    package var apex: NodeView {
        NodeView(bytes: bytes, offset: Int(bytes.native32(offset &+ ImageLayout.Zone.apexNode)))
    }
    package var negative: FragmentView {
        FragmentView(bytes: bytes, offset: Int(bytes.native32(offset &+ ImageLayout.Zone.negative)))
    }
    package var serial: UInt32 { bytes.native32(offset &+ ImageLayout.Zone.serial) }
}

/// How a steered name answers.
package struct SteeredView {
    package let bytes: ByteView
    package let offset: Int

    @usableFromInline
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// The steered record at an offset.
    package init(of image: ServingImage, offset: Int) {
        self.init(bytes: image.bytes, offset: offset)
    }

    package var program: Int { Int(bytes.native32(offset &+ ImageLayout.Steered.program)) }
    package var minimumTTL: UInt32 { bytes.native32(offset &+ ImageLayout.Steered.minimumTTL) }
    /// Equal to `minimumTTL` where the time is fixed.
    package var maximumTTL: UInt32 { bytes.native32(offset &+ ImageLayout.Steered.maximumTTL) }
    package var whenDown: UInt8 { bytes.byte(offset &+ ImageLayout.Steered.whenDown) }
    /// Whether the policy looks at the client.
    package var looks: Bool { bytes.byte(offset &+ ImageLayout.Steered.looks) != 0 }

    /// Addresses to answer when the policy's root is down.
    package func fallbackCount(v4: Bool) -> Int {
        Int(
            bytes.byte(
                offset
                    &+ (v4
                        ? ImageLayout.Steered.fallbackV4Count : ImageLayout.Steered.fallbackV6Count)
            ))
    }

    /// One of them in network order.
    package func fallback(v4: Bool, _ index: Int) -> ByteView {
        let start = offset &+ ImageLayout.Steered.headBytes
        return v4
            ? bytes.slice(start &+ index &* 4, 4)
            : bytes.slice(start &+ fallbackCount(v4: true) &* 4 &+ index &* 16, 16)
    }
}

/// One address of an endpoint.
package struct AddressView {
    @usableFromInline let bytes: ByteView
    @usableFromInline let offset: Int

    @inlinable
    init(bytes: ByteView, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Index of its word in the verdict table.
    @inlinable
    package var slot: Int { Int(bytes.native32(offset &+ ImageLayout.Address.slot)) }
    @inlinable
    package var endpoint: Int { Int(bytes.native32(offset &+ ImageLayout.Address.endpoint)) }

    /// Network order, 4 or 16 bytes.
    @inlinable
    package func wire(v4: Bool) -> ByteView {
        bytes.slice(offset &+ ImageLayout.Address.address, v4 ? 4 : 16)
    }
}

/// One endpoint.
package struct EndpointView {
    let bytes: ByteView
    let offset: Int

    /// UTF-8: `edge-us`, or `gslb.example.com/edge-us`.
    package var key: ByteView {
        bytes.slice(
            Int(bytes.native32(offset &+ ImageLayout.Endpoint.key)),
            Int(bytes.native16(offset &+ ImageLayout.Endpoint.keyBytes)))
    }
    package var firstAddress: Int {
        Int(bytes.native32(offset &+ ImageLayout.Endpoint.firstAddress))
    }
    /// Addresses of both families lie side by side, IPv4 first.
    package var v4Count: Int { Int(bytes.native16(offset &+ ImageLayout.Endpoint.v4Count)) }
    package var v6Count: Int { Int(bytes.native16(offset &+ ImageLayout.Endpoint.v6Count)) }
}
