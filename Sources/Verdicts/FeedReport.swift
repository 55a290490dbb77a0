package import Health

/// What a feed says of an endpoint, all its addresses alike.
package struct FeedReport: Hashable, Sendable {
    /// The endpoint's key.
    package var endpoint: String
    /// The feed's name.
    package var source: String
    /// Grows with every report of the same source about the same endpoint; nil: newer than all
    /// before.
    package var sequence: UInt64?
    /// `unknown` withdraws what the source said before.
    package var verdict: Verdict
    package var reason: String
    /// When the report stops counting, in Unix seconds; nil: it counts until the next one.
    package var expires: Int64?
    /// When the report came in, in Unix seconds.
    package var received: Int64

    /// Longest reason kept, in bytes of UTF-8; the rest is cut off.
    package static let maximumReasonBytes = 256
    /// Longest name of a source, in bytes of UTF-8.
    package static let maximumSourceBytes = 128

    package init(
        endpoint: String, source: String, sequence: UInt64? = nil, verdict: Verdict,
        reason: String = "", expires: Int64? = nil, received: Int64
    ) {
        self.endpoint = endpoint
        self.source = source
        self.sequence = sequence
        self.verdict = verdict
        self.reason = reason
        self.expires = expires
        self.received = received
    }

    /// Whether the report has a say: it names a verdict and its time is not over.
    func counts(at now: Int64) -> Bool {
        verdict != .unknown && expires.map { now < $0 } ?? true
    }
}

/// Why a report was not taken.
package enum FeedRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownEndpoint(String)
    /// The sequence is not above the last one of the same source and endpoint.
    case olderSequence(endpoint: String, source: String, given: UInt64, known: UInt64)
    /// `unchecked` is no word for feeds.
    case verdictNotAllowed(Verdict)
    case expired(endpoint: String, source: String)
    case tooManySources(endpoint: String)
    case badSource

    package var description: String {
        switch self {
        case .unknownEndpoint(let key):
            "endpoint '\(key)' is not defined"
        case .olderSequence(let endpoint, let source, let given, let known):
            "sequence \(given) of '\(source)' about '\(endpoint)' is not above \(known), which it"
                + " sent before"
        case .verdictNotAllowed(let verdict):
            "'\(verdict)' is no verdict of a feed: healthy, degraded, unhealthy or unknown is"
        case .expired(let endpoint, let source):
            "the report of '\(source)' about '\(endpoint)' has expired already"
        case .tooManySources(let endpoint):
            "endpoint '\(endpoint)' has \(VerdictBoard.maximumSources) sources already"
        case .badSource:
            "a source needs a name of 1 to \(FeedReport.maximumSourceBytes) bytes"
        }
    }
}

extension String {
    /// The longest prefix of whole characters that has at most `bytes` bytes of UTF-8.
    func cut(toBytes bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var kept = 0
        var end = startIndex
        for index in indices {
            kept += self[index].utf8.count
            guard kept <= bytes else { break }
            end = self.index(after: index)
        }
        return String(self[..<end])
    }
}
