import Answering
import Compiling
import DNSWire
import Foundation
import Health
import Serving
import Steering
import Testing
import Zones

/// A verdict that the control process stores shows in the very next answer, within a batch too.
@Suite struct VerdictChangeTests {
    private static let position = SourcePosition(file: "test.yaml")

    private func definition() throws -> SteeringDefinition {
        func refer(_ name: String) -> PolicyDefinition {
            .reference(name, VerdictChangeTests.position)
        }
        let policies: [(String, PolicyDefinition)] = [
            ("failover", .failover([refer("a"), refer("b")])),
            (
                "weighted",
                .weighted(
                    [
                        WeightedMember(refer("a"), weight: 1_000_000),
                        WeightedMember(refer("b"), weight: 0),
                    ], answers: 1)
            ),
            ("nested", .failover([.all([.failover([refer("a")])], answers: 8), refer("b")])),
        ]
        var definition = SteeringDefinition()
        definition.endpoints = [
            EndpointDefinition(
                name: "a", addresses: [.v4(1), .v6(0, 1)], position: VerdictChangeTests.position),
            EndpointDefinition(
                name: "b", addresses: [.v4(2), .v6(0, 2)], position: VerdictChangeTests.position),
        ]
        definition.names = try policies.map { name, policy in
            SteeredName(
                owner: try Name(name + ".example.org."), ttl: .auto(minimum: 1, maximum: 300),
                policy: policy, whenDown: .all, position: VerdictChangeTests.position)
        }
        return definition
    }

    @Test(arguments: ["failover", "weighted", "nested"], [RRType.a, .aaaa])
    func theNextAnswerOfABatchDiffers(_ name: String, _ type: RRType) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "sterna-verdicts-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let compiled = try compile(
            [ZoneSource(zone: try TestZones.zone(""), steering: try definition())],
            platform: SteeringDefinition(), settings: AnswerSettings(),
            slots: SlotMap(capacity: 100), generation: 1)
        let path = Plane.imagePath(folder: folder, file: 1)
        try Data(compiled.bytes).write(to: URL(filePath: path))
        // Two mappings of one file, as the two processes have.
        let control = try Plane(folder: folder)
        let answering = try Plane(folder: folder)
        var responder = Responder(
            worker: 0, cell: ImageCell(try LoadedImage(path: path)), verdicts: answering.verdicts,
            counters: answering.counters(worker: 0), rates: RateTable(seed: 1),
            random: RandomSource(seed: 1))
        let slots = compiled.endpoints.filter { $0.key == "example.org/a" }
            .flatMap(\.addresses).map(\.slot)
        let packet = try Question("\(name).example.org.", type).packet
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
        defer { output.deallocate() }

        responder.beginBatch()
        func ask() throws -> (UInt8?, UInt32?) {
            let length = packet.withUnsafeBytes {
                responder.respond(
                    to: $0, into: output, from: ClientAddress(v4: 0xC000_0201), over: .udp,
                    at: 1_700_000_000)
            }
            let record = try DecodedMessage(Array(output[..<length])).answer.first
            return (record?.rdata.last, record?.ttl)
        }
        for round in 1...30 as ClosedRange<UInt32> {
            for slot in slots {
                control.verdicts.store(VerdictWord(.healthy, changeSeconds: round), slot: slot)
            }
            #expect(try ask() == (1, round))
            #expect(try ask() == (1, round))
            for slot in slots {
                control.verdicts.store(VerdictWord(.unhealthy, changeSeconds: 40), slot: slot)
            }
            #expect(try ask() == (2, 40))
            #expect(try ask() == (2, 40))
        }
        responder.endBatch()
    }
}
