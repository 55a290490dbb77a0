import Foundation
import GRDB
package import Logging

/// What feeds pushed, kept over restarts: the last report of each source about each endpoint and cluster.
///
/// An SQLite database in the state folder. Writes are durable when they return (write-ahead log, synced at
/// each commit). A file that is no database is moved aside rather than standing in the way of serving.
package struct FeedStore: Sendable {
    /// The database's name within the state folder.
    package static let fileName = "sterna.sqlite"
    /// How long a write waits for another process's.
    private static let busySeconds = 5.0

    let database: DatabaseQueue

    /// Opens or creates the database.
    ///
    /// - Parameters:
    ///   - folder: the state folder, which exists.
    ///   - now: Unix seconds, for the name of a file that is moved aside.
    /// - Throws: `FeedStoreError` when it can neither be opened nor replaced.
    package static func open(
        folder: String, now: Int64, logger: Logger
    ) throws(FeedStoreError) -> FeedStore {
        let path = (folder as NSString).appendingPathComponent(fileName)
        do {
            return try FeedStore(path: path)
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        {
            let aside = "\(path).corrupt-\(now)"
            logger.error(
                "the state database is damaged and is moved aside",
                metadata: ["file": "\(path)", "aside": "\(aside)", "error": "\(error)"])
            do {
                try moveAside(path, to: aside)
                return try FeedStore(path: path)
            } catch {
                throw FeedStoreError("\(path): damaged, and cannot be replaced: \(error)")
            }
        } catch let error as FeedStoreError {
            throw error
        } catch {
            throw FeedStoreError("\(path): \(error)")
        }
    }

    private init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(FeedStore.busySeconds)
        configuration.journalMode = .wal
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        database = try DatabaseQueue(path: path, configuration: configuration)
        try database.write { try FeedSchema.migrate($0, path: path) }
        // Finds damage that opening alone does not, while it can still be handled.
        let check = try database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        guard check == "ok" else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: check)
        }
    }

    private static func moveAside(_ path: String, to aside: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: aside)
        for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix)
        }
    }

    // MARK: Reports

    /// Keeps a report in place of the last one of its source about its endpoint; durable on return.
    ///
    /// - Returns: nil, or the sequence known already when it is not below the report's; nothing is kept then.
    package func store(_ report: StoredReport) async throws(FeedStoreError) -> UInt64? {
        do {
            return try await database.write { database in
                let known = try Int64.fetchOne(
                    database,
                    sql: "SELECT sequence FROM report WHERE source = ? AND endpoint = ?",
                    arguments: [report.source, report.endpoint])
                if let known, let sequence = report.sequence, Int64(clamping: sequence) <= known {
                    return UInt64(clamping: known)
                }
                try report.write(
                    to: database, sequence: report.sequence.map(Int64.init(clamping:)) ?? known)
                return nil
            }
        } catch {
            throw FeedStoreError("the report could not be stored: \(error)")
        }
    }

    /// Every report kept, expired ones too: their sequences still count.
    package func all() async throws(FeedStoreError) -> [StoredReport] {
        do {
            return try await database.read { database in
                try Row.fetchAll(database, sql: "SELECT * FROM report ORDER BY endpoint, source")
                    .compactMap(StoredReport.init(row:))
            }
        } catch {
            throw FeedStoreError("the reports could not be read: \(error)")
        }
    }

    /// Forgets what one source said of an endpoint.
    package func delete(source: String, endpoint: String) async throws(FeedStoreError) {
        do {
            try await database.write { database in
                try database.execute(
                    sql: "DELETE FROM report WHERE source = ? AND endpoint = ?",
                    arguments: [source, endpoint])
            }
        } catch {
            throw FeedStoreError("the report could not be deleted: \(error)")
        }
    }

    /// Forgets reports that expired at `time` (Unix seconds) or before; returns how many.
    @discardableResult
    package func deleteExpired(before time: Int64) async throws(FeedStoreError) -> Int {
        do {
            return try await database.write { database in
                try database.execute(
                    sql: "DELETE FROM report WHERE expires <= ?", arguments: [time])
                return database.changesCount
            }
        } catch {
            throw FeedStoreError("expired reports could not be deleted: \(error)")
        }
    }

    package func close() throws { try database.close() }
}

/// Why the store is of no use.
package struct FeedStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
