import GRDB

/// The tables of the state database and how older ones become newer ones.
enum FeedSchema {
    /// Raised with every change of a table.
    static let version = 2

    /// Brings the tables to `version`; a database of a later version is left alone.
    static func migrate(_ database: Database, path: String) throws {
        try database.execute(
            sql: "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        let found = try Int.fetchOne(database, sql: "SELECT version FROM schema_version") ?? 0
        guard found <= version else {
            throw FeedStoreError(
                "\(path): written by a later version (tables \(found), this program knows \(version))"
            )
        }
        if found < 1 {
            try database.execute(
                sql: """
                    CREATE TABLE report (
                        source TEXT NOT NULL,
                        endpoint TEXT NOT NULL,
                        sequence INTEGER,
                        verdict TEXT NOT NULL,
                        reason TEXT NOT NULL,
                        received INTEGER NOT NULL,
                        expires INTEGER,
                        PRIMARY KEY (source, endpoint)
                    ) WITHOUT ROWID
                    """)
        }
        if found < 2 {
            try database.execute(
                sql: """
                    CREATE TABLE load (
                        source TEXT NOT NULL,
                        cluster TEXT NOT NULL,
                        sequence INTEGER,
                        load REAL NOT NULL,
                        received INTEGER NOT NULL,
                        expires INTEGER,
                        PRIMARY KEY (source, cluster)
                    ) WITHOUT ROWID
                    """)
        }
        if found < version {
            try database.execute(sql: "DELETE FROM schema_version")
            try database.execute(
                sql: "INSERT INTO schema_version (version) VALUES (?)", arguments: [version])
        }
    }
}
