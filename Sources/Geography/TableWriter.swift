import DNSWire
import Serving

/// Lays out a table of networks; see `NetworkTableLayout`.
struct TableWriter {
    private typealias Field = NetworkTableLayout.Field

    private var bytes = [UInt8](repeating: 0, count: NetworkTableLayout.headerBytes)

    /// Appends numbers at a multiple of eight bytes; returns where.
    private mutating func append<Number: FixedWidthInteger>(_ numbers: [Number]) -> Int {
        let start = bytes.count
        numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
        while bytes.count % 8 != 0 { bytes.append(0) }
        return start
    }

    private mutating func set(_ field: Int, _ value: Int) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: value)) { raw in
            for (index, byte) in raw.enumerated() { bytes[field + index] = byte }
        }
    }

    mutating func writeV4(_ intervals: Intervals) {
        let starts = intervals.starts.map { UInt32(truncatingIfNeeded: $0 >> 96) }
        // As many slots as intervals, at most.
        let whole = Int.bitWidth - 1 - starts.count.leadingZeroBitCount
        let indexBits = min(whole, NetworkTableLayout.maximumIndexBits)
        var index: [UInt32] = []
        index.reserveCapacity((1 << indexBits) + 1)
        var ahead = 0
        for slot in 0...(1 << indexBits) {
            let first = UInt64(slot) << UInt64(32 - indexBits)
            while ahead < starts.count, UInt64(starts[ahead]) < first { ahead += 1 }
            index.append(UInt32(ahead))
        }
        set(Field.v4Count, starts.count)
        set(Field.v4IndexBits, indexBits)
        set(Field.v4Index, append(index))
        var pairs: [UInt32] = []
        pairs.reserveCapacity(2 * starts.count)
        for (start, value) in zip(starts, intervals.values) {
            pairs.append(start)
            pairs.append(value)
        }
        set(Field.v4Intervals, append(pairs))
    }

    mutating func writeV6(_ intervals: Intervals) {
        var keys = intervals.starts.map { UInt64(truncatingIfNeeded: $0 >> 64) }
        let lows = intervals.starts.map { UInt64(truncatingIfNeeded: $0) }
        var levels: [UInt32] = []
        while true {
            let missing =
                (NetworkTableLayout.fanOut - keys.count % NetworkTableLayout.fanOut)
                % NetworkTableLayout.fanOut
            levels.append(UInt32(keys.count))
            levels.append(
                UInt32(truncatingIfNeeded: append(keys + repeatElement(.max, count: missing))))
            if keys.count <= NetworkTableLayout.fanOut { break }
            keys = stride(from: 0, to: keys.count, by: NetworkTableLayout.fanOut).map { keys[$0] }
        }
        set(Field.v6Count, lows.count)
        set(Field.v6Lows, lows.contains { $0 != 0 } ? append(lows) : 0)
        set(Field.v6Values, append(intervals.values))
        set(Field.v6LevelCount, levels.count / 2)
        set(Field.v6Levels, append(levels))
    }

    mutating func writeCovers(
        _ covers: [(entry: NetworkMap.Entry, parent: Int)], isV4: Bool
    ) {
        var words: [UInt32] = []
        for (entry, parent) in covers {
            let start = entry.network.start
            if isV4 {
                words.append(UInt32(truncatingIfNeeded: start >> 96))
            } else {
                for half in [start >> 64, start] {
                    withUnsafeBytes(of: UInt64(truncatingIfNeeded: half)) { raw in
                        words.append(raw.load(as: UInt32.self))
                        words.append(raw.load(fromByteOffset: 4, as: UInt32.self))
                    }
                }
            }
            words += [UInt32(entry.network.bits), UInt32(parent), entry.value]
            if !isV4 { words.append(0) }
        }
        let start = append(words)
        set(isV4 ? Field.v4CoverCount : Field.v6CoverCount, covers.count)
        set(isV4 ? Field.v4Covers : Field.v6Covers, start)
    }

    mutating func finish(outside: UInt32, flags: UInt32) throws(NetworkMapError) -> [UInt8] {
        guard bytes.count <= Int(UInt32.max) else { throw .tooLarge(bytes: bytes.count) }
        set(Field.magic, Int(NetworkTableLayout.magic))
        set(Field.version, Int(NetworkTableLayout.formatVersion))
        set(Field.totalBytes, bytes.count)
        set(Field.flags, Int(flags))
        set(Field.outside, Int(outside))
        let checksum = bytes.withUnsafeBytes { NetworkTable.checksum(ByteView($0)) }
        set(Field.checksum, Int(truncatingIfNeeded: checksum & 0xFFFF_FFFF))
        set(Field.checksum + 4, Int(truncatingIfNeeded: checksum >> 32))
        return bytes
    }
}
