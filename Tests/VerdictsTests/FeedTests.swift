import Health
import Testing
import Verdicts

@Suite struct FeedTests {
    /// A feed that said `healthy` with sequence 7 says `unhealthy` with another one.
    @Test(arguments: [
        (6 as UInt64?, false), (7, false), (0, false), (8, true), (UInt64.max, true), (nil, true),
    ])
    func onlyNewerReportsCount(sequence: UInt64?, isTaken: Bool) throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        try bench.feed("edge", .healthy, sequence: 7)
        do {
            try bench.feed("edge", .unhealthy, sequence: sequence)
            #expect(isTaken)
            #expect(bench.address("edge")?.verdict == "unhealthy")
        } catch {
            #expect(!isTaken)
            #expect(
                error
                    == .olderSequence(
                        endpoint: "edge", source: "drills", given: sequence ?? 0, known: 7))
            #expect("\(error)".contains("sequence \(sequence ?? 0) of 'drills' about 'edge'"))
            #expect(bench.address("edge")?.verdict == "healthy")
        }
        #expect(bench.board.totals().reportsAccepted == (isTaken ? 2 : 1))
        #expect(bench.board.totals().reportsRefused == (isTaken ? 0 : 1))
    }

    @Test func aReportWithoutSequenceDoesNotOpenTheDoorToOldOnes() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        try bench.feed("edge", .unhealthy, sequence: 7)
        try bench.feed("edge", .healthy)
        #expect(throws: FeedRefusal.self) { try bench.feed("edge", .unhealthy, sequence: 7) }
        #expect(bench.address("edge")?.verdict == "healthy")
    }

    @Test func sequencesOfDifferentSourcesAndEndpointsAreApart() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([
            .test("edge", monitor: nil), .test("other", slot: 1, monitor: nil),
        ])
        try bench.feed("edge", .unhealthy, sequence: 7)
        try bench.feed("edge", .degraded, source: "robots", sequence: 1)
        try bench.feed("other", .degraded, sequence: 1)
        #expect(bench.address("other")?.verdict == "degraded")
    }

    @Test func unknownWithdrawsAndItsSequenceStillCounts() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        try bench.feed("edge", .unhealthy, sequence: 7)
        try bench.feed("edge", .unknown, sequence: 8)
        #expect(bench.address("edge")?.verdict == "unchecked")
        #expect(throws: FeedRefusal.self) { try bench.feed("edge", .unhealthy, sequence: 8) }
        bench.board.withdraw(source: "drills", endpoint: "edge")
        try bench.feed("edge", .unhealthy, sequence: 1)
        #expect(bench.address("edge")?.verdict == "unhealthy")
    }

    @Test func whatIsWrongIsSaid() {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        #expect(throws: FeedRefusal.unknownEndpoint("egde")) { try bench.feed("egde", .healthy) }
        #expect(throws: FeedRefusal.verdictNotAllowed(.unchecked)) {
            try bench.feed("edge", .unchecked)
        }
        #expect(throws: FeedRefusal.badSource) { try bench.feed("edge", .healthy, source: "") }
        #expect(throws: FeedRefusal.badSource) {
            try bench.feed("edge", .healthy, source: String(repeating: "x", count: 129))
        }
        #expect(throws: FeedRefusal.expired(endpoint: "edge", source: "drills")) {
            try bench.feed("edge", .healthy, expires: 1_000)
        }
        #expect(bench.board.totals().reportsRefused == 5)
        #expect(bench.board.status(ofEndpoint: "edge")?.reports.isEmpty == true)
    }

    @Test func reportsEndWithTheirTime() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge")])
        bench.probe("edge", .healthy)
        try bench.feed("edge", .unhealthy, sequence: 7, expires: 1_010)
        bench.advance(9)
        bench.board.tick()
        #expect(bench.address("edge")?.verdict == "unhealthy")
        bench.advance(1)
        bench.board.tick()
        #expect(bench.address("edge")?.verdict == "healthy")
        #expect(bench.words[0]?.verdict == .healthy)
        let report = bench.board.status(ofEndpoint: "edge")?.reports.first
        #expect(report?.counts == false)
        #expect(report?.age == 10)
        // A late copy of what has expired is still old.
        #expect(throws: FeedRefusal.self) { try bench.feed("edge", .unhealthy, sequence: 7) }
    }

    @Test func sourcesAreLimitedAndSilentOnesMakeRoom() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        for index in 0..<VerdictBoard.maximumSources {
            try bench.feed("edge", .healthy, source: "feed\(index)")
        }
        #expect(throws: FeedRefusal.tooManySources(endpoint: "edge")) {
            try bench.feed("edge", .unhealthy, source: "more")
        }
        try bench.feed("edge", .unknown, source: "feed0")
        try bench.feed("edge", .unhealthy, source: "more")
        let reports = bench.board.status(ofEndpoint: "edge")?.reports ?? []
        #expect(reports.count == VerdictBoard.maximumSources)
        #expect(reports.map(\.source) == reports.map(\.source).sorted())
        #expect(!reports.contains { $0.source == "feed0" })
        #expect(bench.address("edge")?.source == "more")
    }

    @Test(arguments: ["x", "é", "👩‍👩‍👧"])
    func reasonsAreCutAtACharacter(character: String) throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        try bench.feed("edge", .unhealthy, reason: String(repeating: character, count: 500))
        let reason = try #require(bench.address("edge")).reason
        #expect(reason.utf8.count <= FeedReport.maximumReasonBytes)
        #expect(reason.utf8.count > FeedReport.maximumReasonBytes - character.utf8.count)
        #expect(reason == String(repeating: character, count: reason.count))
    }
}
