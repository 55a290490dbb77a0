package import DNSWire
package import Serving
package import Steering

/// Answers queries for one worker thread: the pure function with that worker's state around it.
package struct Responder: ~Copyable {
    private let cell: ImageCell
    private let verdicts: VerdictTable
    private let counters: CounterPage
    private let worker: Int
    private var state: AnsweringState
    private var image: ServingImage?
    /// The hashes of the names that were announced.
    private var announced = InlineArray<64, UInt64>(repeating: 0)

    package init(
        worker: Int, cell: ImageCell, verdicts: VerdictTable, counters: CounterPage,
        rates: RateTable, random: RandomSource
    ) {
        self.worker = worker
        self.cell = cell
        self.verdicts = verdicts
        self.counters = counters
        state = AnsweringState(random: random, rates: rates)
    }

    /// Takes the newest image; called before the first query of a batch.
    package mutating func beginBatch() { image = cell.enter(worker: worker) }

    /// Holds nothing of the image any more; called before every call that may block.
    package mutating func endBatch() {
        image = nil
        cell.leave(worker: worker)
    }

    /// Whether it pays to announce the queries of a batch before they are answered.
    package var wantsAnnouncements: Bool { image?.wantsHints ?? false }

    /// Takes note of a query of this batch, the `index`th; only the first 64 matter.
    package mutating func announce(_ query: UnsafeRawBufferPointer, as index: Int) {
        guard let image, index < announced.count else { return }
        guard let name = unsafe ByteView(query).questionName else {
            announced[index] = 0
            return
        }
        announced[index] = image.prefetchSlot(name)
    }

    /// Fetches what the announced queries will need, once all of them are.
    package mutating func fetchAnnounced(_ count: Int) {
        guard let image else { return }
        for index in 0..<min(count, announced.count) { image.prefetchNode(announced[index]) }
    }

    /// Writes the response to one query and returns its length; 0: stay silent.
    package mutating func respond(
        to query: UnsafeRawBufferPointer, into response: UnsafeMutableRawBufferPointer,
        from client: ClientAddress, over transport: TransportProtocol, at now: UInt32
    ) -> Int {
        guard let image else { return 0 }
        return unsafe answer(
            ByteView(query), into: ByteSink(response), from: client, over: transport, at: now,
            image: image, verdicts: verdicts, counters: counters, state: &state)
    }
}
