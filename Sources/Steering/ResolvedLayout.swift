/// What is kept of a steered name for one family: everything that the verdict words decide is decided.
///
///     ┌────────────────┬───────────────────────────┐
///     │ head, 32 bytes │ what the shape says        │
///     └────────────────┴───────────────────────────┘
///
/// Most policies come down to a shape that needs no tree: one address, one of several by weight, or several
/// in turn. The rest keeps a tree of what is left after the members that may not answer are gone.
enum ResolvedLayout {
    /// `AddressRecordHead` with the TTL of the answer.
    static var front: Int { 0 }
    static var back: Int { 8 }
    /// From the lowest byte on: `SteeredOutcome`, `Shape`, and in two bytes the most addresses of an answer.
    static var info: Int { 12 }
    /// Members, or addresses.
    static var count: Int { 16 }
    /// Of a tree: its root, a `Reference`; of a program: the offset in the image.
    static var root: Int { 20 }
    /// Of a tree: where its addresses begin, counted from the block's start.
    ///
    /// Of a program: the endpoints that are taken for up when not the facts count, as bits.
    static var pool: Int { 24 }
    /// Of a program: what is taken for true, and with `fallbackFlag`, that the policy for when its root is down
    /// is the one that answers.
    static var assumption: Int { 28 }
    static var fallbackFlag: UInt8 { 1 << 7 }
    /// What the answer depends on of the client, one byte each: looks, bits of IPv4 and of IPv6 in a hash.
    static var looks: Int { 29 }
    static var hashV4Bits: Int { 30 }
    static var hashV6Bits: Int { 31 }
    static var headBytes: Int { 32 }
    /// Largest block that is kept; what needs more is evaluated for every query.
    static var maximumBytes: Int { 128 << 10 }

    enum Shape {
        /// Beside the shape: the addresses are IPv6.
        static var v6: UInt8 { 8 }
        /// No addresses; the outcome says all.
        static var none: UInt8 { 0 }
        /// The one address.
        static var one: UInt8 { 1 }
        /// Addresses by weight: cells of a threshold (8 bytes), the own address, the alias's.
        static var choice: UInt8 { 2 }
        /// Addresses from a random one on.
        static var turn: UInt8 { 3 }
        /// Addresses as they stand.
        static var list: UInt8 { 4 }
        /// A tree.
        static var tree: UInt8 { 5 }
        /// Too large: the image's program.
        static var program: UInt8 { 6 }
    }

    /// A node of a tree: children, in `Reference`s, lie before their parents.
    enum Node {
        /// Kind in the lower half, most answers in the upper.
        static var kind: Int { 0 }
        static var count: Int { 4 }
        static var headBytes: Int { 8 }

        /// An endpoint's addresses: `count` of the pool, from the one in the four bytes behind the head on.
        static var endpoint: UInt32 { 0 }
        /// One member by weight: cells of `Cell`.
        static var choice: UInt32 { 1 }
        /// Several by weight, each once: cells of `Cell`, then the weights in four bytes each.
        static var draws: UInt32 { 2 }
        /// Every member, from a random one on, until there are enough: their `Reference`s.
        static var all: UInt32 { 3 }
    }

    /// A member of a choice: its threshold, its `Reference`, and the number of the member that is its alias.
    enum Cell {
        static var threshold: Int { 0 }
        static var own: Int { 8 }
        static var alias: Int { 12 }
        static var bytes: Int { 16 }
    }

    /// Bytes of a cell whose addresses lie in it.
    @inline(__always)
    static func cellBytes(v4: Bool) -> Int { v4 ? 16 : 40 }

    @inline(__always)
    static func addressBytes(v4: Bool) -> Int { v4 ? 4 : 16 }

    /// An address of the pool when the top bit is set, else where a node begins in the block.
    enum Reference {
        static var addressBit: UInt32 { 1 << 31 }
        static var none: UInt32 { 0 }
    }
}

/// What a steered name answers for one family, as far as the verdict words decide it.
package enum SteeredOutcome: UInt8, Sendable {
    /// The policy's addresses.
    case addresses = 0
    /// Every address that it has, or those given for this case: the policy is down.
    case addressesWhileDown = 1
    /// The policy has no address of this family.
    case noData = 2
    /// All addresses of this family are down, while the other family's are not.
    case noDataFamilyDown = 3
    /// The policy is down, and that is to be told.
    case noDataWhileDown = 4
    /// The policy is down, and the addresses given for this case are all of the other family.
    case noFallback = 5
    case serverFailure = 6
    /// The policy is too large to keep; `ResolvedPolicies.evaluate` has its addresses.
    case evaluate = 7
    case evaluateWhileDown = 8
}
