import Health
import Testing
import Verdicts

@Suite struct OverrideTests {
    @Test(arguments: Override.allCases)
    func anOverrideStandsBesideTheVerdict(word: Override) {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", addresses: 2)])
        bench.probe("edge", .healthy)
        bench.board.setOverride(
            endpoint: "edge", AppliedOverride(word, owner: "ann", reason: "work", since: 1_000))
        #expect(bench.words[0] == VerdictWord(.healthy, override: word, changeSeconds: 15))
        #expect(bench.words[1] == VerdictWord(.unknown, override: word))
        bench.probe("edge", .unhealthy)
        #expect(bench.words[0]?.override == word)
        bench.board.setOverride(endpoint: "edge", nil)
        #expect(bench.words[0] == VerdictWord(.unhealthy, changeSeconds: 15))
        #expect(bench.board.status(ofEndpoint: "edge")?.override == nil)
    }

    @Test func anOverrideMayComeBeforeItsEndpointAndStays() {
        let bench = Bench()
        bench.board.setOverride(
            endpoint: "edge", AppliedOverride(.hardDrain, owner: "ann", since: 900))
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        #expect(bench.words[0] == VerdictWord(.unchecked, override: .hardDrain))
        #expect(bench.stores == 1)
        bench.board.replaceEndpoints([])
        bench.board.replaceEndpoints([.test("edge", slot: 4, monitor: nil)])
        #expect(bench.words[4]?.override == .hardDrain)
        let status = bench.board.status(ofEndpoint: "edge")?.override
        #expect(status?.override == "hardDrain")
        #expect(status?.owner == "ann")
        #expect(status?.since == 900)
    }

    @Test func anOverrideEndsWithItsTime() {
        let bench = Bench()
        bench.board.replaceEndpoints([.test("edge", monitor: nil)])
        bench.board.setOverride(
            endpoint: "edge", AppliedOverride(.softDrain, since: 1_000, expires: 1_060))
        bench.advance(59)
        bench.board.tick()
        #expect(bench.words[0]?.override == .softDrain)
        bench.advance(1)
        bench.board.tick()
        #expect(bench.words[0]?.override == Override.none)
        #expect(bench.transitions.isEmpty)
    }
}
