import DNSWire
import Health
import Testing
import Verdicts

@Suite struct BrakeTests {
    @Test(arguments: [
        (9, 9, false), (10, 10, true), (9, 10, false), (10, 12, true), (10, 13, false),
        (80, 100, false), (81, 100, true), (8_000, 10_000, false), (8_001, 10_000, true),
        (0, 0, false),
    ])
    func theLimitIsAShareAndANumber(count: Int, probed: Int, exceeds: Bool) {
        #expect(BrakeLimits().areExceeded(by: count, of: probed) == exceeds)
    }

    /// `count` endpoints of one address each, probed every 5 s, all healthy.
    private func bench(_ count: Int, brake: BrakeLimits? = BrakeLimits()) -> Bench {
        let bench = Bench()
        bench.board.replaceEndpoints(endpoints(count), brake: brake)
        for number in 0..<count { bench.set(number, .healthy) }
        return bench
    }

    private func endpoints(_ count: Int) -> [TrackedEndpoint] {
        (0..<count).map {
            .test("e\($0)", slot: $0, firstOctet: UInt32($0) + 1, slowStart: .seconds(60))
        }
    }

    @Test func aBlindProberEmptiesNothing() {
        let bench = bench(12)
        for number in 0..<9 { bench.set(number, .unhealthy) }
        // Nine of twelve are no mass change: they have passed.
        #expect(bench.unhealthy == Array(0..<9))
        bench.set(9, .unhealthy)
        // Ten are: what has passed goes back, whole, as if nothing had been.
        #expect(bench.unhealthy == [])
        #expect(bench.words.values.allSatisfy { $0 == VerdictWord(.healthy, changeSeconds: 15) })
        for number in 10..<12 { bench.set(number, .unhealthy) }
        #expect(bench.unhealthy == [])
        #expect(bench.board.brake().held == 12)
        #expect(bench.board.brake().since == 1_000)
        #expect(bench.board.totals().brakeTrips == 1)
        #expect(bench.notices == [.brakeTripped(held: 10, probed: 12, seconds: 10)])
        #expect(
            bench.address("e0")?.reason == "held by the brake; its monitor says: probe")
        #expect(bench.address("e0")?.isHeld == true)
    }

    @Test func fewerThanTenAreNeverHeld() {
        let bench = bench(9)
        for number in 0..<9 { bench.set(number, .unhealthy) }
        #expect(bench.unhealthy == Array(0..<9))
        #expect(bench.notices.isEmpty)
    }

    @Test func whatFallsSlowerThanTheWindowIsNeverHeld() {
        let bench = bench(12)
        for number in 0..<12 {
            bench.set(number, .unhealthy)
            bench.advance(2)
        }
        #expect(bench.unhealthy == Array(0..<12))
    }

    @Test func switchedOffNothingIsHeld() {
        let bench = bench(12, brake: nil)
        for number in 0..<12 { bench.set(number, .unhealthy) }
        #expect(bench.unhealthy == Array(0..<12))
    }

    /// The same address behind many endpoints is one address.
    @Test func endpointsThatShareAnAddressCountOnce() {
        let bench = Bench()
        bench.board.replaceEndpoints(
            (0..<40).map { .test("e\($0)", slot: $0, firstOctet: UInt32($0 % 5) + 1) },
            brake: BrakeLimits())
        for number in 0..<40 {
            bench.probe("e\(number)", .unhealthy, octet: UInt32(number % 5) + 1)
        }
        #expect(bench.unhealthy == Array(0..<40))
        #expect(bench.board.brake().probed == 5)
    }

    @Test func anOperatorConfirmsTheChange() {
        let bench = bench(12)
        for number in 0..<12 { bench.set(number, .unhealthy) }
        #expect(bench.board.confirmBrake() == 12)
        #expect(bench.unhealthy == Array(0..<12))
        #expect(bench.notices.last == .brakeEnded(.confirmed, held: 12))
        #expect(bench.board.confirmBrake() == nil)
        // What comes back from there is a return, and starts slowly.
        bench.set(3, .healthy)
        #expect(bench.words[3]?.share == 26)
    }

    @Test func anOperatorReleasesTheChangeAndItIsJudgedAnew() {
        let bench = bench(12)
        for number in 0..<12 { bench.set(number, .unhealthy) }
        #expect(bench.board.heldAddresses().count == 12)
        #expect(bench.board.releaseBrake() == 12)
        #expect(bench.unhealthy == [])
        #expect(bench.board.brake().since == nil)
        bench.advance(15)
        for number in 0..<3 { bench.set(number, .unhealthy) }
        #expect(bench.unhealthy == [0, 1, 2])
        for number in 3..<12 { bench.set(number, .unhealthy) }
        #expect(bench.unhealthy == [])
        #expect(bench.board.releaseBrake() == 12)
        #expect(bench.board.releaseBrake() == nil)
    }

    @Test func aWitnessConfirmsItsEndpointAlone() throws {
        let bench = bench(12)
        for number in 0..<12 { bench.set(number, .unhealthy) }
        try bench.feed("e4", .healthy, source: "others")
        try bench.feed("e4", .unhealthy)
        #expect(bench.unhealthy == [4])
        // What it confirmed stays so when it has nothing more to say.
        bench.board.withdraw(source: "drills", endpoint: "e4")
        #expect(bench.unhealthy == [4])
        for number in 0..<12 { try bench.feed("e\(number)", .unhealthy) }
        #expect(bench.unhealthy == Array(0..<12))
        #expect(bench.notices.last == .brakeEnded(.witnessed, held: 0))
    }

    @Test func aWitnessOfBeforeCounts() throws {
        let bench = bench(12)
        for number in 0..<6 { try bench.feed("e\(number)", .unhealthy) }
        for number in 0..<12 { bench.set(number, .unhealthy) }
        // Six were known to be out; six more are no mass change.
        #expect(bench.unhealthy == Array(0..<12))
    }

    /// Who took endpoints out before they were switched off expects them to fail.
    @Test(arguments: [Override.softDrain, .hardDrain, .down])
    func anOperatorWhoTookThemOutIsAWitness(word: Override) {
        let bench = bench(12)
        for number in 0..<12 {
            bench.board.setOverride(
                endpoint: "e\(number)", AppliedOverride(word, since: bench.now))
        }
        for number in 0..<12 { bench.set(number, .unhealthy) }
        #expect(bench.unhealthy == Array(0..<12))
        #expect(bench.notices.isEmpty)
    }

    @Test func probesThatSucceedAgainEndIt() {
        let bench = bench(12)
        for number in 0..<12 { bench.set(number, .unhealthy) }
        bench.advance(300)
        for number in 0..<12 { bench.set(number, .healthy) }
        #expect(bench.unhealthy == [])
        #expect(bench.words.values.allSatisfy { $0.share == 256 })
        #expect(bench.notices.last == .brakeEnded(.recovered, held: 0))
        // Nine had fallen before the tenth made the brake trip.
        #expect(bench.transitions.suffix(9).allSatisfy { $0.new == .healthy })
    }

    /// When probes see again, what is really down is a smaller change, and passes.
    @Test func whatIsLeftPassesWhenTheOthersAreBack() {
        let bench = bench(20)
        for number in 0..<20 { bench.set(number, .unhealthy) }
        bench.advance(100)
        for number in 0..<17 { bench.set(number, .healthy) }
        bench.advance(9)
        bench.board.tick()
        // The last three may still be on their way.
        #expect(bench.unhealthy == [])
        bench.advance(1)
        bench.board.tick()
        #expect(bench.unhealthy == [17, 18, 19])
        #expect(bench.notices.last == .brakeEnded(.recovered, held: 3))
    }

    @Test func aFallLongAfterwardsIsAChangeOfItsOwn() {
        let bench = bench(100)
        for number in 0..<90 { bench.set(number, .unhealthy) }
        #expect(bench.unhealthy == [])
        bench.advance(11)
        bench.set(95, .unhealthy)
        #expect(bench.unhealthy == [95])
        #expect(bench.board.brake().held == 90)
    }

    @Test func aReloadKeepsWhatIsHeldAndSwitchingOffLetsGo() {
        let bench = bench(12)
        for number in 0..<12 { bench.set(number, .unhealthy) }
        bench.board.replaceEndpoints(Array(endpoints(12).reversed()), brake: BrakeLimits())
        #expect(bench.unhealthy == [])
        #expect(bench.board.brake().held == 12)
        bench.board.replaceEndpoints(endpoints(11), brake: BrakeLimits())
        #expect(bench.board.brake().held == 11)
        bench.board.replaceEndpoints(endpoints(11), brake: nil)
        #expect(bench.unhealthy == Array(0..<11))
        #expect(bench.notices.last == .brakeEnded(.switchedOff, held: 11))
    }

    /// What an earlier process left counts as the former verdict.
    @Test func aBlindProberThatRestartsEmptiesNothing() {
        let bench = Bench()
        bench.board.replaceEndpoints(
            endpoints(12), brake: BrakeLimits(),
            initial: { VerdictWord($0 == 0 ? .unhealthy : .healthy, changeSeconds: 15) })
        for number in 0..<12 { bench.set(number, .unhealthy) }
        #expect(bench.unhealthy == [0])
        #expect(bench.board.brake().held == 11)
    }

    /// A first round that finds everything down may be as blind.
    @Test func aBlindFirstRoundLeavesAddressesUnknown() {
        let bench = Bench()
        bench.board.replaceEndpoints(endpoints(12), brake: BrakeLimits())
        for number in 0..<12 { bench.set(number, .unhealthy) }
        #expect(bench.words.values.allSatisfy { $0.verdict == .unknown })
    }

    /// A few slow monitors do not make the window longer, many do.
    @Test(arguments: [(2, 10 as Int64), (3, 120)])
    func theWindowIsTwoIntervalsOfTheMost(slow: Int, window: Int64) {
        let bench = Bench()
        bench.board.replaceEndpoints(
            (0..<12).map { number in
                var endpoint = TrackedEndpoint.test(
                    "e\(number)", slot: number, firstOctet: UInt32(number) + 1)
                if number < slow { endpoint.interval = .seconds(60) }
                return endpoint
            }, brake: BrakeLimits())
        #expect(bench.board.brake().window == window)
    }

    /// No run of reports makes the brake hold an address whose fall was not one of more than the limit
    /// within two windows; and smaller changes are in force as soon as they are told.
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func smallerChangesAreNeverDelayed(seed: UInt64) {
        var random = SplitMix(state: seed)
        let count = Int.random(in: 5...40, using: &random)
        let limits = BrakeLimits(percent: [50, 80].randomElement(using: &random) ?? 80)
        let bench = bench(count, brake: limits)
        var down = Array(repeating: false, count: count)
        var falls: [(number: Int, time: Int64)] = []
        for _ in 0..<400 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                bench.advance(.random(in: 1...6, using: &random))
                bench.board.tick()
            }
            // Now and then many at once.
            let many = Int.random(in: 0..<12, using: &random) == 0
            for _ in 0..<(many ? count : 1) {
                let number = Int.random(in: 0..<count, using: &random)
                let falls_ = many ? Bool.random(using: &random) || !down[number] : !down[number]
                if falls_, !down[number] { falls.append((number, bench.now)) }
                down[number] = falls_
                bench.set(number, falls_ ? .unhealthy : .healthy)
                for other in 0..<count where bench.isHeld(other) {
                    // Never what its own probes call healthy.
                    #expect(down[other], "seed \(seed)")
                    let fall = falls.last { $0.number == other }?.time ?? 0
                    let near = falls.filter { abs($0.time - fall) <= 20 }
                    #expect(
                        limits.areExceeded(by: Set(near.map(\.number)).count, of: count),
                        "seed \(seed)")
                }
                for other in 0..<count where !bench.isHeld(other) {
                    #expect(
                        (bench.words[other]?.verdict == .unhealthy) == down[other], "seed \(seed)")
                }
            }
        }
    }
}

extension Bench {
    /// The slots whose words say unhealthy.
    var unhealthy: [Int] { words.filter { $0.value.verdict == .unhealthy }.keys.sorted() }

    /// A report about the address of endpoint `e0` and so on.
    func set(_ number: Int, _ verdict: Verdict) {
        probe("e\(number)", verdict, octet: UInt32(number) + 1)
    }

    func isHeld(_ number: Int) -> Bool { address("e\(number)")?.isHeld ?? false }
}
