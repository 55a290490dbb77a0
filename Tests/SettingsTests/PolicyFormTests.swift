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
    ])
    func formsAreRead(_ text: String, _ expected: String) throws {
        let steering = try SettingsFixture.steering(
            PolicyFormTests.definitions + "names: { n: { policy: \(text) } }")
        #expect(steering.names.map { PolicyText.of($0.policy) } == [expected])
    }

    @Test(arguments: [
        BrokenCase(
            "future kind", "{ host: lb.example.net }",
            "z.yaml:6:25: 'host' is not available yet"),
        BrokenCase(
            "future modifier", "{ failover: [a], after: 5m }",
            "z.yaml:6:40: 'after' is not available yet"),
        BrokenCase(
            "unknown kind", "{ weigthed: { a: 1 } }",
            "z.yaml:6:25: unknown key 'weigthed' in a policy; did you mean 'weighted'?"),
        BrokenCase(
            "no kind", "{ answers: 1 }",
            "z.yaml:6:23: a policy needs one of 'endpoint', 'cluster', 'all', 'weighted', 'failover', 'geo', "
                + "'subnet', 'proximity', 'latency', 'hash'"
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
