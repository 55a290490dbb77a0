import CSterna
import DNSWire
import Glibc

/// Answers the queries that arrive over TCP, for all listening sockets, on the thread that calls
/// `run`.
///
/// A turn: wait for events, look at connections that linger, answer those that were left over, then
/// those that events speak of, end what is idle. No connection can hold up another: each has at most
/// `queriesPerTurn` answers a turn, and one that does not read its answers is left alone until it
/// does.
///
/// Most clients ask once and close. So a connection that was just answered lingers: it is read
/// once more, after whatever happens next or after a fifth of a millisecond, before epoll learns of
/// it. One query takes five calls: accept, receive, send, receive, close.
@safe
package struct TCPLoop<A: Answerer & ~Copyable>: ~Copyable {
    /// How long nothing is accepted when the process or the system is out of files or memory.
    private static var acceptPauseMilliseconds: Int64 { 100 }
    /// Connections accepted from one listener in a turn.
    ///
    /// Fewer than the events of a turn: those that ended must be seen as fast as new ones come, or
    /// a client that opens one after the other would meet its limit.
    private static var acceptsPerTurn: Int { 16 }
    /// How long the loop waits for something to happen while connections linger.
    private static var lingerMicroseconds: UInt32 { 200 }
    /// Connections that linger at a time; epoll watches the others at once.
    private static var lingerers: Int { 64 }
    /// Turns that accept as much as expected before more is expected.
    private static var turnsToExpectMore: Int { 8 }
    /// Set in the tokens of listeners; the rest is their index.
    private static var listenerToken: UInt64 { 1 << 63 }

    private let epoll: CInt
    private let listeners: [CInt]
    private let stop: StopFlag
    private let limits: TCPLimits
    private let idleMilliseconds: Int64
    private var connections: TCPConnectionTable
    private var answerer: A
    private let events: UnsafeMutablePointer<sterna_event>
    private let peerName: UnsafeMutableRawPointer
    /// The tokens of those that linger, in the order in which they were answered.
    private let lingering: UnsafeMutablePointer<UInt64>
    private var lingerCount = 0
    /// How many connections a listener probably holds: asking for one more costs a call that fails.
    private var expectedAccepts = 1
    private var fullTurns = 0
    private var isStopping = false
    /// When accepting goes on; nil while it does.
    private var acceptsAgainAt: Int64?

    /// Prepares to answer on listening sockets, which stay the caller's to close.
    package init(
        listeners: [CInt],
        stop: StopFlag,
        limits: TCPLimits = TCPLimits(),
        answerer: consuming A
    ) throws(TransportError) {
        let epoll = sterna_epoll_create()
        guard epoll >= 0 else { throw .system("wait for TCP connections", -epoll) }
        for (index, listener) in listeners.enumerated() {
            _ = sterna_set_nonblocking(listener, 1)
            let token = Self.listenerToken | UInt64(index)
            let failed = sterna_epoll_add(epoll, listener, STERNA_READABLE, token)
            guard failed == 0 else {
                close(epoll)
                throw .system("wait for TCP connections", -failed)
            }
        }
        self.epoll = epoll
        self.listeners = listeners
        self.stop = stop
        self.limits = limits
        self.answerer = answerer
        idleMilliseconds = limits.idleTimeout.milliseconds
        connections = TCPConnectionTable(capacity: limits.connections)
        unsafe events = .allocate(capacity: Int(STERNA_EVENTS))
        unsafe peerName = .allocate(byteCount: socketNameBytes, alignment: 8)
        unsafe lingering = .allocate(capacity: Self.lingerers)
        unsafe lingering.initialize(repeating: 0, count: Self.lingerers)
    }

    deinit {
        close(epoll)
        unsafe events.deallocate()
        unsafe peerName.deallocate()
        unsafe lingering.deallocate()
    }

    /// Answers until told to stop; then answers what has been received, and closes.
    package mutating func run() {
        while stop.mode == .running { turn(deadline: nil) }
        finish()
    }

    /// Accepts what waits unless a successor will, answers everything that was read, closes.
    private mutating func finish() {
        let now = monotonicMilliseconds()
        expectedAccepts = Self.acceptsPerTurn
        if stop.mode == .drain {
            for index in listeners.indices {
                // As many rounds as empty the longest queue.
                for _ in 0..<(Int(SocketSetup.backlog) / Self.acceptsPerTurn) {
                    accept(from: index, at: now)
                }
            }
        }
        for index in listeners.indices { _ = sterna_epoll_remove(epoll, listeners[index]) }
        isStopping = true
        for index in 0..<connections.capacity where connections[index].isOpen {
            connections.enqueue(index)
        }
        let deadline = now + limits.stopTimeout.milliseconds
        while connections.count > 0, monotonicMilliseconds() < deadline {
            turn(deadline: deadline)
        }
        while let index = connections.longestIdle { connections.close(index) }
    }

    private mutating func turn(deadline: Int64?) {
        let count =
            unsafe lingerCount > 0 && connections.readyCount == 0
            ? sterna_epoll_wait_briefly(epoll, events, Self.lingerMicroseconds)
            : sterna_epoll_wait(epoll, events, patience(deadline: deadline))
        let now = monotonicMilliseconds()
        // First of all: those that have ended make room for those that come.
        serveLingering(at: now)
        // Those that are put back into the queue meanwhile have their turn next time.
        for _ in 0..<connections.readyCount {
            if let index = connections.dequeue() { serve(index, at: now) }
        }
        // A negative count is EINTR: someone wants the stop flag looked at.
        for position in 0..<max(0, Int(count)) {
            handle(unsafe events[position].token, at: now)
        }
        while let index = connections.longestIdle,
            now - connections[index].lastProgress >= idleMilliseconds
        {
            connections.close(index)
        }
        if let resumption = acceptsAgainAt, now >= resumption { resumeAccepting() }
    }

    /// Looks once more at the connections that were answered in the last turn.
    private mutating func serveLingering(at now: Int64) {
        let count = lingerCount
        lingerCount = 0
        for position in 0..<count {
            // At most `position` of them have been put back, into places that were read already.
            let token = unsafe lingering[position]
            let index = Int(token & 0xFFFF_FFFF)
            guard connections[index].isOpen, connections[index].token(index) == token,
                connections[index].interest == nil, !connections[index].isReady
            else { continue }
            serve(index, at: now)
        }
    }

    /// Milliseconds until something has to be done even if nothing happens; -1: never.
    private func patience(deadline: Int64?) -> CInt {
        if connections.readyCount > 0 { return 0 }
        let idle = connections.longestIdle.map { connections[$0].lastProgress + idleMilliseconds }
        var next = Int64.max
        if let idle { next = idle }
        if let deadline { next = min(next, deadline) }
        if let acceptsAgainAt { next = min(next, acceptsAgainAt) }
        if next == Int64.max { return -1 }
        return CInt(clamping: max(0, next - monotonicMilliseconds()))
    }

    private mutating func handle(_ token: UInt64, at now: Int64) {
        guard token & Self.listenerToken == 0 else {
            if !isStopping { accept(from: Int(token & ~Self.listenerToken), at: now) }
            return
        }
        let index = Int(token & 0xFFFF_FFFF)
        // An earlier event of this turn may have closed it, and another may have its slot.
        guard connections[index].isOpen, connections[index].token(index) == token,
            !connections[index].isReady
        else { return }
        serve(index, at: now)
    }
}

// MARK: - Accepting

extension TCPLoop where A: ~Copyable {
    private mutating func accept(from listener: Int, at now: Int64) {
        guard acceptsAgainAt == nil else { return }
        var madeRoom = false
        for accepted in 0..<min(expectedAccepts, Self.acceptsPerTurn) {
            let socket = unsafe sterna_accept(listeners[listener], peerName)
            if socket >= 0 {
                welcome(socket, at: now)
                madeRoom = false
                continue
            }
            switch -socket {
            case EAGAIN:
                if !isStopping { expectedAccepts = max(1, accepted) }
                fullTurns = 0
                return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                if !madeRoom, let index = connections.longestIdle {
                    connections.close(index)
                    madeRoom = true
                    continue
                }
                // The listener stays readable: without a pause the loop would spin.
                pauseAccepting(until: now + Self.acceptPauseMilliseconds)
                return
            default:
                // The connection failed before it was accepted; the next one need not.
                continue
            }
        }
        // What was left waits for the next turn, where the listener is readable still.
        fullTurns += 1
        if fullTurns >= Self.turnsToExpectMore, expectedAccepts < Self.acceptsPerTurn {
            expectedAccepts *= 2
            fullTurns = 0
        }
    }

    private mutating func welcome(_ socket: CInt, at now: Int64) {
        guard let client = unsafe ClientAddress(socketName: peerName),
            connections.count(of: client) < limits.connectionsPerClient
        else {
            close(socket)
            return
        }
        if connections.isFull, let index = connections.longestIdle { connections.close(index) }
        guard let index = connections.open(socket, client, at: now) else {
            close(socket)
            return
        }
        // The query is often here already: answer it before epoll learns of the connection.
        serve(index, at: now)
    }

    private mutating func pauseAccepting(until resumption: Int64) {
        acceptsAgainAt = resumption
        for index in listeners.indices {
            _ = sterna_epoll_change(
                epoll, listeners[index], 0, Self.listenerToken | UInt64(index))
        }
    }

    private mutating func resumeAccepting() {
        acceptsAgainAt = nil
        for index in listeners.indices {
            _ = sterna_epoll_change(
                epoll, listeners[index], STERNA_READABLE, Self.listenerToken | UInt64(index))
        }
    }
}

// MARK: - Serving

extension TCPLoop where A: ~Copyable {
    /// Does for one connection what can be done now: sends, reads, answers, sends.
    private mutating func serve(_ index: Int, at now: Int64) {
        switch flush(index, at: now) {
        case .failed: return connections.close(index)
        case .wouldBlock: return watch(index, for: STERNA_WRITABLE)
        case .done: break
        }
        var mayHaveMore = true
        var answered = 0
        if !connections[index].hasMessage {
            switch connections[index].read() {
            case .failed: return connections.close(index)
            case .wouldBlock: mayHaveMore = false
            case .done: break
            }
        }
        if connections[index].hasMessage {
            answerer.beginBatch()
            answered = connections[index].answer(
                limits.queriesPerTurn, with: &answerer, at: unixSeconds())
            answerer.endBatch()
            if answered > 0 { connections.touch(index, at: now) }
            switch flush(index, at: now) {
            case .failed: return connections.close(index)
            case .wouldBlock: return watch(index, for: STERNA_WRITABLE)
            case .done: break
            }
        }
        settle(index, mayHaveMore: mayHaveMore, mayLinger: answered > 0)
    }

    /// Sends what a connection has to send; any byte that leaves is progress.
    private mutating func flush(_ index: Int, at now: Int64) -> TCPConnection.Progress {
        let before = connections[index].outputCount
        let result = connections[index].flush()
        if connections[index].outputCount < before { connections.touch(index, at: now) }
        return result
    }

    /// Decides what a connection with nothing left to send waits for.
    private mutating func settle(_ index: Int, mayHaveMore: Bool, mayLinger: Bool) {
        if connections[index].isMalformed {
            connections.close(index)
        } else if connections[index].hasMessage {
            connections.enqueue(index)
        } else if connections[index].hasEnded {
            connections.close(index)
        } else if isStopping {
            // Close only when the kernel has nothing left: unread bytes would turn the
            // close into a reset, and take answers with them that the client has not read.
            if mayHaveMore { connections.enqueue(index) } else { connections.close(index) }
        } else if mayLinger, connections[index].interest == nil, lingerCount < Self.lingerers {
            unsafe lingering[lingerCount] = connections[index].token(index)
            lingerCount += 1
        } else {
            watch(index, for: STERNA_READABLE)
        }
    }

    private mutating func watch(_ index: Int, for events: UInt32) {
        guard connections[index].interest != events else { return }
        let token = connections[index].token(index)
        let socket = connections[index].socket
        let failed =
            connections[index].interest == nil
            ? sterna_epoll_add(epoll, socket, events, token)
            : sterna_epoll_change(epoll, socket, events, token)
        connections[index].interest = events
        if failed != 0 { connections.close(index) }
    }
}

extension TCPConnection {
    /// What epoll calls this connection: the generation above the index of its slot.
    fileprivate func token(_ index: Int) -> UInt64 {
        UInt64(generation & 0x7FFF_FFFF) << 32 | UInt64(index)
    }
}
