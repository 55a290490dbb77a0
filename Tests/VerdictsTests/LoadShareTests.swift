import Health
import Testing
import Verdicts

@Suite struct LoadShareTests {
    /// Between watermarks of 80 and 90, what is shed of each load.
    @Test(arguments: [
        (0.0, 0.0), (79, 0), (80, 0), (81, 0.1), (85, 0.5), (87, 0.7), (90, 1), (500, 1),
    ])
    func watermarksShedEvenlyBetweenThem(load: Double, shed: Double) {
        let found = ClusterCapacity.shed(at: load, low: 80, high: 90)
        #expect(abs(found - shed) < 1e-9)
    }

    @Test func equalMarksAreASwitch() {
        #expect(ClusterCapacity.shed(at: 80, low: 80, high: 80) == 0)
        #expect(ClusterCapacity.shed(at: 80.5, low: 80, high: 80) == 1)
    }

    /// A cluster whose load follows its share with the time constant of its clients' caches.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var demand: Double
        /// Seconds.
        var caches: Double
        /// Seconds from one report to the next.
        var every: Int
        var capacity = ClusterCapacity.limit(100)
        /// Where the load must be when it has settled.
        var settled: ClosedRange<Double>
    }

    private static let cases =
        [10, 60, 130, 200, 1_000].flatMap { demand in
            [0.0, 15, 30, 60, 120, 300].flatMap { caches in
                [2, 10, 30].map { every in
                    Case(
                        testDescription: "demand \(demand), caches \(caches) s, every \(every) s",
                        demand: demand, caches: caches, every: every,
                        settled: demand <= 100 ? demand...demand : 75...101)
                }
            }
        }
        + [
            Case(
                testDescription: "watermarks", demand: 130, caches: 30, every: 10,
                capacity: .watermarks(low: 80, high: 90), settled: 80...90),
            Case(
                testDescription: "watermarks, slow caches", demand: 130, caches: 120, every: 10,
                capacity: .watermarks(low: 80, high: 120), settled: 80...120),
        ]

    /// After half an hour the load is where it should be, and does not swing.
    @Test(arguments: cases)
    func theLoadSettles(_ c: Case) {
        var cluster = LoadShare(at: 0)
        var followed = 1.0
        var late: [Double] = []
        for second in 1...5_400 as ClosedRange<Int64> {
            followed +=
                c.caches == 0 ? cluster.share - followed : (cluster.share - followed) / c.caches
            cluster.pass(to: second)
            let load = c.demand * followed
            if Int(second) % c.every == 0 {
                cluster.report(load, capacity: c.capacity, at: second)
            }
            #expect((LoadShare.least...1).contains(cluster.share))
            if second > 3_600 { late.append(load) }
        }
        let (low, high) = (late.min() ?? 0, late.max() ?? 0)
        #expect(c.settled.contains(low) && c.settled.contains(high), "\(low) to \(high)")
        #expect(high - low <= 0.12 * high, "\(low) to \(high)")
    }

    @Test func theShareReturnsSlowlyWhenDemandFalls() {
        var cluster = LoadShare(at: 0)
        for second in stride(from: 10, through: 600, by: 10) as StrideThrough<Int64> {
            cluster.report(200 * cluster.share, capacity: .limit(100), at: second)
        }
        let shed = cluster.share
        #expect(shed < 0.6)
        var last = shed
        for second in stride(from: 610, through: 1_200, by: 10) as StrideThrough<Int64> {
            cluster.report(20 * cluster.share, capacity: .limit(100), at: second)
            #expect(cluster.share - last <= 10 * LoadShare.risePerSecond + 1e-9)
            #expect(cluster.share >= last)
            last = cluster.share
        }
        #expect(last == 1)
    }

    /// Whatever is reported, and whenever, the share is one that a word can tell.
    @Test(arguments: [1 as UInt64, 2, 3, 4])
    func sharesStayWithinBounds(seed: UInt64) {
        var random = SplitMix(state: seed)
        var cluster = LoadShare(share: .random(in: -1...2, using: &random), at: 0)
        var now: Int64 = 0
        for _ in 0..<5_000 {
            now += [-3, 0, 1, 1, 7, 100_000].randomElement(using: &random) ?? 1
            let load = [0, 1e-9, 50, 99, 101, 1e15, .greatestFiniteMagnitude]
                .randomElement(using: &random)
            let capacity: ClusterCapacity =
                Bool.random(using: &random)
                ? .limit([0, 1, 100].randomElement(using: &random) ?? 1)
                : .watermarks(low: 80, high: 90)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: cluster.report(load ?? 0, capacity: capacity, at: now)
            case 1: cluster.pass(to: now)
            default: cluster.forgetLoad(at: now)
            }
            #expect((LoadShare.least...1).contains(cluster.share), "seed \(seed)")
            #expect((1...256).contains(cluster.of256), "seed \(seed)")
            #expect((0...1).contains(cluster.followed), "seed \(seed)")
        }
    }
}
