import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// Hosts that are resolved to other addresses, while zones and policies stay as they are written.
@Suite struct HostPatchTests {
    private static let place = SourcePosition(file: "test.yaml")

    /// A name with a fixed endpoint before a host, one with the host alone, one without, and one at the apex.
    private func sources(host: [IPAddress], revision: UInt64) throws -> [ZoneSource] {
        func refer(_ name: String) -> PolicyDefinition {
            .reference(name, HostPatchTests.place)
        }
        var steering = SteeringDefinition()
        let lb = try Name("lb.example.net.")
        steering.endpoints = [
            EndpointDefinition(
                name: "fixed", addresses: [.v4(0x0A00_0001)], position: HostPatchTests.place),
            EndpointDefinition(
                name: EndpointDefinition.name(ofHost: lb), addresses: host, host: lb,
                position: HostPatchTests.place),
            EndpointDefinition(
                name: "last", addresses: [.v4(0x0A00_0002)], position: HostPatchTests.place),
        ]
        let policies: [(String, PolicyDefinition)] = [
            ("both", .all([refer("fixed"), refer("host:lb.example.net")], answers: 8)),
            ("only", refer("host:lb.example.net")), ("none", refer("last")),
            ("@", .failover([refer("host:lb.example.net"), refer("fixed")])),
        ]
        let origin = try Name("example.org.")
        steering.names = try policies.map { name, policy in
            SteeredName(
                owner: name == "@" ? origin : try Name(name, relativeTo: origin),
                ttl: .seconds(30), policy: policy, position: HostPatchTests.place)
        }
        var source = ZoneSource(zone: try TestZones.zone("www A 192.0.2.1"), steering: steering)
        source.zoneRevision = 1
        source.steeringRevision = revision
        return [source]
    }

    /// The addresses that a name is answered with, in order.
    private func ask(
        _ site: PatchedSite, _ name: String, _ type: RRType = .a
    ) throws -> [String] {
        let suffix = name == "@" ? "example.org." : name + ".example.org."
        let question = try Question(suffix, type)
        let message = try DecodedMessage(
            ImageAsker().answer(question.packet, from: site.loaded.image))
        return message.answer.compactMap { IPAddress(bytes: $0.rdata)?.description }.sorted()
    }

    private func list(_ texts: [String]) -> [IPAddress] { texts.compactMap { IPAddress($0) } }

    /// What the four names are answered with while a host has these addresses.
    private func expectAnswers(_ site: PatchedSite, _ host: [String], seen: String) throws {
        let v4 = host.filter { !$0.contains(":") }.sorted()
        let v6 = host.filter { $0.contains(":") }.sorted()
        #expect(try ask(site, "only") == v4, "\(seen)")
        #expect(try ask(site, "only", .aaaa) == v6, "\(seen)")
        #expect(try ask(site, "both") == (v4 + ["10.0.0.1"]).sorted(), "\(seen)")
        #expect(try ask(site, "none") == ["10.0.0.2"], "\(seen)")
        #expect(try ask(site, "@", .aaaa) == v6, "\(seen)")
        let apex = try ask(site, "@")
        #expect(
            apex.isEmpty == false
                && (v4.isEmpty ? apex == ["10.0.0.1"] : apex.allSatisfy(v4.contains)))
    }

    @Test func otherAddressesAreAPatch() throws {
        let rounds = [
            ["192.0.2.1"], ["192.0.2.2"], ["192.0.2.2", "192.0.2.3", "2001:db8::2"],
            ["2001:db8::3"], ["192.0.2.1"],
        ]
        let site = try PatchedSite(try sources(host: list(rounds[0]), revision: 1))
        try expectAnswers(site, rounds[0], seen: "whole")
        for (index, addresses) in rounds.enumerated().dropFirst() {
            try site.apply(try sources(host: list(addresses), revision: UInt64(index + 1)))
            try expectAnswers(site, addresses, seen: "round \(index)")
        }
        #expect(site.patches == rounds.count - 1 && site.wholes == 1)
    }

    @Test func aHostThatIsResolvedForTheFirstTimeIsAPatch() throws {
        let site = try PatchedSite(try sources(host: [], revision: 1))
        #expect(try ask(site, "only") == [])
        #expect(try ask(site, "both") == ["10.0.0.1"])
        try site.apply(try sources(host: list(["192.0.2.1"]), revision: 2))
        try expectAnswers(site, ["192.0.2.1"], seen: "first")
        #expect(site.patches == 1)
    }

    @Test func addressesThatStayKeepTheirSlotsAndNewOnesTakeFreeOnes() throws {
        func slots(_ site: PatchedSite) -> [String: Int] {
            Dictionary(
                site.compiled.endpoints.flatMap { endpoint in
                    endpoint.addresses.map { ("\(endpoint.key) \($0.address)", $0.slot) }
                }, uniquingKeysWith: { first, _ in first })
        }
        let site = try PatchedSite(
            try sources(host: list(["192.0.2.1", "192.0.2.2"]), revision: 1))
        let before = slots(site)
        try site.apply(try sources(host: list(["192.0.2.2", "192.0.2.3"]), revision: 2))
        let after = slots(site)
        #expect(after.count == 4 && Set(after.values).count == 4)
        for (key, slot) in after where before[key] != nil { #expect(slot == before[key], "\(key)") }
        // A word that readers of the old root may still look at is not given to somebody else.
        let new = try #require(after.first { before[$0.key] == nil })
        #expect(!before.values.contains(new.value))
    }

    /// What a control process that takes over reads of endpoints is what the patch says.
    @Test func thePatchHasTheTableOfEndpoints() throws {
        let site = try PatchedSite(try sources(host: list(["192.0.2.1"]), revision: 1))
        try site.apply(
            try sources(host: list(["192.0.2.7", "192.0.2.8", "2001:db8::9"]), revision: 2))
        let image = site.loaded.image
        var found: [String: [String]] = [:]
        for index in 0..<image.endpointCount {
            let endpoint = image.endpoint(index)
            let key = String(
                decoding: (0..<endpoint.key.count).map { endpoint.key.byte($0) }, as: UTF8.self)
            for offset in 0..<endpoint.v4Count + endpoint.v6Count {
                let row = image.address(endpoint.firstAddress + offset)
                let wire = row.wire(v4: offset < endpoint.v4Count)
                let address = IPAddress(bytes: (0..<wire.count).map { wire.byte($0) })
                #expect(row.endpoint == index)
                found[key, default: []].append(address?.description ?? "")
            }
        }
        #expect(
            found == [
                "example.org/fixed": ["10.0.0.1"], "example.org/last": ["10.0.0.2"],
                "example.org/host:lb.example.net": ["192.0.2.7", "192.0.2.8", "2001:db8::9"],
            ])
    }

    @Test func steeringThatIsReadAgainWithTheSameAddressesChangesNoName() throws {
        let site = try PatchedSite(try sources(host: list(["192.0.2.1"]), revision: 1))
        try site.apply(try sources(host: list(["192.0.2.2"]), revision: 2))
        let names = site.loaded.image.patchCount
        try site.apply(try sources(host: list(["192.0.2.2"]), revision: 3))
        #expect(site.patches == 2)
        #expect(site.loaded.image.patchCount == names)
        try expectAnswers(site, ["192.0.2.2"], seen: "again")
    }
}
