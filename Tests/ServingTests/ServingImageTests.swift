import DNSWire
import Serving
import TestSupport
import Testing
import Zones

@Suite struct ServingImageTests {
    private func bytes(generation: UInt64 = 7) throws -> [UInt8] {
        var steering = SteeringDefinition()
        steering.endpoints = [
            EndpointDefinition("edge-us", .v4(0xC000_0201), .v6(0x2001_0DB8_0000_0000, 1)),
            EndpointDefinition("edge-eu", .v4(0xC000_0202)),
        ]
        steering.names = [
            SteeredName(
                owner: try Name("www.example.org."), ttl: .auto(minimum: 5, maximum: 300),
                policy: .weights(["edge-us": 3, "edge-eu": 1]),
                whenDown: .addresses([.v4(0xCB00_7163)]), position: TestZone.position)
        ]
        return try TestZone.image(steering, generation: generation)
    }

    /// What the reader says to these bytes; nil: it takes them.
    private func refusal(_ bytes: [UInt8]) -> String? {
        do throws(ImageError) {
            _ = try MemoryImage(bytes)
            return nil
        } catch {
            switch error {
            case .foreign: return "foreign"
            case .version(let version): return "version \(version)"
            case .cutShort: return "cut short"
            case .damaged: return "damaged"
            case .system: return "system"
            }
        }
    }

    @Test func aGoodImageIsRead() throws {
        let memory = try MemoryImage(try bytes())
        let image = memory.image
        #expect(image.generation == 7)
        #expect(image.zoneCount == 1)
        #expect(image.nameCount == 2)
        #expect(image.endpointCount == 2)
        #expect(image.addressCount == 3)
        #expect(image.steeredCount == 1)
        #expect(image.maximumLabels == 3)
        #expect(image.udpBytes == 1232)
        #expect(image.zone(0).serial == 7)
        #expect(image.zone(0).apex.entryCount == 2)
    }

    @Test(arguments: [
        ("example.org.", true), ("www.example.org.", true), ("ww.example.org.", false),
        ("org.", false), (".", false), ("a.www.example.org.", false),
    ])
    func namesAreFound(_ text: String, _ isThere: Bool) throws {
        let memory = try MemoryImage(try bytes())
        let wire = try Name(text).lowercasedWire
        let node = wire.withView(memory.image.find)
        #expect((node != nil) == isThere)
        if let node { #expect(wire.withView { node.name.equals($0) }) }
    }

    @Test func steeredNamesAndEndpointsAreRead() throws {
        let memory = try MemoryImage(try bytes())
        let node = try #require(
            try Name("www.example.org.").lowercasedWire.withView(memory.image.find))
        #expect(node.entry(of: .mx) == nil)
        let steered = try #require(node.entry(of: .a)).steered
        #expect(node.entry(of: .aaaa)?.steered.offset == steered.offset)
        #expect(steered.minimumTTL == 5)
        #expect(steered.maximumTTL == 300)
        #expect(steered.whenDown == ImageLayout.Steered.whenDownAddresses)
        #expect(steered.fallbackCount(v4: true) == 1)
        #expect(steered.fallbackCount(v4: false) == 0)
        #expect(steered.fallback(v4: true, 0).u32(0) == 0xCB00_7163)
        let endpoint = memory.image.endpoint(0)
        #expect(Array("example.org/edge-us".utf8).withView { endpoint.key.equals($0) })
        #expect(endpoint.v4Count == 1)
        #expect(endpoint.v6Count == 1)
        #expect(memory.image.address(0).wire(v4: true).u32(0) == 0xC000_0201)
        #expect(memory.image.address(1).wire(v4: false).u32(0) == 0x2001_0DB8)
        #expect(memory.image.address(2).endpoint == 1)
    }

    @Test func foreignBytesAreRefused() throws {
        #expect(refusal([]) == "foreign")
        #expect(refusal([UInt8](repeating: 0, count: 4096)) == "foreign")
        #expect(refusal(Array("#!/bin/sh".utf8)) == "foreign")
        #expect(refusal(Array(try bytes().prefix(ImageLayout.headerBytes - 1))) == "foreign")
    }

    @Test func otherVersionsAreRefused() throws {
        for version in [0, ImageLayout.formatVersion + 1, .max] as [UInt32] {
            var image = try bytes()
            withUnsafeBytes(of: version) {
                image.replaceSubrange(
                    ImageLayout.Field.version..<ImageLayout.Field.headerBytes, with: $0)
            }
            #expect(refusal(image) == "version \(version)")
        }
    }

    /// Cut anywhere; what lies behind it may be the beginning of a patch.
    @Test func shorterLengthsAreRefused() throws {
        let image = try bytes()
        for count in ImageLayout.headerBytes..<image.count {
            #expect(refusal(Array(image.prefix(count))) == "cut short", "\(count) bytes")
        }
        for more in [1, 8, 4096] {
            #expect(refusal(image + [UInt8](repeating: 0xFF, count: more)) == nil)
        }
    }

    /// Every byte matters, each bit of it.
    @Test func damageAnywhereIsRefused() throws {
        let image = try bytes()
        #expect(refusal(image) == nil)
        for offset in image.indices {
            for bit in 0..<8 {
                var damaged = image
                damaged[offset] ^= 1 << UInt8(bit)
                #expect(refusal(damaged) != nil, "bit \(bit) of byte \(offset)")
            }
        }
    }

    /// Words that change places, and several that change at once, are noticed too.
    @Test func largerDamageIsRefused() throws {
        let image = try bytes()
        var random = SeededGenerator(seed: 21)
        for _ in 0..<2_000 {
            var damaged = image
            let from = Int.random(in: 0..<image.count / 8, using: &random) * 8
            let to = Int.random(in: 0..<image.count / 8, using: &random) * 8
            for index in 0..<8 { damaged.swapAt(from + index, to + index) }
            if Bool.random(using: &random) {
                damaged.replaceSubrange(to..<to + 8, with: random.bytes(8))
            }
            if damaged == image { continue }
            #expect(refusal(damaged) != nil, "words at \(from) and \(to)")
        }
    }

    /// A table without a free slot would make a miss walk for ever.
    @Test func aFullTableIsRefused() throws {
        for mask in [0, 1, 2, 14] as [UInt32] {
            var image = try bytes()
            withUnsafeBytes(of: mask) {
                image.replaceSubrange(
                    ImageLayout.Field.slotMask..<ImageLayout.Field.slotMask + 4, with: $0)
            }
            let checksum = image.withView { ServingImage.checksum(ofPart: $0) }
            withUnsafeBytes(of: checksum) {
                image.replaceSubrange(
                    ImageLayout.Field.checksum..<ImageLayout.Field.checksum + 8, with: $0)
            }
            #expect(refusal(image) == "damaged", "\(mask)")
        }
    }

    @Test func refusalsExplainThemselves() {
        #expect(ImageError.version(9).description.contains("9"))
        #expect(
            ImageError.cutShort(bytes: 3, expected: 8).description
                == "the image has 3 bytes where its header says 8")
        #expect(FileMapping.systemError("cannot open x").description.hasPrefix("cannot open x: "))
    }
}
