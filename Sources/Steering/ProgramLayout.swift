/// A compiled policy: nodes in post-order, so that one pass judges children before parents.
///
///     ┌────────┬──────────────────────┬───────────────────────┐
///     │ header │ nodes, the root last │ edges (child, weight) │
///     └────────┴──────────────────────┴───────────────────────┘
package enum ProgramLayout {
    package static let nodeCount = 0
    package static let edgeCount = 4
    package static let headBytes = 8

    package enum Node {
        package static let bytes = 16
        package static let kind = 0
        package static let answers = 2
        /// An endpoint's first address in the image's table, or a group's first edge.
        package static let first = 4
        /// A group's members.
        package static let memberCount = 8
        /// An endpoint's addresses; IPv4 ones come first.
        package static let v4Count = 8
        package static let v6Count = 10
    }

    package enum Edge {
        package static let bytes = 8
        package static let node = 0
        package static let weight = 4
    }

    package enum Kind {
        package static let endpoint: UInt8 = 0
        package static let all: UInt8 = 1
        package static let weighted: UInt8 = 2
        package static let failover: UInt8 = 3
    }

    /// Limits that the compiler enforces, so that a worker's scratch has a fixed size.
    package static let maximumNodes = 4096
    package static let maximumEdges = 8192
    /// Addresses of one family, counted once for each mention of their endpoint.
    package static let maximumAddresses = 8192
    /// Deepest nesting.
    package static let maximumDepth = 16
    /// Most addresses in one answer.
    package static let maximumAnswers = 64
}
