import CSterna
import Foundation
import Synchronization
import Testing
import Transport

/// What a confined thread can still do.
///
/// Every measure binds the thread that takes it, so each test makes one, and the test process stays
/// free.
@Suite struct ConfinementTests {
    /// Something to try: it returns an error number, 0 when it worked.
    struct Attempt: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var refusedWith: CInt
        let run: @Sendable (Folder) -> CInt

        init(
            _ testDescription: String, refusedWith: CInt = EPERM,
            _ run: @escaping @Sendable (Folder) -> CInt
        ) {
            self.testDescription = testDescription
            self.refusedWith = refusedWith
            self.run = run
        }
    }

    /// The folder that a confined thread may read, with a file in it.
    struct Folder: Sendable {
        let path: String
        let file: CInt
        /// The process that started this one.
        let parent = getppid()
    }

    private static let forbidden = [
        Attempt("start a program") { _ in
            var process: pid_t = 0
            var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
            let failed = posix_spawn(&process, "/bin/true", nil, nil, &arguments, environ)
            if failed == 0 { waitpid(process, nil, 0) }
            return failed
        },
        Attempt("become a program") { _ in
            // There is none of this name, or the tests would end here.
            var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
            return outcome(execv("/nonexistent/program", &arguments), expected: ENOENT)
        },
        Attempt("open a TCP socket") { _ in made(socket(AF_INET, stream, 0)) },
        Attempt("open a UDP socket") { _ in made(socket(AF_INET, datagram, 0)) },
        Attempt("open a Unix socket") { _ in made(socket(AF_UNIX, stream, 0)) },
        Attempt("read a file elsewhere", refusedWith: EACCES) { _ in
            made(open("/etc/passwd", O_RDONLY | O_CLOEXEC))
        },
        Attempt("list a folder", refusedWith: EACCES) { _ in
            made(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        },
        Attempt("make a file") { folder in
            made(open("\(folder.path)/new", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        },
        Attempt("open a file for writing") { folder in
            made(open("\(folder.path)/image-1", O_RDWR | O_CLOEXEC))
        },
        Attempt("remove a file") { folder in
            outcome(unlink("\(folder.path)/nothing"), expected: ENOENT)
        },
        Attempt("cut a file short") { folder in outcome(ftruncate(folder.file, 4)) },
        Attempt("signal another process") { folder in outcome(kill(folder.parent, 0)) },
        Attempt("make memory that can be run") { _ in
            mapped(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1)
        },
    ]

    private static let allowed = [
        Attempt("map an image") { folder in
            let file = open("\(folder.path)/image-1", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { return errno }
            defer { close(file) }
            var status = stat()
            guard fstat(file, &status) == 0 else { return errno }
            return mapped(PROT_READ, MAP_SHARED, file)
        },
        Attempt("take much memory") { _ in
            guard let memory = malloc(64 << 20) else { return errno }
            memset(memory, 1, 64 << 20)
            free(memory)
            return 0
        },
        Attempt("start a thread") { _ in
            var thread = pthread_t()
            let failed = pthread_create(&thread, nil, { _ in nil }, nil)
            return failed == 0 ? pthread_join(thread, nil) : failed
        },
        Attempt("wait") { _ in outcome(usleep(100)) },
        Attempt("wait for connections") { _ in
            let epoll = sterna_epoll_create()
            guard epoll >= 0 else { return -epoll }
            defer { close(epoll) }
            var events = [sterna_event](repeating: sterna_event(), count: Int(STERNA_EVENTS))
            let briefly = sterna_epoll_wait_briefly(epoll, &events, 100)
            return briefly < 0 ? -briefly : -sterna_epoll_wait(epoll, &events, 1)
        },
        Attempt("draw a random number") { _ in
            UInt64.random(in: 0...1) <= 1 ? 0 : EINVAL
        },
    ]

    /// Every forbidden thing works where nobody is confined: else its refusal would mean nothing.
    @Test(arguments: forbidden) func whatAnsweringDoesNotNeedIsRefused(
        _ attempt: Attempt
    ) async throws {
        try await withFolder { folder in
            let free = await onOwnThread { attempt.run(folder) }
            #expect(free == 0)
            let trial = await confined(to: folder) { _ in attempt.run(folder) }
            try #require(trial.confinement.isComplete, "\(trial.confinement.summary)")
            #expect(trial.result == attempt.refusedWith)
        }
    }

    @Test(arguments: allowed) func whatAnsweringNeedsGoesOn(_ attempt: Attempt) async throws {
        try await withFolder { folder in
            let trial = await confined(to: folder) { _ in attempt.run(folder) }
            #expect(trial.result == 0)
        }
    }

    @Test func theKernelConfirmsEveryMeasure() async throws {
        try await withFolder { folder in
            let running = Mutex<String?>(nil)
            let trial = await confined(
                to: folder,
                before: {
                    // Opened before: nothing of /proc can be opened afterwards.
                    open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC)
                }
            ) { file in
                var bytes = [UInt8](repeating: 0, count: 8192)
                let count = read(file, &bytes, bytes.count)
                close(file)
                running.withLock {
                    $0 = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
                }
                return CInt(count)
            }
            try #require(trial.confinement.isComplete, "\(trial.confinement.summary)")
            #expect(trial.result > 0)
            let status = try #require(running.withLock { $0 })
            for line in ["NoNewPrivs:\t1", "CapEff:\t0000000000000000", "Seccomp:\t2"] {
                #expect(status.contains(line), "\(status)")
            }
        }
    }

    @Test func whatIsNotPossibleIsSaid() {
        let some = Confinement(measures: [
            .init(name: "no capabilities", failure: 0), .init(name: "Landlock", failure: ENOSYS),
            .init(name: "seccomp", failure: EPERM),
        ])
        #expect(
            some.summary
                == "confined: no capabilities; not possible here: Landlock (Function not implemented), seccomp (Operation not permitted)"
        )
        #expect(!some.isComplete)
        let none = Confinement(measures: [.init(name: "seccomp", failure: EPERM)])
        #expect(
            none.summary == "not confined; not possible here: seccomp (Operation not permitted)")
        let all = Confinement(measures: [.init(name: "seccomp", failure: 0)])
        #expect(all.summary == "confined: seccomp")
        #expect(all.isComplete)
    }
}

private let stream = CInt(SOCK_STREAM.rawValue)
private let datagram = CInt(SOCK_DGRAM.rawValue)

/// 0 if a call worked, or failed as it does for everybody; else its error number.
private func outcome(_ result: CInt, expected: CInt = 0) -> CInt {
    let code = errno
    return result == 0 || code == expected ? 0 : code
}

/// Closes the file that a call opened.
private func made(_ file: CInt) -> CInt {
    guard file >= 0 else { return errno }
    close(file)
    return 0
}

private func mapped(_ protection: CInt, _ flags: CInt, _ file: CInt) -> CInt {
    let memory = mmap(nil, 4096, protection, flags, file, 0)
    guard let memory, memory != MAP_FAILED else { return errno }
    munmap(memory, 4096)
    return 0
}

private func withFolder(_ body: (ConfinementTests.Folder) async throws -> Void) async throws {
    var template = Array("/tmp/sterna-confined-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("an image".utf8).write(to: URL(fileURLWithPath: "\(path)/image-1"))
    let file = open("\(path)/image-1", O_RDWR | O_CLOEXEC)
    try #require(file >= 0)
    defer { close(file) }
    try await body(ConfinementTests.Folder(path: path, file: file))
}

/// What a confined thread found out.
private struct Trial: Sendable {
    var confinement: Confinement
    var result: CInt
}

/// Runs something on a thread that ends afterwards.
private func onOwnThread(_ body: @escaping @Sendable () -> CInt) async -> CInt {
    await withCheckedContinuation { (continuation: CheckedContinuation<CInt, Never>) in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}

/// Runs something on a confined thread, with what `before` returned while it was still free.
private func confined(
    to folder: ConfinementTests.Folder, before: @escaping @Sendable () -> CInt = { 0 },
    _ body: @escaping @Sendable (CInt) -> CInt
) async -> Trial {
    await withCheckedContinuation { (continuation: CheckedContinuation<Trial, Never>) in
        Thread.detachNewThread {
            let opened = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            let prepared = before()
            let confinement = Confinement(readingBelow: opened)
            close(opened)
            continuation.resume(
                returning: Trial(confinement: confinement, result: body(prepared)))
        }
    }
}
