import DNSWire
import Explaining
import Health
import TestSupport
import Verdicts
import Zones

extension ExplainedSite {
    /// The steered names of the README's example, in the zone of the tests.
    static func example() throws -> ExplainedSite {
        let canary = MonitorDefinition(
            name: "canary", reachable: .tcp(port: 80), interval: .seconds(1), fall: 3, rise: 2)
        var steering = SteeringDefinition()
        steering.monitors = [canary]
        steering.clusters = [
            ClusterDefinition(
                name: "us-east", region: "us-east-1", capacity: 500, position: TestZone.position),
            ClusterDefinition(name: "eu-west", capacity: 800, position: TestZone.position),
            ClusterDefinition(name: "ap-south", position: TestZone.position),
        ]
        steering.endpoints = [
            ("edge-us", "us-east", [IPAddress.v4(0x7F00_000B), .v6(0, 1)]),
            ("edge-eu", "eu-west", [.v4(0x7F00_000C)]),
            ("edge-ap", "ap-south", [.v4(0x7F00_000D)]),
        ].map { name, cluster, addresses in
            EndpointDefinition(
                name: name, cluster: cluster, tier: .edge, addresses: addresses,
                monitor: "canary", position: TestZone.position)
        }
        steering.policies = [
            NamedPolicy(
                name: "atlantic", policy: .failover(["edge-us", "edge-eu"]),
                position: TestZone.position)
        ]
        steering.names = try [
            name("shop", .weights(["edge-us": 3, "edge-eu": 1])),
            name("pay", .failover(["edge-us", "edge-eu", "edge-ap"]), ttl: .seconds(15)),
            name("api", .all(["edge-us", "edge-eu", "edge-ap"], answers: 8)),
            name("asia", .inCluster("ap-south")),
            name(
                "www",
                .weighted(
                    [
                        WeightedMember("atlantic", weight: 9),
                        WeightedMember("edge-ap", weight: 1),
                    ], answers: 1), ttl: SteeredName.defaultAuto,
                whenDown: .addresses([.v4(0xC000_0263)])),
            name("standby", .weights(["edge-us": 1, "edge-eu": 1, "edge-ap": 0])),
            name("*.apps", .all(["edge-us", "edge-eu"], answers: 1)),
            name(
                "near",
                .byPlace([
                    .country("DE"): "edge-eu", .continent("EU"): "edge-us", .fallback: "edge-ap",
                ])),
        ]
        let site = try ExplainedSite(steering, locations: .sample)
        for endpoint in ["edge-us", "edge-eu", "edge-ap"] {
            site.report(endpoint, .healthy, reason: "status 200")
        }
        return site
    }

    private static func name(
        _ label: String, _ policy: PolicyDefinition, ttl: SteeredName.TimeToLive = .seconds(30),
        whenDown: SteeredName.WhenDown = .all
    ) throws -> SteeredName {
        SteeredName(
            owner: try Name("\(label).example.org."), ttl: ttl, policy: policy, whenDown: whenDown,
            position: TestZone.position)
    }
}
