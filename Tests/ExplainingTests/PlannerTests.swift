import Compiling
import DNSWire
import Explaining
import Foundation
import Geography
import Health
import TestSupport
import Testing
import Zones

/// What a change of the example changes.
@Suite struct PlannerTests {
    /// The example with a change, all its endpoints healthy.
    private static func site(_ change: (inout SteeringDefinition) throws -> Void = { _ in }) throws
        -> ExplainedSite
    {
        var steering = try ExplainedSite.example().source.steering
        try change(&steering)
        return try site(steering)
    }

    private static func site(_ steering: SteeringDefinition, zone: Zone? = nil) throws
        -> ExplainedSite
    {
        let site = try ExplainedSite(steering, zone: zone, locations: .sample)
        for endpoint in steering.endpoints {
            site.report("/" + endpoint.name, .healthy, reason: "status 200")
        }
        return site
    }

    private static func plan(
        _ before: ExplainedSite, _ after: ExplainedSite, clients: [IPNetwork] = [],
        warnings: (before: [Finding], after: [Finding]) = ([], [])
    ) -> Plan {
        func side(_ site: ExplainedSite, _ warnings: [Finding]) -> PlannedSide {
            PlannedSide(
                SimulatedSide(site.memory.image, site.verdicts, site.endpoints), [site.source],
                platform: site.platform, locations: .sample, warnings: warnings)
        }
        return withExtendedLifetime((before, after)) {
            Planner(
                before: side(before, warnings.before), after: side(after, warnings.after),
                clients: clients
            ).run(before: "old", after: "new")
        }
    }

    private static func index(_ name: String, in steering: SteeringDefinition) throws -> Int {
        let owner = try Name("\(name).example.org.")
        return try #require(steering.names.firstIndex { $0.owner == owner })
    }

    @Test func equalConfigurationsChangeNothing() throws {
        let plan = Self.plan(try Self.site(), try Self.site())
        #expect(plan.isEmpty)
        #expect(plan.counts.steeredBefore == 8 && plan.counts.steeredAfter == 8)
        #expect(PlanText.render(plan) == "From old to new\n\nNo answer changes.")
    }

    @Test func positionsAndOrderOfDefinitionsChangeNothing() throws {
        let after = try Self.site { steering in
            steering.names.reverse()
            for index in steering.names.indices {
                steering.names[index].position = SourcePosition(file: "other", line: 9)
            }
        }
        #expect(Self.plan(try Self.site(), after).isEmpty)
    }

    /// Every share of a plan is what `explain` says of the same name, type and client.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func sharesAreThoseOfExplain(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let endpoints = ["edge-us", "edge-eu", "edge-ap"]
        let before = try Self.site()
        let after = try Self.site { steering in
            for index in steering.names.indices {
                let members = endpoints.shuffled(using: &random).prefix(
                    Int.random(in: 1...3, using: &random))
                let weighted = members.map {
                    WeightedMember(.to($0), weight: UInt32.random(in: 0...9, using: &random))
                }
                steering.names[index].policy =
                    [
                        .weighted(weighted, answers: 1), .failover(members.map { .to($0) }),
                        .all(members.map { .to($0) }, answers: 2),
                    ].randomElement(using: &random) ?? .to("edge-us")
            }
        }
        let plan = Self.plan(before, after)
        var compared = 0
        for group in plan.names {
            for row in group.shares where row.client.isEmpty {
                for name in group.names {
                    let type = row.type == "A" ? RRType.a : .aaaa
                    for (site, side) in [(before, \Simulation.Change.before), (after, \.after)] {
                        let explained = try site.explain(name, type).response.firsts
                        let planned = row.endpoints.mapValues { $0[keyPath: side] }
                            .filter { $0.value > 0 }
                        #expect(Set(planned.keys) == Set(explained.keys), "\(name) \(seed)")
                        for (key, share) in planned {
                            #expect(abs(share - (explained[key] ?? 0)) < 1e-9, "\(name) \(key)")
                        }
                        compared += 1
                    }
                }
            }
        }
        #expect(compared > 4)
    }

    @Test func theMostDangerousComesFirst() throws {
        let after = try Self.site { steering in
            steering.names[try Self.index("shop", in: steering)].policy = .weights([
                "edge-us": 1, "edge-eu": 1,
            ])
            steering.names[try Self.index("pay", in: steering)].ttl = .seconds(60)
            steering.names[try Self.index("api", in: steering)].policy = "edge-us"
            steering.names[try Self.index("asia", in: steering)].policy = .weights(["new": 1])
            steering.names.remove(at: try Self.index("standby", in: steering))
            steering.names.append(
                SteeredName(
                    owner: try Name("fresh.example.org."), ttl: .seconds(30), policy: "edge-us",
                    position: TestZone.position))
            steering.endpoints.append(EndpointDefinition("new", .v6(1, 2)))
        }
        let plan = Self.plan(try Self.site(), after)
        #expect(plan.names.map(\.effect) == [.removed, .lost, .moved, .moved, .otherwise, .added])
        #expect(
            plan.names.map { $0.names.first ?? "" } == [
                "standby.example.org.", "asia.example.org.", "api.example.org.",
                "shop.example.org.", "pay.example.org.", "fresh.example.org.",
            ])
        let shop = plan.names[3]
        #expect(shop.moved == 0.25)
        #expect(shop.shares.map(\.type) == ["A"])
        #expect(
            shop.shares.first?.endpoints == [
                "example.org/edge-us": .init(before: 0.75, after: 0.5),
                "example.org/edge-eu": .init(before: 0.25, after: 0.5),
            ])
        #expect(plan.names[4].changes == [Plan.Change("ttl", "15", "60")])
        #expect(plan.definitions.map(\.name) == ["example.org/new"])
        let text = PlanText.render(plan)
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Texts/plan.txt")
        #expect(text + "\n" == (try? String(contentsOf: file, encoding: .utf8)))
    }

    @Test func clientsOfABranchAreLookedAt() throws {
        let after = try Self.site { steering in
            steering.names[try Self.index("near", in: steering)].policy = .byPlace([
                .country("DE"): "edge-us", .continent("EU"): "edge-us", .fallback: "edge-ap",
            ])
        }
        let plan = Self.plan(try Self.site(), after)
        let group = try #require(plan.names.first)
        #expect(group.effect == .moved && group.moved == 1)
        // Over IPv6 the next branch answers before and after, as edge-eu has no such address.
        #expect(group.shares.map(\.type) == ["A"])
        #expect(group.shares.first?.client.hasPrefix("country:DE (") == true)
    }

    @Test func anotherStandbyIsToldAlthoughNoShareChanges() throws {
        let after = try Self.site { steering in
            steering.names[try Self.index("pay", in: steering)].policy = .failover([
                "edge-us", "edge-ap",
            ])
        }
        let plan = Self.plan(try Self.site(), after)
        #expect(plan.names.map(\.effect) == [.otherwise])
        #expect(plan.names.first?.changes == [Plan.Change("policy", "failover", "failover")])
    }

    @Test func namesOfEqualChangeStandTogether() throws {
        func site(_ weight: UInt32) throws -> ExplainedSite {
            try Self.site { steering in
                for number in 0..<500 {
                    steering.names.append(
                        SteeredName(
                            owner: try Name("n\(number).example.org."), ttl: .seconds(30),
                            policy: .weights(["edge-us": weight, "edge-eu": 1]),
                            position: TestZone.position))
                }
            }
        }
        let plan = Self.plan(try site(1), try site(3))
        #expect(plan.names.count == 1)
        #expect(plan.names.first?.names.count == 500)
        #expect(plan.counts.moved == 500)
        let some = plan.matching("N4*.Example.org.")
        #expect(some.names.first?.names.count == 111)
        #expect(plan.matching("n7.example.org").names.first?.names == ["n7.example.org."])
        #expect(plan.matching("m*").names.isEmpty)
    }

    @Test func staticRecordsAreComparedAsSets() throws {
        func zone(serial: UInt8, _ records: [(String, RRType, UInt32, [UInt8])]) throws -> Zone {
            let origin = try Name("example.org.")
            let server = try Name("ns.example.net.").wire
            var all = [
                ResourceRecord(
                    owner: origin, type: .soa, ttl: 3600,
                    rdata: server + server + [0, 0, 0, serial] + [UInt8](repeating: 0, count: 16),
                    position: TestZone.position),
                ResourceRecord(
                    owner: origin, type: .ns, ttl: 3600, rdata: server, position: TestZone.position),
            ]
            for (name, type, ttl, rdata) in records {
                all.append(
                    ResourceRecord(
                        owner: try Name("\(name).example.org."), type: type, ttl: ttl, rdata: rdata,
                        position: TestZone.position))
            }
            return try #require(
                Zone.checked(origin: origin, records: all, file: "test").zone)
        }
        let steering = SteeringDefinition()
        let before = try Self.site(
            steering,
            zone: zone(
                serial: 7,
                [
                    ("a", .a, 60, [192, 0, 2, 1]), ("a", .a, 60, [192, 0, 2, 2]),
                    ("b", .a, 60, [192, 0, 2, 3]), ("c", .txt, 60, [1, 65]),
                ]))
        let after = try Self.site(
            steering,
            zone: zone(
                serial: 7,
                [
                    ("a", .a, 60, [192, 0, 2, 2]), ("a", .a, 60, [192, 0, 2, 1]),
                    ("b", .a, 30, [192, 0, 2, 4]), ("d", .a, 60, [192, 0, 2, 5]),
                ]))
        let plan = Self.plan(before, after)
        #expect(
            plan.records.map(\.line) == [
                "b.example.org. A: 192.0.2.3, TTL 60 → 192.0.2.4, TTL 30",
                "c.example.org. TXT: 1 record, TTL 60 → -",
                "d.example.org. A: - → 192.0.2.5, TTL 60",
            ])
        #expect(plan.counts.recordsAdded == 1)
        #expect(plan.counts.recordsChanged == 1)
        #expect(plan.counts.recordsRemoved == 1)
        #expect(
            plan.notes.contains { $0.hasSuffix("would not notice: example.org. (7 to 7)") })
        #expect(Self.plan(before, before).isEmpty)
    }

    @Test func onlyWarningsThatAreNewAreTold() throws {
        func warning(_ message: String, line: Int) -> Finding {
            Finding(.warning, at: SourcePosition(file: "f", line: line), message)
        }
        let plan = Self.plan(
            try Self.site(), try Self.site(),
            warnings: (
                [warning("one", line: 1), warning("two", line: 2)],
                [warning("two", line: 7), warning("two", line: 8), warning("three", line: 9)]
            ))
        #expect(plan.newWarnings == ["f:8: warning: two", "f:9: warning: three"])
        #expect(plan.goneWarnings == 1)
    }
}

extension Plan.RecordRow {
    /// `b.example.org. A: before → after`.
    fileprivate var line: String { "\(name) \(type): \(before ?? "-") → \(after ?? "-")" }
}

extension Explanation.Response {
    /// By endpoint: how often it stands first; what endpoints answer while they are down is no share of theirs.
    fileprivate var firsts: [String: Double] {
        addresses.reduce(into: [:]) { sums, row in
            if let endpoint = row.endpoint, row.first > 0 {
                sums[endpoint, default: 0] += row.first
            }
        }
    }
}
