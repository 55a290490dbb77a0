import Compiling
import DNSWire
import Health
import Holding
import Serving
import Steering
import Synchronization
import TestSupport
import Testing
import Zones

/// A keeper over an image that the compiler made, a clock that the test sets, and the query path.
final class HoldBench {
    /// What the keeper sees of the world, and the other way round.
    private final class World: Sendable {
        let clock = Atomic<Int64>(0)
        let log = Mutex<[HoldChange]>([])
    }

    let words: VerdictTable
    private let world = World()
    private let folder: TemporaryFolder
    private(set) var keeper: HoldKeeper
    private(set) var compiled: CompiledImage
    private(set) var loaded: LoadedImage
    private var policies = ResolvedPolicies()
    private var random = RandomSource(seed: 7)
    private var generation: UInt64 = 1

    var changes: [HoldChange] { world.log.withLock { $0 } }

    init(_ steering: SteeringDefinition) throws {
        folder = try TemporaryFolder()
        words = VerdictTable(privateWords: 4096)
        (compiled, loaded) = try HoldBench.compile(
            steering, SlotMap(capacity: 4096), generation, folder)
        keeper = HoldKeeper(words: words, now: { 0 }, date: { 0 })
        keeper = newKeeper()
        keeper.adopt(loaded)
    }

    /// A name `pay.example.org.` with this policy, over endpoints that have an address of each family.
    convenience init(_ policy: PolicyDefinition, whenDown: SteeredName.WhenDown = .all) throws {
        try self.init(HoldBench.steering(policy, whenDown: whenDown))
    }

    static func steering(
        _ policy: PolicyDefinition, whenDown: SteeredName.WhenDown = .all,
        policies: [NamedPolicy] = []
    ) throws -> SteeringDefinition {
        var steering = SteeringDefinition()
        let named = Set(policies.map(\.name))
        var names: [String] = []
        for tree in [policy] + policies.map(\.policy) {
            for name in tree.references where !named.contains(name) && !names.contains(name) {
                names.append(name)
            }
        }
        // Addresses go by the name, so that a reload finds the same.
        steering.endpoints = names.map { name in
            let number = name.utf8.reduce(7) { ($0 &* 31 &+ UInt32($1)) & 0xFFFF }
            return EndpointDefinition(
                name, .v4(0x0A00_0000 + number), .v6(0x2001_0DB8 << 32, UInt64(number)))
        }
        steering.policies = policies
        steering.names = [
            SteeredName(
                owner: try Name("pay.example.org."), ttl: .seconds(30), policy: policy,
                whenDown: whenDown, position: TestZone.position)
        ]
        return steering
    }

    private static func compile(
        _ steering: SteeringDefinition, _ slots: SlotMap, _ generation: UInt64,
        _ folder: TemporaryFolder
    ) throws -> (CompiledImage, LoadedImage) {
        let compiled = try Compiling.compile(
            [ZoneSource(zone: try TestZone.minimal(), steering: steering)],
            platform: SteeringDefinition(), settings: AnswerSettings(), slots: slots,
            generation: generation)
        let path = try folder.write(compiled.bytes, to: "image-\(generation)")
        return (compiled, try LoadedImage(path: path))
    }

    private func newKeeper() -> HoldKeeper {
        let world = world
        return HoldKeeper(
            words: words, now: { world.clock.load(ordering: .relaxed) },
            date: { 1_000 + world.clock.load(ordering: .relaxed) },
            onChange: { change in world.log.withLock { $0.append(change) } })
    }

    // MARK: What happens

    /// Another configuration, compiled with the slots of this one.
    func reload(_ steering: SteeringDefinition) throws {
        generation += 1
        let next = try HoldBench.compile(steering, compiled.slots, generation, folder)
        keeper.adopt(next.1)
        (compiled, loaded) = next
    }

    /// The control process goes away, and another comes that knows the words and the image.
    func restart(_ steering: SteeringDefinition? = nil) throws {
        let before = loaded
        if let steering {
            generation += 1
            (compiled, loaded) = try HoldBench.compile(
                steering, compiled.slots, generation, folder)
        }
        keeper = newKeeper()
        keeper.adopt(loaded, after: before)
    }

    /// Gives an endpoint's addresses, or those of one family, a word, as the board does.
    func set(
        _ endpoint: String, _ verdict: Verdict, override: Override = .none, v4: Bool? = nil
    ) {
        for (address, slot) in places(endpoint) where v4 == nil || v4 == address.isV4 {
            keeper.store(VerdictWord(verdict, override: override), slot: slot)
        }
    }

    /// The same while the control process is dead: nobody takes note.
    func setUnnoticed(_ endpoint: String, _ verdict: Verdict) {
        for (_, slot) in places(endpoint) { words.store(VerdictWord(verdict), slot: slot) }
    }

    func wait(_ seconds: Int64) {
        for _ in 0..<seconds {
            world.clock.add(1, ordering: .relaxed)
            keeper.tick()
        }
    }

    private func places(_ endpoint: String) -> [(address: IPAddress, slot: Int)] {
        compiled.endpoints.first { $0.definition.name == endpoint }?.addresses ?? []
    }

    // MARK: What is answered

    /// The endpoints that the query path answers with, in alphabetical order, for clients of one branch.
    func answer(v4: Bool = true, branch: UInt32 = 0) throws -> [String] {
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
        defer { output.deallocate() }
        var writer = ResponseWriter(into: ByteSink(output))
        writer.begin(
            Query(), from: ByteView(UnsafeRawBufferPointer(output)), maximumBytes: output.count)
        let image = loaded.image
        let node = try Name("pay.example.org.").lowercasedWire.withView(image.find)
        let entry = try #require(node?.entry(of: v4 ? .a : .aaaa))
        var client = PolicyClient.anybody
        client.branch = branch
        _ = policies.answer(
            entry.steered, v4: v4, for: client, image, words, &writer, &random)
        let bytes = v4 ? ResponseWriter.v4RecordBytes : ResponseWriter.v6RecordBytes
        let addresses = (0..<writer.answerRecords).map { index in
            let data = writer.out.view.slice(Header.bytes + index * bytes + 12, v4 ? 4 : 16)
            return v4
                ? IPAddress.v4(data.u32(0))
                : .v6(data.word(0).bigEndian, data.word(8).bigEndian)
        }
        return compiled.endpoints.filter {
            $0.addresses.contains { addresses.contains($0.address) }
        }
        .map(\.definition.name).sorted()
    }
}

extension PolicyDefinition {
    /// A failover that does not come back by itself.
    static func held(
        _ members: [PolicyDefinition], _ failback: Failback = .manual
    ) -> PolicyDefinition {
        var modifiers = PolicyModifiers()
        modifiers.failback = failback
        return .with(.failover(members), modifiers)
    }
}
