import Geography

/// The orders in which members of `latency` nodes were tried, kept from one image to the next, so that small
/// changes of a table move nobody.
///
/// Kept for each set of members and for each client address, whatever rows or places it was found by.
/// It is lost with the control process: the next one begins with plain orders.
package struct LatencyHistory: Sendable {
    /// What one node was compiled to.
    struct Orders: Sendable {
        /// From addresses to places in `ladders`; it has a value for every address.
        var map: NetworkMap
        var ladders: [[Int]]
    }

    /// By the members of the node.
    var orders: [[MemberPlace]: Orders] = [:]

    package init() {}
}

/// Orders members by latency.
struct LatencyOrder {
    /// The latencies to the members, in microseconds, and the order of those without one.
    struct Client: Hashable {
        var vector: LatencyVector
        /// All members by distance, or as written.
        var fallback: [Int]
    }

    let members: [MemberPlace]
    let hysteresis: Double

    /// The members as this client tries them: those with a latency, the lowest first, then the others.
    ///
    /// With an order that served before, each rung in turn goes to the member that stood first of those
    /// left, unless the fastest of them is faster by more than the margin. So two members change
    /// places at the top only when one beats the other by it, and an order that is made again of the same
    /// latencies stays as it is.
    func ladder(of client: Client, after earlier: [Int]?) -> [Int] {
        let vector = client.vector
        func isFaster(_ a: Int, _ b: Int) -> Bool {
            if vector[a] != vector[b] { return vector[a] < vector[b] }
            return members[a].name == members[b].name ? a < b : members[a].name < members[b].name
        }
        let unknown = client.fallback.filter { vector[$0] == LatencyVectors.unknown }
        let known = members.indices.filter { vector[$0] != LatencyVectors.unknown }
            .sorted(by: isFaster)
        guard let earlier else { return known + unknown }
        var left = earlier.filter { vector[$0] != LatencyVectors.unknown }
        // Both have the same members.
        guard left.count == known.count else { return known + unknown }
        var result: [Int] = []
        var taken = [Bool](repeating: false, count: members.count)
        var fastest = 0
        while let incumbent = left.first {
            while taken[known[fastest]] { fastest += 1 }
            let challenger = known[fastest]
            let limit = Double(vector[incumbent]) * (1 - hysteresis)
            let next = Double(vector[challenger]) < limit ? challenger : incumbent
            taken[next] = true
            result.append(next)
            left.removeAll { $0 == next }
        }
        return result + unknown
    }
}
