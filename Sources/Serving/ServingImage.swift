package import DNSWire

/// Everything needed to answer, read where it lies: zones, prebuilt answers, policies, settings.
package struct ServingImage {
    package let bytes: ByteView
    @usableFromInline let slots: Int
    @usableFromInline let slotMask: Int
    @usableFromInline let zones: Int
    @usableFromInline let addresses: Int
    package let zoneCount: Int
    package let addressCount: Int
    package let endpointCount: Int
    package let nameCount: Int
    package let steeredCount: Int
    /// Most labels of any name in the image.
    package let maximumLabels: Int
    /// Largest response over UDP, in bytes.
    package let udpBytes: Int
    package let generation: UInt64
    private let endpoints: Int

    /// Reads the header; refuses what is foreign, cut short or damaged.
    package init(_ bytes: ByteView) throws(ImageError) {
        typealias Field = ImageLayout.Field
        guard bytes.count >= ImageLayout.headerBytes, bytes.word(Field.magic) == ImageLayout.magic
        else {
            throw .foreign
        }
        let version = bytes.native32(Field.version)
        guard version == ImageLayout.formatVersion else { throw .version(version) }
        let total = bytes.word(Field.totalBytes)
        guard total == UInt64(bytes.count), total % 8 == 0 else {
            throw .cutShort(bytes: bytes.count, expected: total)
        }
        guard bytes.word(Field.checksum) == ServingImage.checksum(bytes) else { throw .damaged }
        self.bytes = bytes
        slots = Int(bytes.native32(Field.slots))
        slotMask = Int(bytes.native32(Field.slotMask))
        zones = Int(bytes.native32(Field.zones))
        zoneCount = Int(bytes.native32(Field.zoneCount))
        addresses = Int(bytes.native32(Field.addresses))
        addressCount = Int(bytes.native32(Field.addressCount))
        endpoints = Int(bytes.native32(Field.endpoints))
        endpointCount = Int(bytes.native32(Field.endpointCount))
        nameCount = Int(bytes.native32(Field.nameCount))
        steeredCount = Int(bytes.native32(Field.steeredCount))
        maximumLabels = Int(bytes.native32(Field.maximumLabels))
        udpBytes = Int(bytes.native32(Field.udpBytes))
        generation = bytes.word(Field.generation)
        // A table that is always full would make a miss walk for ever.
        guard (slotMask &+ 1) & slotMask == 0, nameCount <= slotMask else { throw .damaged }
    }

    /// The checksum of an image: of every word but the checksum itself.
    package static func checksum(_ bytes: ByteView) -> UInt64 {
        var state: UInt64 = 0x5354_4552_4E41
        var offset = 0
        while offset &+ 8 <= bytes.count {
            if offset != ImageLayout.Field.checksum {
                state = NameHash.mix(state &+ bytes.word(offset))
            }
            offset &+= 8
        }
        return state
    }

    /// Tells images apart by their content: equal ones mean the same wherever they lie.
    ///
    /// A worker keeps what it worked out of one image for as long as this stays the same.
    @inlinable @inline(__always)
    public var identity: UInt64 { bytes.word(ImageLayout.Field.checksum) }

    /// The node of a lower-case wire name; nil when no zone has it.
    @inlinable @inline(__always)
    package func find(_ name: ByteView) -> NodeView? {
        let hash = NameHash.hash(name)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var index = Int(truncatingIfNeeded: hash) & slotMask
        // Linear probing; a free slot ends it, and there is always one.
        while true {
            let slot = slots &+ index &* ImageLayout.Slot.bytes
            let node = bytes.native32(slot &+ ImageLayout.Slot.node)
            if node == 0 { return nil }
            if bytes.native32(slot) == tag {
                let view = NodeView(bytes: bytes, offset: Int(node))
                if view.name.equals(name) { return view }
            }
            index = (index &+ 1) & slotMask
        }
    }

    /// A node by its offset; nil for 0.
    @inlinable @inline(__always)
    package func node(_ offset: UInt32) -> NodeView? {
        offset == 0 ? nil : NodeView(bytes: bytes, offset: Int(offset))
    }

    /// A zone by its number.
    @inlinable @inline(__always)
    package func zone(_ index: Int) -> ZoneView {
        precondition(index >= 0 && index < zoneCount, "no such zone")
        return ZoneView(bytes: bytes, offset: zones &+ index &* ImageLayout.Zone.bytes)
    }

    /// An endpoint's address by its number.
    @inlinable @inline(__always)
    package func address(_ index: Int) -> AddressView {
        precondition(index >= 0 && index < addressCount, "no such address")
        return AddressView(bytes: bytes, offset: addresses &+ index &* ImageLayout.Address.bytes)
    }

    /// An endpoint by its number.
    package func endpoint(_ index: Int) -> EndpointView {
        precondition(index >= 0 && index < endpointCount, "no such endpoint")
        return EndpointView(bytes: bytes, offset: endpoints &+ index &* ImageLayout.Endpoint.bytes)
    }
}

/// Why a file is not an image that this program can serve.
package enum ImageError: Error, CustomStringConvertible {
    case foreign
    case version(UInt32)
    case cutShort(bytes: Int, expected: UInt64)
    case damaged
    case system(String)

    package var description: String {
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
