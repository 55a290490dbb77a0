/// The body of `GET /v1/health`: the parts of the status that are about health.
struct HealthView: Codable {
    var brake: BrakeReport?
    var clusters: [ClusterReport]
    var endpoints: [EndpointReport]
    var feeds: [StatusReport.FeedReport]

    init(_ status: StatusReport) {
        brake = status.brake
        clusters = status.clusters
        endpoints = status.endpoints
        feeds = status.feeds
    }
}

/// One cluster in `GET /v1/health` and `GET /v1/status`.
package struct ClusterReport: Sendable, Hashable, Codable {
    /// The key that pushes use: `us-east`, or `gslb.example.com/us-east`.
    package var cluster: String
    package var capacity: Double?
    /// From where on it sheds some, up to `capacity`, where it sheds all.
    package var low: Double?
    /// The load that counts; nil: nobody reports one.
    package var load: Double?
    package var loadAgeSeconds: Int64?
    package var source: String?
    /// How much of its normal traffic it takes: 1 is the whole.
    package var share: Double

    package init(
        cluster: String, capacity: Double? = nil, low: Double? = nil, load: Double? = nil,
        loadAgeSeconds: Int64? = nil, source: String? = nil, share: Double = 1
    ) {
        self.cluster = cluster
        self.capacity = capacity
        self.low = low
        self.load = load
        self.loadAgeSeconds = loadAgeSeconds
        self.source = source
        self.share = share
    }
}

/// The mass-change brake in `GET /v1/health` and `GET /v1/status`.
package struct BrakeReport: Sendable, Hashable, Codable {
    /// More than this percentage of the probed addresses trips it, and at least so many.
    package var percent: Int
    package var atLeast: Int
    /// Distinct addresses that are probed.
    package var probed: Int
    /// Within how many seconds.
    package var windowSeconds: Int64
    /// Addresses of endpoints whose former verdicts are in force.
    package var held: Int
    /// RFC 3339; nil: it holds nothing.
    package var since: String?

    package init(
        percent: Int, atLeast: Int, probed: Int, windowSeconds: Int64, held: Int = 0,
        since: String? = nil
    ) {
        self.percent = percent
        self.atLeast = atLeast
        self.probed = probed
        self.windowSeconds = windowSeconds
        self.held = held
        self.since = since
    }
}

/// What an operator says of the change that the brake holds.
package enum BrakeAction: String, Sendable, Hashable, CaseIterable {
    /// It is real: it comes in force.
    case confirm
    /// The probes were wrong: it is forgotten, and the addresses are judged anew.
    case release
}

/// What came of it.
package struct BrakeOutcome: Sendable, Hashable, Codable {
    /// Addresses that were held; 0: the brake held nothing, and nothing changed.
    package var held: Int
    /// One line for people.
    package var message: String

    package init(held: Int, message: String) {
        self.held = held
        self.message = message
    }
}
