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
    /// Words that the control process keeps beside the verdicts.
    var holds: UInt32 = 0
    var holdCount = 0
    var generation: UInt64 = 0
    /// Of a patch.
    var previousRoot = 0
    var patchSlots: UInt32 = 0
    var patchMask = 0
    var patchCount = 0
    var baseChecksum: UInt64 = 0
}

extension ImageBuilder {
    /// Writes a table of the names of nodes, which lie in what this writes.
    mutating func writeNameTable(
        _ nodes: [UInt32]
    ) -> (offset: UInt32, mask: Int, count: Int) {
        var table = NameTable(count: nodes.count)
        bytes.withUnsafeBytes { raw in
            let view = ByteView(raw)
            for node in nodes {
                let head = Int(node) - start
                let count = Int(view.byte(head + ImageLayout.Node.nameBytes))
                let name = view.slice(head + ImageLayout.Node.headBytes, count)
                table.add(NameHash.hash(name), node)
            }
        }
        return write(table)
    }

    /// The same of nodes that may lie anywhere in the file.
    mutating func writeNameTable(
        _ nodes: [[UInt8]: UInt32]
    ) -> (offset: UInt32, mask: Int, count: Int) {
        var table = NameTable(count: nodes.count)
        for (wire, node) in nodes {
            table.add(wire.withUnsafeBytes { NameHash.hash(ByteView($0)) }, node)
        }
        return write(table)
    }

    private mutating func write(_ table: NameTable) -> (offset: UInt32, mask: Int, count: Int) {
        align(64)
        let offset = offset
        table.slots.withUnsafeBytes { append($0) }
        return (offset, table.slots.count - 1, table.count)
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
            (Field.patchCount, header.patchCount), (Field.holds, Int(header.holds)),
            (Field.holdCount, header.holdCount),
        ]
        for (field, number) in numbers {
            patch(UInt32(truncatingIfNeeded: number), at: start + field)
        }
        let checksum = bytes.withUnsafeBytes { ServingImage.checksum(ofPart: ByteView($0)) }
        patch(checksum, at: start + Field.checksum)
    }
}

/// Names by hash, at most half full, so that a miss ends soon.
private struct NameTable {
    private(set) var slots: [UInt64]
    let count: Int

    init(count: Int) {
        self.count = count
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        slots = [UInt64](repeating: 0, count: capacity)
    }

    mutating func add(_ hash: UInt64, _ node: UInt32) {
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index] != 0 { index = (index + 1) & mask }
        slots[index] = hash >> 32 | UInt64(node) << 32
    }
}
