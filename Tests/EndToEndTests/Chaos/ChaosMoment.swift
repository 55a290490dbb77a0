/// What is known of the server's state at a moment, by what it was told and what it acknowledged.
///
/// Between the two, an answer may show either; so an answer is judged by the moment its question left
/// and the moment it came.
struct ChaosMoment: Sendable {
    /// An endpoint that only feeds speak of.
    struct Endpoint: Sendable {
        var isDown = false
        /// Whether the server has acknowledged it.
        var isCertain = false
        /// Counts what was told and acknowledged: the same number twice means nothing came between.
        var change = 0
    }

    /// The version of the zone's files that is served at least.
    var acknowledged = 0
    /// The version that lies in the folder, or is about to.
    var latest = 0
    var endpoints = [Endpoint](repeating: Endpoint(), count: ChaosMoment.endpointCount)

    static let endpointCount = 4

    /// The address of an endpoint.
    static func address(_ endpoint: Int) -> UInt32 { 0xC000_0265 + UInt32(endpoint) }
}

/// From when a question left to when its answer came.
struct ChaosInterval {
    var asked: ChaosMoment
    var answered: ChaosMoment

    /// Versions that an answer may come from.
    var versions: ClosedRange<Int> {
        asked.acknowledged...max(asked.acknowledged, answered.latest)
    }

    /// The endpoints that were down, or up, all the time.
    func endpoints(certainlyDown isDown: Bool) -> [Int] {
        asked.endpoints.indices.filter {
            let (before, after) = (asked.endpoints[$0], answered.endpoints[$0])
            return before.change == after.change && before.isCertain && before.isDown == isDown
        }
    }
}
