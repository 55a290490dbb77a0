package import DNSWire

/// From a client's network to a value, read where it lies; for the format see `NetworkTableLayout`.
package struct NetworkTable {
    /// The value of addresses that no network holds.
    @inlinable package static var none: UInt32 { .max }
    /// The value of ranges of IPv6 that are looked up as IPv4; never the outcome of a look-up.
    @inlinable package static var embedded: UInt32 { .max - 1 }
    /// The highest value that a network can have.
    @inlinable package static var maximumValue: UInt32 { .max - 2 }

    let bytes: ByteView

    /// A table that has been checked, from its first byte on; what lies behind it does no harm.
    package init(trusted bytes: ByteView) { self.bytes = bytes }

    @inline(__always)
    func field(_ offset: Int) -> Int { Int(bytes.native32(offset)) }

    @inline(__always)
    private func has(_ flag: UInt32) -> Bool {
        bytes.native32(NetworkTableLayout.Field.flags) & flag != 0
    }

    /// The value of a client's network, and how wide it holds.
    ///
    /// Where the network holds several values (a resolver that tells few bits), the value is that of the
    /// longest network put in that contains all of it; else, in a table made so, that of its largest part;
    /// else the value where nothing is known. `bits` then exceed the bits that were told, which asks the
    /// resolver to tell more (RFC 7871 §7.2.1).
    package func match(_ network: ClientNetwork) -> NetworkMatch {
        if network.isV4 {
            let index = findV4(network.v4)
            let bits = regionV4(network.v4, index)
            if bits > 0 || network.shift == 0 {
                let value =
                    bits <= network.v4Bits
                    ? bytes.native32(field(NetworkTableLayout.Field.v4Intervals) &+ index &* 8 &+ 4)
                    : mixedV4(network, index)
                return outcome(value, bits, network.shift, network)
            }
            // All of IPv4 has one value. The ranges that stand for it have it too, and how far it holds
            // around them is a question about IPv6.
        }
        let address = UInt128(_low: network.low, _high: network.high)
        let index = findV6(network.high, network.low)
        let bits = regionV6(address, index)
        let value =
            bits <= network.v6Bits
            ? bytes.native32(field(NetworkTableLayout.Field.v6Values) &+ index &* 4)
            : mixedV6(network, address, index)
        return outcome(value, bits, 0, network)
    }

    private func outcome(
        _ value: UInt32, _ bits: UInt8, _ shift: UInt8, _ network: ClientNetwork
    ) -> NetworkMatch {
        // A scope of 0 is for everybody, the other family too: resolvers keep such answers with those that
        // have no scope at all.
        let isTooWide = bits == 0 && shift == 0 && !has(NetworkTableLayout.Flags.uniform)
        return NetworkMatch(
            value: value == NetworkTable.embedded
                ? bytes.native32(NetworkTableLayout.Field.outside) : value,
            bits: isTooWide ? 1 : bits &+ shift, isFromSubnet: network.isFromSubnet)
    }

    // MARK: IPv4

    /// The interval that holds an address.
    private func findV4(_ address: UInt32) -> Int {
        let shift = UInt64(32 &- field(NetworkTableLayout.Field.v4IndexBits))
        let slot =
            field(NetworkTableLayout.Field.v4Index) &+ Int(UInt64(address) &>> shift) &* 4
        let starts = field(NetworkTableLayout.Field.v4Intervals)
        var low = Int(bytes.native32(slot))
        var high = Int(bytes.native32(slot &+ 4))
        // The last start at or below the address: halving ends this.
        while low < high {
            let middle = (low &+ high) / 2
            if bytes.native32(starts &+ middle &* 8) <= address {
                low = middle &+ 1
            } else {
                high = middle
            }
        }
        return low &- 1
    }

    /// Length of the widest prefix around `address` inside its interval.
    private func regionV4(_ address: UInt32, _ index: Int) -> UInt8 {
        let starts = field(NetworkTableLayout.Field.v4Intervals)
        var bits = 0
        if index > 0 {
            let before = bytes.native32(starts &+ index &* 8) &- 1
            bits = (before ^ address).leadingZeroBitCount &+ 1
        }
        if index &+ 1 < field(NetworkTableLayout.Field.v4Count) {
            let behind = bytes.native32(starts &+ index &* 8 &+ 8)
            bits = max(bits, (behind ^ address).leadingZeroBitCount &+ 1)
        }
        return UInt8(truncatingIfNeeded: bits)
    }

    // MARK: IPv6

    /// The last of the starts whose upper half is at most `key`; the first start is ::.
    private func lastHigh(atMost key: UInt64) -> Int {
        var level = min(
            field(NetworkTableLayout.Field.v6LevelCount), NetworkTableLayout.maximumLevels)
        let levels = field(NetworkTableLayout.Field.v6Levels)
        var index = 0
        while level > 0 {
            level &-= 1
            let count = field(levels &+ level &* 8)
            let keys = field(levels &+ level &* 8 &+ 4)
            let node = bytes.slice(keys &+ index &* 64, 64)
            // The last of eight that is at most the key: the first one always is.
            var place = node.word(32) <= key ? 4 : 0
            place &+= node.word(place &* 8 &+ 16) <= key ? 2 : 0
            place &+= node.word(place &* 8 &+ 8) <= key ? 1 : 0
            // A node that is not full is filled with the highest key, which may be asked for.
            index = min(index &* NetworkTableLayout.fanOut &+ place, count &- 1)
        }
        return index
    }

    /// The interval that holds an address.
    private func findV6(_ high: UInt64, _ low: UInt64) -> Int {
        let last = lastHigh(atMost: high)
        let lows = field(NetworkTableLayout.Field.v6Lows)
        guard lows != 0, bytes.word(highs &+ last &* 8) == high else { return last }
        // Several may begin in this /64.
        var first = high == 0 ? 0 : lastHigh(atMost: high &- 1) &+ 1
        var end = last &+ 1
        while first < end {
            let middle = (first &+ end) / 2
            if bytes.word(lows &+ middle &* 8) <= low {
                first = middle &+ 1
            } else {
                end = middle
            }
        }
        return first &- 1
    }

    @inline(__always)
    private var highs: Int { field(field(NetworkTableLayout.Field.v6Levels) &+ 4) }

    /// The first address of an interval.
    func startV6(_ index: Int) -> UInt128 {
        let lows = field(NetworkTableLayout.Field.v6Lows)
        return UInt128(
            _low: lows == 0 ? 0 : bytes.word(lows &+ index &* 8),
            _high: bytes.word(highs &+ index &* 8))
    }

    private func regionV6(_ address: UInt128, _ index: Int) -> UInt8 {
        var bits = 0
        if index > 0 {
            bits = ((startV6(index) &- 1) ^ address).leadingZeroBitCount &+ 1
        }
        if index &+ 1 < field(NetworkTableLayout.Field.v6Count) {
            bits = max(bits, (startV6(index &+ 1) ^ address).leadingZeroBitCount &+ 1)
        }
        return UInt8(truncatingIfNeeded: bits)
    }
}

/// What a table says of a client's network.
package struct NetworkMatch: Hashable, Sendable {
    /// `NetworkTable.none` where no network holds it.
    package let value: UInt32
    /// Length of the widest prefix around the client's address, as it was given, whose addresses all have
    /// the value that this one has.
    package let bits: UInt8
    /// Whether the client's network came in an option.
    package let isFromSubnet: Bool

    package init(value: UInt32, bits: UInt8, isFromSubnet: Bool) {
        self.value = value
        self.bits = bits
        self.isFromSubnet = isFromSubnet
    }

    /// The SCOPE PREFIX-LENGTH of an answer that this match decided (RFC 7871 §7.2.1).
    ///
    /// 0 for a query whose subnet has no bits, whatever its address decided. An answer that several matches
    /// decided has the longest of their scopes.
    package var scope: UInt8 { isFromSubnet ? bits : 0 }
}
