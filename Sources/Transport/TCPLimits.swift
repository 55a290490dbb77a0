/// What TCP clients may take of a server (RFC 7766 §6.2).
package struct TCPLimits: Sendable {
    /// Connections at a time; at the limit a new one ends the one that is idle longest.
    package var connections: Int

    /// Connections at a time from one IPv4 address, or one IPv6 /64; further ones are closed.
    package var connectionsPerClient: Int

    /// How long a connection may stay without a query answered or a byte of response taken.
    ///
    /// Half a query sent does not count, nor does a response that is not read.
    package var idleTimeout: Duration

    /// Queries answered for one connection before the others have their turn.
    package var queriesPerTurn: Int

    /// How long open connections may take to receive what was answered once the server stops.
    package var stopTimeout: Duration

    package init(
        connections: Int = 1_024,
        connectionsPerClient: Int = 64,
        idleTimeout: Duration = .seconds(10),
        queriesPerTurn: Int = 64,
        stopTimeout: Duration = .seconds(2)
    ) {
        precondition(connections > 0 && connectionsPerClient > 0 && queriesPerTurn > 0)
        self.connections = connections
        self.connectionsPerClient = connectionsPerClient
        self.idleTimeout = idleTimeout
        self.queriesPerTurn = queriesPerTurn
        self.stopTimeout = stopTimeout
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
