import Answering
import Compiling
import DNSWire
import Geography
import Health
import Serving
import Steering
import Zones

/// The answering function with everything that it needs, in memory.
final class TestServer {
    let compiled: CompiledImage
    let verdicts: VerdictTable
    let counters = CounterPage()
    private let memory: UnsafeMutableRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer
    private let image: ServingImage
    private var state: AnsweringState

    /// Endpoint addresses that tests use.
    private static let slots = 1024

    init(
        _ sources: [ZoneSource], platform: SteeringDefinition = SteeringDefinition(),
        settings: AnswerSettings = AnswerSettings(), locations: ClientLocations = .init(),
        seed: UInt64 = 1
    ) throws {
        compiled = try compile(
            sources, platform: platform, settings: settings, locations: locations,
            slots: SlotMap(capacity: TestServer.slots), generation: 1)
        memory = .allocate(byteCount: compiled.bytes.count, alignment: 64)
        memory.copyBytes(from: compiled.bytes)
        output = .allocate(byteCount: Header.maximumBytes, alignment: 64)
        verdicts = VerdictTable(privateWords: TestServer.slots)
        state = AnsweringState(random: RandomSource(seed: seed), rates: RateTable(seed: seed))
        do {
            image = try ServingImage(ByteView(UnsafeRawBufferPointer(memory)))
        } catch {
            memory.deallocate()
            output.deallocate()
            throw error
        }
    }

    deinit {
        memory.deallocate()
        output.deallocate()
    }

    /// The response to one message; empty when there is none.
    func answer(
        _ packet: [UInt8], over transport: TransportProtocol = .udp,
        from client: ClientAddress = ClientAddress(v4: 0xC000_0201), at now: UInt32 = 1_700_000_000
    ) -> [UInt8] {
        let length = packet.withUnsafeBytes { bytes in
            Answering.answer(
                ByteView(bytes), into: ByteSink(output), from: client, over: transport,
                at: now, image: image, verdicts: verdicts,
                counters: counters, state: &state)
        }
        return Array(output[..<length])
    }

    /// The same, but never by the short way of plain queries.
    func answerAnything(
        _ packet: [UInt8], over transport: TransportProtocol,
        from client: ClientAddress, at now: UInt32 = 1_700_000_000
    ) -> [UInt8] {
        let isTCP = if case .tcp = transport { true } else { false }
        let length = packet.withUnsafeBytes { bytes in
            Answering.answerAnything(
                ByteView(bytes), into: ByteSink(output), from: client, isTCP: isTCP, at: now,
                image: image, verdicts: verdicts, counters: counters, state: &state)
        }
        return Array(output[..<length])
    }

    func answer(
        _ question: Question, over transport: TransportProtocol = .udp
    ) throws -> DecodedMessage {
        try DecodedMessage(answer(question.packet, over: transport))
    }

    func answer(_ name: String, _ type: RRType) throws -> DecodedMessage {
        try answer(try Question(name, type, edns: .init()))
    }

    /// Says something about every address of an endpoint.
    func store(_ word: VerdictWord, endpoint key: String) {
        for endpoint in compiled.endpoints where endpoint.key == key {
            for address in endpoint.addresses { verdicts.store(word, slot: address.slot) }
        }
    }

    /// Stores the verdict of an endpoint's addresses of one family.
    func store(_ verdict: Verdict, endpoint key: String, v4: Bool) {
        for endpoint in compiled.endpoints where endpoint.key == key {
            for address in endpoint.addresses where address.address.isV4 == v4 {
                verdicts.store(VerdictWord(verdict), slot: address.slot)
            }
        }
    }

    func store(_ verdict: Verdict, endpoint key: String) {
        store(VerdictWord(verdict), endpoint: key)
    }
}
