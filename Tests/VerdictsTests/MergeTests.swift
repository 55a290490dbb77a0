import DNSWire
import Health
import Testing
import Verdicts

@Suite struct MergeTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var hasMonitor = true
        var monitored: Verdict?
        var feeds: [Verdict] = []
        var verdict: Verdict
        var source: String
    }

    @Test(arguments: [
        Case(
            testDescription: "nobody speaks", hasMonitor: false, verdict: .unchecked, source: ""),
        Case(testDescription: "before the first round", verdict: .unknown, source: "canary"),
        Case(
            testDescription: "the monitor alone", monitored: .degraded, verdict: .degraded,
            source: "canary"),
        Case(
            testDescription: "a feed alone", hasMonitor: false, feeds: [.healthy],
            verdict: .healthy, source: "feed0"),
        Case(
            testDescription: "the feed is worse", monitored: .healthy, feeds: [.unhealthy],
            verdict: .unhealthy, source: "feed0"),
        Case(
            testDescription: "the monitor is worse", monitored: .unhealthy,
            feeds: [.healthy, .degraded], verdict: .unhealthy, source: "canary"),
        Case(
            testDescription: "of equals the monitor's is named", monitored: .degraded,
            feeds: [.degraded], verdict: .degraded, source: "canary"),
        Case(
            testDescription: "of equal feeds the first by name", hasMonitor: false,
            feeds: [.degraded, .degraded], verdict: .degraded, source: "feed0"),
        Case(
            testDescription: "the worst of several feeds", hasMonitor: false,
            feeds: [.healthy, .unhealthy, .degraded], verdict: .unhealthy, source: "feed1"),
        Case(
            testDescription: "a healthy feed does not outrun the first round", feeds: [.healthy],
            verdict: .unknown, source: "canary"),
        Case(
            testDescription: "a bad feed does", feeds: [.degraded], verdict: .degraded,
            source: "feed0"),
        Case(
            testDescription: "an unknown feed has no say", monitored: .healthy,
            feeds: [.unknown, .unknown], verdict: .healthy, source: "canary"),
        Case(
            testDescription: "unknown feeds alone", hasMonitor: false, feeds: [.unknown],
            verdict: .unchecked, source: ""),
    ])
    func theWorstWordCounts(_ c: Case) throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: c.hasMonitor ? "canary" : nil)])
        if let verdict = c.monitored { bench.probe("edge", verdict) }
        for (index, verdict) in c.feeds.enumerated() {
            try bench.feed("edge", verdict, source: "feed\(index)")
        }
        #expect(bench.address("edge")?.verdict == c.verdict.description)
        #expect(bench.address("edge")?.source == c.source)
        #expect(bench.words[0]?.verdict == c.verdict)
    }

    @Test func aFeedSpeaksOfAllAddressesAndAMonitorOfOne() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", slot: 7, addresses: 3)])
        for octet in 1...3 as ClosedRange<UInt32> { bench.probe("edge", .healthy, octet: octet) }
        bench.probe("edge", .unhealthy, octet: 2)
        #expect((7...9).map { bench.words[$0]?.verdict } == [.healthy, .unhealthy, .healthy])
        try bench.feed("edge", .degraded)
        #expect((7...9).map { bench.words[$0]?.verdict } == [.degraded, .unhealthy, .degraded])
        bench.board.withdraw(source: "drills", endpoint: "edge")
        #expect((7...9).map { bench.words[$0]?.verdict } == [.healthy, .unhealthy, .healthy])
    }

    @Test func wordsCarryTheTimeUntilAChange() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge")])
        bench.probe("edge", .healthy, seconds: 15)
        #expect(bench.words[0] == VerdictWord(.healthy, changeSeconds: 15))
        bench.probe("edge", .healthy, seconds: 10)
        #expect(bench.words[0] == VerdictWord(.healthy, changeSeconds: 10))
        try bench.feed("edge", .unhealthy)
        #expect(bench.words[0] == VerdictWord(.unhealthy, changeSeconds: 10))
    }

    @Test func onlyChangesAreStoredAndTold() {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge")])
        bench.probe("edge", .healthy)
        let stores = bench.stores
        bench.advance(5)
        bench.probe("edge", .healthy)
        #expect(bench.stores == stores)
        #expect(bench.address("edge")?.since == 1_000)
        bench.probe("edge", .unhealthy)
        #expect(bench.address("edge")?.since == 1_005)
        #expect(
            bench.transitions == [
                Transition(
                    endpoint: "edge", address: .test(1), old: .unknown, new: .healthy,
                    reason: "probe", source: "canary"),
                Transition(
                    endpoint: "edge", address: .test(1), old: .healthy, new: .unhealthy,
                    reason: "probe", source: "canary"),
            ])
        #expect(bench.board.totals().transitions == 2)
    }

    @Test func reportsOfOthersAreIgnored() {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge")])
        bench.board.report(
            monitor: "former", endpoint: "edge", address: .test(1), verdict: .unhealthy, reason: "",
            changeSeconds: 1)
        bench.probe("edge", .unhealthy, octet: 200)
        bench.probe("nobody", .unhealthy)
        #expect(bench.address("edge")?.verdict == "unknown")
        #expect(bench.transitions.isEmpty)
    }

    /// After any run of calls the table says what the snapshot says, and the transitions lead
    /// there.
    @Test(arguments: [1 as UInt64, 2, 3, 42])
    func tableSnapshotAndTransitionsAgree(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let bench = Bench()
        let endpoints = (0..<4).map {
            TrackedEndpoint.test("edge\($0)", slot: $0 * 2, addresses: 2)
        }
        bench.board.replaceEndpoints(endpoints)
        for _ in 0..<500 {
            let key = "edge\(Int.random(in: 0..<4, using: &random))"
            let verdict = [Verdict.healthy, .degraded, .unhealthy].randomElement(using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                bench.probe(key, verdict ?? .healthy, octet: .random(in: 1...2, using: &random))
            case 2:
                try bench.feed(
                    key, verdict ?? .healthy, source: Bool.random(using: &random) ? "a" : "b",
                    expires: Bool.random(using: &random) ? bench.now + 3 : nil)
            case 3: bench.board.withdraw(source: "a", endpoint: key)
            case 4:
                let word = Override.allCases.randomElement(using: &random) ?? .none
                bench.board.setOverride(
                    endpoint: key, AppliedOverride(word, since: bench.now, expires: bench.now + 2))
            default:
                bench.advance(1)
                bench.board.tick()
            }
        }
        var told: [String: Verdict] = [:]
        for transition in bench.transitions {
            let place = "\(transition.endpoint) \(transition.address)"
            #expect(told[place] ?? .unknown == transition.old, "seed \(seed)")
            told[place] = transition.new
        }
        for (index, status) in bench.board.snapshot().enumerated() {
            for (place, address) in status.addresses.enumerated() {
                let word = bench.words[index * 2 + place]
                #expect(word?.verdict.description == address.verdict, "seed \(seed)")
                #expect("\(word?.override ?? .none)" == address.override, "seed \(seed)")
                #expect(word?.changeSeconds == address.changeSeconds, "seed \(seed)")
                #expect(
                    told["\(status.key) \(address.address)"]?.description ?? "unknown"
                        == address.verdict, "seed \(seed)")
            }
        }
        #expect(bench.board.totals().transitions == UInt64(bench.transitions.count))
    }
}
