import Foundation
import Synchronization

/// Asks at a steady rate, whatever becomes of the answers, on a thread of its own, and judges each.
final class ChaosLoad: Sendable {
    struct Tally: Sendable {
        var sent = 0
        var answered = 0
        /// When those queries were sent that nobody answered.
        var lost: [ContinuousClock.Instant] = []
        /// Answers after the time at which their queries counted as lost.
        var late = 0
        /// What was wrong, the first few times.
        var faults: [String] = []
        var faultCount = 0
        /// The longest that an answer took.
        var slowest = Duration.zero
        /// Answers that named some endpoint while another was certainly down, or certainly up.
        var judgedSteered = 0
    }

    /// Queries sent together, and how often.
    private static let burst = 16
    private static let period = Duration.milliseconds(4)
    /// A query that is not answered by then is lost: far longer than a process takes to start.
    private static let patience = Duration.seconds(8)
    private static let maximumFaults = 20

    private struct Waiting {
        var question: Int
        var sent: ContinuousClock.Instant
        var asked: ChaosMoment
    }

    private let moment: @Sendable () -> ChaosMoment
    private let isStopping = Atomic(false)
    private let hasEnded = Atomic(false)
    private let state = Mutex(Tally())

    var tally: Tally { state.withLock { $0 } }

    /// Starts to ask.
    init(
        port: UInt16, seed: UInt64, moment: @escaping @Sendable () -> ChaosMoment
    ) throws {
        guard let socket = TestSocket(SOCK_DGRAM), socket.connect(to: SocketName(port: port)) else {
            throw Failure("cannot make a UDP socket")
        }
        socket.limitReceiving(milliseconds: 1)
        self.moment = moment
        nonisolated(unsafe) let own = socket
        Thread.detachNewThread { self.run(own, SplitMix(seed: seed)) }
    }

    /// Sends no more queries, and waits until all are answered or lost.
    func stop() async throws -> Tally {
        isStopping.store(true, ordering: .relaxed)
        try await eventually("every query is answered or lost") {
            hasEnded.load(ordering: .acquiring)
        }
        return tally
    }

    private func run(_ socket: TestSocket, _ generator: SplitMix) {
        var generator = generator
        var queries = ChaosQuestion.allCases.map {
            Message.query("\($0).example.com", type: Message.addressType)
        }
        var waiting: [UInt16: Waiting] = [:]
        var number: UInt16 = 0
        var buffer = [UInt8](repeating: 0, count: 4096)
        var next = ContinuousClock.now
        while true {
            let now = ContinuousClock.now
            let mayAsk = !isStopping.load(ordering: .relaxed)
            if mayAsk, now >= next {
                let asked = moment()
                var sent = 0
                for _ in 0..<Self.burst {
                    let question = Int.random(in: queries.indices, using: &generator)
                    number &+= 1
                    // Numbers come back after 65,536: one that still waits would be lost by then.
                    guard waiting[number] == nil else { continue }
                    queries[question][0] = UInt8(number >> 8)
                    queries[question][1] = UInt8(truncatingIfNeeded: number)
                    waiting[number] = Waiting(question: question, sent: now, asked: asked)
                    socket.send(queries[question])
                    sent += 1
                }
                state.withLock { [sent] in $0.sent += sent }
                // What this machine slept through is not made up for.
                next = max(next + Self.period, now)
            }
            if !mayAsk, waiting.isEmpty { break }
            receive(socket, &buffer, &waiting, queries)
            giveUp(&waiting, at: now)
        }
        hasEnded.store(true, ordering: .releasing)
    }

    /// Takes the answers that are there.
    private func receive(
        _ socket: TestSocket, _ buffer: inout [UInt8], _ waiting: inout [UInt16: Waiting],
        _ queries: [[UInt8]]
    ) {
        for _ in 0..<64 {
            guard let length = socket.receive(into: &buffer) else {
                // The sockets are open whichever process dies, so nobody may say otherwise.
                if errno == ECONNREFUSED { note(fault: "the port was closed") }
                return
            }
            guard length >= 12, let query = waiting.removeValue(forKey: Message.number(of: buffer))
            else {
                state.withLock { $0.late += 1 }
                continue
            }
            judge(buffer, length, query, queries[query.question])
        }
    }

    private func judge(_ message: [UInt8], _ length: Int, _ query: Waiting, _ sent: [UInt8]) {
        let interval = ChaosInterval(asked: query.asked, answered: moment())
        let question = ChaosQuestion.allCases[query.question]
        let took = ContinuousClock.now - query.sent
        var isSteered = false
        if [.order, .spread, .share].contains(question) {
            isSteered =
                !interval.endpoints(certainlyDown: true).isEmpty
                && !interval.endpoints(certainlyDown: false).isEmpty
        }
        state.withLock { tally in
            tally.answered += 1
            tally.slowest = max(tally.slowest, took)
            if isSteered { tally.judgedSteered += 1 }
        }
        // A response, with authority, to this question.
        guard length >= sent.count, message[2] & 0x84 == 0x84,
            message[12..<sent.count] == sent[12...],
            let addresses = Message.addresses(in: message, count: length)
        else { return note(fault: "\(question): \(message.prefix(length))") }
        let answer = ChaosQuestion.Answer(rcode: Message.rcode(of: message), addresses: addresses)
        if let fault = question.fault(in: answer, during: interval) { note(fault: fault) }
    }

    private func note(fault: String) {
        state.withLock { tally in
            tally.faultCount += 1
            if tally.faults.count < Self.maximumFaults { tally.faults.append(fault) }
        }
    }

    private func giveUp(_ waiting: inout [UInt16: Waiting], at now: ContinuousClock.Instant) {
        // Looking through all of them at every turn would be most of the work.
        guard waiting.count > Self.burst * 4 || isStopping.load(ordering: .relaxed) else { return }
        let oldest = now - Self.patience
        let lost = waiting.filter { $0.value.sent < oldest }
        guard !lost.isEmpty else { return }
        for number in lost.keys { waiting[number] = nil }
        state.withLock { $0.lost += lost.values.map(\.sent) }
    }
}

/// A small generator whose seed decides everything (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
