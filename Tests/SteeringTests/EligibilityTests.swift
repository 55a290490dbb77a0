import DNSWire
import Health
import Steering
import TestSupport
import Testing
import Zones

/// The order of eligibility (DESIGN §5) over all standings.
@Suite struct EligibilityTests {
    /// One letter a member, and the same with `.` for those that are not chosen.
    struct Case: CustomTestStringConvertible, Sendable {
        var states: String
        var chosen: String

        init(_ states: String, _ chosen: String) {
            self.states = states
            self.chosen = chosen
        }

        var testDescription: String { "\(states) gives \(chosen)" }
    }

    /// Rows: the first member's state; columns: the second's.
    ///
    /// `1`, `2`: only that one is chosen; `b`: both; `-`: none.
    private static let pairs = [
        "  H C U G K S D X O",
        "H b b b 1 1 1 1 1 1",
        "C b b b 1 b 1 1 1 1",
        "U b b b 1 1 1 1 1 1",
        "G 2 2 2 b 1 1 1 1 1",
        "K 2 b 2 2 b 1 1 1 1",
        "S 2 2 2 2 2 b 1 1 1",
        "D 2 2 2 2 2 2 - - -",
        "X 2 2 2 2 2 2 - - -",
        "O 2 2 2 2 2 2 - - -",
    ]

    static let pairCases: [Case] = pairs.dropFirst().flatMap { row in
        let first = row.prefix(1)
        return zip(pairs[0].dropFirst(), row.dropFirst()).compactMap { second, choice in
            switch choice {
            case "1": Case("\(first)\(second)", "\(first).")
            case "2": Case("\(first)\(second)", ".\(second)")
            case "b": Case("\(first)\(second)", "\(first)\(second)")
            case "-": Case("\(first)\(second)", "..")
            default: nil
            }
        }
    }

    static let longerCases = [
        // Unknown counts as healthy while no member of its node has a verdict.
        Case("CKX", "C.."), Case("CKG", "C.."), Case("CKH", "C.H"), Case("CKU", "C.U"),
        Case("CKD", "CK."), Case("CKO", "CK."), Case("CKCK", "CKCK"), Case("KKK", "KKK"),
        Case("KKX", "KK."), Case("KKS", "KK."),
        Case("OXDSKGCUH", "......CUH"), Case("OXDSKG", ".....G"), Case("OXDSK", "....K"),
        Case("OXDS", "...S"), Case("OXD", "..."),
    ]

    @Test func theTableOfPairsIsComplete() {
        #expect(EligibilityTests.pairCases.count == State.allCases.count * State.allCases.count)
    }

    @Test(arguments: pairCases + longerCases)
    func membersAreChosenInOrder(_ c: Case) throws {
        let names = c.states.indices.map {
            "e\(c.states.distance(from: c.states.startIndex, to: $0))"
        }
        let chosen = zip(names, c.chosen).filter { $0.1 != "." }.map(\.0)
        let members = names.map(PolicyDefinition.to)

        let all = try harness(.all(members, answers: 64), names, c.states)
        #expect(all.picks().sorted() == chosen.sorted())
        #expect(all.evaluate().standing.isUsable == !chosen.isEmpty)

        let failover = try harness(.failover(members), names, c.states)
        #expect(failover.picks() == Array(chosen.prefix(1)))

        let weighted = try harness(
            .weighted(members.map { WeightedMember($0, weight: 1) }, answers: 64), names, c.states)
        #expect(weighted.picks().sorted() == chosen.sorted())
    }

    /// Only the passing addresses of an endpoint are given out.
    @Test(arguments: pairCases + longerCases)
    func addressesAreChosenInOrder(_ c: Case) throws {
        let addresses = c.states.indices.enumerated().map {
            IPAddress.v4(0xC000_0201 + UInt32($0.0))
        }
        let endpoint = EndpointDefinition(
            name: "a", addresses: addresses, position: TestZone.position)
        let harness = try PolicyHarness("a", endpoints: [endpoint])
        for (address, letter) in zip(addresses, c.states) {
            harness.set("a", address, try #require(State(rawValue: letter)).word)
        }
        let chosen = zip(addresses, c.chosen).filter { $0.1 != "." }.map(\.0)
        #expect(Set(harness.evaluate().addresses) == Set(chosen))
        #expect(harness.evaluate().addresses.count == chosen.count)
    }

    private func harness(
        _ policy: PolicyDefinition, _ names: [String], _ states: String
    ) throws -> PolicyHarness {
        let harness = try PolicyHarness(policy)
        for (name, letter) in zip(names, states) {
            harness.set(name, try #require(State(rawValue: letter)).word)
        }
        return harness
    }

    /// What each word means, by assumption.
    @Test(arguments: [
        (State.healthy, Standing.healthy, Standing.healthy, Standing.healthy),
        (.unchecked, .unchecked, .healthy, .healthy),
        (.up, .healthy, .healthy, .healthy),
        (.degraded, .degraded, .healthy, .healthy),
        (.unknown, .unknown, .healthy, .healthy),
        (.softDrained, .softDrained, .softDrained, .softDrained),
        (.hardDrained, .out, .out, .healthy),
        (.down, .down, .healthy, .healthy),
        (.overriddenDown, .out, .out, .healthy),
    ])
    func wordsBecomeStandings(
        _ state: State, facts: Standing, upUnlessOverridden: Standing, everythingUp: Standing
    ) {
        #expect(Standing(state.word, assuming: .facts) == facts)
        #expect(Standing(state.word, assuming: .upUnlessOverridden) == upUnlessOverridden)
        #expect(Standing(state.word, assuming: .everythingUp) == everythingUp)
    }

    /// Draining what has failed does not bring it back.
    @Test func aDrainedEndpointThatFailsIsDown() {
        let word = VerdictWord(.unhealthy, override: .softDrain)
        #expect(Standing(word, assuming: .facts) == .down)
        #expect(Standing(word, assuming: .upUnlessOverridden) == .softDrained)
    }
}
