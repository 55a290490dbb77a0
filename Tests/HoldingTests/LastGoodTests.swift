import Health
import Holding
import Serving
import TestSupport
import Testing
import Zones

/// `whenDown: lastGood`: who answered when somebody was well answers when nobody is.
@Suite struct LastGoodTests {
    private let three = PolicyDefinition.all(["a", "b", "c"], answers: 8)

    @Test func whoWasGoodLastAnswersWhileAllAreDown() throws {
        let bench = try HoldBench(three, whenDown: .lastGood)
        for name in ["b", "a", "c"] { bench.set(name, .unhealthy) }
        #expect(try bench.answer() == ["c"])
        bench.set("a", .healthy)
        #expect(try bench.answer() == ["a"])
        bench.set("c", .healthy)
        bench.set("a", .unhealthy)
        bench.set("c", .unhealthy)
        #expect(try bench.answer() == ["c"])
    }

    /// Failures of one moment come one after the other; those that came before the last count.
    @Test func everyStepCounts() throws {
        let bench = try HoldBench(.failover(["a", "b"]), whenDown: .lastGood)
        bench.set("a", .unhealthy)
        bench.set("b", .unhealthy)
        #expect(try bench.answer() == ["b"])
        bench.set("a", .healthy)
        bench.set("a", .unhealthy)
        #expect(try bench.answer() == ["a"])
    }

    @Test func degradedIsGoodUnknownIsNot() throws {
        let bench = try HoldBench(three, whenDown: .lastGood)
        for name in ["a", "b", "c"] { bench.set(name, .unknown) }
        for name in ["a", "b", "c"] { bench.set(name, .unhealthy) }
        // Before the first round nobody checked them, and they were good.
        #expect(try bench.answer() == ["a", "b", "c"])
        bench.set("b", .degraded)
        bench.set("b", .unhealthy)
        #expect(try bench.answer() == ["b"])
    }

    @Test func familiesAreRememberedApart() throws {
        let bench = try HoldBench(three, whenDown: .lastGood)
        for name in ["a", "b"] { bench.set(name, .unhealthy, v4: true) }
        for name in ["b", "c"] { bench.set(name, .unhealthy, v4: false) }
        bench.set("c", .unhealthy, v4: true)
        bench.set("a", .unhealthy, v4: false)
        #expect(try bench.answer(v4: true) == ["c"])
        #expect(try bench.answer(v4: false) == ["a"])
    }

    @Test(arguments: [Override.softDrain, .hardDrain, .down])
    func whatOperatorsTookOutSinceIsLeftOut(_ override: Override) throws {
        let bench = try HoldBench(three, whenDown: .lastGood)
        bench.set("b", .unhealthy)
        bench.setUnnoticed("a", .unhealthy)
        bench.setUnnoticed("c", .unhealthy)
        #expect(try bench.answer() == ["a", "c"])
        bench.set("c", .unhealthy, override: override)
        #expect(try bench.answer() == ["a"])
        bench.set("a", .unhealthy, override: override)
        // Nothing else is left.
        #expect(try bench.answer() == ["a", "c"])
    }

    @Test func partOfAGroupThatWasGoodIsUsedTogether() throws {
        let bench = try HoldBench(
            .failover([.all(["a", "b"], answers: 8), "c"]), whenDown: .lastGood)
        bench.set("c", .unhealthy)
        // Both at once, as one word after the other: b is left for a moment, and counts.
        bench.set("a", .unhealthy)
        bench.set("b", .unhealthy)
        #expect(try bench.answer() == ["b"])
    }

    @Test func answersAsIfAllWereUpUntilSomethingWasGood() throws {
        let bench = try HoldBench(three, whenDown: .lastGood)
        for name in ["a", "b", "c"] { bench.setUnnoticed(name, .unhealthy) }
        let image = bench.loaded.image
        for index in 0..<image.holdCount { bench.words.store(raw: 0, slot: image.hold(index).slot) }
        try bench.restart()
        #expect(try bench.answer() == ["a", "b", "c"])
    }

    @Test func outlivesRestartsAndReloads() throws {
        for isRestart in [false, true] {
            let bench = try HoldBench(three, whenDown: .lastGood)
            for name in ["a", "c", "b"] { bench.set(name, .unhealthy) }
            #expect(try bench.answer() == ["b"])
            // Another order, and one less: bits go by endpoint.
            let next = try HoldBench.steering(
                .all(["b", "c"], answers: 8), whenDown: .lastGood)
            try isRestart ? bench.restart(next) : bench.reload(next)
            #expect(try bench.answer() == ["b"])
            try bench.restart()
            #expect(try bench.answer() == ["b"])
        }
    }

    @Test func heldFailoverGoesOnFromItsTier() throws {
        let bench = try HoldBench(.held(["a", "b"]), whenDown: .lastGood)
        bench.set("a", .unhealthy)
        bench.set("b", .unhealthy)
        #expect(try bench.answer() == ["b"])
    }

    /// The control process is dead: who was good is known up to then.
    @Test func lastKnownGoodGoesOnWithoutTheControlProcess() throws {
        let bench = try HoldBench(three, whenDown: .lastGood)
        bench.set("a", .unhealthy)
        for name in ["b", "c"] { bench.setUnnoticed(name, .unhealthy) }
        #expect(try bench.answer() == ["b", "c"])
    }
}
