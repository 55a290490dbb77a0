import Compiling
import DNSWire
import Testing
import Zones

/// Hosts that are steered names of ours.
@Suite struct HostLoopTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Names of example.com with the hosts that their policies have.
        let names: [(String, [String])]
        /// Records of the zone: A, or CNAME with its target.
        var records: [(owner: String, alias: String?)] = []
        /// The path that is told; nil: there is no loop.
        let loop: String?
    }

    @Test(arguments: [
        Case(
            testDescription: "another's name", names: [("a", ["lb.example.net."])], loop: nil),
        Case(
            testDescription: "a plain name of ours", names: [("a", ["www.example.com."])],
            records: [("www.example.com.", nil)], loop: nil),
        Case(
            testDescription: "a steered name of ours that ends elsewhere",
            names: [("a", ["b.example.com."]), ("b", ["lb.example.net."])], loop: nil),
        Case(
            testDescription: "itself", names: [("a", ["A.example.com."])],
            loop: "'a.example.com.' → 'a.example.com.'"),
        Case(
            testDescription: "over two others",
            names: [
                ("a", ["b.example.com."]), ("b", ["lb.example.net.", "c.example.com."]),
                ("c", ["a.example.com."]),
            ],
            loop: "'a.example.com.' → 'b.example.com.' → 'c.example.com.' → 'a.example.com.'"),
        Case(
            testDescription: "two ways to one name are no loop",
            names: [
                ("a", ["b.example.com.", "c.example.com."]), ("b", ["d.example.com."]),
                ("c", ["d.example.com."]), ("d", ["lb.example.net."]),
            ], loop: nil),
        Case(
            testDescription: "over an alias",
            names: [("a", ["alias.example.com."])],
            records: [("alias.example.com.", "a.example.com.")],
            loop: "'a.example.com.' → 'a.example.com.'"),
        Case(
            testDescription: "over a wildcard", names: [("*.w", ["any.w.example.com."])],
            loop: "'*.w.example.com.' → '*.w.example.com.'"),
        Case(
            testDescription: "the apex", names: [("@", ["example.com."])],
            loop: "'example.com.' → 'example.com.'"),
    ])
    func namesThatLeadBackToThemselvesAreRefused(_ given: Case) throws {
        let findings = hostLoops([try source(given)], platform: SteeringDefinition())
        #expect(findings.count == (given.loop == nil ? 0 : 1))
        if let loop = given.loop {
            #expect(findings.first?.message.hasSuffix("over hosts: \(loop)") == true, "\(findings)")
        }
    }

    /// Endpoints, clusters and named policies lead on like hosts that stand in the tree.
    @Test(arguments: [
        PolicyDefinition.reference("e", Fixture.place),
        .cluster("c", Fixture.place), .reference("p", Fixture.place),
        .failover([.reference("x", Fixture.place), .reference("p", Fixture.place)]),
    ])
    func hostsAreFoundWhereverTheyStand(_ policy: PolicyDefinition) throws {
        var source = try source(
            Case(testDescription: "", names: [("a", [])], loop: nil))
        source.steering.endpoints = [
            EndpointDefinition(
                name: "e", cluster: "c", addresses: [], host: try Name("a.example.com."),
                position: Fixture.place),
            EndpointDefinition(
                name: "x", addresses: [.v4(1)], position: Fixture.place),
        ]
        source.steering.policies = [
            NamedPolicy(
                name: "p", policy: .all([.reference("e", Fixture.place)], answers: 1),
                position: Fixture.place)
        ]
        source.steering.names[0].policy = policy
        #expect(hostLoops([source], platform: SteeringDefinition()).count == 1)
        #expect(hosts(of: [source], platform: SteeringDefinition()).count == 1)
    }

    @Test func aLongChainEnds() throws {
        let names = (0..<20_000).map { ("n\($0)", ["n\($0 + 1).example.com."]) }
        let given = Case(testDescription: "", names: names, loop: nil)
        #expect(hostLoops([try source(given)], platform: SteeringDefinition()).isEmpty)
    }

    private func source(_ given: Case) throws -> ZoneSource {
        var steering = SteeringDefinition()
        let origin = try Name("example.com.")
        for host in Set(given.names.flatMap(\.1)) {
            let name = try Name(host)
            steering.endpoints.append(
                EndpointDefinition(
                    name: EndpointDefinition.name(ofHost: name), addresses: [], host: name,
                    position: Fixture.place))
        }
        for (owner, hosts) in given.names {
            let members = try hosts.map {
                Fixture.reference(EndpointDefinition.name(ofHost: try Name($0)))
            }
            let name = owner == "@" ? "example.com." : "\(owner).example.com."
            steering.names.append(try Fixture.steered(name, .failover(members)))
        }
        let records = try given.records.map { owner, alias in
            let data = try alias.map { try Name($0).wire } ?? [192, 0, 2, 1]
            return (owner, alias == nil ? RRType.a : .cname, data)
        }
        return ZoneSource(zone: try Fixture.zone("example.com.", records), steering: steering)
    }
}
