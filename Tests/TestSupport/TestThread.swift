import Glibc

/// A thread of its own, for tests of what workers do at the same time.
package struct TestThread: ~Copyable {
    private let thread: pthread_t

    private final class Box {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    package init(_ body: @escaping @Sendable () -> Void) throws {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard failure == 0 else {
            box.release()
            throw TestFailure("cannot start a thread: error \(failure)")
        }
        self.thread = thread
    }

    /// Waits for the thread's end.
    package consuming func join() { pthread_join(thread, nil) }
}
