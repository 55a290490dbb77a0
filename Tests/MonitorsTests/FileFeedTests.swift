import DNSWire
import Foundation
import Health
import Monitors
import Testing
import Verdicts

@Suite(.timeLimit(.minutes(2))) struct FileFeedTests {
    /// A file, the feed that reads it, and a board with `edge-us` and `edge-eu`.
    private final class Fixture {
        let folder: TemporaryFolder
        let bench = Bench()
        let feed: FileFeed
        let path: String

        init() throws {
            folder = try TemporaryFolder()
            path = folder.path + "/drills.json"
            feed = FileFeed(
                name: "drills", path: path, board: bench.board, logger: bench.log.logger,
                now: { 1_000 })
            define(["edge-us", "edge-eu"])
        }

        func define(_ keys: [String]) {
            bench.board.replaceEndpoints(
                keys.enumerated().map { slot, key in
                    TrackedEndpoint(
                        key: key, addresses: [TrackedAddress(address: .loopback, slot: slot)])
                })
        }

        func write(_ text: String) throws {
            try folder.write(text, to: "drills.json")
            feed.poll()
        }

        func say(_ verdict: String, sequence: Int? = nil) throws {
            let number = sequence.map { #", "sequence": \#($0)"# } ?? ""
            try write(#"{"endpoints": {"edge-us": {"verdict": "\#(verdict)"\#(number)}}}"#)
        }

        func defineCluster() {
            bench.board.replaceEndpoints(
                [], clusters: [TrackedCluster(key: "us", capacity: .limit(100))])
        }

        /// Sets the time of modification, in Unix seconds.
        func touch(at time: Int) throws {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: TimeInterval(time))],
                ofItemAtPath: path)
        }

        var verdict: String? { bench.address("edge-us")?.verdict }
        var complaints: [String] { bench.log.lines.filter { $0.hasPrefix("warning") } }
    }

    @Test(arguments: [
        ("healthy", "healthy"), ("up", "healthy"), ("degraded", "degraded"),
        ("unhealthy", "unhealthy"), ("down", "unhealthy"), ("unknown", "unchecked"),
    ])
    func wordsOfTheFileCount(word: String, verdict: String) throws {
        let fixture = try Fixture()
        try fixture.say(word)
        #expect(fixture.verdict == verdict)
        #expect(fixture.feed.status().lastGood == 1_000)
        #expect(fixture.feed.status().entries == 1)
        #expect(fixture.complaints.isEmpty)
    }

    @Test func reasonAndSequenceAreKept() throws {
        let fixture = try Fixture()
        try fixture.write(
            #"{"endpoints": {"edge-us": {"verdict": "unhealthy", "reason": "drill 12", "sequence": 7}}}"#
        )
        #expect(fixture.bench.address("edge-us")?.reason == "drill 12")
        #expect(fixture.bench.address("edge-us")?.source == "drills")
        let report = fixture.bench.board.status(ofEndpoint: "edge-us")?.reports.first
        #expect(report?.sequence == 7)
    }

    @Test(arguments: [
        ("", "the file is empty"),
        ("{", "not JSON"),
        ("[]", "file: must be an object"),
        ("{}", "endpoints: missing"),
        (#"{"endpoints": 3}"#, "endpoints: must be an object"),
        (#"{"endpoints": {"edge-us": "up"}}"#, "endpoints.edge-us: must be an object"),
        (#"{"endpoints": {"edge-us": {}}}"#, "endpoints.edge-us.verdict: must be healthy"),
        (#"{"endpoints": {"edge-us": {"verdict": "Up"}}}"#, "endpoints.edge-us.verdict: must be"),
        (#"{"endpoints": {"edge-us": {"verdict": 1}}}"#, "endpoints.edge-us.verdict: must be"),
        (
            #"{"endpoints": {"edge-us": {"verdict": "unchecked"}}}"#,
            "endpoints.edge-us.verdict: must be"
        ),
        (
            #"{"endpoints": {"edge-us": {"verdict": "up", "sequence": -1}}}"#,
            "endpoints.edge-us.sequence: must be a whole number"
        ),
        (
            #"{"endpoints": {"edge-us": {"verdict": "up", "reason": 1}}}"#,
            "endpoints.edge-us.reason: must be a string"
        ),
        (
            #"{"endpoints": {"edge-us": {"verdict": "up", "sequense": 1}}}"#,
            "endpoints.edge-us.sequense: unknown key"
        ),
        (#"{"endpoints": {}, "endpoint": {}}"#, "endpoint: unknown key"),
    ])
    func aBadFileChangesNothingAndIsToldOnce(text: String, complaint: String) throws {
        let fixture = try Fixture()
        try fixture.say("unhealthy", sequence: 7)
        try fixture.write(text)
        fixture.feed.poll()
        #expect(fixture.verdict == "unhealthy")
        #expect(fixture.complaints.count == 1)
        #expect(fixture.complaints.first?.contains("\(fixture.path): \(complaint)") == true)
        #expect(fixture.feed.status().error?.contains(complaint) == true)
        #expect(fixture.feed.status().badFiles == 1)
        try fixture.say("healthy", sequence: 8)
        #expect(fixture.verdict == "healthy")
        #expect(fixture.feed.status().error == nil)
    }

    /// One bad entry spoils the file: half of a change must not be taken.
    @Test func allThatIsWrongIsToldTogether() throws {
        let fixture = try Fixture()
        try fixture.write(
            #"{"endpoints": {"edge-eu": {"verdict": "down"}, "edge-us": {"verdict": "x"}, "a": {}, "b": 1, "c": {}}}"#
        )
        #expect(fixture.bench.address("edge-eu")?.verdict == "unchecked")
        let complaint = try #require(fixture.complaints.first)
        #expect(complaint.contains("endpoints.a.verdict"))
        #expect(complaint.hasSuffix("; and 1 more"))
    }

    @Test func aMissingFileFreezes() throws {
        let fixture = try Fixture()
        fixture.feed.poll()
        #expect(fixture.feed.status().error == "No such file or directory")
        try fixture.say("unhealthy")
        #expect(fixture.feed.status().error == nil)
        try FileManager.default.removeItem(atPath: fixture.path)
        fixture.feed.poll()
        fixture.feed.poll()
        #expect(fixture.verdict == "unhealthy")
        #expect(fixture.complaints.count == 2)
        #expect(fixture.feed.status().error == "No such file or directory")
    }

    @Test func aFolderIsNoFeed() throws {
        let fixture = try Fixture()
        try FileManager.default.createDirectory(
            atPath: fixture.path, withIntermediateDirectories: false)
        fixture.feed.poll()
        #expect(fixture.feed.status().error == "not a regular file")
    }

    @Test func aFileThatIsTooLongIsNotRead() throws {
        let fixture = try Fixture()
        try fixture.say("unhealthy")
        try fixture.write(" ".repeated((16 << 20) + 1))
        #expect(fixture.verdict == "unhealthy")
        #expect(fixture.feed.status().error == "the file is longer than 16777216 bytes")
    }

    @Test func olderSequencesAreRefusedAndTold() throws {
        let fixture = try Fixture()
        try fixture.say("unhealthy", sequence: 7)
        try fixture.say("healthy", sequence: 6)
        #expect(fixture.verdict == "unhealthy")
        #expect(fixture.complaints.count == 1)
        #expect(
            fixture.complaints.first?.contains("sequence 6 of 'drills' about 'edge-us'") == true)
        try fixture.say("healthy", sequence: 7)
        #expect(fixture.verdict == "unhealthy")
        try fixture.say("degraded", sequence: 8)
        #expect(fixture.verdict == "degraded")
        #expect(fixture.feed.status().error == nil)
    }

    @Test func anEntryThatIsGoneIsWithdrawn() throws {
        let fixture = try Fixture()
        try fixture.write(
            #"{"endpoints": {"edge-us": {"verdict": "down", "sequence": 7}, "edge-eu": {"verdict": "down"}}}"#
        )
        try fixture.write(#"{"endpoints": {"edge-eu": {"verdict": "down"}}}"#)
        #expect(fixture.verdict == "unchecked")
        #expect(fixture.bench.address("edge-eu")?.verdict == "unhealthy")
        // Whoever empties the file may start counting anew.
        try fixture.say("degraded", sequence: 1)
        #expect(fixture.verdict == "degraded")
    }

    /// Two writes of one length within one tick of the file system's clock, into the same inode.
    @Test func aChangeThatLooksLikeNoneIsSeen() throws {
        let fixture = try Fixture()
        try fixture.say("degraded")
        let handle = try #require(FileHandle(forWritingAtPath: fixture.path))
        for (verdict, merged) in [("healthy ", "degraded"), ("degraded", "degraded")] {
            try handle.seek(toOffset: 0)
            let text = #"{"endpoints": {"edge-us": {"verdict": "\#(verdict)"}}}"#
            try handle.write(contentsOf: Data(text.utf8))
            fixture.feed.poll()
            #expect(fixture.verdict == merged)
            #expect((fixture.feed.status().error != nil) == (verdict == "healthy "))
        }
        try handle.seek(toOffset: 0)
        try handle.write(
            contentsOf: Data(#"{"endpoints": {"edge-eu": {"verdict": "degraded"}}}"#.utf8))
        fixture.feed.poll()
        #expect(fixture.verdict == "unchecked")
        #expect(fixture.bench.address("edge-eu")?.verdict == "degraded")
    }

    @Test func anEndpointMayBeDefinedLater() throws {
        let fixture = try Fixture()
        fixture.define(["edge-eu"])
        try fixture.say("unhealthy")
        #expect(fixture.feed.status().error == "endpoint 'edge-us' is not defined")
        fixture.feed.poll()
        #expect(fixture.complaints.count == 1)
        fixture.define(["edge-eu", "edge-us"])
        fixture.feed.poll()
        #expect(fixture.verdict == "unhealthy")
        #expect(fixture.feed.status().error == nil)
    }

    @Test func theServiceSeesChangesByItself() async throws {
        let fixture = try Fixture()
        let (folder, bench, feed) = (fixture.folder, fixture.bench, fixture.feed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await feed.run() }
            for verdict in [Verdict.unhealthy, .degraded, .healthy] {
                try folder.write(
                    #"{"endpoints": {"edge-us": {"verdict": "\#(verdict)"}}}"#, to: "drills.json")
                try await bench.wait("edge-us", verdict)
            }
            group.cancelAll()
        }
    }

    /// Loads stand beside verdicts or alone.
    @Test(arguments: [
        #"{"clusters": {"us": {"load": 190}}}"#,
        #"{"endpoints": {}, "clusters": {"us": {"load": 1.9e2, "sequence": 9}}}"#,
    ])
    func loadsOfTheFileCount(_ text: String) throws {
        let fixture = try Fixture()
        fixture.defineCluster()
        try fixture.write(text)
        let cluster = fixture.bench.board.clusters().first
        #expect(cluster?.load == LoadStatus(load: 190, source: "drills", age: 0))
        #expect(cluster?.share == 0.75)
        #expect(fixture.feed.status().entries == 1)
        try fixture.write(#"{"clusters": {}}"#)
        #expect(fixture.bench.board.clusters().first?.load == nil)
    }

    @Test(arguments: [
        (#"{"clusters": 3}"#, "clusters: must be an object"),
        (#"{"clusters": {"us": 3}}"#, "clusters.us: must be an object"),
        (#"{"clusters": {"us": {}}}"#, "clusters.us.load: must be a number from 0 on"),
        (#"{"clusters": {"us": {"load": -1}}}"#, "clusters.us.load: must be a number from 0 on"),
        (#"{"clusters": {"us": {"load": "9"}}}"#, "clusters.us.load: must be a number from 0 on"),
        (
            #"{"clusters": {"us": {"load": 1, "sequence": -1}}}"#,
            "clusters.us.sequence: must be a whole number"
        ),
        (#"{"clusters": {"us": {"load": 1, "why": 1}}}"#, "clusters.us.why: unknown key"),
        (#"{"clusters": {"eu": {"load": 1}}}"#, "cluster 'eu' is not defined"),
    ])
    func badLoadsAreTold(text: String, problem: String) throws {
        let fixture = try Fixture()
        fixture.defineCluster()
        try fixture.write(text)
        #expect(fixture.feed.status().error?.contains(problem) == true)
        #expect(fixture.bench.board.clusters().first?.load == nil)
    }

    @Test func aLoadWaitsForItsCluster() throws {
        let fixture = try Fixture()
        try fixture.write(#"{"clusters": {"us": {"load": 190, "sequence": 1}}}"#)
        #expect(fixture.feed.status().error == "cluster 'us' is not defined")
        fixture.defineCluster()
        fixture.feed.poll()
        #expect(fixture.bench.board.clusters().first?.load?.load == 190)
        #expect(fixture.feed.status().error == nil)
    }

    /// A feed is as old as its file, good as it may be; touching the file is a word.
    @Test func theFilesTimeIsItsLife() throws {
        let fixture = try Fixture()
        fixture.bench.board.replaceFeeds([
            FeedRule(name: "drills", silentAfter: 60, silent: .expire)
        ])
        try fixture.folder.write(
            #"{"endpoints": {"edge-us": {"verdict": "unhealthy"}}}"#, to: "drills.json")
        try fixture.touch(at: 900)
        fixture.feed.poll()
        fixture.bench.board.tick()
        #expect(fixture.verdict == "unchecked")
        #expect(fixture.bench.board.feeds().first?.age == 100)
        try fixture.touch(at: 990)
        fixture.feed.poll()
        #expect(fixture.verdict == "unhealthy")
        try fixture.folder.write("rubbish", to: "drills.json")
        try fixture.touch(at: 1_000)
        fixture.feed.poll()
        #expect(fixture.bench.board.feeds().first?.age == 10)
    }
}
