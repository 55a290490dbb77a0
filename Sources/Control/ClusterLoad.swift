import Hummingbird

/// What a feed says about a cluster's load, as pushed.
package struct ClusterLoad: Sendable, Hashable {
    /// `us-east` for a cluster of the platform, `gslb.example.com/us-east` for one of a zone.
    package var cluster: String
    /// Who says so: the feed's name, or what the report gives in its place.
    package var source: String
    /// Grows with every report of one source about one cluster; nil: always newer.
    package var sequence: UInt64?
    /// In the unit of the cluster's capacity; not negative.
    package var load: Double
    /// How long the report counts; nil: until the next one.
    package var timeToLive: Duration?

    package init(
        cluster: String, source: String, sequence: UInt64? = nil, load: Double,
        timeToLive: Duration? = nil
    ) {
        self.cluster = cluster
        self.source = source
        self.sequence = sequence
        self.load = load
        self.timeToLive = timeToLive
    }
}

/// Why a load was not taken.
package enum ClusterLoadRefusal: Error, Sendable, Hashable {
    /// No such cluster; `suggestion` is the key that was probably meant.
    case unknownCluster(suggestion: String?)
    /// A report with this sequence or a later one was taken before.
    case olderSequence(known: UInt64)
    /// The report itself is at fault.
    case invalid(String)
    /// It could not be stored, or nothing serves yet.
    case unavailable(String)
}

extension ControlError {
    init(_ refusal: ClusterLoadRefusal, cluster: String) {
        switch refusal {
        case .unknownCluster(let suggestion):
            let ending = suggestion.map { "; did you mean '\($0)'?" } ?? ""
            self.init(
                .notFound, "unknown_cluster", "cluster '\(cluster)' is not defined\(ending)")
        case .olderSequence(let known):
            self.init(
                .conflict, "older_sequence",
                "a load of '\(cluster)' with sequence \(known) was taken before; send a higher one")
        case .invalid(let message): self.init(.badRequest, "bad_request", message)
        case .unavailable(let message): self.init(.serviceUnavailable, "unavailable", message)
        }
    }
}
