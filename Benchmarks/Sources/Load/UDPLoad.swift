import CSterna
import Glibc

/// Asks a server over UDP from one socket and one thread that never sleeps.
///
/// Queries take slots of a ring in turn; a slot's number and the lap are the ID, so that an answer
/// that comes a lap too late is not taken for a later one's.
package final class UDPLoad: @unchecked Sendable {
    private let file: CInt
    private let questions: QuestionSet
    private let watched: QuestionSet?
    private let sending = UDPBuffers(capacity: UDPLoad.batch, room: 512)
    private let receiving = UDPBuffers(capacity: UDPLoad.batch, room: 4096)
    private let slots: UnsafeMutablePointer<Slot>
    private var result = LoadResult()
    /// Queries sent ever; the next one's place in the ring.
    private var next = 0
    /// The first query that may still be answered.
    private var oldest = 0
    private var waiting = 0
    /// When the beginning of a paced load ends.
    private var earlyEnd: UInt64 = 0
    /// When a paced load ends, and what makes that soon.
    private var end: UInt64 = 0
    private var wanted: UInt32?
    /// The next question; goes on where the last load stopped.
    private var cursor = 0

    private struct Slot {
        var sentAt: UInt64 = 0
        var question: Int32 = 0
        var id: UInt16 = 0
        var isWaiting = false
    }

    /// Most messages in one system call.
    static let batch = 64
    /// Slots of the ring: what can be in flight at 20,000 q/s while a server stalls for 0.8 s.
    private static let ring = 1 << 14
    /// How long an answer may take, in nanoseconds; then the query is lost.
    private static let patience: UInt64 = 500_000_000
    /// How long a load goes on behind the answer that ends it, in nanoseconds.
    private static let afterglow: UInt64 = 500_000_000
    /// The question number of the watched question.
    private static let watch: Int32 = -1

    /// - Parameter watched: a question that a paced load asks beside the others, to see when its
    ///   answer changes.
    /// - Throws: `LoadError` when there is no socket.
    package init(port: UInt16, questions: QuestionSet, watched: Question? = nil) throws(LoadError) {
        file = try LoopbackSocket.udp(to: port)
        self.questions = questions
        self.watched = watched.map { QuestionSet([$0]) }
        slots = .allocate(capacity: UDPLoad.ring)
        slots.initialize(repeating: Slot(), count: UDPLoad.ring)
    }

    deinit {
        slots.deallocate()
        close(file)
    }

    // MARK: Loads

    /// Keeps a fixed number of queries outstanding.
    package func closed(outstanding: Int, seconds: Double) -> LoadResult {
        let start = begin()
        let end = start + UInt64(seconds * 1e9)
        let worthwhile = min(16, max(1, outstanding / 4))
        var now = start
        while now < end {
            let received = receive(now)
            sweep(now)
            let free = outstanding - waiting
            if free >= worthwhile || (received == 0 && free > 0) {
                send(min(free, UDPLoad.batch), now)
            }
            now = nanoseconds()
        }
        return finish(since: start)
    }

    /// Sends at a steady rate, whether answers come or not.
    ///
    /// - Parameters:
    ///   - rate: queries a second.
    ///   - watchInterval: nanoseconds between two times that the watched question is asked.
    ///   - early: how long its beginning is, in seconds, whose latencies are kept apart.
    ///   - wanted: an address that ends the load, half a second after the watched question was
    ///     answered with it first.
    package func paced(
        rate: Double, seconds: Double, watchInterval: UInt64 = 500_000, early: Double = 0,
        until wanted: UInt32? = nil
    ) -> LoadResult {
        let start = begin()
        self.wanted = wanted
        earlyEnd = start + UInt64(early * 1e9)
        end = start + UInt64(seconds * 1e9)
        var nextWatch = start
        var now = start
        var sent = 0
        while now < end {
            _ = receive(now)
            sweep(now)
            let due = Int(Double(now - start) * rate / 1e9) - sent
            if due > 0 {
                let count = min(due, UDPLoad.batch)
                send(count, now)
                sent += count
            }
            if watched != nil, now >= nextWatch {
                sendWatched(now)
                nextWatch = now + watchInterval
            }
            now = nanoseconds()
        }
        return finish(since: start)
    }

    /// Sends bursts and waits, asleep, for all answers of each: the server's batches are then the
    /// same on every run.
    package func bursts(count: Int, size: Int = UDPLoad.batch) -> LoadResult {
        let start = begin()
        LoopbackSocket.limitWaiting(file, milliseconds: 5000)
        var left = count
        while left > 0 {
            let burst = min(left, min(size, UDPLoad.batch))
            send(burst, nanoseconds())
            while waiting > 0, receive(nanoseconds(), wait: true) > 0 {}
            abandon()
            left -= burst
        }
        result.duration = nanoseconds() - start
        return result
    }

    /// Asks the first question once, and says whether the answer came within the time and was right.
    package func isAnswered(within milliseconds: Int) -> Bool {
        _ = begin()
        LoopbackSocket.limitWaiting(file, milliseconds: milliseconds)
        cursor = 0
        send(1, nanoseconds())
        _ = receive(nanoseconds(), wait: true)
        abandon()
        return result.answered == 1
    }

    // MARK: Parts

    private func begin() -> UInt64 {
        result = LoadResult()
        // What an earlier load left in the socket.
        while sterna_recvmmsg(file, receiving.messages, UInt32(UDPLoad.batch), 0) > 0 {}
        return nanoseconds()
    }

    /// Waits for what is still to come.
    private func finish(since start: UInt64) -> LoadResult {
        var now = nanoseconds()
        result.duration = now - start
        while waiting > 0 {
            if receive(now) > 0 { result.duration = now - start }
            sweep(now)
            now = nanoseconds()
        }
        return result
    }

    /// Gives up what is outstanding.
    private func abandon() {
        while oldest < next {
            lose(oldest)
            oldest += 1
        }
    }

    /// Lets go of queries that were answered or are lost.
    private func sweep(_ now: UInt64) {
        while oldest < next {
            let slot = slots[oldest % UDPLoad.ring]
            guard !slot.isWaiting || now &- slot.sentAt > UDPLoad.patience else { return }
            lose(oldest)
            oldest += 1
        }
    }

    private func lose(_ number: Int) {
        let place = number % UDPLoad.ring
        guard slots[place].isWaiting else { return }
        slots[place].isWaiting = false
        waiting -= 1
        result.lost += 1
    }

    private func send(_ count: Int, _ now: UInt64) {
        for index in 0..<count {
            prepare(index, questions, cursor, number: Int32(truncatingIfNeeded: cursor), now)
            cursor = cursor + 1 == questions.count ? 0 : cursor + 1
        }
        push(count)
    }

    private func sendWatched(_ now: UInt64) {
        guard let watched else { return }
        prepare(0, watched, 0, number: UDPLoad.watch, now)
        push(1)
    }

    /// Writes one query and takes its slot, from a lost query if need be.
    private func prepare(
        _ index: Int, _ set: QuestionSet, _ question: Int, number: Int32, _ now: UInt64
    ) {
        if next - oldest == UDPLoad.ring {
            lose(oldest)
            oldest += 1
        }
        let message = set.message(question)
        let buffer = sending.buffer(index)
        buffer.copyMemory(
            from: UnsafeRawPointer(message.baseAddress ?? set.bytes), byteCount: message.count)
        let id = UInt16(truncatingIfNeeded: next)
        buffer.storeBytes(of: id.bigEndian, as: UInt16.self)
        sending.setLength(index, message.count)
        slots[next % UDPLoad.ring] = Slot(sentAt: now, question: number, id: id, isWaiting: true)
        next += 1
        waiting += 1
        if number != UDPLoad.watch { result.sent += 1 }
    }

    /// Hands messages to the kernel; those that it refuses are lost like others.
    private func push(_ count: Int) {
        var sent = 0
        for _ in 0..<1000 where sent < count {
            let more = sterna_sendmmsg(file, sending.messages + sent, UInt32(count - sent), 0)
            if more > 0 { sent += Int(more) }
        }
    }

    /// Takes what has arrived.
    ///
    /// - Returns: the number of datagrams; 0 as well when there was an error.
    private func receive(_ now: UInt64, wait: Bool = false) -> Int {
        let received = sterna_recvmmsg(
            file, receiving.messages, UInt32(UDPLoad.batch), wait ? 1 : 0)
        guard received > 0 else { return 0 }
        let arrived = wait ? nanoseconds() : now
        for index in 0..<Int(received) { take(receiving.received(index), arrived) }
        return Int(received)
    }

    private func take(_ response: UnsafeRawBufferPointer, _ now: UInt64) {
        guard response.count >= QueryMessage.headerBytes else { return }
        let id = response.loadUnaligned(as: UInt16.self).bigEndian
        let place = Int(id) % UDPLoad.ring
        let slot = slots[place]
        guard slot.isWaiting, slot.id == id else { return }
        slots[place].isWaiting = false
        waiting -= 1
        if slot.question == UDPLoad.watch {
            note(response, asked: slot.sentAt, now)
            return
        }
        if questions.isRight(response, to: Int(slot.question)) {
            result.answered += 1
            if now < earlyEnd {
                result.earlyLatencies.record(now &- slot.sentAt)
            } else {
                result.latencies.record(now &- slot.sentAt)
            }
        } else {
            result.wrong += 1
        }
    }

    private func note(_ response: UnsafeRawBufferPointer, asked: UInt64, _ now: UInt64) {
        guard let watched else { return }
        let questionEnd = QueryMessage.questionEnd(watched.message(0))
        let address = AnswerCheck.firstAddress(response, questionEnd: questionEnd)
        result.sightings.append(Sighting(asked: asked, seen: now, address: address))
        guard let wanted, address == wanted else { return }
        end = min(end, now + UDPLoad.afterglow)
        self.wanted = nil
    }
}
