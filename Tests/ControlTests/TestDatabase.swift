import GRDB

/// Makes databases that the store did not write.
enum TestDatabase {
    static func write(_ path: String, _ statements: [String]) async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            for statement in statements { try database.execute(sql: statement) }
        }
        try queue.close()
    }
}
