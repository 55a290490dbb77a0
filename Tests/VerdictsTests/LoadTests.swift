import Health
import Testing
import Verdicts

@Suite struct LoadTests {
    private func bench(_ capacity: ClusterCapacity? = .limit(100)) -> Bench {
        let bench = Bench()
        bench.board.replaceEndpoints(
            [
                .test("a", cluster: "us"), .test("b", slot: 1, monitor: nil, cluster: "us"),
                .test("c", slot: 2, cluster: "eu"), .test("d", slot: 3),
            ],
            clusters: [
                TrackedCluster(key: "us", capacity: capacity), TrackedCluster(key: "eu"),
            ])
        return bench
    }

    private func load(
        _ bench: Bench, _ load: Double, of cluster: String = "us", source: String = "metrics",
        sequence: UInt64? = nil, expires: Int64? = nil
    ) throws(LoadRefusal) {
        try bench.board.report(
            load: LoadReport(
                cluster: cluster, source: source, sequence: sequence, load: load, expires: expires,
                received: bench.now))
    }

    @Test func allEndpointsOfAClusterShed() throws {
        let bench = bench()
        try load(bench, 190)
        // Half of the way to 95 / 190.
        #expect((0...3).map { bench.words[$0]?.share } == [192, 192, 256, 256])
        #expect(bench.notices == [.shedding(cluster: "us", load: 190)])
        let cluster = bench.board.clusters().last
        #expect(cluster?.key == "us" && cluster?.share == 0.75)
        #expect(cluster?.load == LoadStatus(load: 190, source: "metrics", age: 0))
        #expect(bench.transitions.isEmpty)
    }

    @Test func aClusterWithoutCapacityShedsNothing() throws {
        let bench = bench(nil)
        try load(bench, 190)
        #expect(bench.words[0]?.share == 256)
        #expect(bench.board.clusters().last?.load?.load == 190)
    }

    @Test func slowStartAndSheddingMultiply() throws {
        let bench = Bench()
        bench.board.replaceEndpoints(
            [.test("edge", cluster: "us", slowStart: .seconds(60))],
            clusters: [TrackedCluster(key: "us", capacity: .limit(100))])
        try load(bench, 190)
        bench.probe("edge", .unhealthy)
        bench.probe("edge", .healthy)
        #expect(bench.words[0]?.share == 19)
        #expect(bench.address("edge")?.ramp == 26)
        for _ in 0..<60 {
            bench.advance(1)
            bench.board.tick()
        }
        #expect(bench.words[0]?.share == 192)
    }

    @Test func theHighestLoadCounts() throws {
        let bench = bench()
        try load(bench, 190, source: "metrics/a")
        let before = bench.board.clusters().last?.share
        try load(bench, 10, source: "metrics/b")
        #expect((bench.board.clusters().last?.share ?? 1) <= before ?? 0)
        #expect(bench.board.clusters().last?.load?.source == "metrics/a")
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var load = 1.0
        var cluster = "us"
        var source = "metrics"
        var sequence: UInt64?
        var expires: Int64?
        var refusal: LoadRefusal?
    }

    @Test(arguments: [
        Refusal(testDescription: "a higher sequence", sequence: 8),
        Refusal(testDescription: "none is newer than all"),
        Refusal(testDescription: "another source", source: "others", sequence: 1),
        Refusal(
            testDescription: "the same sequence", sequence: 7,
            refusal: .olderSequence(cluster: "us", source: "metrics", given: 7, known: 7)),
        Refusal(
            testDescription: "another cluster", cluster: "asia", refusal: .unknownCluster("asia")),
        Refusal(testDescription: "negative", load: -1, refusal: .badLoad(cluster: "us")),
        Refusal(testDescription: "no number", load: .nan, refusal: .badLoad(cluster: "us")),
        Refusal(testDescription: "endless", load: .infinity, refusal: .badLoad(cluster: "us")),
        Refusal(
            testDescription: "expired", expires: 1_000,
            refusal: .expired(cluster: "us", source: "metrics")),
        Refusal(testDescription: "without a source", source: "", refusal: .badSource),
    ])
    func refusedLoadsChangeNothing(_ c: Refusal) throws {
        let bench = bench()
        try load(bench, 50, sequence: 7)
        let before = bench.board.clusters()
        do {
            try load(
                bench, c.load, of: c.cluster, source: c.source, sequence: c.sequence,
                expires: c.expires)
            #expect(c.refusal == nil)
        } catch {
            #expect(error == c.refusal)
            #expect(bench.board.clusters() == before)
        }
        #expect(bench.board.totals().reportsRefused == (c.refusal == nil ? 0 : 1))
    }

    @Test func noClusterHasMoreSourcesThanItMay() throws {
        let bench = bench()
        try load(bench, 1, source: "expiring", expires: 1_005)
        for number in 1..<VerdictBoard.maximumSources { try load(bench, 1, source: "s\(number)") }
        #expect(throws: LoadRefusal.tooManySources(cluster: "us")) {
            try load(bench, 1, source: "more")
        }
        bench.advance(5)
        try load(bench, 1, source: "more")
    }

    /// A share stays while the load is frozen, and rises when nobody knows it any more.
    @Test(arguments: [
        (SilentPolicy.freeze, nil as Int64?, false), (.expire, nil, true), (.up, nil, true),
        (.freeze, 30, true),
    ])
    func aSilentLoadFeed(policy: SilentPolicy, ttl: Int64?, rises: Bool) throws {
        let bench = bench()
        bench.board.replaceFeeds([FeedRule(name: "metrics", silentAfter: 60, silent: policy)])
        try load(bench, 190, expires: ttl.map { bench.now + $0 })
        for _ in 0..<59 {
            bench.advance(1)
            bench.board.tick()
        }
        let early = bench.words[0]?.share ?? 0
        #expect(ttl != nil || early == 192)
        for _ in 0..<600 {
            bench.advance(1)
            bench.board.tick()
        }
        #expect(bench.words[0]?.share == (rises ? 256 : 192))
        #expect(bench.notices.contains(.sheddingEnded(cluster: "us")) == rises)
    }

    @Test func aRestartGoesOnWithTheSharesThatWordsHave() {
        let bench = Bench()
        let words = [0: 96 as UInt32, 1: 192]
        bench.board.replaceEndpoints(
            [
                .test("a", cluster: "us", slowStart: .seconds(60)),
                .test("b", slot: 1, cluster: "us"),
            ], clusters: [TrackedCluster(key: "us", capacity: .limit(100))],
            initial: { VerdictWord(.healthy, share: words[$0] ?? 256) })
        // Slow starts count whole seconds: 26 of 60.
        #expect(bench.words[0]?.share == 93)
        #expect(bench.words[1]?.share == 192)
        #expect(bench.address("a")?.ramp == 125)
    }

    /// A load that an earlier process acted on is known again after a restart, and cuts nothing twice.
    @Test func aRestartActsOnNoLoadTwice() throws {
        let bench = Bench()
        bench.board.replaceEndpoints(
            [.test("a", cluster: "us")],
            clusters: [TrackedCluster(key: "us", capacity: .limit(100))],
            initial: { _ in VerdictWord(.healthy, share: 192) })
        let old = LoadReport(cluster: "us", source: "metrics", load: 190, received: 990)
        try bench.board.report(load: old)
        #expect(bench.words[0]?.share == 192)
        #expect(bench.board.clusters().first?.load?.age == 10)
        bench.advance(1)
        try load(bench, 190)
        #expect((bench.words[0]?.share ?? 0) < 192)
    }

    /// A reload that leaves the cluster out for a while loses neither its load nor its sequence.
    @Test func reportsOfAClusterThatComesBackAreKept() throws {
        let bench = bench()
        try load(bench, 50, sequence: 7)
        bench.board.replaceEndpoints([])
        #expect(!bench.board.defines(cluster: "us"))
        bench.board.replaceEndpoints([], clusters: [TrackedCluster(key: "us")])
        #expect(bench.board.clusters().first?.load?.load == 50)
        #expect(throws: LoadRefusal.self) { try load(bench, 1, sequence: 7) }
        bench.board.withdraw(source: "metrics", cluster: "us")
        try load(bench, 1, sequence: 1)
    }
}
