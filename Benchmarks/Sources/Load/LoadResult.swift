/// What a load came to.
package struct LoadResult: Sendable {
    package var sent = 0
    /// Right answers.
    package var answered = 0
    /// Responses to our queries that were not right ones.
    package var wrong = 0
    /// Queries, or connections, that nothing came back for in time.
    package var lost = 0
    /// From first to last query, in nanoseconds.
    package var duration: UInt64 = 0
    package var latencies = Histogram()
    /// Those of a paced load's beginning, which are not in `latencies`.
    package var earlyLatencies = Histogram()
    /// What the watched question was answered, in the order of arrival.
    package var sightings: [Sighting] = []

    package var perSecond: Double {
        duration == 0 ? 0 : Double(answered) * 1e9 / Double(duration)
    }
}

/// One answer to the watched question.
package struct Sighting: Equatable, Sendable {
    /// On the monotonic clock, in nanoseconds.
    package var asked: UInt64
    package var seen: UInt64
    /// The address answered; nil for none.
    package var address: UInt32?
}

/// Why a load could not be run.
package struct LoadError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
