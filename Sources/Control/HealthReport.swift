package import Health

/// What a feed says about an endpoint, as pushed.
package struct HealthReport: Sendable, Hashable {
    /// `edge-us` for an endpoint of the platform, `gslb.example.com/edge-us` for one of a zone.
    package var endpoint: String
    /// Who says so: the feed's name, or what the report gives in its place.
    package var source: String
    /// Grows with every report of one source about one endpoint; nil: always newer.
    package var sequence: UInt64?
    package var verdict: Verdict
    package var reason: String
    /// How long the report counts; nil: until the next one.
    package var timeToLive: Duration?

    package init(
        endpoint: String, source: String, sequence: UInt64? = nil, verdict: Verdict,
        reason: String = "", timeToLive: Duration? = nil
    ) {
        self.endpoint = endpoint
        self.source = source
        self.sequence = sequence
        self.verdict = verdict
        self.reason = reason
        self.timeToLive = timeToLive
    }
}

/// Why a report was not taken.
package enum HealthRefusal: Error, Sendable, Hashable {
    /// No such endpoint; `suggestion` is the key that was probably meant.
    case unknownEndpoint(suggestion: String?)
    /// A report with this sequence or a later one was taken before.
    case olderSequence(known: UInt64)
    /// The report itself is at fault.
    case invalid(String)
    /// It could not be stored, or nothing serves yet.
    case unavailable(String)
}
