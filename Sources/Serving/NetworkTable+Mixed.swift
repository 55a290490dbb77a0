import DNSWire

/// Client networks that hold several values.
extension NetworkTable {
    private typealias Field = NetworkTableLayout.Field
    private typealias Cover = NetworkTableLayout.Cover

    private var outside: UInt32 { bytes.native32(Field.outside) }

    private var takesLargestPart: Bool {
        bytes.native32(Field.flags) & NetworkTableLayout.Flags.largestPart != 0
    }

    /// The value of an IPv4 network whose first address lies in interval `index`, which ends inside it.
    func mixedV4(_ network: ClientNetwork, _ index: Int) -> UInt32 {
        let value = coverV4(network)
        guard value == NetworkTable.none else { return value }
        guard takesLargestPart, network.v4Bits > 0 else { return outside }
        let intervals = field(Field.v4Intervals)
        let end = UInt64(network.v4) &+ (UInt64(1) &<< UInt64(32 &- network.v4Bits))
        var largest: (UInt64, UInt32) = (0, outside)
        var at = UInt64(network.v4)
        var part = 0
        while at < end, part < NetworkTableLayout.maximumParts {
            let place = index &+ part
            let next =
                place &+ 1 < field(Field.v4Count)
                ? min(UInt64(bytes.native32(intervals &+ place &* 8 &+ 8)), end) : end
            if next &- at > largest.0 {
                largest = (next &- at, bytes.native32(intervals &+ place &* 8 &+ 4))
            }
            at = next
            part &+= 1
        }
        return largest.1
    }

    /// The same for IPv6.
    func mixedV6(_ network: ClientNetwork, _ address: UInt128, _ index: Int) -> UInt32 {
        let value = coverV6(network, address)
        guard value == NetworkTable.none else { return value }
        guard takesLargestPart, network.v6Bits > 0 else { return outside }
        let values = field(Field.v6Values)
        // The last address, since the one behind it may not exist.
        let last = address | UInt128.max &>> UInt128(network.v6Bits)
        var largest: (UInt128, UInt32) = (0, outside)
        var isFirst = true
        var at = address
        var part = 0
        while part < NetworkTableLayout.maximumParts {
            let place = index &+ part
            let isLast =
                place &+ 1 >= field(Field.v6Count) || startV6(place &+ 1) > last
            // Sizes less one, which fit however large the network is.
            let size = (isLast ? last : startV6(place &+ 1) &- 1) &- at
            let found = bytes.native32(values &+ place &* 4)
            if found != NetworkTable.embedded, isFirst || size > largest.0 {
                largest = (size, found)
                isFirst = false
            }
            if isLast { break }
            at = startV6(place &+ 1)
            part &+= 1
        }
        return largest.1
    }

    // MARK: Covers

    /// The value of the longest network put in that contains all of `network`; `none` where none does.
    private func coverV4(_ network: ClientNetwork) -> UInt32 {
        let covers = field(Field.v4Covers)
        var low = 0
        var high = field(Field.v4CoverCount)
        // The last cover that begins ahead of the network, or with it and is not longer. What contains the
        // network is among it and those around it.
        while low < high {
            let middle = (low &+ high) / 2
            let at = covers &+ middle &* Cover.v4Bytes
            let start = bytes.native32(at)
            let bits = bytes.native32(at &+ 4 &+ Cover.bits)
            if start < network.v4 || start == network.v4 && bits <= network.v4Bits {
                low = middle &+ 1
            } else {
                high = middle
            }
        }
        var next = low
        // Each is shorter than the one before: at most 33.
        var steps = 0
        while next > 0, steps <= 32 {
            let at = covers &+ (next &- 1) &* Cover.v4Bytes
            let bits = bytes.native32(at &+ 4 &+ Cover.bits)
            let differing = bytes.native32(at) ^ network.v4
            if bits <= network.v4Bits, differing.leadingZeroBitCount >= bits {
                return bytes.native32(at &+ 4 &+ Cover.value)
            }
            next = field(at &+ 4 &+ Cover.parent)
            steps &+= 1
        }
        return NetworkTable.none
    }

    private func coverV6(_ network: ClientNetwork, _ address: UInt128) -> UInt32 {
        let covers = field(Field.v6Covers)
        var low = 0
        var high = field(Field.v6CoverCount)
        while low < high {
            let middle = (low &+ high) / 2
            let at = covers &+ middle &* Cover.v6Bytes
            let start = coverStart(at)
            let bits = bytes.native32(at &+ 16 &+ Cover.bits)
            if start < address || start == address && bits <= network.v6Bits {
                low = middle &+ 1
            } else {
                high = middle
            }
        }
        var next = low
        var steps = 0
        while next > 0, steps <= 128 {
            let at = covers &+ (next &- 1) &* Cover.v6Bytes
            let bits = bytes.native32(at &+ 16 &+ Cover.bits)
            let differing = coverStart(at) ^ address
            if bits <= network.v6Bits, differing.leadingZeroBitCount >= bits {
                return bytes.native32(at &+ 16 &+ Cover.value)
            }
            next = field(at &+ 16 &+ Cover.parent)
            steps &+= 1
        }
        return NetworkTable.none
    }

    private func coverStart(_ at: Int) -> UInt128 {
        UInt128(_low: bytes.word(at &+ 8), _high: bytes.word(at))
    }
}
