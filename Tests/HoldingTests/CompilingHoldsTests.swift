import Compiling
import DNSWire
import Serving
import TestSupport
import Testing
import Zones

/// Which words policies get, and which are refused.
@Suite struct CompilingHoldsTests {
    private func findings(_ steering: SteeringDefinition) -> [String] {
        do {
            _ = try TestZone.compile(steering)
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    /// What is held is held for all clients.
    @Test func tiersThatAskWhereTheClientIsCannotBeHeld() throws {
        let tier = PolicyDefinition.byNetwork(["192.0.2.0/24": "a", "default": "b"])
        let held = try findings(HoldBench.steering(.held([tier, "c"])))
        #expect(held.count == 1)
        #expect(held.first?.contains("'failback' has a tier that asks where the client is") == true)
        #expect(try findings(HoldBench.steering(.failover([tier, "c"]))) == [])
        let inside = PolicyDefinition.byNetwork([
            "192.0.2.0/24": .held(["a", "c"]), "default": .held(["b", "c"]),
        ])
        #expect(try findings(HoldBench.steering(inside)) == [])
    }

    @Test func lastGoodRemembersSoManyEndpointsAndNoMore() throws {
        for (count, isRefused) in [(32, false), (33, true)] {
            let members = (0..<count).map { PolicyDefinition.to("e\($0)") }
            let found = try findings(
                HoldBench.steering(.all(members, answers: 8), whenDown: .lastGood))
            #expect(found.contains { $0.contains("at most 32 endpoints") } == isRefused)
        }
    }

    @Test func wordsGoByOwnerPathAndMembers() throws {
        let image = try MemoryImage(
            try TestZone.compile(
                try HoldBench.steering(
                    .all(
                        [.held(["a", "b"]), .held(["b", "a"], .after(seconds: 9))],
                        answers: 8), whenDown: .lastGood)
            ).bytes)
        let holds = (0..<image.image.holdCount).map { image.image.hold($0) }
        #expect(holds.map(\.kind) == [.failover, .failover, .lastGoodV4, .lastGoodV6])
        #expect(holds.map { text($0.owner) }.allSatisfy { $0 == "pay.example.org." })
        #expect(holds.map { text($0.path) } == ["1", "2", "", ""])
        #expect(holds.map(\.afterSeconds) == [nil, 9, nil, nil])
        #expect(Set(holds.map(\.slot)).count == 4)
        #expect(holds[0].members != holds[1].members)
    }

    private func text(_ bytes: ByteView) -> String {
        String(decoding: (0..<bytes.count).map { bytes.byte($0) }, as: UTF8.self)
    }
}
