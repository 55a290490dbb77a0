/// What a monitor does, as configured: plain data that `Settings` fills in and `Monitors` runs.
package struct MonitorDefinition: Hashable, Sendable {
    package var name: String
    /// Asks whether clients can get through this entry point at all.
    package var reachable: CheckDefinition
    /// The same request with a marker that gateways route to their own next hop only; nil: not asked.
    package var local: CheckDefinition?
    package var interval: Duration
    package var timeout: Duration
    /// Failures until an address goes down; they accumulate until `rise` successes in a row clear them.
    package var fall: Int
    /// Successes in a row until an address comes up.
    package var rise: Int
    /// How long an address that returns takes to its whole share of traffic; nil: no time.
    package var slowStart: Duration?

    package static let defaultInterval = Duration.seconds(10)
    package static let defaultTimeout = Duration.seconds(2)
    package static let defaultFall = 3
    package static let defaultRise = 2

    package init(
        name: String, reachable: CheckDefinition, local: CheckDefinition? = nil,
        interval: Duration = defaultInterval, timeout: Duration = defaultTimeout,
        fall: Int = defaultFall,
        rise: Int = defaultRise, slowStart: Duration? = nil
    ) {
        self.name = name
        self.reachable = reachable
        self.local = local
        self.interval = interval
        self.timeout = timeout
        self.fall = fall
        self.rise = rise
        self.slowStart = slowStart
    }
}

/// One probe of one address.
package enum CheckDefinition: Hashable, Sendable {
    /// Passes when the connection is established.
    case tcp(port: UInt16)
    /// Passes when status and body are as asked.
    case http(HTTPCheck)
}

/// An HTTP or HTTPS request to the endpoint's address, never through DNS; redirects are not followed.
package struct HTTPCheck: Hashable, Sendable {
    package var tls: Bool
    package var port: UInt16
    package var method: String
    package var path: String
    /// `Host` header and, for HTTPS, SNI; nil: the address itself and no SNI.
    package var host: String?
    /// SNI where it differs from `host`.
    package var serverName: String?
    /// Name and value, in order of sending.
    package var headers: [HTTPField]
    /// Statuses that pass.
    package var statuses: [ClosedRange<Int>]
    /// Text that must stand in the first `bodyLimitBytes` of the body; nil: body not read.
    package var bodyContains: String?
    /// Whether the certificate must be valid for `serverName ?? host`.
    package var verifyCertificate: Bool

    /// How much of a body is searched, as Route 53 does.
    package static let bodyLimitBytes = 5120

    package init(
        tls: Bool, port: UInt16? = nil, method: String = "GET", path: String = "/",
        host: String? = nil,
        serverName: String? = nil, headers: [HTTPField] = [],
        statuses: [ClosedRange<Int>] = [200...399],
        bodyContains: String? = nil, verifyCertificate: Bool = false
    ) {
        self.tls = tls
        self.port = port ?? (tls ? 443 : 80)
        self.method = method
        self.path = path
        self.host = host
        self.serverName = serverName
        self.headers = headers
        self.statuses = statuses
        self.bodyContains = bodyContains
        self.verifyCertificate = verifyCertificate
    }
}

/// One header field.
package struct HTTPField: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
