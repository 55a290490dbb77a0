import GRDB
package import Health

/// A report as the store keeps it.
package struct StoredReport: Sendable, Hashable {
    package var endpoint: String
    package var source: String
    package var sequence: UInt64?
    package var verdict: Verdict
    package var reason: String
    /// Unix seconds.
    package var received: Int64
    /// Unix seconds when it stops counting; nil: never.
    package var expires: Int64?

    package init(
        endpoint: String, source: String, sequence: UInt64? = nil, verdict: Verdict,
        reason: String = "", received: Int64, expires: Int64? = nil
    ) {
        self.endpoint = endpoint
        self.source = source
        self.sequence = sequence
        self.verdict = verdict
        self.reason = reason
        self.received = received
        self.expires = expires
    }

    /// The report as received at `received` (Unix seconds).
    package init(_ report: HealthReport, received: Int64) {
        // A fraction of a second is rounded up: a report never counts for less than it asks.
        let seconds = report.timeToLive.map { time in
            time.components.seconds + (time.components.attoseconds > 0 ? 1 : 0)
        }
        self.init(
            endpoint: report.endpoint, source: report.source, sequence: report.sequence,
            verdict: report.verdict, reason: report.reason, received: received,
            expires: seconds.map { received.addingReportingOverflow($0).partialValue })
    }
}

extension StoredReport {
    /// A row of the table; nil when it holds a verdict that this version does not know.
    init?(row: Row) {
        guard let word = row["verdict"] as String?, let verdict = Verdict(word),
            let endpoint = row["endpoint"] as String?, let source = row["source"] as String?
        else { return nil }
        self.init(
            endpoint: endpoint, source: source,
            sequence: (row["sequence"] as Int64?).flatMap { UInt64(exactly: $0) },
            verdict: verdict, reason: row["reason"] as String? ?? "",
            received: row["received"] as Int64? ?? 0, expires: row["expires"] as Int64?)
    }

    /// - Parameter sequence: of this report, or the last one known when it has none.
    func write(to database: Database, sequence: Int64?) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO report
                    (source, endpoint, sequence, verdict, reason, received, expires)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [source, endpoint, sequence, verdict.description, reason, received, expires])
    }
}
