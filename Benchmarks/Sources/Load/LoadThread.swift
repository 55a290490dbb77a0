import CSterna
import Glibc
import Synchronization

/// The monotonic clock, in nanoseconds.
package func nanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

/// Runs work on a thread of its own, kept on one processor, while the caller does something else.
///
/// - Parameter isUrgent: whether nothing else may run on the processor but when the work waits, so
///   that a server on the same one finds all that was sent; best effort, as it takes root.
/// - Throws: what the work threw.
package func onProcessor<Value: Sendable>(
    _ processor: Int, isUrgent: Bool = false, meanwhile: () throws -> Void = {},
    _ work: @escaping @Sendable () throws -> Value
) throws -> Value {
    let job = Job { try work() }
    var thread = sterna_thread()
    let context = Unmanaged.passRetained(
        Errand(processor: processor, isUrgent: isUrgent, job: job.run)
    ).toOpaque()
    let failed = sterna_start_thread(
        &thread,
        { context in
            guard let context else { return nil }
            let errand = Unmanaged<Errand>.fromOpaque(context).takeRetainedValue()
            _ = sterna_pin_thread(UInt32(errand.processor))
            if errand.isUrgent {
                var priority = sched_param(sched_priority: 1)
                sched_setscheduler(0, SCHED_FIFO, &priority)
            }
            errand.job()
            return nil
        }, context)
    guard failed == 0 else { throw LoadError("no thread: \(String(cString: strerror(-failed)))") }
    let beside = Result { try meanwhile() }
    _ = sterna_join_thread(thread)
    try beside.get()
    guard let result = job.result.withLock({ $0 }) else { throw LoadError("no result") }
    return try result.get()
}

/// What a thread is told.
private final class Errand: Sendable {
    let processor: Int
    let isUrgent: Bool
    let job: @Sendable () -> Void

    init(processor: Int, isUrgent: Bool, job: @escaping @Sendable () -> Void) {
        self.processor = processor
        self.isUrgent = isUrgent
        self.job = job
    }
}

/// Work and, afterwards, its result.
private final class Job<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
    private let work: @Sendable () throws -> Value

    init(_ work: @escaping @Sendable () throws -> Value) {
        self.work = work
    }

    @Sendable func run() {
        let outcome = Result { try work() }
        result.withLock { $0 = outcome }
    }
}
