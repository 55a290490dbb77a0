package import DNSWire
package import Health

/// A change of one address's merged verdict.
package struct Transition: Hashable, Sendable {
    package var endpoint: String
    package var address: IPAddress
    package var old: Verdict
    package var new: Verdict
    package var reason: String
    /// Who decided: the name of a monitor or of a feed; empty: nobody is left to speak.
    package var source: String

    package init(
        endpoint: String, address: IPAddress, old: Verdict, new: Verdict, reason: String,
        source: String
    ) {
        self.endpoint = endpoint
        self.address = address
        self.old = old
        self.new = new
        self.reason = reason
        self.source = source
    }
}

/// Running totals since the board was made.
package struct VerdictTotals: Hashable, Sendable {
    /// Changes of merged verdicts, one per address.
    package var transitions: UInt64 = 0
    /// Reports of feeds that were taken, withdrawals included.
    package var reportsAccepted: UInt64 = 0
    /// Reports of feeds that were refused: all reports are accepted or refused.
    package var reportsRefused: UInt64 = 0
    /// How often the brake tripped.
    package var brakeTrips: UInt64 = 0
}
