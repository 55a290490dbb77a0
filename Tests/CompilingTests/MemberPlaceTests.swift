import Compiling
import DNSWire
import Geography
import Testing
import Zones

/// Where members of `proximity` and `latency` are, by the clusters of their endpoints.
@Suite struct MemberPlaceTests {
    private static func steering() -> SteeringDefinition {
        var steering = SteeringDefinition()
        steering.clusters = [
            ClusterDefinition(
                name: "us", region: "america", latitude: 39, longitude: -77,
                position: Fixture.place),
            ClusterDefinition(
                name: "us2", region: "america", latitude: 40, longitude: -80,
                position: Fixture.place),
            ClusterDefinition(name: "bare", position: Fixture.place),
        ]
        steering.endpoints = [
            Fixture.endpoint("a", cluster: "us", .v4(1)),
            Fixture.endpoint("b", cluster: "us", .v4(2)),
            Fixture.endpoint("c", cluster: "us2", .v4(3)),
            Fixture.endpoint("d", cluster: "bare", .v4(4)), Fixture.endpoint("e", .v4(5)),
        ]
        steering.policies = [
            NamedPolicy(
                name: "both", policy: .failover([Fixture.reference("a"), Fixture.reference("b")]),
                position: Fixture.place)
        ]
        return steering
    }

    private static func member(_ policy: PolicyDefinition) -> PlacedMember {
        PlacedMember(policy, position: Fixture.place)
    }

    /// Compiles one policy; what is wrong with it, or the warnings.
    private static func findings(
        _ policy: PolicyDefinition, platform: SteeringDefinition? = nil,
        latencies: LatencyTable = LatencyTable()
    ) throws -> [String] {
        var steering = platform == nil ? steering() : SteeringDefinition()
        steering.names = [try Fixture.steered("n.example.org.", policy)]
        let zone = try Fixture.zone("example.org.")
        do throws(Findings) {
            return try compile(
                [ZoneSource(zone: zone, steering: steering)],
                platform: platform ?? SteeringDefinition(), settings: AnswerSettings(),
                latencies: latencies, slots: SlotMap(capacity: 100), generation: 1
            ).warnings.map(\.description)
        } catch {
            return error.all.map(\.description)
        }
    }

    private static let nowhere =
        " is: write 'location' beside its policy, or in one cluster of all its endpoints"
    private static let noRegion =
        " is: write 'region' beside its policy, or give all its endpoints one cluster"

    @Test(arguments: [
        ("an endpoint's cluster", PolicyDefinition.reference("a", Fixture.place), true, true),
        ("a cluster", .cluster("us2", Fixture.place), true, true),
        ("a policy with all in one cluster", .reference("both", Fixture.place), true, true),
        (
            "all in one region",
            .all([Fixture.reference("both"), Fixture.reference("c")], answers: 8), false, true
        ),
        ("a cluster without a place", .reference("d", Fixture.place), false, true),
        ("no cluster", .reference("e", Fixture.place), false, false),
        (
            "one without a cluster",
            .failover([Fixture.reference("a"), Fixture.reference("e")]), false, false
        ),
    ])
    func aMemberIsWhereItsEndpointsAre(
        _ name: String, _ policy: PolicyDefinition, _ isPlaced: Bool, _ isInRegion: Bool
    ) throws {
        let near = try Self.findings(.proximity([Self.member(policy)]))
        #expect(near.isEmpty == isPlaced)
        if !isPlaced { #expect(near.allSatisfy { $0.hasSuffix(Self.nowhere) }) }
        let fast = try Self.findings(.latency([Self.member(policy)]))
        #expect(fast.isEmpty == isInRegion)
        if !isInRegion { #expect(fast.allSatisfy { $0.hasSuffix(Self.noRegion) }) }
    }

    @Test func theFindingNamesMemberAndPlace() throws {
        #expect(
            try Self.findings(
                .proximity([
                    Self.member(Fixture.reference("a")), Self.member(Fixture.reference("e")),
                ])
            ) == ["zones/example.org.yaml:7:3: it is not known where 'e'" + Self.nowhere])
    }

    @Test func whatIsWrittenGoesBeforeTheCluster() throws {
        var member = Self.member(Fixture.reference("e"))
        member.location = Coordinates(latitude: 1, longitude: 2)
        #expect(try Self.findings(.proximity([member])) == [])
        member.region = "america"
        #expect(try Self.findings(.latency([member])) == [])
    }

    /// An endpoint of the platform lives in a cluster of the platform, whatever the zone calls its own.
    @Test func clustersOfThePlatformAreFound() throws {
        #expect(
            try Self.findings(
                .proximity([Self.member(Fixture.reference("a"))]), platform: Self.steering()) == [])
    }

    @Test func membersWithoutARowAreWarnedOf() throws {
        let table = LatencyTable(
            rows: [.init(client: .fallback, place: 0, microseconds: 1)], places: ["us"])
        let policy = PolicyDefinition.latency([
            Self.member(Fixture.reference("a")), Self.member(Fixture.reference("c")),
        ])
        #expect(
            try Self.findings(policy, latencies: table) == [
                "zones/example.org.yaml:7:3: warning: no row of 'latencies' is about 'us2' or "
                    + "'america', so 'c' comes after the other members"
            ])
        let regions = LatencyTable(
            rows: [.init(client: .fallback, place: 0, microseconds: 1)], places: ["america"])
        #expect(try Self.findings(policy, latencies: regions) == [])
    }
}
