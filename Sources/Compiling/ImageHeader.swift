import DNSWire
import Serving
import Zones

/// The fields of a root that are not settings.
struct ImageHeader {
    var slots: UInt32 = 0
    var slotMask = 0
    /// Names in the table of `slots`.
    var baseCount = 0
    var zones: UInt32 = 0
    var zoneCount = 0
    var addresses: UInt32 = 0
    var addressCount = 0
    var endpoints: UInt32 = 0
    var endpointCount = 0
    /// Names that are served.
    var nameCount = 0
    var maximumLabels = 0
    var steeredCount = 0
    var generation: UInt64 = 0
    /// Of a patch.
    var previousRoot = 0
    var patchSlots: UInt32 = 0
    var patchMask = 0
    var patchCount = 0
    var baseChecksum: UInt64 = 0
}

extension ImageBuilder {
    /// Writes a table of names, at most half full, so that a miss ends soon.
    mutating func writeNameTable(
        _ names: some Sequence<(wire: [UInt8], node: UInt32)>, count: Int
    ) -> (offset: UInt32, mask: Int, count: Int) {
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        var table = [UInt64](repeating: 0, count: capacity)
        for (wire, node) in names {
            let hash = wire.withUnsafeBytes { NameHash.hash(ByteView($0)) }
            var index = Int(truncatingIfNeeded: hash) & (capacity - 1)
            while table[index] != 0 { index = (index + 1) & (capacity - 1) }
            table[index] = hash >> 32 | UInt64(node) << 32
        }
        align(64)
        let offset = offset
        table.withUnsafeBytes { append($0) }
        return (offset, capacity - 1, count)
    }

    /// Appends what the settings need, and fills in the header, which lies at `start`.
    ///
    /// - Throws: when the file would be larger than its offsets can tell.
    mutating func finish(_ header: ImageHeader, _ settings: AnswerSettings) throws(Findings) {
        typealias Field = ImageLayout.Field
        write(settings)
        align(64)
        guard end <= ImageLayout.maximumBytes else {
            throw Findings([
                Finding(at: SourcePosition(file: "zones"), "the zones need more than 4 GiB")
            ])
        }
        patch(ImageLayout.magic, at: start + Field.magic)
        patch(header.generation, at: start + Field.generation)
        patch(header.baseChecksum, at: start + Field.baseChecksum)
        patch(UInt64(end), at: start + Field.totalBytes)
        let numbers: [(Int, Int)] = [
            (Field.version, Int(ImageLayout.formatVersion)),
            (Field.headerBytes, ImageLayout.headerBytes),
            (Field.slots, Int(header.slots)), (Field.slotMask, header.slotMask),
            (Field.baseCount, header.baseCount),
            (Field.zones, Int(header.zones)), (Field.zoneCount, header.zoneCount),
            (Field.addresses, Int(header.addresses)), (Field.addressCount, header.addressCount),
            (Field.endpoints, Int(header.endpoints)), (Field.endpointCount, header.endpointCount),
            (Field.nameCount, header.nameCount), (Field.maximumLabels, header.maximumLabels),
            (Field.steeredCount, header.steeredCount), (Field.previousRoot, header.previousRoot),
            (Field.patchSlots, Int(header.patchSlots)), (Field.patchMask, header.patchMask),
            (Field.patchCount, header.patchCount),
        ]
        for (field, number) in numbers {
            patch(UInt32(truncatingIfNeeded: number), at: start + field)
        }
        let checksum = bytes.withUnsafeBytes { ServingImage.checksum(ofPart: ByteView($0)) }
        patch(checksum, at: start + Field.checksum)
    }
}
