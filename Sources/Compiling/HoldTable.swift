import Serving
import Zones

/// The words that the control process keeps about policies, each once, whatever number of names uses it.
struct HoldTable {
    /// A word that one policy needs.
    struct Hold {
        let key: SlotMap.HoldKey
        let slot: Int
        /// The node's number in its program.
        let node: Int
        /// Of a `failover` node, in seconds; nil: until an operator says so.
        let afterSeconds: UInt32?
    }

    /// What is wrong when there is no word left.
    static func full(_ position: SourcePosition) -> Finding {
        Finding(
            at: position,
            "more than \(Plane.slotCount) endpoint addresses and failovers with 'failback'")
    }

    private var entries: [(hold: Hold, program: UInt32)] = []
    private var seen: Set<SlotMap.HoldKey> = []

    /// Adds what a program at an offset of the image needs.
    mutating func add(_ holds: [Hold], program: UInt32) {
        for hold in holds where seen.insert(hold.key).inserted { entries.append((hold, program)) }
    }

    /// Writes the table, and the names in it.
    func write(to image: inout ImageBuilder) -> (offset: UInt32, count: Int) {
        var texts: [UInt32] = []
        for entry in entries {
            texts.append(image.offset)
            image.append(entry.hold.key.owner.utf8)
            image.append(entry.hold.key.path.utf8)
        }
        image.align(8)
        let offset = image.offset
        for (entry, text) in zip(entries, texts) {
            let key = entry.hold.key
            image.append(UInt32(entry.hold.slot))
            image.append(entry.program)
            image.append(UInt32(entry.hold.node))
            image.append(entry.hold.afterSeconds ?? .max)
            image.append(text)
            image.append(UInt16(truncatingIfNeeded: key.owner.utf8.count))
            image.append(UInt16(truncatingIfNeeded: key.path.utf8.count))
            image.append(key.kind.rawValue)
            image.append(repeatElement(0, count: 7))
            withUnsafeBytes(of: key.members) { image.append($0) }
        }
        return (offset, entries.count)
    }
}
