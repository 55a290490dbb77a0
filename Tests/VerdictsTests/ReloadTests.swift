import DNSWire
import Health
import Testing
import Verdicts

@Suite struct ReloadTests {
    @Test func whatIsKnownMovesToTheNewSlot() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", slot: 3)])
        bench.probe("edge", .unhealthy, seconds: 9)
        try bench.feed("edge", .degraded, sequence: 4)
        bench.advance(60)
        bench.board.replaceEndpoints([.test("new", slot: 0), .test("edge", slot: 8)])
        #expect(bench.words[8] == VerdictWord(.unhealthy, changeSeconds: 9))
        #expect(bench.words[0] == VerdictWord(.unknown))
        #expect(bench.address("edge")?.since == 1_000)
        #expect(bench.board.status(ofEndpoint: "edge")?.reports.first?.sequence == 4)
        #expect(bench.transitions.count == 1)
    }

    @Test(arguments: [
        (VerdictWord?.none, Verdict.unknown), (VerdictWord(rawValue: 0), .unknown),
        (VerdictWord(.unknown), .unknown), (VerdictWord(.healthy, changeSeconds: 5), .healthy),
        (VerdictWord(.degraded), .degraded), (VerdictWord(.unhealthy, override: .up), .unhealthy),
    ])
    func newAddressesStartFromTheWordLeftBehind(word: VerdictWord?, verdict: Verdict) {
        let bench = Bench()
        bench.board.replaceEndpoints(
            [.test("edge", slot: 5), .test("free", slot: 6, monitor: nil)],
            initial: { $0 == 5 ? word : VerdictWord(.unhealthy) })
        let start = VerdictWord(
            verdict, changeSeconds: verdict == .unknown ? 0 : word?.changeSeconds ?? 0)
        #expect(bench.words[5] == start)
        #expect(bench.board.monitored(endpoint: "edge", address: .test(1)) == verdict)
        #expect(bench.words[6] == VerdictWord(.unchecked))
        #expect(bench.transitions.isEmpty)
    }

    @Test func losingTheMonitorIsUncheckedAndGettingOneIsUnknown() {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge")])
        bench.probe("edge", .unhealthy)
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        #expect(bench.words[0] == VerdictWord(.unchecked))
        bench.board.replaceEndpoints([.test("edge")])
        #expect(bench.words[0] == VerdictWord(.unknown))
        #expect(bench.transitions.map(\.new) == [.unhealthy, .unchecked, .unknown])
    }

    @Test func anotherMonitorStartsFromWhatTheLastOneFound() {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: "canary")])
        bench.probe("edge", .unhealthy)
        bench.board.replaceEndpoints([.test("edge", monitor: "other")])
        bench.probe("edge", .healthy)
        #expect(bench.address("edge")?.verdict == "unhealthy")
    }

    @Test func reportsOutliveAConfigurationWithoutTheirEndpoint() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        try bench.feed("edge", .unhealthy, sequence: 7)
        bench.board.replaceEndpoints([])
        #expect(throws: FeedRefusal.unknownEndpoint("edge")) { try bench.feed("edge", .healthy) }
        #expect(bench.board.snapshot().isEmpty)
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        #expect(bench.address("edge")?.verdict == "unhealthy")
        #expect(throws: FeedRefusal.self) { try bench.feed("edge", .healthy, sequence: 7) }
    }

    @Test func aSourceMayWithdrawWhileItsEndpointIsAway() throws {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        try bench.feed("edge", .unhealthy)
        bench.board.replaceEndpoints([])
        bench.board.withdraw(source: "drills", endpoint: "edge")
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        #expect(bench.address("edge")?.verdict == "unchecked")
    }

    @Test func aKeyThatComesTwiceCountsOnce() {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", slot: 1), .test("edge", slot: 2)])
        #expect(bench.board.snapshot().count == 1)
        #expect(bench.words.keys.sorted() == [1])
    }
}
