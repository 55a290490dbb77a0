import DNSWire
import Health
import Holding
import Serving
import TestSupport
import Testing
import Zones

/// Holds over compiled policies, as the query path answers with them.
@Suite struct HoldKeeperTests {
    @Test func trafficStaysWhereItWentUntilAnOperatorSaysSo() throws {
        let bench = try HoldBench(.held(["a", "b"]))
        #expect(try bench.answer() == ["a"])
        bench.set("a", .unhealthy)
        #expect(try bench.answer() == ["b"])
        bench.set("a", .healthy)
        bench.wait(9_999)
        #expect(try bench.answer() == ["b"])
        let held = try #require(bench.keeper.held().first { $0.isV4 })
        #expect(held.node.text == "pay.example.org.")
        #expect(held.tier == 1 && held.tierName == "example.org/b")
        #expect(held.homeName == "example.org/a")
        #expect(held.since == 1_000)
        #expect(held.comesBackIn == nil)
        let back = bench.keeper.failBack("PAY.example.org")
        #expect(back.map(\.effect) == [.released, .released])
        #expect(try bench.answer() == ["a"])
        #expect(bench.keeper.failBack("pay.example.org.").map(\.effect) == [.nothing, .nothing])
        #expect(bench.keeper.failBack("shop.example.org.").isEmpty)
        #expect(bench.keeper.totals() == HoldTotals(holds: 2, releases: 2))
    }

    @Test func trafficComesBackWhenTheTierHasBeenWellForLongEnough() throws {
        let bench = try HoldBench(.held(["a", "b"], .after(seconds: 300)))
        bench.set("a", .unhealthy)
        bench.wait(1_000)
        bench.set("a", .healthy)
        bench.wait(200)
        bench.set("a", .unhealthy)
        bench.set("a", .healthy)
        bench.wait(299)
        #expect(try bench.answer() == ["b"])
        #expect(bench.keeper.held().map(\.comesBackIn) == [1, 1])
        bench.wait(1)
        #expect(try bench.answer() == ["a"])
        #expect(bench.changes.last?.reason == .stable)
        #expect(bench.keeper.held().isEmpty)
    }

    /// Down and up again before anybody asked: it still happened.
    @Test func momentaryFailureLeavesItsMark() throws {
        let bench = try HoldBench(.held(["a", "b"]))
        bench.set("a", .unhealthy)
        bench.set("a", .healthy)
        #expect(try bench.answer() == ["b"])
    }

    @Test func familiesAreHeldApart() throws {
        let bench = try HoldBench(.held(["a", "b"]))
        bench.set("a", .unhealthy, v4: false)
        bench.set("a", .healthy, v4: false)
        #expect(try bench.answer(v4: true) == ["a"])
        #expect(try bench.answer(v4: false) == ["b"])
        #expect(bench.keeper.failBack("pay.example.org", v4: true).map(\.effect) == [.nothing])
        #expect(try bench.answer(v4: false) == ["b"])
        #expect(bench.keeper.failBack("pay.example.org", v4: false).map(\.effect) == [.released])
        #expect(try bench.answer(v4: false) == ["a"])
    }

    /// With the control process dead, words stay as they are: what is held stays held, and what fails is left
    /// all the same.
    @Test func failoverWorksWithoutTheControlProcess() throws {
        let bench = try HoldBench(.held(["a", "b", "c"]))
        bench.set("a", .unhealthy)
        bench.setUnnoticed("a", .healthy)
        #expect(try bench.answer() == ["b"])
        bench.setUnnoticed("b", .unhealthy)
        #expect(try bench.answer() == ["c"])
        bench.setUnnoticed("c", .unhealthy)
        #expect(try bench.answer() == ["a"])
        // The next one finds what was held, and what there is now.
        bench.setUnnoticed("b", .healthy)
        try bench.restart()
        #expect(try bench.answer() == ["b"])
        #expect(bench.keeper.held().first?.since == nil)
    }

    /// The time begins anew: a restart never shortens it.
    @Test func timeBeginsAnewWithTheControlProcess() throws {
        let bench = try HoldBench(.held(["a", "b"], .after(seconds: 60)))
        bench.set("a", .unhealthy)
        bench.set("a", .healthy)
        bench.wait(59)
        try bench.restart()
        bench.wait(59)
        #expect(try bench.answer() == ["b"])
        bench.wait(1)
        #expect(try bench.answer() == ["a"])
    }

    @Test func waitingOutlivesARestart() throws {
        let bench = try HoldBench(.held(["a", "b"]))
        bench.set("a", .unhealthy)
        #expect(bench.keeper.failBack("pay.example.org").map(\.effect) == [.waiting, .waiting])
        try bench.restart()
        #expect(try bench.answer() == ["b"])
        bench.set("a", .healthy)
        #expect(try bench.answer() == ["a"])
    }

    // MARK: Reloads

    @Test func reloadKeepsWhatIsHeld() throws {
        let bench = try HoldBench(.held(["a", "b"], .after(seconds: 100)))
        bench.set("a", .unhealthy)
        bench.set("a", .healthy)
        bench.wait(60)
        try bench.reload(
            try HoldBench.steering(.held(["a", "b"], .after(seconds: 100)), whenDown: .noData))
        #expect(try bench.answer() == ["b"])
        bench.wait(39)
        #expect(try bench.answer() == ["b"])
        bench.wait(1)
        #expect(try bench.answer() == ["a"])
    }

    /// What is held is the tier, not its number.
    @Test(
        arguments: [
            (["a", "b", "c"], "b"), (["c", "a", "b"], "b"), (["b", "a"], "b"),
            (["a", "x", "b"], "b"),
            // The tier in use is gone, another stands in its place.
            (["a", "x"], "x"),
            // It is gone, and nothing tells what it became.
            (["a", "x", "y"], "a"), (["a"], "a"),
        ] as [([String], String)])
    func changedTiersKeepTheOneInUse(_ tiers: [String], _ answer: String) throws {
        for isRestart in [false, true] {
            let bench = try HoldBench(.held(["a", "b"]))
            bench.set("a", .unhealthy)
            bench.set("a", .healthy)
            let next = try HoldBench.steering(.held(tiers.map(PolicyDefinition.to)))
            try isRestart ? bench.restart(next) : bench.reload(next)
            #expect(try bench.answer() == [answer], "\(tiers), restart: \(isRestart)")
        }
    }

    @Test func automaticFailbackAfterAReloadReleases() throws {
        let bench = try HoldBench(.held(["a", "b"]))
        bench.set("a", .unhealthy)
        bench.set("a", .healthy)
        try bench.reload(try HoldBench.steering(.failover(["a", "b"])))
        #expect(try bench.answer() == ["a"])
        #expect(bench.loaded.image.holdCount == 0)
        // Turning it on again does not remember what was.
        try bench.reload(try HoldBench.steering(.held(["a", "b"])))
        #expect(try bench.answer() == ["a"])
    }

    // MARK: Trees

    @Test func namedPolicyIsHeldOnceForAllItsNames() throws {
        let site = NamedPolicy(
            name: "site", policy: .held(["a", "b"]), position: TestZone.position)
        var steering = try HoldBench.steering("site", policies: [site])
        var other = steering.names[0]
        other.owner = try .init("shop.example.org.")
        steering.names.append(other)
        let bench = try HoldBench(steering)
        #expect(bench.loaded.image.holdCount == 1)
        bench.set("a", .unhealthy)
        bench.set("a", .healthy)
        #expect(try bench.answer() == ["b"])
        #expect(bench.keeper.owners() == ["example.org/site"])
        #expect(bench.keeper.failBack("pay.example.org").isEmpty)
        #expect(bench.keeper.failBack("example.org/site").count == 2)
        #expect(try bench.answer() == ["a"])
    }

    /// What a hold does to a node is news for the node above it.
    @Test func holdsMayLieBelowHolds() throws {
        let bench = try HoldBench(.held([.held(["a", "b"]), "c"]))
        bench.set("a", .unhealthy)
        bench.set("a", .healthy)
        #expect(try bench.answer() == ["b"])
        bench.set("b", .unhealthy)
        // Nothing else is left in the inner one.
        #expect(try bench.answer() == ["a"])
        bench.set("a", .unhealthy)
        #expect(try bench.answer() == ["c"])
        bench.set("a", .healthy)
        bench.set("b", .healthy)
        #expect(try bench.answer() == ["c"])
        let names = Set(bench.keeper.held().map(\.node.text))
        #expect(names == ["pay.example.org."])
    }

    @Test func groupsAreTiersAsEndpointsAre() throws {
        let bench = try HoldBench(
            .held([.all(["a", "b"], answers: 8), .all(["c", "d"], answers: 8)]))
        bench.set("a", .unhealthy)
        #expect(try bench.answer() == ["b"])
        bench.set("b", .unhealthy)
        bench.set("a", .healthy)
        bench.set("b", .healthy)
        #expect(try bench.answer() == ["c", "d"])
        // Some other endpoint of the tier is drained and back: that is not a word about the tier.
        bench.set("b", .healthy, override: .softDrain)
        bench.set("b", .healthy)
        #expect(try bench.answer() == ["c", "d"])
        bench.set("b", .healthy, override: .up)
        #expect(try bench.answer() == ["a", "b"])
    }

    /// The keeper and the query path never disagree about who answers.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func randomHistoriesAreAnsweredAsTheRuleSays(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = ["a", "b", "c", "d"]
        let bench = try HoldBench(
            .held(names.map(PolicyDefinition.to), seed % 2 == 0 ? .manual : .after(seconds: 5)))
        let verdicts: [Verdict] = [.healthy, .unhealthy, .degraded, .unknown, .unchecked]
        let overrides: [Override] = [.none, .none, .none, .softDrain, .hardDrain, .down, .up]
        for step in 0..<500 {
            bench.set(
                names[Int.random(in: 0..<4, using: &random)],
                verdicts[Int.random(in: 0..<5, using: &random)],
                override: overrides[Int.random(in: 0..<7, using: &random)])
            bench.wait(Int64.random(in: 0..<3, using: &random))
            let held = bench.keeper.held().first { $0.isV4 }
            let answer = try bench.answer()
            let tier = try #require(
                names.firstIndex { answer == [$0] } ?? (answer.isEmpty ? 0 : nil))
            if let held, !held.isWaiting {
                #expect(tier >= held.tier || answer == [names[tier]], "seed \(seed), step \(step)")
                #expect(held.tier > 0, "seed \(seed), step \(step)")
            }
            // A hold is never why nobody answers.
            #expect(!answer.isEmpty, "seed \(seed), step \(step)")
        }
    }
}
