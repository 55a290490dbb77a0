import DNSWire
import Health
import Serving
import Steering
import TestSupport
import Testing
import Zones

/// The table of resolved policies with more names than it has room for.
@Suite struct ResolvedTableTests {
    private static let names = 300

    /// Name n answers with the addresses of endpoints n, n + 1 and so on, by weight.
    private func image() throws -> MemoryImage {
        let count = ResolvedTableTests.names
        var steering = SteeringDefinition()
        steering.endpoints = (0..<count + 60).map {
            EndpointDefinition("e\($0)", .v4(UInt32($0)), .v6(0, UInt64($0)))
        }
        steering.names = try (0..<count).map { number in
            SteeredName(
                owner: try Name("n\(number).example.org."), ttl: .seconds(30),
                policy: .weighted(
                    (0..<members(number)).map {
                        WeightedMember(.to("e\(number + $0)"), weight: UInt32($0 + 1))
                    }, answers: 1), position: TestZone.position)
        }
        return try MemoryImage(try TestZone.image(steering))
    }

    private func members(_ number: Int) -> Int { 1 + number * 7 % 60 }

    @Test(arguments: [1, 4, 13])
    func everyNameKeepsItsOwnAnswers(_ entryBits: Int) throws {
        let memory = try image()
        let image = memory.image
        let verdicts = VerdictTable(privateWords: image.addressCount)
        var policies = ResolvedPolicies(entryBits: entryBits, slabBytes: 128 << 10)
        var random = RandomSource(seed: 7)
        var generator = SeededGenerator(seed: 7)
        let steered = try (0..<ResolvedTableTests.names).map { number in
            let name = try Name("n\(number).example.org.")
            return try #require(
                name.lowercasedWire.withView(image.find)?.entry(of: .a)?.steered)
        }
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 8)
        defer { output.deallocate() }
        var wrong = 0
        let trials = 20_000
        for _ in 0..<trials {
            let number = Int.random(in: 0..<steered.count, using: &generator)
            let v4 = Bool.random(using: &generator)
            var writer = ResponseWriter(into: ByteSink(output))
            writer.begin(
                Query(), from: ByteView(UnsafeRawBufferPointer(output)), maximumBytes: 512)
            let outcome = policies.answer(
                steered[number], v4: v4, image, verdicts, &writer, &random)
            let address = Int(writer.out.view.u32(writer.length - 4))
            let expected = number..<number + members(number)
            if outcome != .addresses || !expected.contains(address)
                || writer.length != Header.bytes + (v4 ? 16 : 28)
            {
                wrong += 1
            }
        }
        #expect(wrong == 0)
        // Whether there was something to forget depends on the room.
        #expect(policies.resolutions > ResolvedTableTests.names)
        #expect(entryBits == 13 || policies.resolutions > trials / 2)
    }

    /// The same offset means something else in another image.
    @Test func anotherImageIsWorkedOutAnew() throws {
        func memory(_ address: UInt32) throws -> MemoryImage {
            var steering = SteeringDefinition()
            steering.endpoints = [EndpointDefinition("e", .v4(address))]
            steering.names = [
                SteeredName(
                    owner: try Name("n.example.org."), ttl: .seconds(30), policy: "e",
                    position: TestZone.position)
            ]
            return try MemoryImage(try TestZone.image(steering))
        }
        let images = [try memory(1), try memory(2)]
        let verdicts = VerdictTable(privateWords: 4)
        var policies = ResolvedPolicies()
        var random = RandomSource(seed: 7)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 8)
        defer { output.deallocate() }
        let name = try Name("n.example.org.").lowercasedWire
        for turn in 0..<6 {
            let image = images[turn % 2].image
            let steered = try #require(name.withView(image.find)?.entry(of: .a)?.steered)
            var writer = ResponseWriter(into: ByteSink(output))
            writer.begin(
                Query(), from: ByteView(UnsafeRawBufferPointer(output)), maximumBytes: 512)
            _ = policies.answer(steered, v4: true, image, verdicts, &writer, &random)
            #expect(policies.resolutions == turn + 1)
            #expect(writer.out.view.u32(writer.length - 4) == UInt32(turn % 2 + 1))
        }
    }
}
