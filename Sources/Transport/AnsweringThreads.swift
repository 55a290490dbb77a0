import CSterna
import Glibc
import Synchronization

/// The threads that answer: one for each UDP socket, and one for TCP.
///
/// They run until `stop`, even if this value is dropped.
package struct AnsweringThreads: ~Copyable {
    /// How often a thread is woken until it has seen the stop flag.
    ///
    /// A signal that arrives between its look at the flag and its system call is lost, so one is
    /// not enough.
    private static let wakeMicroseconds: UInt32 = 10_000

    private let stopFlag = StopFlag()
    private var threads: [Thread] = []

    private init() {}

    /// Starts a thread for each UDP socket and one for all TCP listeners, if there are any.
    ///
    /// `makeAnswerer` runs once on each thread, with the index of the thread: UDP sockets in order,
    /// then TCP. Signals other than STERNA_WAKE_SIGNAL never reach these threads.
    package static func start<A: Answerer & ~Copyable>(
        udp: [CInt],
        tcp: [CInt],
        udpOptions: UDPOptions = UDPOptions(),
        tcpLimits: TCPLimits = TCPLimits(),
        makeAnswerer: @escaping @Sendable (Int) -> A
    ) throws(TransportError) -> AnsweringThreads {
        let failed = sterna_prepare_wake_signal()
        guard failed == 0 else { throw .system("handle a signal", -failed) }
        var group = AnsweringThreads()
        let stop = group.stopFlag
        do throws(TransportError) {
            for (index, socket) in udp.enumerated() {
                try group.add(name: "udp-\(index)") { () throws(TransportError) in
                    if udpOptions.pinsWorkers { pinThread(index) }
                    var worker = try UDPWorker(
                        socket: socket, stop: stop, options: udpOptions,
                        answerer: makeAnswerer(index))
                    worker.run()
                }
            }
            if !tcp.isEmpty {
                try group.add(name: "tcp") { () throws(TransportError) in
                    var loop = try TCPLoop(
                        listeners: tcp, stop: stop, limits: tcpLimits,
                        answerer: makeAnswerer(udp.count))
                    loop.run()
                }
            }
        } catch {
            _ = group.stop(.handOver)
            throw error
        }
        return group
    }

    /// Whether every thread still answers.
    package var allRunning: Bool { threads.allSatisfy { !$0.body.hasReturned } }

    /// Stops all threads and waits until they are gone; false if some are not `within` the time.
    package mutating func stop(_ mode: StopFlag.Mode, within time: Duration = .seconds(5)) -> Bool {
        stopFlag.request(mode)
        let deadline = monotonicMilliseconds() + time.milliseconds
        while threads.contains(where: { !$0.body.hasReturned }) {
            guard monotonicMilliseconds() < deadline else { return false }
            for thread in threads where !thread.body.hasReturned {
                _ = sterna_wake_thread(thread.handle)
            }
            usleep(Self.wakeMicroseconds)
        }
        for thread in threads { _ = sterna_join_thread(thread.handle) }
        threads = []
        return true
    }

    private mutating func add(
        name: String, _ work: @escaping @Sendable () throws(TransportError) -> Void
    ) throws(TransportError) {
        let body = ThreadBody(name: name, work)
        var handle = sterna_thread()
        let argument = unsafe Unmanaged.passRetained(body)
        let failed = unsafe sterna_start_thread(&handle, enterThread, argument.toOpaque())
        guard failed == 0 else {
            unsafe argument.release()
            throw .system("start a thread", -failed)
        }
        threads.append(Thread(handle: handle, body: body))
    }
}

/// A thread that runs, and what it runs.
private struct Thread {
    let handle: sterna_thread
    let body: ThreadBody
}

/// What a thread does, handed to it through C.
private final class ThreadBody: Sendable {
    private let name: String
    private let work: @Sendable () throws(TransportError) -> Void
    private let returned = Atomic<Bool>(false)

    init(name: String, _ work: @escaping @Sendable () throws(TransportError) -> Void) {
        self.name = name
        self.work = work
    }

    var hasReturned: Bool { returned.load(ordering: .acquiring) }

    func run() {
        unsafe sterna_set_thread_name(name)
        sterna_set_timer_slack(1_000)
        do {
            try work()
        } catch {
            // Half a server would look healthy and lose queries: end, and be started again.
            fatalError("\(name): \(error)")
        }
        returned.store(true, ordering: .releasing)
    }
}

/// Keeps the calling thread on the processor at `index` of those that it may use; best effort.
private func pinThread(_ index: Int) {
    let processor = sterna_nth_processor(UInt32(index))
    if processor >= 0 { _ = sterna_pin_thread(UInt32(processor)) }
}

/// Where a thread begins.
///
/// A free function, for code that inherits the main actor may not run on other threads.
private func enterThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument {
        let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
        body.run()
    }
    return nil
}
