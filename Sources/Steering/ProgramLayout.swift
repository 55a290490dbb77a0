/// A compiled policy: nodes in post-order, so that one pass judges children before parents.
///
///     ┌────────┬──────────────────────┬───────────────────────┐
///     │ header │ nodes, the root last │ edges (child, weight) │
///     └────────┴──────────────────────┴───────────────────────┘
package enum ProgramLayout {
    @inlinable package static var nodeCount: Int { 0 }
    @inlinable package static var edgeCount: Int { 4 }
    @inlinable package static var headBytes: Int { 8 }

    package enum Node {
        @inlinable package static var bytes: Int { 16 }
        @inlinable package static var kind: Int { 0 }
        @inlinable package static var answers: Int { 2 }
        /// An endpoint's first address in the image's table, or a group's first edge.
        @inlinable package static var first: Int { 4 }
        /// A group's members.
        @inlinable package static var memberCount: Int { 8 }
        /// An endpoint's addresses; IPv4 ones come first.
        @inlinable package static var v4Count: Int { 8 }
        @inlinable package static var v6Count: Int { 10 }
    }

    package enum Edge {
        @inlinable package static var bytes: Int { 8 }
        @inlinable package static var node: Int { 0 }
        @inlinable package static var weight: Int { 4 }
    }

    package enum Kind {
        @inlinable package static var endpoint: UInt8 { 0 }
        @inlinable package static var all: UInt8 { 1 }
        @inlinable package static var weighted: UInt8 { 2 }
        @inlinable package static var failover: UInt8 { 3 }
    }

    /// Limits that the compiler enforces, so that a worker's scratch has a fixed size.
    @inlinable package static var maximumNodes: Int { 4096 }
    @inlinable package static var maximumEdges: Int { 8192 }
    /// Addresses of one family, counted once for each mention of their endpoint.
    @inlinable package static var maximumAddresses: Int { 8192 }
    /// Deepest nesting.
    @inlinable package static var maximumDepth: Int { 16 }
    /// Most addresses in one answer.
    @inlinable package static var maximumAnswers: Int { 64 }
}
