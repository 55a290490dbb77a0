import Foundation
import Synchronization

/// Asks one question again and again on a thread of its own, a few queries ahead of the answers.
final class SteadyAsker: Sendable {
    /// What came of the queries so far.
    struct Tally: Sendable {
        var answered = 0
        /// Queries without an answer within three seconds.
        var lost = 0
        /// Answers that were no NOERROR, or could not be read.
        var wrong = 0
        /// How often each IPv4 address was answered.
        var addresses: [UInt32: Int] = [:]

        /// How often an address was answered.
        func count(of address: String) -> Int {
            addresses[address.split(separator: ".").reduce(0) { $0 << 8 | (UInt32($1) ?? 0) }] ?? 0
        }
    }

    private let work: Work

    var tally: Tally { work.tally.withLock { $0 } }

    /// Starts to ask.
    ///
    /// - Parameters:
    ///   - count: queries to send; without it, until `stop`.
    ///   - window: queries that may wait for their answers.
    ///   - subnet: the client that the queries tell of, the first three bytes of its network.
    init(
        _ name: String, port: UInt16, count: Int = .max, window: Int = 16, subnet: String? = nil
    ) throws {
        guard let socket = TestSocket(SOCK_DGRAM), socket.connect(to: SocketName(port: port)) else {
            throw Failure("cannot make a UDP socket")
        }
        socket.limitReceiving(milliseconds: 100)
        let type = Message.addressType
        let query =
            subnet.map { Message.query(name, type: type, subnet: $0) }
            ?? Message.query(name, type: type)
        let work = Work(query, count: count, window: window)
        self.work = work
        nonisolated(unsafe) let own = socket
        Thread.detachNewThread { work.run(own) }
    }

    deinit { work.isStopping.store(true, ordering: .relaxed) }

    /// Sends no more queries and waits for the answers that are still to come.
    func stop() async throws -> Tally {
        work.isStopping.store(true, ordering: .relaxed)
        return try await finish()
    }

    /// Waits until all queries are answered or lost.
    func finish() async throws -> Tally {
        try await eventually("every query is answered or lost") {
            work.hasEnded.load(ordering: .acquiring)
        }
        return tally
    }

    /// Waits until so many more are answered.
    func answers(more count: Int) async throws {
        let goal = tally.answered + count
        try await eventually("\(count) more queries are answered") { tally.answered >= goal }
    }
}

/// What the thread does; apart from the asker, so that the thread ends when a test drops that.
private final class Work: Sendable {
    /// A query that is not answered by then is lost.
    private static let patience = Duration.seconds(3)

    let tally = Mutex(SteadyAsker.Tally())
    let isStopping = Atomic(false)
    let hasEnded = Atomic(false)
    private let query: [UInt8]
    private let count: Int
    private let window: Int

    init(_ query: [UInt8], count: Int, window: Int) {
        self.query = query
        self.count = count
        self.window = window
    }

    func run(_ socket: TestSocket) {
        var query = query
        var buffer = [UInt8](repeating: 0, count: 4096)
        var waiting: [UInt16: ContinuousClock.Instant] = [:]
        var number: UInt16 = 0
        var sent = 0
        while true {
            while waiting.count < window, sent < count, !isStopping.load(ordering: .relaxed) {
                number &+= 1
                sent += 1
                query[0] = UInt8(number >> 8)
                query[1] = UInt8(truncatingIfNeeded: number)
                waiting[number] = .now
                socket.send(query)
            }
            if waiting.isEmpty { break }
            if let length = socket.receive(into: &buffer) {
                if length >= 12, waiting.removeValue(forKey: Message.number(of: buffer)) != nil {
                    note(buffer, length)
                }
            } else {
                giveUp(&waiting)
            }
        }
        hasEnded.store(true, ordering: .releasing)
    }

    private func note(_ message: [UInt8], _ length: Int) {
        let addresses = Message.addresses(in: message, count: length)
        tally.withLock { tally in
            tally.answered += 1
            guard Message.rcode(of: message) == 0, let addresses else {
                tally.wrong += 1
                return
            }
            for address in addresses { tally.addresses[address, default: 0] += 1 }
        }
    }

    private func giveUp(_ waiting: inout [UInt16: ContinuousClock.Instant]) {
        let oldest = ContinuousClock.now - Work.patience
        let lost = waiting.filter { $0.value < oldest }
        for number in lost.keys { waiting[number] = nil }
        tally.withLock { $0.lost += lost.count }
        // Nobody has the port: the system says so at once, every time.
        usleep(1000)
    }
}
