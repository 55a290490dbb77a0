import Control
import Foundation
import Health
import Logging
import Testing

struct FeedStoreTests {
    private static let report = StoredReport(
        endpoint: "edge-us", source: "robots", sequence: 7, verdict: .unhealthy, reason: "drill 12",
        received: 1000, expires: 1300)

    /// Runs `body` with a folder of its own.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("feed-store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let result: Result<Void, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        try FileManager.default.removeItem(atPath: folder)
        try result.get()
    }

    private func open(_ folder: String) throws -> FeedStore {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return try FeedStore.open(folder: folder, now: 42, logger: logger)
    }

    @Test func reportsOutliveTheProcess() async throws {
        try await withFolder { folder in
            let other = StoredReport(
                endpoint: "a.example/e", source: "robots/x", verdict: .healthy, received: 1001)
            let store = try open(folder)
            #expect(try await store.store(FeedStoreTests.report) == nil)
            #expect(try await store.store(other) == nil)
            try store.close()
            #expect(try await open(folder).all() == [other, FeedStoreTests.report])
        }
    }

    @Test func whatWasAcceptedOutlivesACrash() async throws {
        try await withFolder { folder in
            // Never closed: the second one reads the write-ahead log as after a kill.
            let store = try open(folder)
            #expect(try await store.store(FeedStoreTests.report) == nil)
            let copy = folder + "/copy"
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            for suffix in ["", "-wal"] {
                let name = "/\(FeedStore.fileName)\(suffix)"
                try FileManager.default.copyItem(atPath: folder + name, toPath: copy + name)
            }
            #expect(try await open(copy).all() == [FeedStoreTests.report])
            try store.close()
        }
    }

    @Test func loadsAreKeptAsReportsAre() async throws {
        func load(_ value: Double, _ sequence: UInt64?) -> StoredLoad {
            StoredLoad(
                ClusterLoad(
                    cluster: "us-east", source: "robots", sequence: sequence, load: value,
                    timeToLive: .milliseconds(1500)), received: 1000)
        }
        try await withFolder { folder in
            let store = try open(folder)
            #expect(try await store.store(load(130, 9)) == nil)
            #expect(try await store.store(load(1, 9)) == 9)
            #expect(try await store.store(load(140, nil)) == nil)
            #expect(try await store.store(load(1, 8)) == 9)
            try store.close()
            var kept = load(140, 9)
            kept.expires = 1002
            #expect(try await open(folder).allLoads() == [kept])
        }
    }

    @Test func olderSequencesAreRefused() async throws {
        try await withFolder { folder in
            let store = try open(folder)
            var report = FeedStoreTests.report
            #expect(try await store.store(report) == nil)
            report.verdict = .healthy
            #expect(try await store.store(report) == 7)
            report.sequence = 6
            #expect(try await store.store(report) == 7)
            #expect(try await store.all() == [FeedStoreTests.report])
            report.sequence = 8
            #expect(try await store.store(report) == nil)
            #expect(try await store.all() == [report])
            // Without a sequence it is newer, and the last sequence still counts.
            report.sequence = nil
            #expect(try await store.store(report) == nil)
            report.sequence = 8
            #expect(try await store.store(report) == 8)
            // Another source counts for itself.
            report.source = "others"
            report.sequence = 1
            #expect(try await store.store(report) == nil)
        }
    }

    @Test func expiredReportsCanBeDeleted() async throws {
        try await withFolder { folder in
            let store = try open(folder)
            var forever = FeedStoreTests.report
            forever.source = "others"
            forever.expires = nil
            #expect(try await store.store(FeedStoreTests.report) == nil)
            #expect(try await store.store(forever) == nil)
            #expect(try await store.deleteExpired(before: 1299) == 0)
            #expect(try await store.deleteExpired(before: 1300) == 1)
            #expect(try await store.all() == [forever])
            try await store.delete(source: "others", endpoint: "edge-us")
            #expect(try await store.all() == [])
        }
    }

    @Test(arguments: [
        Array("this is no database, whatever its name says".utf8),
        Array("SQLite format 3\u{0}".utf8) + Array(repeating: UInt8(0xA5), count: 8192),
    ])
    func aDamagedFileIsMovedAside(_ bytes: [UInt8]) async throws {
        try await withFolder { folder in
            let path = "\(folder)/\(FeedStore.fileName)"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let store = try open(folder)
            #expect(try await store.store(FeedStoreTests.report) == nil)
            #expect(try await store.all() == [FeedStoreTests.report])
            let aside = try Data(contentsOf: URL(fileURLWithPath: path + ".corrupt-42"))
            #expect(Array(aside) == bytes)
        }
    }

    @Test func aMissingFolderIsAnError() async throws {
        try await withFolder { folder in
            let error = #expect(throws: FeedStoreError.self) { try open(folder + "/missing") }
            #expect(error?.description.contains("/missing/sterna.sqlite") == true)
        }
    }

    @Test func aLaterVersionIsLeftAlone() async throws {
        try await withFolder { folder in
            try await TestDatabase.write(
                "\(folder)/\(FeedStore.fileName)",
                [
                    "CREATE TABLE schema_version (version INTEGER NOT NULL)",
                    "INSERT INTO schema_version VALUES (99)",
                ])
            let error = #expect(throws: FeedStoreError.self) { try open(folder) }
            #expect(error?.description.contains("written by a later version") == true)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(!files.contains { $0.contains("corrupt") })
        }
    }

    @Test func reportsExpireWhenTheirTimeIsOver() {
        var report = HealthReport(endpoint: "e", source: "s", verdict: .healthy)
        #expect(StoredReport(report, received: 100).expires == nil)
        report.timeToLive = .milliseconds(1500)
        #expect(StoredReport(report, received: 100).expires == 102)
    }
}
