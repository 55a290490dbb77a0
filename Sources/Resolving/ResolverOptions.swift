package import DNSWire

/// How names are resolved, and how often.
package struct ResolverOptions: Sendable, Hashable {
    /// Resolvers that are asked, the preferred one first; at most `maximumServers` count.
    package var servers: [SocketAddress]
    /// How long one server may take for one question over one transport.
    package var timeout: Duration
    /// Shortest time between two refreshes of a name, whatever its TTL.
    package var floor: Duration
    /// Longest time between two refreshes of a name.
    package var ceiling: Duration

    package init(
        servers: [SocketAddress], timeout: Duration = .seconds(2), floor: Duration = .seconds(5),
        ceiling: Duration = .seconds(3600)
    ) {
        self.servers = Array(servers.prefix(ResolverOptions.maximumServers))
        self.timeout = timeout
        self.floor = floor
        self.ceiling = max(floor, ceiling)
    }

    /// More servers only make a failing lookup longer.
    package static let maximumServers = 8
}
