import CSterna
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

    private var rate = ArrivalRate()

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
        if options.busyPollMicroseconds > 0 {
            sterna_set_busy_poll(socket, CInt(clamping: options.busyPollMicroseconds))
        }
        while stop.mode == .running {
            let received = receive()
            if received > 0 {
                answer(received)
                restIfWorthwhile(after: received)
            } else {
                recover(from: CInt(-received))
            }
        }
        if stop.mode == .drain { drain() }
    }

    /// Receives a batch, looking for it for a while before sleeping if that is wanted.
    private func receive() -> Int {
        guard options.busyPollMicroseconds > 0 else {
            return batch.receive(from: socket, waiting: true)
        }
        let deadline = monotonicNanoseconds() &+ UInt64(options.busyPollMicroseconds) &* 1_000
        // Ends: the clock goes on.
        repeat {
            let received = batch.receive(from: socket, waiting: false)
            if received != -Int(EAGAIN) { return received }
        } while monotonicNanoseconds() < deadline
        return batch.receive(from: socket, waiting: true)
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
        answerer.beginBatch()
        if count > 1, answerer.wantsAnnouncements {
            for index in 0..<count { unsafe answerer.announce(batch.query(index), as: index) }
            answerer.fetchAnnounced(count)
        }
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

    /// Lets queries gather where enough arrive for it to pay, and not so many that they do so anyway.
    private mutating func restIfWorthwhile(after received: Int) {
        guard options.pauseMicroseconds > 0 else { return }
        rate.add(received, at: monotonicNanoseconds())
        guard received < UDPBatch.capacity / 2, rate.perSecond > options.pauseAbove,
            rate.perSecond < options.pauseBelow
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
