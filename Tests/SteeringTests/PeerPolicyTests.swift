import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// What other products do, as far as the design adopts it; where Sterna differs, the name says how.
@Suite struct PeerPolicyTests {
    private static let trials = 50_000

    private func expect(_ parts: [String: Double], of harness: PolicyHarness) {
        let seen = harness.answered(Self.trials)
        for (name, part) in parts {
            #expect(
                isPlausible(seen[name, default: 0], of: Self.trials, probability: part),
                "\(name): \(seen[name, default: 0]), expected \(part)")
        }
        #expect(Set(seen.keys) == Set(parts.filter { $0.value > 0 }.keys))
    }

    private func pool(_ prefix: String, _ count: Int) -> [PolicyDefinition] {
        (0..<count).map { .to("\(prefix)\($0)") }
    }

    // MARK: Azure Traffic Manager, Cloudflare: thresholds

    /// MinChildEndpoints, health threshold, live fraction: so many of ten are up; whether the site is used.
    @Test(arguments: [(0, false), (5, false), (6, true), (10, true)])
    func aSiteNeedsSixtyPercent(_ up: Int, _ isUsed: Bool) throws {
        let site = PolicyDefinition.all(pool("s", 10), answers: 8).with {
            $0.atLeast = .percent(60)
        }
        let harness = try PolicyHarness(.failover([site, "backup"]))
        for index in 0..<10 { harness.set("s\(index)", index < up ? .healthy : .unhealthy) }
        harness.set("backup", .healthy)
        let seen = Set(harness.answered(200).keys)
        #expect(seen == (isUsed ? Set((0..<up).map { "s\($0)" }) : ["backup"]))
    }

    @Test(arguments: [(1, false), (2, true)])
    func aSiteNeedsTwoMembers(_ up: Int, _ isUsed: Bool) throws {
        let site = PolicyDefinition.failover(pool("s", 3)).with { $0.atLeast = .count(2) }
        let harness = try PolicyHarness(.failover([site, "backup"]))
        for index in 0..<3 { harness.set("s\(index)", index < up ? .degraded : .unhealthy) }
        harness.set("backup", .degraded)
        #expect(Set(harness.answered(50).keys) == [isUsed ? "s0" : "backup"])
    }

    /// All sites below their thresholds: as if all were up.
    @Test func sitesBelowTheirThresholdsFailOpen() throws {
        let sites = ["s", "t"].map { prefix in
            PolicyDefinition.all(pool(prefix, 2), answers: 8).with { $0.atLeast = .count(2) }
        }
        let harness = try PolicyHarness(.failover(sites))
        harness.set("s0", .unhealthy)
        harness.set("t0", .unhealthy)
        #expect(harness.evaluate().standing == .down)
        #expect(harness.answer().outcome == .addressesWhileDown)
        #expect(Set(harness.answered(200).keys) == ["s0", "s1"])
    }

    /// Families are judged apart: a threshold asks for no more members than have one.
    @Test func aThresholdCountsMembersOfTheFamily() throws {
        let endpoints = [
            EndpointDefinition("a", .v4(1), .v6(0, 1)), EndpointDefinition("b", .v4(2)),
        ]
        let site = PolicyDefinition.all(["a", "b"], answers: 8).with { $0.atLeast = .count(2) }
        let harness = try PolicyHarness(site, endpoints: endpoints)
        #expect(harness.evaluate(v4: false).standing == .unchecked)
        harness.set("b", .unhealthy)
        #expect(harness.evaluate(v4: true).standing == .down)
        #expect(harness.evaluate(v4: false).standing == .unchecked)
    }

    /// A site of two, one of them being emptied, does not take clients, but is better than one that fails.
    @Test func drainedMembersCountForTheLastResort() throws {
        let site = PolicyDefinition.all(["a", "b"], answers: 8).with { $0.atLeast = .count(2) }
        let harness = try PolicyHarness(.failover([site, "backup"]))
        harness.set("a", .healthy)
        harness.set("b", .healthy, override: .softDrain)
        harness.set("backup", .healthy)
        #expect(harness.picks() == ["backup"])
        harness.set("backup", .unhealthy)
        #expect(harness.evaluate().standing == .softDrained)
        #expect(harness.picks() == ["a"])
        harness.set("b", .healthy, override: .hardDrain)
        #expect(harness.evaluate().standing == .down)
    }

    /// Cloudflare's fallback pool, F5's last resort pool: another policy, with a look at its own health.
    @Test func theFallbackPolicyAnswersWhileAllIsDown() throws {
        let harness = try PolicyHarness(
            .all(["a", "b"], answers: 8),
            name: {
                $0.whenDown = .policy
                $0.fallback = .failover(["x", "y"])
                $0.whenDownTTL = 7
            })
        #expect(Set(harness.answered(50).keys) == ["a", "b"])
        #expect(harness.lastTTL == 30)
        for name in ["a", "b"] { harness.set(name, .unhealthy) }
        #expect(harness.answer().outcome == .addressesWhileDown)
        #expect(harness.answered(20) == ["x": 20])
        #expect(harness.lastTTL == 7)
        // Its verdicts show in the very next answer.
        harness.set("x", .unhealthy)
        #expect(harness.answered(20) == ["y": 20])
        harness.set("x", .healthy)
        #expect(harness.answered(20) == ["x": 20])
        // Down as well: the name's own policy, as if all were up.
        for name in ["x", "y"] { harness.set(name, .unhealthy) }
        #expect(Set(harness.answered(50).keys) == ["a", "b"])
        #expect(harness.answer().outcome == .addressesWhileDown)
        // Other than Cloudflare's, a fallback that is down is not answered blindly.
        harness.set("x", .unhealthy, override: .up)
        #expect(harness.answered(20) == ["x": 20])
        harness.set("b", .healthy)
        #expect(harness.answer().outcome == .addresses)
        #expect(harness.answered(20) == ["b": 20])
    }

    /// A fallback without an address of the family asked for is no address, as with a list of addresses.
    @Test func aFallbackOfOneFamilyIsNoDataInTheOther() throws {
        let endpoints = [
            EndpointDefinition("a", .v4(1), .v6(0, 1)), EndpointDefinition("x", .v4(2)),
            EndpointDefinition("y", .v4(3), .v6(0, 3)),
        ]
        for (fallback, whenPartlyDown) in [
            ("x", SteeredOutcome.noFallback), ("y", .noDataWhileDown),
        ] {
            let harness = try PolicyHarness(
                "a", endpoints: endpoints,
                name: {
                    $0.whenDown = .policy
                    $0.fallback = .to(fallback)
                })
            harness.set("a", .unhealthy)
            harness.set("y", VerdictWord(.unhealthy), v4: false)
            #expect(harness.answer(v4: true).outcome == .addressesWhileDown)
            #expect(harness.answer(v4: false).outcome == whenPartlyDown)
        }
    }

    // MARK: Google Cloud DNS: trickle

    @Test func onePercentTricklesToTheBackup() throws {
        let policy = PolicyDefinition.failover(["a", "b", "c"]).with { $0.trickle = 100 }
        let harness = try PolicyHarness(policy)
        expect(["a": 0.99, "b": 0.01], of: harness)
        harness.set("b", .unhealthy)
        harness.set("a", .healthy)
        harness.set("c", .healthy)
        expect(["a": 0.99, "c": 0.01], of: harness)
        harness.set("a", .unhealthy)
        expect(["c": 1], of: harness)
        // A backup that is less fit gets nothing: it may not answer as long as a healthy one is there.
        harness.set("c", .degraded)
        harness.set("a", .healthy)
        expect(["a": 1], of: harness)
    }

    // MARK: NS1: load shedding

    /// The share that stays, by the load between 80 and 90; a share alone never takes a member out.
    @Test(
        arguments: [
            (79, 256), (80, 256), (81, 230), (85, 128), (87, 77), (90, 1),
        ] as [(Int, UInt32)])
    func shedLoadGoesToTheNext(_ load: Int, _ share: UInt32) throws {
        let kept = Double(share) / 256
        let shed = load <= 80 ? 0 : min(1, Double(load - 80) / 10)
        #expect(abs(kept - (1 - shed)) < 0.005)
        let policy = PolicyDefinition.failover(["a", "b"]).with { $0.spill = true }
        let harness = try PolicyHarness(policy)
        harness.set("a", VerdictWord(.healthy, share: share))
        harness.set("b", .healthy)
        expect(["a": kept, "b": 1 - kept], of: harness)
        // Among weights it takes less by so much, and the others more in proportion.
        let weighted = try PolicyHarness(.weights(["a": 2, "b": 1]))
        weighted.set("a", VerdictWord(.healthy, share: share))
        weighted.set("b", .healthy)
        expect(["a": 2 * kept / (2 * kept + 1), "b": 1 / (2 * kept + 1)], of: weighted)
    }

    @Test func withoutSpillAFailoverDoesNotShare() throws {
        let harness = try PolicyHarness(.failover(["a", "b"]))
        harness.set("a", VerdictWord(.healthy, share: 10))
        harness.set("b", .healthy)
        #expect(harness.answered(100) == ["a": 100])
    }

    /// What nobody can take goes to all in proportion to what they take.
    @Test func overloadOfAllIsShared() throws {
        let policy = PolicyDefinition.failover(["a", "b"]).with { $0.spill = true }
        let harness = try PolicyHarness(policy)
        for name in ["a", "b"] { harness.set(name, VerdictWord(.healthy, share: 128)) }
        expect(["a": 2 / 3, "b": 1 / 3], of: harness)
    }

    /// A group takes what its own choice can take: half of a member of weight 3, all of one of weight 1.
    @Test func groupsPassTheirSharesUp() throws {
        let site = PolicyDefinition.weights(["a": 3, "b": 1])
        let policy = PolicyDefinition.failover([site, "c"]).with { $0.spill = true }
        let harness = try PolicyHarness(policy)
        harness.set("a", VerdictWord(.healthy, share: 128))
        for name in ["b", "c"] { harness.set(name, .healthy) }
        // (3 · 1/2 + 1) / 4 = 5/8 stay, in the ratio 3 : 2.
        expect(["a": 5 / 8 * 3 / 5, "b": 5 / 8 * 2 / 5, "c": 3 / 8], of: harness)
    }

    // MARK: gdnsd, Envoy: too few are left

    /// multifo with up_thresh 0.5: one of three gives all three, and the caller learns of it.
    @Test(arguments: [(3, 3, false), (2, 2, false), (1, 3, true), (0, 3, true)])
    func panicUsesAll(_ up: Int, _ answered: Int, _ isPanic: Bool) throws {
        let policy = PolicyDefinition.all(pool("e", 3), answers: 8).with { $0.panicPercent = 50 }
        let harness = try PolicyHarness(policy)
        for index in 0..<3 { harness.set("e\(index)", index < up ? .healthy : .unhealthy) }
        let answer = harness.answer()
        #expect(answer.outcome == .addresses)
        #expect(answer.addresses.count == answered)
        #expect(harness.evaluate().standing == (isPanic ? .degraded : .healthy))
    }

    /// States as in `State`; who answers, and how the node stands.
    @Test(arguments: [
        ("HXX", "HXX", Standing.degraded), ("HHX", "HH.", .healthy), ("HGG", "HGG", .degraded),
        // Operators' words are no trouble, and hold in a panic.
        ("HDD", "H..", .healthy), ("HXD", "H..", .healthy), ("HXXD", "HXX.", .degraded),
        ("XXO", "XX.", .degraded), ("HXXS", "HXX.", .degraded), ("UXX", "UXX", .degraded),
        // What works and is being emptied is better than what fails.
        ("SXX", "S..", .softDrained), ("DDO", "...", .out),
        // What a monitor has not finished with is no trouble either.
        ("HKK", "H..", .healthy), ("KKK", "KKK", .unknown), ("HXXK", "HXXK", .degraded),
    ])
    func panicCountsHealthyAmongKnown(
        _ states: String, _ chosen: String, _ standing: Standing
    ) throws {
        for isWeighted in [false, true] {
            let members = pool("e", states.count)
            let node: PolicyDefinition =
                isWeighted
                ? .weighted(members.map { WeightedMember($0, weight: 1) }, answers: 64)
                : .all(members, answers: 64)
            let harness = try PolicyHarness(node.with { $0.panicPercent = 50 })
            for (index, state) in states.enumerated() {
                harness.set("e\(index)", try #require(State(rawValue: state)).word)
            }
            let outcome = harness.evaluate()
            #expect(outcome.standing == standing)
            let expected = chosen.enumerated().filter { $0.element != "." }.map { "e\($0.offset)" }
            #expect(outcome.endpoints.sorted() == expected)
        }
    }

    @Test func aPanickingSiteComesAfterAHealthyOne() throws {
        let site = PolicyDefinition.all(pool("s", 3), answers: 8).with { $0.panicPercent = 50 }
        let harness = try PolicyHarness(.failover([site, "backup"]))
        for index in 0..<3 { harness.set("s\(index)", index < 1 ? .healthy : .unhealthy) }
        harness.set("backup", .healthy)
        #expect(harness.picks() == ["backup"])
        harness.set("backup", .unhealthy)
        #expect(harness.picks().count == 3)
    }

    /// A site that is down is used like one of its members would be: as if all of it were up.
    @Test func aGroupThatIsDownAnswersInAPanic() throws {
        let sites: [PolicyDefinition] = [.weights(["a": 3, "b": 1]), "c", "d"]
        let policy = PolicyDefinition.all(sites, answers: 1).with { $0.panicPercent = 60 }
        let harness = try PolicyHarness(policy)
        for name in ["a", "b", "c"] { harness.set(name, .unhealthy) }
        harness.set("d", .healthy)
        expect(["a": 1 / 4, "b": 1 / 12, "c": 1 / 3, "d": 1 / 3], of: harness)
    }

    // MARK: F5: dependencies

    @Test(arguments: [
        (State.healthy, "a"), (.up, "a"), (.degraded, "a"), (.unknown, "a"), (.unchecked, "a"),
        (.softDrained, "b"), (.hardDrained, "b"), (.down, "b"), (.overriddenDown, "b"),
    ])
    func whatIsRequiredMustBeUp(_ state: State, _ answer: String) throws {
        let first = PolicyDefinition.to("a").with {
            $0.requires = [.init("gate", TestZone.position)]
        }
        let harness = try PolicyHarness(.failover([first, "b"]))
        for name in ["a", "b"] { harness.set(name, .healthy) }
        harness.set("gate", state.word)
        #expect(harness.answered(20) == [answer: 20])
    }

    // MARK: TTL

    /// The root's state, and the TTL with `degradedTtl: 10`: never longer than without.
    @Test(
        arguments: [
            ("H", 30), ("C", 30), ("U", 30), ("K", 30), ("G", 10), ("S", 10),
        ] as [(Character, UInt32)])
    func trouble(_ state: Character, _ ttl: UInt32) throws {
        let word = try #require(State(rawValue: state)).word
        for (degraded, expected) in [(10, ttl), (60, 30)] as [(UInt32, UInt32)] {
            let harness = try PolicyHarness("a", name: { $0.degradedTTL = degraded })
            harness.set("a", word)
            _ = harness.answer()
            #expect(harness.lastTTL == expected)
        }
    }

    @Test func aPanicShortensTheTTL() throws {
        let policy = PolicyDefinition.all(pool("e", 3), answers: 8).with { $0.panicPercent = 50 }
        let harness = try PolicyHarness(policy, name: { $0.degradedTTL = 5 })
        for index in 0..<3 { harness.set("e\(index)", .unhealthy) }
        _ = harness.answer()
        #expect(harness.lastTTL == 5)
        for index in 0..<3 { harness.set("e\(index)", .healthy) }
        _ = harness.answer()
        #expect(harness.lastTTL == 30)
    }

    /// gdnsd: `interval × checks left`, the least of all consulted, clamped to min and max.
    @Test(
        arguments: [
            ([100], 5, 300, 100), ([90], 5, 300, 90), ([10], 5, 300, 10), ([200], 5, 300, 200),
            ([190, 100], 5, 300, 100), ([70, 200], 50, 60, 60), ([10, 200], 50, 60, 50),
            ([0], 5, 300, 300),
        ] as [([UInt32], UInt32, UInt32, UInt32)])
    func automaticTTLs(
        _ seconds: [UInt32], _ minimum: UInt32, _ maximum: UInt32, _ ttl: UInt32
    ) throws {
        let harness = try PolicyHarness(
            .failover(pool("e", seconds.count)),
            name: { $0.ttl = .auto(minimum: minimum, maximum: maximum) })
        for (index, time) in seconds.enumerated() {
            // The first is up; those behind it are down, and count all the same.
            harness.set(
                "e\(index)", VerdictWord(index == 0 ? .healthy : .unhealthy, changeSeconds: time))
        }
        _ = harness.answer()
        #expect(harness.lastTTL == ttl)
    }
}
