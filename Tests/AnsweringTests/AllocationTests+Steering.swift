import DNSWire
import Zones

extension AllocationTests {
    /// Steered names of every kind.
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
