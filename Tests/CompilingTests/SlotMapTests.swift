import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// Verdict words keep their meaning across reloads.
@Suite struct SlotMapTests {
    private let first = IPAddress.v4(0xC000_0201)
    private let second = IPAddress.v4(0xC000_0202)
    private let third = IPAddress.v6(0x2001_0DB8 << 32, 1)

    private func steering(_ endpoints: [EndpointDefinition]) -> SteeringDefinition {
        var definition = SteeringDefinition()
        definition.endpoints = endpoints
        return definition
    }

    @Test func addressesKeepTheirSlots() throws {
        let old = try Fixture.image(
            steering([Fixture.endpoint("a", first, third), Fixture.endpoint("b", second)]))
        // Another order, another endpoint before them, one address more.
        let new = try Fixture.image(
            steering([
                Fixture.endpoint("0", second), Fixture.endpoint("b", first, second),
                Fixture.endpoint("a", third, first),
            ]), slots: old.slots)
        for (key, address) in [("a", first), ("a", third), ("b", second)] {
            #expect(
                old.slots(of: "example.org/" + key)[address]
                    == new.slots(of: "example.org/" + key)[address])
        }
        let all = new.endpoints.flatMap { $0.addresses.map(\.slot) }
        #expect(Set(all).count == all.count)
    }

    @Test func imageAndListAgree() throws {
        let compiled = try Fixture.image(
            steering([Fixture.endpoint("a", third, first), Fixture.endpoint("b", second)]))
        try compiled.read { image in
            #expect(image.endpointCount == 2)
            #expect(image.addressCount == 3)
            for (index, endpoint) in compiled.endpoints.enumerated() {
                let view = image.endpoint(index)
                let key = (0..<view.key.count).map { view.key.byte($0) }
                #expect(String(decoding: key, as: UTF8.self) == endpoint.key)
                for (offset, address) in endpoint.addresses.enumerated() {
                    let place = image.address(view.firstAddress + offset)
                    #expect(place.slot == address.slot)
                    #expect(place.endpoint == index)
                    let wire = place.wire(v4: address.address.isV4)
                    #expect((0..<wire.count).map { wire.byte($0) } == address.address.bytes)
                }
            }
        }
    }

    /// What the image in service uses is taken until the next one is in its place.
    @Test func slotIsNotReusedWhileItIsServed() throws {
        let old = try Fixture.image(steering([Fixture.endpoint("a", first)]))
        let new = try Fixture.image(steering([Fixture.endpoint("b", first)]), slots: old.slots)
        let newest = try Fixture.image(steering([Fixture.endpoint("c", first)]), slots: new.slots)
        let slots = [old, new, newest].map { $0.endpoints[0].addresses[0].slot }
        #expect(slots[0] != slots[1])
        #expect(slots[1] != slots[2])
        // The first is free again by now.
        #expect(slots[2] == slots[0])
    }

    @Test func fullTableIsAFinding() throws {
        let definition = steering([Fixture.endpoint("a", first, second, third)])
        #expect(try Fixture.findings(definition, slots: SlotMap(capacity: 3)) == [])
        let findings = try Fixture.findings(definition, slots: SlotMap(capacity: 2))
        #expect(findings.count == 1)
        #expect(
            findings.first?.hasPrefix("zones/example.org.yaml:7:3: endpoint 'a': more than") == true
        )
    }

    @Test func endpointsOfTwoFilesAreApart() throws {
        var platform = SteeringDefinition()
        platform.endpoints = [Fixture.endpoint("a", first)]
        let compiled = try Fixture.image(
            steering([Fixture.endpoint("a", first)]), platform: platform)
        #expect(compiled.endpoints.map(\.key) == ["a", "example.org/a"])
        #expect(compiled.slots(of: "a")[first] != compiled.slots(of: "example.org/a")[first])
    }
}
