/// The format of a table of networks: from an address to a value, by intervals of addresses.
///
///     ┌────────┬──────────┬─────────────────────┬───────────┬─────────────────┬───────────┬────────┐
///     │ header │ v4 index │ v4 starts, values   │ v6 starts │ levels above it │ v6 values │ covers │
///     │ 96 B   │ 2^k + 1  │ 4 B each, in pairs  │ 8 B each  │ every eighth    │ 4 B each  │        │
///     └────────┴──────────┴─────────────────────┴───────────┴─────────────────┴───────────┴────────┘
///
/// Each family's addresses are cut into intervals, neighbours with different values; an interval is known
/// by its first address. That says as much as a trie with merged leaves: the widest prefix around an
/// address within which every address has its value is the widest one that holds neither the last address
/// of the interval before nor the first of the one behind, and that is arithmetic on two words. It takes 8
/// bytes for an interval of IPv4 and 12 for IPv6, however the networks nest.
///
/// IPv4 is found by the first `v4IndexBits` of the address and a binary search among the few intervals that
/// begin with them; IPv6, whose networks crowd together in a few places, by a tree of eight keys a node,
/// one cache line, whose levels are the keys at every eighth place of the level below, each filled up to a
/// whole node with the highest key there can be. Starts of IPv6 that
/// are not at the beginning of a /64 bring an array of lower halves.
///
/// *Covers* are for client subnets that hold several intervals: the networks as they were put in, those
/// that hold different values, in the order of their starts, the wider first; each with the next wider.
///
/// All offsets count from the table's start and have 32 bits, so that it can lie anywhere in a multiple of
/// eight bytes; numbers are in the machine's order. `Geography` writes it, `NetworkTable` reads it.
package enum NetworkTableLayout {
    /// "STNT" as the first four bytes.
    @inlinable package static var magic: UInt32 { 0x544E_5453 }
    @inlinable package static var formatVersion: UInt32 { 1 }
    @inlinable package static var headerBytes: Int { 96 }
    /// Most bits of IPv4 addresses in the index: more would take more memory than they save time.
    @inlinable package static var maximumIndexBits: Int { 20 }
    /// Keys of a node of the tree over IPv6.
    @inlinable package static var fanOut: Int { 8 }
    /// Levels of the tree: 8^11 exceeds every count.
    @inlinable package static var maximumLevels: Int { 11 }
    /// Most intervals of a family.
    @inlinable package static var maximumIntervals: Int { 1 << 27 }
    /// Intervals that are looked at in a client subnet with several.
    @inlinable package static var maximumParts: Int { 64 }

    /// Offsets of the header's fields, 4 bytes each but the checksum.
    package enum Field {
        @inlinable package static var magic: Int { 0 }
        @inlinable package static var version: Int { 4 }
        @inlinable package static var totalBytes: Int { 8 }
        @inlinable package static var flags: Int { 12 }
        /// The value where nothing else is known.
        @inlinable package static var outside: Int { 16 }
        @inlinable package static var v4Count: Int { 20 }
        @inlinable package static var v4IndexBits: Int { 24 }
        @inlinable package static var v4Index: Int { 28 }
        /// Of each interval the start, and behind it the value: one cache line for both.
        @inlinable package static var v4Intervals: Int { 32 }
        @inlinable package static var v6Count: Int { 40 }
        /// Where the array of lower halves lies; 0: all are zero.
        @inlinable package static var v6Lows: Int { 44 }
        @inlinable package static var v6Values: Int { 48 }
        @inlinable package static var v6LevelCount: Int { 52 }
        /// For each level from the lowest, the starts themselves, on: number of keys, offset.
        @inlinable package static var v6Levels: Int { 56 }
        @inlinable package static var v4CoverCount: Int { 60 }
        @inlinable package static var v4Covers: Int { 64 }
        @inlinable package static var v6CoverCount: Int { 68 }
        @inlinable package static var v6Covers: Int { 72 }
        /// Of every other word of eight bytes.
        @inlinable package static var checksum: Int { 80 }
    }

    package enum Flags {
        /// Every address of both families has the same value.
        @inlinable package static var uniform: UInt32 { 1 }
        /// A subnet with several values, and no cover, has that of its largest part.
        @inlinable package static var largestPart: UInt32 { 2 }
    }

    /// A network as it was put in; of IPv6 the address takes 16 bytes, upper half first.
    package enum Cover {
        @inlinable package static var v4Bytes: Int { 16 }
        @inlinable package static var v6Bytes: Int { 32 }
        /// Offsets behind the address.
        @inlinable package static var bits: Int { 0 }
        /// The next wider cover's number plus 1; 0: none.
        @inlinable package static var parent: Int { 4 }
        /// `NetworkTable.none`: as if there were no cover.
        @inlinable package static var value: Int { 8 }
    }
}
