import Compiling
import DNSWire
import Serving
import Steering
import Testing
import Zones

/// What references in policies mean, and what is said about those that mean nothing.
@Suite struct PolicyReferenceTests {
    private let first = IPAddress.v4(0xC000_0201)
    private let second = IPAddress.v4(0xC000_0202)

    @Test func unknownReferenceIsFoundWhereItStands() throws {
        var definition = SteeringDefinition()
        definition.endpoints = [Fixture.endpoint("a", first)]
        definition.names = [
            try Fixture.steered("one.example.org.", Fixture.reference("b", line: 11)),
            try Fixture.steered("two.example.org.", Fixture.reference("a")),
            try Fixture.steered(
                "three.example.org.",
                .failover([Fixture.reference("a"), .cluster("c", Fixture.place)])),
        ]
        #expect(
            try Fixture.findings(definition) == [
                "zones/example.org.yaml:11:20: 'b' is neither an endpoint nor a policy",
                "zones/example.org.yaml:7:3: cluster 'c' has no endpoints",
            ])
    }

    @Test func zoneGoesBeforePlatform() throws {
        var platform = SteeringDefinition()
        platform.endpoints = [Fixture.endpoint("a", first), Fixture.endpoint("p", first)]
        platform.policies = [
            NamedPolicy(name: "shared", policy: Fixture.reference("a"), position: Fixture.place)
        ]
        var definition = SteeringDefinition()
        definition.endpoints = [Fixture.endpoint("a", second)]
        let cases: [(String, String)] = [
            // The zone's own endpoint, the platform's, and the platform's view from its own policy.
            ("a", "example.org/a"), ("p", "p"), ("shared", "a"),
        ]
        definition.names = try cases.map {
            try Fixture.steered("\($0.0).example.org.", Fixture.reference($0.0))
        }
        let compiled = try Fixture.image(definition, platform: platform)
        try compiled.read { image in
            for (name, key) in cases {
                let node = try #require(image.node("\(name).example.org."))
                let steered = try #require(node.entry(of: .a)).steered
                let words = VerdictTable(privateWords: 16)
                var evaluator = PolicyEvaluator()
                var random = RandomSource(seed: 1)
                let result = evaluator.evaluate(
                    PolicyProgram(image, offset: steered.program), image, words, v4: true,
                    random: &random)
                #expect(result.count == 1)
                let address = image.address(evaluator.address(0))
                #expect(compiled.endpoints[address.endpoint].key == key)
            }
        }
    }

    @Test func clusterHasTheEndpointsOfBothFiles() throws {
        var platform = SteeringDefinition()
        platform.endpoints = [
            Fixture.endpoint("a", cluster: "us", first),
            Fixture.endpoint("p", cluster: "us", first),
            Fixture.endpoint("q", cluster: "eu", first),
        ]
        var definition = SteeringDefinition()
        definition.endpoints = [Fixture.endpoint("a", cluster: "us", second)]
        definition.names = [
            try Fixture.steered("c.example.org.", .cluster("us", Fixture.place))
        ]
        let compiled = try Fixture.image(definition, platform: platform)
        try compiled.read { image in
            let node = try #require(image.node("c.example.org."))
            let steered = try #require(node.entry(of: .a)).steered
            var evaluator = PolicyEvaluator()
            var random = RandomSource(seed: 1)
            let result = evaluator.evaluate(
                PolicyProgram(image, offset: steered.program), image,
                VerdictTable(privateWords: 16), v4: true, random: &random)
            let keys = (0..<result.count).map {
                compiled.endpoints[image.address(evaluator.address($0)).endpoint].key
            }
            #expect(Set(keys) == ["example.org/a", "p"])
        }
    }

    @Test func equalPoliciesAreSharedAndOthersAreNot() throws {
        var definition = SteeringDefinition()
        definition.endpoints = [Fixture.endpoint("a", first), Fixture.endpoint("b", second)]
        let both = PolicyDefinition.failover([Fixture.reference("a"), Fixture.reference("b")])
        let other = PolicyDefinition.failover([Fixture.reference("b"), Fixture.reference("a")])
        definition.names = try [("x", both), ("y", both), ("z", other)].map {
            try Fixture.steered("\($0.0).example.org.", $0.1)
        }
        try Fixture.image(definition).read { image in
            func program(_ name: String) throws -> Int {
                let node = try #require(image.node("\(name).example.org."))
                return try #require(node.entry(of: .a)).steered.program
            }
            let programs = try ["x", "y", "z"].map(program)
            #expect(programs[0] == programs[1])
            #expect(programs[0] != programs[2])
        }
    }

    @Test func familiesOfTheEndpointsAreTheTypes() throws {
        var definition = SteeringDefinition()
        definition.endpoints = [
            Fixture.endpoint("four", first), Fixture.endpoint("six", .v6(1, 2)),
            Fixture.endpoint("both", first, .v6(1, 2)),
        ]
        definition.names = try definition.endpoints.map {
            try Fixture.steered("\($0.name).example.org.", Fixture.reference($0.name))
        }
        try Fixture.image(definition).read { image in
            for (name, types) in [("four", [RRType.a]), ("six", [.aaaa]), ("both", [.a, .aaaa])] {
                let node = try #require(image.node("\(name).example.org."))
                #expect((0..<node.entryCount).map { node.entry($0).type } == types)
            }
            #expect(image.steeredCount == 3)
        }
    }
}
