/// The body of `GET /v1/status`.
package struct StatusReport: Sendable, Hashable, Codable {
    package var version: String
    package var pid: Int32
    package var uptimeSeconds: Double
    /// Of the serving image; grows with every publication.
    package var imageGeneration: UInt64
    package var answering: AnsweringReport
    package var zones: [ZoneReport]
    package var endpoints: [EndpointReport]
    package var feeds: [FeedReport]
    package var hosts: [HostReport]
    package var lastReload: ReloadReport?
    package var clusters: [ClusterReport]
    /// Nil: the brake is off.
    package var brake: BrakeReport?
    /// Nodes whose better tiers are held back.
    package var held: [HeldReport]

    package init(
        version: String, pid: Int32, uptimeSeconds: Double, imageGeneration: UInt64,
        answering: AnsweringReport, zones: [ZoneReport] = [], endpoints: [EndpointReport] = [],
        feeds: [FeedReport] = [], hosts: [HostReport] = [], lastReload: ReloadReport? = nil,
        clusters: [ClusterReport] = [], brake: BrakeReport? = nil, held: [HeldReport] = []
    ) {
        self.version = version
        self.pid = pid
        self.uptimeSeconds = uptimeSeconds
        self.imageGeneration = imageGeneration
        self.answering = answering
        self.zones = zones
        self.endpoints = endpoints
        self.feeds = feeds
        self.hosts = hosts
        self.lastReload = lastReload
        self.clusters = clusters
        self.brake = brake
        self.held = held
    }

    /// The process that answers queries.
    package struct AnsweringReport: Sendable, Hashable, Codable {
        package var pid: Int32?
        package var running: Bool
        package var workers: Int
        package var restarts: Int

        package init(pid: Int32?, running: Bool, workers: Int, restarts: Int) {
            self.pid = pid
            self.running = running
            self.workers = workers
            self.restarts = restarts
        }
    }

    package struct ZoneReport: Sendable, Hashable, Codable {
        package var origin: String
        package var serial: UInt32
        package var names: Int
        package var steered: Int

        package init(origin: String, serial: UInt32, names: Int, steered: Int) {
            self.origin = origin
            self.serial = serial
            self.names = names
            self.steered = steered
        }
    }

    package struct FeedReport: Sendable, Hashable, Codable {
        package var name: String
        /// `file` or `push`.
        package var kind: String
        package var accepted: UInt64
        package var refused: UInt64
        /// Seconds since the last report was taken.
        package var ageSeconds: Double?
        /// Why nothing can be taken from it at the moment, or what its silence means.
        package var problem: String?
        /// Seconds of silence after which it counts as silent; nil: it never does.
        package var silentAfterSeconds: Int64?
        /// `freeze`, `expire` or `up`, while it is silent.
        package var silent: String?

        package init(
            name: String, kind: String, accepted: UInt64 = 0, refused: UInt64 = 0,
            ageSeconds: Double? = nil, problem: String? = nil, silentAfterSeconds: Int64? = nil,
            silent: String? = nil
        ) {
            self.name = name
            self.kind = kind
            self.accepted = accepted
            self.refused = refused
            self.ageSeconds = ageSeconds
            self.problem = problem
            self.silentAfterSeconds = silentAfterSeconds
            self.silent = silent
        }
    }

    /// A host that endpoints take their addresses from.
    package struct HostReport: Sendable, Hashable, Codable {
        package var host: String
        /// The last good ones; none: it was never resolved.
        package var addresses: [String]
        /// Seconds since they were confirmed.
        package var ageSeconds: Double?
        /// Of the last good answer.
        package var ttl: UInt32?
        package var nextRefreshSeconds: Double
        /// Lookups in a row that failed.
        package var failures: Int
        /// Why the last lookup failed, or what of it was left out.
        package var problem: String?

        package init(
            host: String, addresses: [String], ageSeconds: Double? = nil, ttl: UInt32? = nil,
            nextRefreshSeconds: Double = 0, failures: Int = 0, problem: String? = nil
        ) {
            self.host = host
            self.addresses = addresses
            self.ageSeconds = ageSeconds
            self.ttl = ttl
            self.nextRefreshSeconds = nextRefreshSeconds
            self.failures = failures
            self.problem = problem
        }
    }

    package struct ReloadReport: Sendable, Hashable, Codable {
        /// RFC 3339.
        package var time: String
        package var ok: Bool
        package var message: String

        package init(time: String, ok: Bool, message: String) {
            self.time = time
            self.ok = ok
            self.message = message
        }
    }
}

/// One endpoint in `GET /v1/status` and `GET /v1/endpoints`.
package struct EndpointReport: Sendable, Hashable, Codable {
    /// The key that pushes use: `edge-us`, or `gslb.example.com/edge-us`.
    package var endpoint: String
    package var cluster: String?
    package var tier: String
    package var monitor: String?
    package var addresses: [AddressReport]

    package init(
        endpoint: String, cluster: String? = nil, tier: String = "other", monitor: String? = nil,
        addresses: [AddressReport]
    ) {
        self.endpoint = endpoint
        self.cluster = cluster
        self.tier = tier
        self.monitor = monitor
        self.addresses = addresses
    }

    package struct AddressReport: Sendable, Hashable, Codable {
        package var address: String
        package var verdict: String
        package var override: String?
        package var reason: String
        /// Who said so last.
        package var source: String
        /// RFC 3339.
        package var since: String?
        /// Seconds until the verdict could change at the earliest.
        package var changeSeconds: UInt32
        /// How much of its normal traffic it takes, where that is not the whole: below 1.
        package var share: Double?
        /// The part of `share` that a slow start makes.
        package var ramp: Double?
        /// True while the brake keeps its former verdict in force.
        package var held: Bool?

        package init(
            address: String, verdict: String, override: String? = nil, reason: String = "",
            source: String = "", since: String? = nil, changeSeconds: UInt32 = 0,
            share: Double? = nil, ramp: Double? = nil, held: Bool? = nil
        ) {
            self.address = address
            self.verdict = verdict
            self.override = override
            self.reason = reason
            self.source = source
            self.since = since
            self.changeSeconds = changeSeconds
            self.share = share
            self.ramp = ramp
            self.held = held
        }
    }
}
