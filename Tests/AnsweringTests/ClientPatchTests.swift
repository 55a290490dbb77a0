import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// Patches of zones whose policies look at the client.
@Suite struct ClientPatchTests {
    private static let place = SourcePosition(file: "test.yaml")

    /// One zone with a record that changes, and policies that do.
    private func sources(
        record: UInt8 = 1, network: String = "192.0.2.0/24", hash: UInt32? = nil,
        zoneRevision: UInt64, steeringRevision: UInt64
    ) throws -> [ZoneSource] {
        func refer(_ name: String) -> PolicyDefinition {
            .reference(name, ClientPatchTests.place)
        }
        var steering = SteeringDefinition()
        steering.endpoints = ["a", "b"].enumerated().map { index, name in
            EndpointDefinition(
                name: name, addresses: [.v4(0x0A00_0001 + UInt32(index))],
                position: ClientPatchTests.place)
        }
        let prefix = try #require(IPNetwork(network))
        let subnet = PolicyDefinition.subnet([
            ClientBranch(.prefix(prefix), refer("a"), position: ClientPatchTests.place),
            ClientBranch(.fallback, refer("b"), position: ClientPatchTests.place),
        ])
        let policy = hash.map { weight in
            PolicyDefinition.hash(
                [
                    WeightedMember(refer("a"), weight: weight),
                    WeightedMember(refer("b"), weight: 1),
                ], v4Bits: 24, v6Bits: 56)
        }
        steering.names = [
            SteeredName(
                owner: try Name("steered.example.org."), ttl: .seconds(30),
                policy: policy ?? subnet, position: ClientPatchTests.place)
        ]
        var source = ZoneSource(
            zone: try TestZones.zone("www A 192.0.2.\(record)"), steering: steering)
        source.zoneRevision = zoneRevision
        source.steeringRevision = steeringRevision
        return [source]
    }

    /// The last byte of the first address that a client of 192.0.2.1 gets.
    private func ask(_ site: PatchedSite, _ name: String) throws -> UInt8? {
        let question = try Question(name + ".example.org.", .a)
        return try DecodedMessage(ImageAsker().answer(question.packet, from: site.loaded.image))
            .answer.first?.rdata.last
    }

    @Test func aChangedRecordIsAPatchBesidePoliciesThatStay() throws {
        let site = try PatchedSite(try sources(zoneRevision: 1, steeringRevision: 1))
        #expect(try ask(site, "steered") == 1)
        try site.apply(try sources(record: 7, zoneRevision: 2, steeringRevision: 1))
        #expect(site.patches == 1 && site.wholes == 1)
        #expect(try ask(site, "www") == 7)
        #expect(try ask(site, "steered") == 1)
    }

    @Test func changedTablesAreWrittenWhole() throws {
        let site = try PatchedSite(try sources(zoneRevision: 1, steeringRevision: 1))
        try site.apply(
            try sources(network: "198.51.100.0/24", zoneRevision: 1, steeringRevision: 2))
        #expect(site.patches == 0 && site.wholes == 2)
        #expect(try ask(site, "steered") == 2)
    }

    @Test func aHashNeedsNoTableAndIsPatched() throws {
        let site = try PatchedSite(
            try sources(hash: 1_000_000, zoneRevision: 1, steeringRevision: 1))
        #expect(try ask(site, "steered") == 1)
        try site.apply(try sources(hash: 0, zoneRevision: 1, steeringRevision: 2))
        #expect(site.patches == 1)
        #expect(try ask(site, "steered") == 2)
    }

    @Test func ignoredClientSubnetsAreAPatch() throws {
        let first = try sources(hash: 1, zoneRevision: 1, steeringRevision: 1)
        let site = try PatchedSite(first)
        #expect(site.loaded.image.zone(0).usesClientSubnet)
        var second = try sources(hash: 1, zoneRevision: 1, steeringRevision: 2)
        second[0].steering.usesClientSubnet = false
        try site.apply(second)
        #expect(site.patches == 1)
        #expect(!site.loaded.image.zone(0).usesClientSubnet)
        try site.apply(try sources(hash: 1, zoneRevision: 1, steeringRevision: 3))
        #expect(site.patches == 2)
        #expect(site.loaded.image.zone(0).usesClientSubnet)
    }
}
