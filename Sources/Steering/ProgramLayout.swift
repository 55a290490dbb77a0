/// A compiled policy: nodes in post-order, so that one pass judges children before parents.
///
///     ┌────────┬──────────────────────┬───────────────────────┬───────┬─────────┬───────┐
///     │ header │ nodes, the root last │ edges (child, weight) │ looks │ ladders │ rungs │
///     └────────┴──────────────────────┴───────────────────────┴───────┴─────────┴───────┘
///
/// The *root* is the policy's last node; behind it may stand the nodes of another policy, for when it is down
/// (`whenDown: {policy: …}`), which may refer to the first one's and ends with the last node of all.
///
/// A *look* is what one node asks about the client: a table of networks whose values are numbers of
/// *ladders*. A ladder lists the members that may answer such a client, the most specific first; one that
/// may not answer leaves it to the next. Ladder 0 is that of clients of whom nothing is known.
///
/// The ladders of all looks together are the client's *branch*: one number, so that what is worked out of a
/// policy can be kept for each.
package enum ProgramLayout {
    @inlinable package static var nodeCount: Int { 0 }
    @inlinable package static var edgeCount: Int { 4 }
    @inlinable package static var lookCount: Int { 8 }
    /// Of all looks together.
    @inlinable package static var ladderCount: Int { 12 }
    /// Nodes up to and including the root.
    @inlinable package static var rootEnd: Int { 16 }
    @inlinable package static var headBytes: Int { 24 }

    package enum Node {
        @inlinable package static var bytes: Int { 32 }
        @inlinable package static var kind: Int { 0 }
        /// Bits of `Flags`.
        @inlinable package static var flags: Int { 1 }
        @inlinable package static var answers: Int { 2 }
        /// An endpoint's first address in the image's table, or a group's first edge.
        @inlinable package static var first: Int { 4 }
        /// A group's members.
        @inlinable package static var memberCount: Int { 8 }
        /// An endpoint's addresses; IPv4 ones come first.
        @inlinable package static var v4Count: Int { 8 }
        @inlinable package static var v6Count: Int { 10 }
        /// The look of a `located` node, in one byte.
        @inlinable package static var look: Int { 12 }
        /// Bits of an address that make one client of a `hash` node, one byte each.
        @inlinable package static var hashV4Bits: Int { 12 }
        @inlinable package static var hashV6Bits: Int { 13 }
        /// Edges behind the members to nodes that must be up as well.
        @inlinable package static var requiredCount: Int { 14 }
        /// Members that must be up: a number, or a percentage with `percentFlag`; 0: one.
        @inlinable package static var atLeast: Int { 16 }
        @inlinable package static var percentFlag: UInt16 { 1 << 15 }
        /// The percentage of healthy members below which all are used; 0: never.
        @inlinable package static var panic: Int { 18 }
        /// What goes past the first member of a failover, in 10,000ths.
        @inlinable package static var trickle: Int { 20 }
        /// Of a failover: the slot of its `HoldWord` plus 1; 0: none.
        @inlinable package static var hold: Int { 24 }
    }

    package enum Flags {
        /// What a chosen member cannot take goes to the next.
        @inlinable package static var spill: UInt8 { 1 }
        /// Stands as unchecked for its parent where it would be worse.
        @inlinable package static var alwaysUp: UInt8 { 2 }
    }

    package enum Edge {
        @inlinable package static var bytes: Int { 16 }
        @inlinable package static var node: Int { 0 }
        @inlinable package static var weight: Int { 4 }
        /// What a member of a `hash` node is known by, wherever it stands among the others.
        @inlinable package static var identity: Int { 8 }
    }

    package enum Look {
        @inlinable package static var bytes: Int { 16 }
        /// Where its table lies in the image.
        @inlinable package static var table: Int { 0 }
        @inlinable package static var ladderCount: Int { 4 }
        /// The number of its first ladder among all.
        @inlinable package static var firstLadder: Int { 8 }
        /// What its ladder counts for in the branch: the product of the numbers of ladders before it.
        @inlinable package static var factor: Int { 12 }
    }

    /// A ladder: its first rung, and how many there are.
    ///
    /// A rung is four bytes, the number of an edge.
    package enum Ladder {
        @inlinable package static var bytes: Int { 8 }
        @inlinable package static var first: Int { 0 }
        @inlinable package static var count: Int { 4 }
    }

    package enum Kind {
        @inlinable package static var endpoint: UInt8 { 0 }
        @inlinable package static var all: UInt8 { 1 }
        @inlinable package static var weighted: UInt8 { 2 }
        @inlinable package static var failover: UInt8 { 3 }
        /// The first eligible member of the client's ladder: `geo`, `subnet`, `proximity`, `latency`.
        @inlinable package static var located: UInt8 { 4 }
        /// The member that the client's network and the weights choose.
        @inlinable package static var hash: UInt8 { 5 }
    }

    /// Limits that the compiler enforces, so that a worker's scratch has a fixed size.
    @inlinable package static var maximumNodes: Int { 4096 }
    @inlinable package static var maximumEdges: Int { 8192 }
    /// Addresses of one family, counted once for each mention of their endpoint.
    @inlinable package static var maximumAddresses: Int { 8192 }
    /// Deepest nesting.
    @inlinable package static var maximumDepth: Int { 16 }
    /// Endpoints of a policy that `whenDown: lastGood` remembers: bits of a word.
    @inlinable package static var maximumLastGood: Int { 32 }
    /// Kinds of clients that such a policy may tell apart.
    @inlinable package static var maximumLastGoodBranches: Int { 64 }
    /// Most addresses in one answer.
    @inlinable package static var maximumAnswers: Int { 64 }
    /// Nodes that ask where the client is: their scopes lie in one vector.
    @inlinable package static var maximumLooks: Int { 8 }
    /// Kinds of clients that the looks of one policy tell apart together.
    @inlinable package static var maximumBranches: Int { 1 << 24 }
    /// Rungs of all ladders.
    @inlinable package static var maximumRungs: Int { 1 << 20 }
}
