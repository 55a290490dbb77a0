import Compiling
import DNSWire
import Serving
import Steering
import Testing
import Zones

/// Policies that would not fit a worker's scratch are findings, not traps.
@Suite struct ProgramLimitTests {
    private static let one = IPAddress.v4(0xC000_0201)

    private static func nested(_ levels: Int, _ leaf: PolicyDefinition) -> PolicyDefinition {
        (0..<levels).reduce(leaf) { policy, _ in .failover([policy]) }
    }

    private static func definition(_ policy: PolicyDefinition) throws -> SteeringDefinition {
        var definition = SteeringDefinition()
        definition.endpoints = [Fixture.endpoint("a", one)]
        definition.names = [try Fixture.steered("x.example.org.", policy)]
        return definition
    }

    private static let tooDeep =
        "zones/example.org.yaml:7:3: the policy is nested deeper than 16 levels"

    /// The addresses that a name's policy gives.
    private func count(_ definition: SteeringDefinition, _ owner: String) throws -> Int {
        try Fixture.image(definition).read { image in
            let node = try #require(image.node(owner))
            let steered = try #require(node.entry(of: .a)).steered
            var evaluator = PolicyEvaluator()
            var random = RandomSource(seed: 1)
            return evaluator.evaluate(
                PolicyProgram(image, offset: steered.program), image,
                VerdictTable(privateWords: 16), v4: true, random: &random
            ).count
        }
    }

    @Test func deepestPolicyStillAnswers() throws {
        let deepest = ProgramLayout.maximumDepth - 1
        let fits = try Self.definition(Self.nested(deepest, Fixture.reference("a")))
        #expect(try count(fits, "x.example.org.") == 1)
        let deeper = try Self.definition(Self.nested(deepest + 1, Fixture.reference("a")))
        #expect(try Fixture.findings(deeper) == [Self.tooDeep])
    }

    @Test func policyThatRefersToItselfIsTooDeep() throws {
        var definition = try Self.definition(Fixture.reference("p"))
        definition.policies = [
            NamedPolicy(
                name: "p", policy: .failover([Fixture.reference("p"), Fixture.reference("p")]),
                position: Fixture.place)
        ]
        #expect(try Fixture.findings(definition) == [Self.tooDeep])
    }

    /// A named policy counts as deep as it is, also where it was compiled before.
    @Test func namedPolicyIsAsDeepEachTime() throws {
        let named = NamedPolicy(
            name: "p", policy: Self.nested(8, Fixture.reference("a")), position: Fixture.place)
        for (levels, findings) in [(5, []), (9, [Self.tooDeep])] {
            var definition = try Self.definition(
                .failover([
                    Self.nested(1, Fixture.reference("p")),
                    Self.nested(levels, Fixture.reference("p")),
                ]))
            definition.policies = [named]
            #expect(try Fixture.findings(definition) == findings)
        }
    }

    @Test func membersAndNodesAreLimited() throws {
        let many = PolicyDefinition.all(
            Array(repeating: Fixture.reference("a"), count: ProgramLayout.maximumEdges), answers: 1)
        #expect(try Fixture.findings(Self.definition(many)) == [])
        let limit =
            "zones/example.org.yaml:7:3: the policy has more than 4096 nodes or 8192 members"
        #expect(try Fixture.findings(Self.definition(.failover([many]))) == [limit])

        var definition = SteeringDefinition()
        definition.endpoints = (0..<ProgramLayout.maximumNodes).map {
            Fixture.endpoint("e\($0)", .v4(UInt32($0)))
        }
        let all = definition.endpoints.map { Fixture.reference($0.name) }
        definition.names = [try Fixture.steered("x.example.org.", .all(all.dropLast(), answers: 1))]
        #expect(try Fixture.findings(definition) == [])
        definition.names = [try Fixture.steered("x.example.org.", .all(all, answers: 1))]
        #expect(try Fixture.findings(definition) == [limit])
    }

    @Test func addressesAreLimitedByFamily() throws {
        var definition = SteeringDefinition()
        definition.endpoints = (0..<2).map { index in
            EndpointDefinition(
                name: "e\(index)",
                addresses: (0..<ProgramLayout.maximumAddresses / 2).map {
                    .v4(UInt32(index << 16 | $0))
                } + [.v6(1, UInt64(index))], position: Fixture.place)
        }
        definition.endpoints.append(Fixture.endpoint("one", .v4(0xFFFF_FFFF)))
        let two = [Fixture.reference("e0"), Fixture.reference("e1")]
        definition.names = [try Fixture.steered("x.example.org.", .all(two, answers: 64))]
        #expect(try Fixture.findings(definition) == [])
        definition.names = [
            try Fixture.steered(
                "x.example.org.", .all(two + [Fixture.reference("one")], answers: 64))
        ]
        #expect(
            try Fixture.findings(definition) == [
                "zones/example.org.yaml:7:3: the policy has more than 8192 addresses of one family"
            ])
    }
}
