import DNSWire
import Serving
import Zones

/// Prebuilds the records of one answer for a question of known length.
struct FragmentBuilder {
    private var writer: CompressingWriter
    private let ownerBytes: Int
    private var answerRecords = 0
    private var authorityRecords = 0
    private var additionalRecords = 0
    private var requiredBytes = 0
    private var sets: [(end: Int, records: Int)] = []
    private var glueSets = 0
    private var target: Name?

    /// Starts a fragment for questions that are `owner`, or that end in it.
    ///
    /// Pointers go to the labels that a longer question shares: for a wildcard, those behind its `*`.
    init(owner: Name) {
        ownerBytes = owner.wire.count
        writer = CompressingWriter(base: Header.bytes + ownerBytes + 4)
        if owner.isWildcard, let parent = owner.parent {
            writer.addTarget(parent, at: Header.bytes + 2)
        } else {
            writer.addTarget(owner, at: Header.bytes)
        }
    }

    mutating func addAnswer(_ set: RRset) {
        for rdata in set.rdatas {
            writer.appendRecord(owner: nil, type: set.type, ttl: set.ttl, rdata: rdata)
        }
        answerRecords += set.rdatas.count
        requiredBytes = writer.bytes.count
        if set.type == .cname || set.type == .dname { target = set.targets.first }
    }

    mutating func addAuthority(_ set: RRset, owner: Name, ttl: UInt32? = nil) {
        for rdata in set.rdatas {
            writer.appendRecord(owner: owner, type: set.type, ttl: ttl ?? set.ttl, rdata: rdata)
        }
        authorityRecords += set.rdatas.count
        requiredBytes = writer.bytes.count
    }

    /// Adds an RRset that the largest message still has room for, and leaves out others.
    ///
    /// - Parameter isGlue: whether a referral leads nowhere without it; such RRsets go first.
    mutating func addAdditional(_ set: RRset, owner: Name, isGlue: Bool) {
        let bytes = set.rdatas.reduce(0) { $0 + owner.wire.count + 10 + $1.count }
        guard bytes <= room else { return }
        for rdata in set.rdatas {
            writer.appendRecord(owner: owner, type: set.type, ttl: set.ttl, rdata: rdata)
        }
        additionalRecords += set.rdatas.count
        sets.append((writer.bytes.count, set.rdatas.count))
        if isGlue { glueSets = sets.count }
    }

    /// Whether the fragment fits a message; a larger RRset can never be answered.
    var fits: Bool { room >= 0 }

    /// Bytes left beside the longest question and an OPT.
    private var room: Int {
        Header.maximumBytes - Header.bytes - Name.maximumBytes - 4 - ResponseWriter.optBytes
            - writer.bytes.count
    }

    func write(to image: inout ImageBuilder) -> UInt32 {
        image.align(4)
        let start = image.offset
        // A pointer past 65,535 cannot be: `fits` is checked first.
        let fixups = writer.pointers
        let targetOffset =
            target == nil
            ? 0
            : ImageLayout.Fragment.headBytes + fixups.count * 2 + sets.count * 4
                + writer.bytes.count
        image.append(UInt16(answerRecords))
        image.append(UInt16(authorityRecords))
        image.append(UInt16(additionalRecords))
        image.append(UInt16(glueSets))
        image.append(UInt16(requiredBytes))
        image.append(UInt16(writer.bytes.count))
        image.append(UInt16(fixups.count))
        image.append(UInt16(sets.count))
        image.append(UInt16(truncatingIfNeeded: targetOffset))
        image.append(UInt16(ownerBytes))
        for fixup in fixups { image.append(UInt16(fixup)) }
        for set in sets {
            image.append(UInt16(set.end))
            image.append(UInt16(set.records))
        }
        image.append(writer.bytes)
        if let target {
            image.append(UInt8(target.wire.count))
            image.append(target.wire)
        }
        return start
    }
}
