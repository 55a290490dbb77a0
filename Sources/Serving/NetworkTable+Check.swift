package import DNSWire

extension NetworkTable {
    /// Reads a table that comes from elsewhere; refuses what is foreign, cut short or damaged.
    ///
    /// Afterwards no look-up reaches outside it. Costs one pass over the table.
    package init(checking bytes: ByteView) throws(NetworkTableError) {
        typealias Field = NetworkTableLayout.Field
        guard bytes.count >= NetworkTableLayout.headerBytes,
            bytes.native32(Field.magic) == NetworkTableLayout.magic
        else { throw .foreign }
        let version = bytes.native32(Field.version)
        guard version == NetworkTableLayout.formatVersion else { throw .version(version) }
        let total = Int(bytes.native32(Field.totalBytes))
        guard total <= bytes.count, total >= NetworkTableLayout.headerBytes, total % 8 == 0 else {
            throw .cutShort(bytes: bytes.count, expected: total)
        }
        self.init(trusted: bytes.slice(0, total))
        guard bytes.word(Field.checksum) == NetworkTable.checksum(self.bytes), hasSoundV4,
            hasSoundV6, hasSoundCovers
        else { throw .damaged }
    }

    /// The checksum of a table: of every word but the checksum itself.
    package static func checksum(_ bytes: ByteView) -> UInt64 {
        var state: UInt64 = 0x5354_4E54
        var offset = 0
        while offset &+ 8 <= bytes.count {
            if offset != NetworkTableLayout.Field.checksum {
                state = NameHash.mix(state &+ bytes.word(offset))
            }
            offset &+= 8
        }
        return state
    }

    private func holds(_ offset: Int, _ count: Int, of size: Int) -> Bool {
        count >= 0 && offset >= NetworkTableLayout.headerBytes && offset <= bytes.count
            && count <= (bytes.count - offset) / size
    }

    private var hasSoundV4: Bool {
        typealias Field = NetworkTableLayout.Field
        let count = field(Field.v4Count)
        let starts = field(Field.v4Intervals)
        let indexBits = field(Field.v4IndexBits)
        let index = field(Field.v4Index)
        guard count > 0, holds(starts, count, of: 8),
            indexBits <= NetworkTableLayout.maximumIndexBits,
            holds(index, (1 << indexBits) + 1, of: 4), bytes.native32(starts) == 0
        else { return false }
        for place in 1..<max(count, 1)
        where bytes.native32(starts + place * 8) <= bytes.native32(starts + place * 8 - 8) {
            return false
        }
        // Each slot has the number of starts ahead of its addresses.
        var ahead = 0
        for slot in 0...(1 << indexBits) {
            let first = UInt64(slot) << UInt64(32 - indexBits)
            while ahead < count, UInt64(bytes.native32(starts + ahead * 8)) < first { ahead += 1 }
            if field(index + slot * 4) != ahead { return false }
        }
        return true
    }

    private var hasSoundV6: Bool {
        typealias Field = NetworkTableLayout.Field
        let count = field(Field.v6Count)
        let lows = field(Field.v6Lows)
        let levelCount = field(Field.v6LevelCount)
        let levels = field(Field.v6Levels)
        guard count > 0, levelCount > 0, levelCount <= NetworkTableLayout.maximumLevels,
            holds(levels, levelCount, of: 8), holds(field(Field.v6Values), count, of: 4),
            lows == 0 || holds(lows, count, of: 8)
        else { return false }
        var expected = count
        for level in 0..<levelCount {
            let keys = field(levels + level * 8 + 4)
            let nodes = (expected + NetworkTableLayout.fanOut - 1) / NetworkTableLayout.fanOut
            guard field(levels + level * 8) == expected, holds(keys, nodes, of: 64) else {
                return false
            }
            for place in expected..<nodes * NetworkTableLayout.fanOut
            where bytes.word(keys + place * 8) != .max {
                return false
            }
            if level > 0 {
                let below = field(levels + level * 8 - 4)
                for place in 0..<expected
                where bytes.word(keys + place * 8) != bytes.word(below + place * 64) {
                    return false
                }
            }
            if level == levelCount - 1 { break }
            expected = nodes
        }
        guard expected <= NetworkTableLayout.fanOut, startV6(0) == 0 else { return false }
        for place in 1..<max(count, 1) where startV6(place) <= startV6(place - 1) { return false }
        return true
    }

    private var hasSoundCovers: Bool {
        typealias Field = NetworkTableLayout.Field
        typealias Cover = NetworkTableLayout.Cover
        let families = [
            (field(Field.v4Covers), field(Field.v4CoverCount), Cover.v4Bytes, 4),
            (field(Field.v6Covers), field(Field.v6CoverCount), Cover.v6Bytes, 16),
        ]
        for (covers, count, size, head) in families {
            guard holds(covers, count, of: size) else { return false }
            for place in 0..<count where field(covers + place * size + head + Cover.parent) > place
            {
                return false
            }
        }
        return true
    }
}

/// Why bytes are not a table that this program can read.
package enum NetworkTableError: Error, Hashable, CustomStringConvertible {
    case foreign
    case version(UInt32)
    case cutShort(bytes: Int, expected: Int)
    case damaged

    package var description: String {
        switch self {
        case .foreign: "this is not a table of networks"
        case .version(let version):
            "the table has format version \(version), this program reads "
                + "\(NetworkTableLayout.formatVersion)"
        case .cutShort(let bytes, let expected):
            "the table has \(bytes) bytes where its header says \(expected)"
        case .damaged: "the table's checksum does not match its content"
        }
    }
}
