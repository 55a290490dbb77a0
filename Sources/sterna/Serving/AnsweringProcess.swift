import DNSWire
import Foundation
import Handover
import Logging
import Serving
import ServiceLifecycle
import Transport

/// The answering process as the control process sees it: found or started, watched, told what to serve.
///
/// The sockets are held here as well, so that a process that dies is followed by another on the same
/// sockets, with the queries that wait in them.
actor AnsweringProcess {
    private let launcher: ProcessLauncher
    private let logger: Logger
    private var sockets: [CInt] = []
    private var connection: CInt = -1
    /// Counts connections: a file's number alone may come back for another one.
    private var attachment = 0
    private(set) var process: pid_t = 0
    private(set) var restarts = 0
    /// Whether the process was found running, answering for an earlier control process.
    private(set) var isAdopted = false
    /// The image that a process started now is to serve.
    private var image = ImagePlace(generation: 0, file: 0)
    /// The image before that, while it is not known whether the process takes the new one.
    private var previous: ImagePlace?
    private var waiting: [UInt64: CheckedContinuation<HandoverMessage, any Error>] = [:]
    private var isStopping = false
    private var lastStart = ContinuousClock.now
    /// How long to wait before the next start, when the last one came to nothing.
    private var delay = Duration.zero
    private let ended: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    /// How long a start, or an answer to a message, may take.
    private static let patience = Duration.seconds(30)
    /// File numbers from here on are for sockets that are passed on: out of the way of a child's own.
    private static let firstHeldFile: CInt = 500

    init(launcher: ProcessLauncher, logger: Logger) {
        self.launcher = launcher
        self.logger = logger
        (ended, end) = AsyncStream.makeStream()
    }

    var isRunning: Bool { connection >= 0 }

    // MARK: Start

    /// Looks for a process that an earlier control process left behind.
    ///
    /// - Parameter plane: tells which file the image that it serves lies in.
    /// - Returns: the image that it serves; nil when there is none that listens on these addresses.
    func adopt(
        listen: [SocketAddress], workers: Int, plane: Plane
    ) throws -> (generation: UInt64, process: pid_t)? {
        guard let found = try greet(),
            case .hello(let version, let process, let generation) = found.hello
        else { return nil }
        let udp = found.files.filter { SocketSetup.transport(of: $0) == .udp }
        let addresses = udp.compactMap { SocketSetup.localAddress(of: $0) }
        let wanted = listen.flatMap { Array(repeating: $0, count: workers) }
        guard Set(addresses) == Set(wanted), addresses.count == wanted.count else {
            logger.notice("replacing an answering process that listens elsewhere")
            HandoverSocket.send(.stop, to: found.connection)
            // Its sockets close with it; wait, so that its addresses are free.
            _ = try? HandoverSocket.receive(from: found.connection)
            for file in found.files + [found.connection] { close(file) }
            return nil
        }
        hold(found.files)
        if version == ProgramVersion.current {
            attach(found.connection, process)
            isAdopted = true
        } else {
            // A new version answers beside the old one before that goes.
            logger.notice("replacing answering process \(process) of version \(version)")
            image = ImagePlace(
                generation: generation, file: plane.adoptedFile, root: plane.adoptedRoot)
            try start()
            // Looking for the new one may have met the old one and cost it this connection.
            if !HandoverSocket.send(.handOver, to: found.connection) { kill(process, SIGTERM) }
            close(found.connection)
        }
        image = ImagePlace(
            generation: generation, file: plane.adoptedFile, root: plane.adoptedRoot)
        return (generation, self.process)
    }

    /// Opens the sockets of all addresses.
    func open(
        listen: [SocketAddress], workers: Int, receiveBytes: Int
    ) throws(TransportError) {
        var opened: [CInt] = []
        do throws(TransportError) {
            for address in listen {
                let udp = try SocketSetup.openUDP(
                    address, count: workers, receiveBytes: receiveBytes)
                opened += udp
                var bound = address
                if let local = udp.first.flatMap({ SocketSetup.localAddress(of: $0) }) {
                    bound = local
                }
                opened.append(try SocketSetup.openTCP(bound))
            }
        } catch {
            for socket in opened { close(socket) }
            throw error
        }
        hold(opened)
    }

    /// The addresses that are answered on.
    var addresses: [SocketAddress] {
        var seen: [SocketAddress] = []
        for socket in sockets {
            if let address = SocketSetup.localAddress(of: socket), !seen.contains(address) {
                seen.append(address)
            }
        }
        return seen
    }

    private func hold(_ files: [CInt]) {
        sockets = files.map { file in
            let held = fcntl(file, F_DUPFD_CLOEXEC, AnsweringProcess.firstHeldFile)
            guard held >= 0 else { return file }
            close(file)
            return held
        }
    }

    /// Makes the process serve an image: starts one if there is none.
    func serve(_ new: ImagePlace) async throws {
        let previous = image
        self.previous = previous
        image = new
        do {
            try await offer(new)
        } catch {
            image = previous
            self.previous = nil
            throw error
        }
        self.previous = nil
    }

    private func offer(_ new: ImagePlace) async throws {
        let generation = new.generation
        guard connection >= 0 else {
            try start()
            return
        }
        let connection = connection
        let reply = try await withCheckedThrowingContinuation { continuation in
            waiting[generation] = continuation
            let message = HandoverMessage.serve(
                generation: generation, file: new.file, root: new.root)
            if !HandoverSocket.send(message, to: connection) {
                waiting.removeValue(forKey: generation)?.resume(
                    throwing: ServeError("the answering process is gone"))
            }
            Task {
                try? await Task.sleep(for: AnsweringProcess.patience)
                self.giveUp(generation)
            }
        }
        if case .refused(_, let reason) = reply {
            throw ServeError("the answering process refuses the new image: \(reason)")
        }
    }

    private func giveUp(_ generation: UInt64) {
        waiting.removeValue(forKey: generation)?.resume(
            throwing: ServeError("the answering process does not reply"))
    }

    /// Starts a process and waits until it answers.
    private func start() throws {
        lastStart = .now
        let child = try launcher.launch(sockets: sockets, image: image)
        let deadline = ContinuousClock.now + AnsweringProcess.patience
        while ContinuousClock.now < deadline {
            if let found = try? greet() {
                for file in found.files { close(file) }
                if case .hello(_, child, _) = found.hello {
                    attach(found.connection, child)
                    return
                }
                close(found.connection)
            }
            var status: CInt = 0
            if waitpid(child, &status, WNOHANG) == child {
                throw ServeError("the answering process ended at once (status \(status))")
            }
            usleep(2000)
        }
        kill(child, SIGKILL)
        waitpid(child, nil, 0)
        throw ServeError("the answering process did not start")
    }

    /// Connects and reads the introduction; nil when nobody listens.
    private func greet() throws -> (hello: HandoverMessage, files: [CInt], connection: CInt)? {
        guard let connection = try HandoverSocket.connect(folder: launcher.state) else {
            return nil
        }
        HandoverSocket.limitReceiving(connection, seconds: 5)
        guard let received = try? HandoverSocket.receive(from: connection) else {
            close(connection)
            return nil
        }
        return (received.message, received.files, connection)
    }

    // MARK: Watch

    /// Reads what the process says on a thread of its own, until it is gone.
    private func attach(_ connection: CInt, _ process: pid_t) {
        self.connection = connection
        self.process = process
        attachment += 1
        let attachment = attachment
        HandoverSocket.limitReceiving(connection, seconds: 0)
        let reader = Thread {
            while let received = try? HandoverSocket.receive(from: connection) {
                Task { await self.receive(received.message) }
            }
            close(connection)
            Task { await self.lost(attachment) }
        }
        reader.name = "attendant"
        reader.start()
    }

    private func receive(_ message: HandoverMessage) {
        switch message {
        case .adopted(let generation), .refused(let generation, _):
            waiting.removeValue(forKey: generation)?.resume(returning: message)
        case .hello, .serve, .stop, .handOver: break
        }
    }

    /// Reaps a process that is gone and, unless that was asked for, starts the next at once.
    private func lost(_ attachment: Int) async {
        guard attachment == self.attachment else { return }
        connection = -1
        for continuation in waiting.values {
            continuation.resume(throwing: ServeError("the answering process is gone"))
        }
        // It may have been the new image that ended it; the next one begins with what was served.
        if let previous { image = previous }
        waiting = [:]
        await reap(process)
        if isStopping {
            end.finish()
            return
        }
        // One that lives for seconds is started again at once; one that dies at birth less and less often.
        delay =
            ContinuousClock.now - lastStart > .seconds(5)
            ? .zero : min(delay * 2 + .milliseconds(50), .seconds(5))
        if delay > .milliseconds(50) { try? await Task.sleep(for: delay) }
        await restart()
    }

    private func restart() async {
        while !isStopping, connection < 0 {
            restarts += 1
            do {
                try start()
                logger.warning("answering process \(process) started in place of one that ended")
            } catch {
                logger.error("\(error)")
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func reap(_ process: pid_t) async {
        for _ in 0..<200 {
            var status: CInt = 0
            // ECHILD: it was another process's child.
            guard waitpid(process, &status, WNOHANG) == 0 else { return }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    // MARK: Stop

    /// Lets the process answer what has arrived, and waits for its end.
    func stop() async {
        isStopping = true
        guard connection >= 0 else {
            end.finish()
            return
        }
        HandoverSocket.send(.stop, to: connection)
        let process = process
        let killer = Task {
            try await Task.sleep(for: .seconds(8))
            kill(process, SIGKILL)
        }
        // In a task of its own: when another service fails, this one is cancelled and would not wait.
        await Task { for await _ in ended {} }.value
        killer.cancel()
    }
}

/// Where an image lies in the state folder.
struct ImagePlace: Sendable, Equatable {
    var generation: UInt64
    /// The number of its file.
    var file: UInt64
    /// Where in the file its header lies; 0 unless it is a patch.
    var root: UInt32 = 0
}

/// Stops the answering process when the server shuts down; listed first, so that it goes last.
struct AnsweringService: Service {
    let answering: AnsweringProcess

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch {
            // Another service failed: whether to stop answering is decided by who started it.
            return
        }
        await answering.stop()
    }
}
