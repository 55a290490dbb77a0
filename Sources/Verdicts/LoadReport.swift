/// What a feed says of a cluster's load.
package struct LoadReport: Hashable, Sendable {
    /// The cluster's key.
    package var cluster: String
    /// The feed's name, or `FEED/SOURCE`.
    package var source: String
    /// Grows with every report of the same source about the same cluster; nil: newer than all before.
    package var sequence: UInt64?
    /// In the unit of the cluster's capacity; not negative.
    package var load: Double
    /// When the report stops counting, in Unix seconds; nil: it counts until the next one.
    package var expires: Int64?
    /// When the report came in, in Unix seconds.
    package var received: Int64

    package init(
        cluster: String, source: String, sequence: UInt64? = nil, load: Double,
        expires: Int64? = nil, received: Int64
    ) {
        self.cluster = cluster
        self.source = source
        self.sequence = sequence
        self.load = load
        self.expires = expires
        self.received = received
    }
}

/// Why a load was not taken.
package enum LoadRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownCluster(String)
    /// The sequence is not above the last one of the same source and cluster.
    case olderSequence(cluster: String, source: String, given: UInt64, known: UInt64)
    case badLoad(cluster: String)
    case expired(cluster: String, source: String)
    case tooManySources(cluster: String)
    case badSource

    package var description: String {
        switch self {
        case .unknownCluster(let key):
            "cluster '\(key)' is not defined"
        case .olderSequence(let cluster, let source, let given, let known):
            "sequence \(given) of '\(source)' about cluster '\(cluster)' is not above \(known),"
                + " which it sent before"
        case .badLoad(let cluster):
            "the load of cluster '\(cluster)' must be a number from 0 on"
        case .expired(let cluster, let source):
            "the load that '\(source)' reports of cluster '\(cluster)' has expired already"
        case .tooManySources(let cluster):
            "cluster '\(cluster)' has \(VerdictBoard.maximumSources) sources already"
        case .badSource:
            "a source needs a name of 1 to \(FeedReport.maximumSourceBytes) bytes"
        }
    }
}
