public import DNSWire

/// Everything needed to answer, read where it lies: zones, prebuilt answers, policies, settings.
public struct ServingImage {
    public let bytes: ByteView
    @usableFromInline let slots: Int
    @usableFromInline let slotMask: Int
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

    /// Reads the header; refuses what is foreign, cut short or damaged.
    public init(_ bytes: ByteView) throws(ImageError) {
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
        addresses = Int(bytes.native32(Field.addresses))
        maximumLabels = Int(bytes.native32(Field.maximumLabels))
        udpBytes = Int(bytes.native32(Field.udpBytes))
        generation = bytes.word(Field.generation)
        udpBytesWithoutCookie = Int(bytes.native32(Field.udpBytesWithoutCookie))
        hasClientRules = bytes.native32(Field.networkCount) != 0
        features = bytes.native32(Field.features)
        // A table that is always full would make a miss walk for ever.
        guard (slotMask &+ 1) & slotMask == 0, nameCount <= slotMask else { throw .damaged }
    }

    // Read where they lie: an image is copied for each response, and few of those need these.
    @inlinable public var zoneCount: Int { Int(bytes.native32(ImageLayout.Field.zoneCount)) }
    @inlinable public var addressCount: Int { Int(bytes.native32(ImageLayout.Field.addressCount)) }
    public var endpointCount: Int { Int(bytes.native32(ImageLayout.Field.endpointCount)) }
    public var nameCount: Int { Int(bytes.native32(ImageLayout.Field.nameCount)) }
    public var steeredCount: Int { Int(bytes.native32(ImageLayout.Field.steeredCount)) }
    private var endpoints: Int { Int(bytes.native32(ImageLayout.Field.endpoints)) }

    /// The checksum of an image: of every word but the checksum itself.
    public static func checksum(_ bytes: ByteView) -> UInt64 {
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

    /// The node of a lower-case wire name; nil when no zone has it.
    @inlinable @inline(__always)
    public func find(_ name: ByteView) -> NodeView? { find(name, hash: NameHash.hash(name)) }

    /// The same with the name's `NameHash`.
    @inlinable @inline(__always)
    public func find(_ name: ByteView, hash: UInt64) -> NodeView? {
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var index = Int(truncatingIfNeeded: hash) & slotMask
        // Linear probing; a free slot ends it, and there is always one.
        while true {
            let slot = bytes.word(slots &+ index &* ImageLayout.Slot.bytes)
            let node = Int(slot &>> UInt64(8 &* ImageLayout.Slot.node))
            if node == 0 { return nil }
            if UInt32(truncatingIfNeeded: slot) == tag {
                let view = NodeView(bytes: bytes, offset: node)
                if view.name.equals(name) { return view }
            }
            index = (index &+ 1) & slotMask
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
