import DNSWire
import Health
import Zones

/// What is served where allocations are counted: every kind of answer.
extension AllocationTests {
    private static let label = String(repeating: "l", count: 63)
    static let zone =
        """
        @ MX 10 www
        www A 192.0.2.80
        www A 192.0.2.81
        *.wild A 192.0.2.82
        sub NS ns.sub
        ns.sub A 192.0.2.53
        one CNAME www
        two CNAME one
        gone CNAME missing
        down CNAME x.sub
        loop CNAME loop
        shop CNAME weighted
        tomany CNAME many
        www.new A 192.0.2.84
        www.new A 192.0.2.85
        old DNAME new
        older DNAME old
        grow DNAME g.grow
        moved CNAME www.old
        long DNAME \(label).\(label).\(label)
        web HTTPS 1 . alpn=h2
        web A 192.0.2.86

        """ + (1...40).map { "many A 198.51.100.\($0)" }.joined(separator: "\n")

    static func steering() throws -> SteeringDefinition {
        let place = SourcePosition(file: "test.yaml")
        func refer(_ name: String) -> PolicyDefinition { .reference(name, place) }
        func branches(
            _ policies: KeyValuePairs<ClientBranch.Key, PolicyDefinition>
        ) -> [ClientBranch] {
            policies.map { ClientBranch($0.key, $0.value, position: place) }
        }
        let weighted = PolicyDefinition.weighted(
            (1...4).map { WeightedMember(refer("e\($0)"), weight: UInt32($0)) }, answers: 1)
        let several = PolicyDefinition.weighted(
            (1...4).map { WeightedMember(refer("e\($0)"), weight: UInt32($0)) }, answers: 3)
        func with(
            _ node: PolicyDefinition, _ change: (inout PolicyModifiers) -> Void
        ) -> PolicyDefinition {
            var modifiers = PolicyModifiers()
            change(&modifiers)
            return .with(node, modifiers)
        }
        let policies: [(String, PolicyDefinition, SteeredName.WhenDown)] = [
            ("weighted", weighted, .all), ("several", several, .all),
            ("failover", .failover([refer("dead"), refer("e1")]), .all),
            (
                "nested",
                .failover([
                    refer("dead"),
                    .all([.failover([refer("e1")]), refer("e2"), several], answers: 8),
                ]), .all
            ),
            ("*.any", weighted, .all),
            (
                "geo",
                .geo(
                    branches([.country("DE"): refer("e1"), .fallback: .failover([refer("e2")])])),
                .all
            ),
            (
                "subnet",
                .subnet(
                    branches([.network("office"): refer("dead"), .fallback: weighted])), .all
            ),
            ("nobranch", .geo(branches([.continent("OC"): refer("e1")])), .all),
            (
                "hash",
                .hash(
                    (1...4).map { WeightedMember(refer("e\($0)"), weight: UInt32($0)) },
                    v4Bits: 24, v6Bits: 56), .all
            ),
            (
                "spill",
                with(.failover([refer("e1"), weighted, refer("e3")])) {
                    $0.spill = true
                    $0.trickle = 100
                }, .all
            ),
            (
                "panic",
                with(
                    .all([refer("dead"), with(weighted) { $0.atLeast = .percent(60) }], answers: 8)
                ) {
                    $0.panicPercent = 90
                    $0.requires = [.init("e2", place)]
                }, .all
            ),
            ("down-policy", refer("dead"), .policy),
            ("down-all", refer("dead"), .all),
            ("down-list", refer("dead"), .addresses([.v4(0xCB00_7101)])),
            ("down-fail", refer("dead"), .serverFailure),
        ]
        var definition = SteeringDefinition()
        definition.endpoints = (["dead"] + (1...4).map { "e\($0)" }).enumerated().map {
            EndpointDefinition(
                name: $1,
                addresses: [
                    .v4(0xC000_0200 + UInt32($0)), .v6(0x2001_0DB8 << 32, UInt64($0)),
                ], position: place)
        }
        definition.names = try policies.map { name, policy, whenDown in
            var steered = SteeredName(
                owner: try Name(name + ".example.org."), ttl: .seconds(30), policy: policy,
                whenDown: whenDown, position: place)
            if whenDown == .policy { steered.fallback = several }
            return steered
        }
        return definition
    }
}
