package import DNSWire
package import Health
package import Zones

/// What `sterna.yaml` says, checked, with defaults filled in.
///
/// Paths are as absolute as the file name that was read: relative ones are relative to its folder.
package struct ServerSettings: Sendable {
    /// Where queries are answered, UDP and TCP.
    package var listen: [SocketAddress] = [
        SocketAddress(address: .v4(0x7F00_0001), port: 5300)
    ]
    /// Threads that answer.
    package var workers = 1
    /// The folder with `NAME.zone` and `NAME.yaml` files.
    package var zonesFolder: String?
    /// Zones named one by one.
    package var zoneFiles: [ZoneFile] = []
    /// The folder for what must outlive a restart.
    package var state = "state"
    /// Where the HTTP API listens; nil: nowhere.
    package var control: SocketAddress? = SocketAddress(address: .v4(0x7F00_0001), port: 8053)
    package var feeds: [FeedSettings] = []
    /// Largest UDP message sent, in bytes.
    package var ednsBytes = 1232
    /// Largest UDP message to a client without a valid cookie, in bytes; nil: as large as any.
    package var ednsBytesWithoutCookie: Int?
    /// The server's name for NSID, at most 64 bytes; nil: none.
    package var nsid: String?
    package var cookies = CookieSettings.generated
    /// Whether client subnets are read and echoed.
    package var clientSubnet = true
    /// Whether answers carry extended errors.
    package var extendedErrors = true
    /// Answers to CHAOS questions, at most 64 bytes each; nil: refused.
    package var chaosVersion: String?
    package var chaosID: String?
    /// Whether ANY is answered with a HINFO record made for it.
    package var hinfoForAny = false
    package var tcp = TCPSettings()
    package var udp = UDPSettings()
    /// Limits of responses over UDP; nil: there are none.
    package var rateLimit: RateLimitSettings?
    package var access = AccessSettings()
    package var locations = LocationSettings()
    package var resolver = ResolverSettings()
    /// From where on a change is held; nil: never.
    package var brake: BrakeLimits? = BrakeLimits()
    /// Whether the answering process gives up what it does not need.
    package var isConfined = true
    /// Clusters, monitors, endpoints and policies for every zone.
    package var steering = SteeringDefinition()
    /// Where the monitors among them stand.
    package var monitorPositions: [String: SourcePosition] = [:]

    /// The settings of an empty file.
    package init() {}
}

/// A zone that settings name with its master file; steering may stand beside it, in `NAME.yaml`.
package struct ZoneFile: Sendable, Hashable {
    package var origin: Name
    package var file: String
    package var position: SourcePosition
}

/// DNS cookies (RFC 7873).
package enum CookieSettings: Sendable, Hashable {
    /// The option is ignored.
    case off
    /// The server makes a secret of its own and keeps it with its state.
    case generated
    /// Secrets of 16 bytes; cookies of the previous one are still taken.
    case secret([UInt8], previous: [UInt8]?)
}

/// How UDP queries are waited for.
package struct UDPSettings: Sendable, Hashable {
    /// Microseconds that a worker lets queries gather at moderate load; 0: never.
    package var coalesceMicroseconds = 100
    /// Microseconds that it looks for queries before it sleeps; 0: none.
    package var busyPollMicroseconds = 0
    /// Bytes of queries that may wait for each worker.
    package var receiveBytes = 4 << 20
    /// Whether each worker stays on a processor of its own.
    package var pinsWorkers = false

    package init() {}
}

/// Limits of DNS over TCP.
package struct TCPSettings: Sendable, Hashable {
    package var connections = 1000
    package var connectionsPerClient = 50
    package var idleSeconds = 10

    package init() {}
}

/// Most responses a second to one network over UDP; 0: no limit.
package struct RateLimitSettings: Sendable, Hashable {
    package var responses: Int
    package var negatives: Int
    package var errors: Int
    package var all = 0
    /// Bits of an address that make a network.
    package var v4Prefix = 24
    package var v6Prefix = 56
    /// Of how many responses beyond the limit one is sent with TC; 0: none.
    package var slip = 2
    /// Networks without limits.
    package var exempt: [IPNetwork] = []
    package var isDryRun = false

    package init(responses: Int) {
        self.responses = responses
        negatives = responses
        errors = responses
    }
}

/// Which clients are answered.
package struct AccessSettings: Sendable, Hashable {
    package var allow: [IPNetwork] = []
    package var refuse: [IPNetwork] = []

    package init() {}
}

/// How the names of hosts are resolved.
package struct ResolverSettings: Sendable, Hashable {
    /// Resolvers, the preferred one first; none: those of the system.
    package var servers: [SocketAddress] = []
    /// For one question to one resolver.
    package var timeout = Duration.seconds(2)
    /// Shortest and longest time between two refreshes of a host.
    package var floor = Duration.seconds(5)
    package var ceiling = Duration.seconds(3600)

    package init() {}
}

/// Files that tell where clients are.
package struct LocationSettings: Sendable, Hashable {
    /// Operators' lists of networks.
    package var networks: [String] = []
    /// Databases in MaxMind's format, the most trusted first.
    package var databases: [String] = []
    /// A table of latencies; nil: there is none.
    package var latencies: String?
    /// See `LatencyTable.hysteresis`.
    package var latencyHysteresis = LatencyTable.defaultHysteresis

    package init() {}
}

/// Where verdicts from outside come from.
package struct FeedSettings: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// A JSON file that is watched.
        case file(String)
        /// Pushed over HTTP, with this bearer token; nil: from loopback only.
        case push(token: String?)
    }

    package var name: String
    package var source: Source
    package var position: SourcePosition
    /// How long it may be silent; nil: for ever.
    package var silentAfter: Duration?
    /// What becomes of what it said then.
    package var silent = SilentPolicy.freeze
}
