import Settings
import Testing
import Zones

struct PolicyFormTests {
    private static let definitions = """
        clusters: { c: }
        endpoints:
          a: { addresses: 192.0.2.1, cluster: c }
          b: { addresses: 192.0.2.2, cluster: c }
        policies: { p: a }

        """

    @Test(arguments: [
        ("a", "a"), ("p", "p"), ("{ endpoint: a }", "a"), ("{ cluster: c }", "cluster c"),
        ("{ all: [a, b] }", "all(8; a, b)"), ("{ all: [a], answers: 2 }", "all(2; a)"),
        ("{ weighted: { a: 3, b: 0 } }", "weighted(1; 3 a, 0 b)"),
        (
            "{ weighted: [{ a: 3 }, { weight: 1000000, policy: b }], answers: 2 }",
            "weighted(2; 3 a, 1000000 b)"
        ),
        (
            "{ weighted: [{ weight: 1, policy: { failover: [a, { cluster: c }] } }] }",
            "weighted(1; 1 failover(a, cluster c))"
        ),
        ("{ failover: [{ all: [a, b] }, p, { endpoint: b }] }", "failover(all(8; a, b), p, b)"),
        ("{ all: [a, b], atLeast: 2 }", "all(8; a, b) with atLeast 2"),
        ("{ cluster: c, atLeast: 60% }", "cluster c with atLeast 60%"),
        (
            "{ weighted: { a: 1, b: 1 }, panic: 50%, answers: 2 }",
            "weighted(2; 1 a, 1 b) with panic 50%"
        ),
        (
            "{ failover: [a, b], trickle: 1%, spill: true }",
            "failover(a, b) with trickle 100/10000, spill"
        ),
        ("{ failover: [a, b], trickle: 0.25% }", "failover(a, b) with trickle 25/10000"),
        ("{ failover: [a, b], spill: false }", "failover(a, b)"),
        ("{ endpoint: p, alwaysUp: true }", "p with alwaysUp"),
        ("{ endpoint: a, requires: b }", "a with requires b"),
        ("{ all: [a], requires: [b, p] }", "all(8; a) with requires b p"),
        ("{ geo: { default: a }, spill: true }", "geo(default: a) with spill"),
        (
            "{ failover: [{ all: [a, b], atLeast: 100%, panic: 100% }, b] }",
            "failover(all(8; a, b) with atLeast 100%, panic 100%, b)"
        ),
    ])
    func formsAreRead(_ text: String, _ expected: String) throws {
        let steering = try SettingsFixture.steering(
            PolicyFormTests.definitions + "names: { n: { policy: \(text) } }")
        #expect(steering.names.map { PolicyText.of($0.policy) } == [expected])
    }

    @Test(arguments: [
        BrokenCase(
            "unknown kind", "{ weigthed: { a: 1 } }",
            "z.yaml:6:25: unknown key 'weigthed' in a policy; did you mean 'weighted'?"),
        BrokenCase(
            "no kind", "{ answers: 1 }",
            "z.yaml:6:23: a policy needs one of 'endpoint', 'cluster', 'host', 'all', 'weighted', 'failover', "
                + "'geo', 'subnet', 'proximity', 'latency', 'hash'"
        ),
        BrokenCase(
            "two kinds", "{ all: [a], failover: [a] }",
            "z.yaml:6:35: a policy has one kind; this one has 'all' and 'failover'"),
        BrokenCase(
            "a list", "[a, b]",
            "z.yaml:6:23: a policy must be the name of an endpoint or policy, or a map such as "
                + "{failover: [edge-us, edge-eu]}, not a list"),
        BrokenCase(
            "answers beside failover", "{ failover: [a], answers: 2 }",
            "z.yaml:6:40: 'answers' has no meaning beside 'failover'"),
        BrokenCase(
            "panic beside failover", "{ failover: [a], panic: 50% }",
            "z.yaml:6:40: 'panic' has no meaning beside 'failover'"),
        BrokenCase(
            "threshold beside geo", "{ geo: { default: a }, atLeast: 1 }",
            "z.yaml:6:46: 'atLeast' has no meaning beside 'geo'"),
        BrokenCase(
            "trickle beside weights", "{ weighted: { a: 1 }, trickle: 1% }",
            "z.yaml:6:45: 'trickle' has no meaning beside 'weighted'"),
        BrokenCase(
            "threshold of none", "{ all: [a], atLeast: 0 }",
            "z.yaml:6:44: 'atLeast' must be a number of members from 1 to 1000 or a percentage "
                + "such as 60%, not '0'"),
        BrokenCase(
            "threshold above all", "{ all: [a], atLeast: 101% }",
            "z.yaml:6:44: 'atLeast' must be a number of members from 1 to 1000 or a percentage "
                + "such as 60%, not '101%'"),
        BrokenCase(
            "panic without a unit", "{ all: [a], panic: 50 }",
            "z.yaml:6:42: 'panic' must be a percentage from 1% to 100%, not '50'"),
        BrokenCase(
            "trickle of most", "{ failover: [a], trickle: 51% }",
            "z.yaml:6:49: 'trickle' must be a percentage from 0.01% to 50%, not '51%'"),
        BrokenCase(
            "trickle too fine", "{ failover: [a], trickle: 0.001% }",
            "z.yaml:6:49: 'trickle' must be a percentage from 0.01% to 50%, not '0.001%'"),
        BrokenCase(
            "spill of no truth", "{ failover: [a], spill: much }",
            "z.yaml:6:47: 'spill' must be true or false, not 'much'"),
        BrokenCase(
            "requirement that is nothing", "{ all: [a], requires: bb }",
            "z.yaml:6:45: endpoint 'bb' is not defined; did you mean 'b'?"),
        BrokenCase(
            "requirement that is no name", "{ all: [a], requires: [{ all: [b] }] }",
            "z.yaml:6:46: 'requires' must be names of endpoints or policies that must be up, not a map"
        ),
        BrokenCase(
            "too many answers", "{ all: [a], answers: 65 }",
            "z.yaml:6:44: 'answers' must be an integer from 1 to 64, not '65'"),
        BrokenCase(
            "no members", "{ all: [] }",
            "z.yaml:6:30: 'all' must have 1 to 1000 members, not 0"),
        BrokenCase(
            "members not a list", "{ failover: a }",
            "z.yaml:6:35: 'failover' must be a list of policies, not 'a'"),
        BrokenCase(
            "weight below 0", "{ weighted: { a: -1 } }",
            "z.yaml:6:40: a weight must be an integer from 0 to 1000000, not '-1'"),
        BrokenCase(
            "weight above the limit", "{ weighted: { a: 1000001 } }",
            "z.yaml:6:40: a weight must be an integer from 0 to 1000000, not '1000001'"),
        BrokenCase(
            "weight with a fraction", "{ weighted: { a: 0.5 } }",
            "z.yaml:6:40: a weight must be an integer from 0 to 1000000, not '0.5'"),
        BrokenCase(
            "member without weight", "{ weighted: [{ policy: a }] }",
            "z.yaml:6:36: a weighted member has no 'weight'"),
        BrokenCase(
            "member that is a name", "{ weighted: [a] }",
            "z.yaml:6:36: a weighted member must be {NAME: WEIGHT} or {weight: WEIGHT, policy: …}, not 'a'"
        ),
        BrokenCase(
            "unknown endpoint in weights", "{ weighted: { a: 1, bb: 1 } }",
            "z.yaml:6:43: endpoint 'bb' is not defined; did you mean 'b'?"),
        BrokenCase(
            "a cluster where an endpoint is meant", "{ failover: [c] }",
            "z.yaml:6:36: endpoint 'c' is not defined; a cluster has this name: write {cluster: c}"),
        BrokenCase(
            "unknown cluster", "{ cluster: cc }",
            "z.yaml:6:34: cluster 'cc' is not defined; did you mean 'c'?"),
        BrokenCase(
            "bad letters", "a/b",
            "z.yaml:6:23: a name must be letters, digits, '-', '_' and '.', at most 63, not 'a/b'"),
    ])
    func mistakesAreNamedWithTheirPlace(_ broken: BrokenCase) throws {
        let text = PolicyFormTests.definitions + "names: { n: { policy: \(broken.text) } }"
        let findings = try SettingsFixture.findings(inZone: text)
        #expect(findings == broken.findings)
    }

    @Test(arguments: [(15, []), (16, ["z.yaml:6:151: policies are nested more than 16 deep"])])
    func nestingIsBounded(_ levels: Int, _ expected: [String]) throws {
        let policy =
            String(repeating: "{ all: [", count: levels) + "a"
            + String(repeating: "] }", count: levels)
        let findings = try SettingsFixture.findings(
            inZone: PolicyFormTests.definitions + "names: { n: { policy: \(policy) } }")
        #expect(findings == expected)
    }
}
