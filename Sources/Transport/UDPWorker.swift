import DNSWire
import Glibc

/// Answers the queries that arrive at one UDP socket, on the thread that calls `run`.
///
/// Receives a batch, answers it, sends the responses: two system calls for up to 64 queries.
package struct UDPWorker<A: Answerer & ~Copyable>: ~Copyable {
    /// The longest that a worker goes on with what has arrived after it was told to stop.
    private static var drainMilliseconds: Int64 { 1_000 }
    /// The most queries that it answers then.
    private static var drainQueries: Int { 100_000 }

    private let socket: CInt
    private let stop: StopFlag
    private let options: UDPOptions
    private var batch: UDPBatch
    private var answerer: A

    // Queries in the current and in the last whole second of the clock.
    private var second: UInt32 = 0
    private var queriesThisSecond = 0
    private var queriesLastSecond = 0

    /// Prepares to answer on a bound socket, which stays the caller's to close.
    package init(
        socket: CInt, stop: StopFlag, options: UDPOptions = UDPOptions(), answerer: consuming A
    ) throws(TransportError) {
        let isWildcard = SocketSetup.localAddress(of: socket)?.isWildcard ?? false
        guard let batch = UDPBatch(wantsDestination: isWildcard) else {
            throw .system("get memory for a UDP worker", ENOMEM)
        }
        self.socket = socket
        self.stop = stop
        self.options = options
        self.batch = batch
        self.answerer = answerer
    }

    /// Answers until told to stop.
    package mutating func run() {
        _ = setBlocking(socket)
        while stop.mode == .running {
            let received = batch.receive(from: socket, waiting: true)
            if received > 0 {
                answer(received)
                restIfWorthwhile(after: received)
            } else {
                recover(from: CInt(-received))
            }
        }
        if stop.mode == .drain { drain() }
    }

    /// Answers what waits in the socket.
    private mutating func drain() {
        let deadline = monotonicMilliseconds() + Self.drainMilliseconds
        var answered = 0
        while answered < Self.drainQueries, monotonicMilliseconds() < deadline {
            let received = batch.receive(from: socket, waiting: false)
            // A signal that was meant to wake this thread may still be under way.
            if received == -Int(EINTR) { continue }
            guard received > 0 else { return }
            answer(received)
            answered += received
        }
    }

    private mutating func answer(_ count: Int) {
        let now = unixSeconds()
        tally(count, at: now)
        answerer.beginBatch()
        for index in 0..<count {
            guard let client = batch.client(index) else { continue }
            let length = unsafe answerer.respond(
                to: batch.query(index), into: batch.nextResponse, from: client, over: .udp, at: now)
            if length > 0 { batch.stage(length, inReplyTo: index) }
        }
        answerer.endBatch()
        batch.send(over: socket)
        batch.recycle(count)
    }

    private mutating func tally(_ count: Int, at now: UInt32) {
        if now != second {
            queriesLastSecond = now == second &+ 1 ? queriesThisSecond : 0
            queriesThisSecond = 0
            second = now
        }
        queriesThisSecond += count
    }

    private func restIfWorthwhile(after received: Int) {
        guard options.pauseMicroseconds > 0, received < UDPBatch.capacity,
            queriesLastSecond > options.pauseAbove
        else { return }
        usleep(options.pauseMicroseconds)
    }

    /// Decides what a failed receive means; a socket that is none is a fault of this program.
    private func recover(from code: CInt) {
        switch code {
        case EINTR:
            return
        case EAGAIN:
            // Someone who shares the socket made it non-blocking.
            _ = setBlocking(socket)
        default:
            precondition(code != EBADF && code != ENOTSOCK, "a UDP worker needs an open UDP socket")
        }
        // An error of the network or of memory may last: do not spin on it.
        usleep(1_000)
    }
}
