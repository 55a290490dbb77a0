import GRDB

/// A load as the store keeps it.
package struct StoredLoad: Sendable, Hashable {
    package var cluster: String
    package var source: String
    package var sequence: UInt64?
    package var load: Double
    /// Unix seconds.
    package var received: Int64
    /// Unix seconds when it stops counting; nil: never.
    package var expires: Int64?

    /// The load as received at `received` (Unix seconds).
    package init(_ load: ClusterLoad, received: Int64) {
        cluster = load.cluster
        source = load.source
        sequence = load.sequence
        self.load = load.load
        self.received = received
        // A fraction of a second is rounded up: a report never counts for less than it asks.
        expires = load.timeToLive.map { time in
            let seconds = time.components.seconds + (time.components.attoseconds > 0 ? 1 : 0)
            return received.addingReportingOverflow(seconds).partialValue
        }
    }

    /// A row of the table; nil when something is missing.
    init?(row: Row) {
        guard let cluster = row["cluster"] as String?, let source = row["source"] as String?,
            let load = row["load"] as Double?
        else { return nil }
        self.cluster = cluster
        self.source = source
        sequence = (row["sequence"] as Int64?).flatMap { UInt64(exactly: $0) }
        self.load = load
        received = row["received"] as Int64? ?? 0
        expires = row["expires"] as Int64?
    }
}

extension FeedStore {
    /// Keeps a load in place of the last one of its source about its cluster; durable on return.
    ///
    /// - Returns: nil, or the sequence known already when it is not below the report's; nothing is kept then.
    package func store(_ load: StoredLoad) async throws(FeedStoreError) -> UInt64? {
        do {
            return try await database.write { database in
                let known = try Int64.fetchOne(
                    database, sql: "SELECT sequence FROM load WHERE source = ? AND cluster = ?",
                    arguments: [load.source, load.cluster])
                if let known, let sequence = load.sequence, Int64(clamping: sequence) <= known {
                    return UInt64(clamping: known)
                }
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO load
                            (source, cluster, sequence, load, received, expires)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        load.source, load.cluster,
                        load.sequence.map(Int64.init(clamping:)) ?? known,
                        load.load, load.received, load.expires,
                    ])
                return nil
            }
        } catch {
            throw FeedStoreError("the load could not be stored: \(error)")
        }
    }

    /// Every load kept, expired ones too: their sequences still count.
    package func allLoads() async throws(FeedStoreError) -> [StoredLoad] {
        do {
            return try await database.read { database in
                try Row.fetchAll(database, sql: "SELECT * FROM load ORDER BY cluster, source")
                    .compactMap(StoredLoad.init(row:))
            }
        } catch {
            throw FeedStoreError("the loads could not be read: \(error)")
        }
    }
}
