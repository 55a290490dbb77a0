package import Logging
import ServiceLifecycle
import Synchronization
package import Verdicts

/// A feed that is a file: `feeds: { drills: { file: feeds/drills.json } }` (DESIGN §6).
///
/// A good file replaces what the one before said; endpoints that it no longer names are withdrawn.
/// A bad or missing file changes nothing and is told once; a good one is a sign of life as of the time when it
/// was modified, so that a writer who has nothing new touches it. There is no settle time: write
/// the file elsewhere and rename it into place, or bear with one complaint about half a file.
package final class FileFeed: Service {
    /// The feed's name: the source of its reports.
    package let name: String
    package let path: String

    /// How often the file is looked at where no hint came from the kernel.
    package static let pollInterval = Duration.milliseconds(250)

    private struct State {
        var file: WatchedFile
        /// What was taken, and counts now.
        var taken: [String: FeedEntry] = [:]
        /// Entries about endpoints that no configuration defines yet.
        var pending: [String: FeedEntry] = [:]
        /// Loads that were taken.
        var takenLoads: [String: LoadEntry] = [:]
        /// Loads of clusters that no configuration defines yet.
        var pendingLoads: [String: LoadEntry] = [:]
        /// The time of modification that the board knows of.
        var life: Int64?
        /// Why the file cannot be read now.
        var accessError: String?
        /// What was wrong with the content read last.
        var contentError: String?

        var error: String? {
            if let error = accessError ?? contentError { return error }
            return pending.keys.min().map { "\(FeedRefusal.unknownEndpoint($0))" }
                ?? pendingLoads.keys.min().map { "\(LoadRefusal.unknownCluster($0))" }
        }
    }

    private let state: Mutex<State>
    /// Apart from `state`, so that those whom the board tells of a change may ask for it.
    private let currentStatus: Mutex<FileFeedStatus>
    private let board: VerdictBoard
    private let logger: Logger
    private let now: @Sendable () -> Int64

    /// Makes a feed that has not read its file yet.
    ///
    /// - Parameter now: the wall clock, in Unix seconds.
    package init(
        name: String, path: String, board: VerdictBoard, logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        self.name = name
        self.path = path
        self.board = board
        self.logger = logger
        self.now = now
        let file = WatchedFile(path: path, maximumBytes: FeedDocument.maximumBytes)
        state = Mutex(State(file: file))
        currentStatus = Mutex(FileFeedStatus(name: name, path: path))
    }

    /// Watches the file until shut down.
    package func run() async throws {
        let (ticks, tick) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let watch = await FolderWatch.start(folder) { tick.yield() }
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask {
                    while !Task.isCancelled {
                        tick.yield()
                        try? await Task.sleep(for: FileFeed.pollInterval)
                    }
                }
                for await _ in ticks { self.poll() }
                group.cancelAll()
            }
        }
        await watch?.stop()
    }

    package func status() -> FileFeedStatus { currentStatus.withLock { $0 } }

    /// Looks at the file once and reports what is new in it.
    package func poll() {
        state.withLock { state in
            let before = state.error
            let reading = state.file.read()
            state.accessError = nil
            switch reading {
            case .unchanged: break
            case .unreadable(let why): state.accessError = why
            case .content(let bytes): take(bytes, in: &state)
            }
            retryPending(in: &state)
            noteLife(in: &state)
            noteError(before: before, isNewContent: reading.isContent, in: state)
        }
    }

    private func take(_ bytes: [UInt8], in state: inout State) {
        let document: FeedDocument
        do {
            document = try FeedDocument.read(bytes)
        } catch {
            state.contentError = error.description
            currentStatus.withLock { $0.badFiles += 1 }
            return
        }
        for key in state.taken.keys where document.entries[key] == nil {
            board.withdraw(source: name, endpoint: key)
            state.taken[key] = nil
        }
        for key in state.takenLoads.keys where document.loads[key] == nil {
            board.withdraw(source: name, cluster: key)
            state.takenLoads[key] = nil
        }
        state.pending = [:]
        state.pendingLoads = [:]
        var refusals: [String] = []
        for (key, entry) in document.loads.sorted(by: { $0.key < $1.key }) {
            if let refusal = report(entry, of: key, in: &state) { refusals.append(refusal) }
        }
        for (key, entry) in document.entries.sorted(by: { $0.key < $1.key }) {
            if let refusal = report(entry, of: key, in: &state) { refusals.append(refusal) }
        }
        state.contentError =
            refusals.isEmpty ? nil : FeedDocumentError(findings: refusals).description
        let now = now()
        currentStatus.withLock {
            $0.goodFiles += 1
            $0.lastGood = now
            $0.entries = document.entries.count + document.loads.count
        }
    }

    /// Hands one entry to the board, unless it counts already; returns why it was refused.
    ///
    /// An endpoint that is not defined is no refusal: the entry waits for it.
    private func report(_ entry: FeedEntry, of key: String, in state: inout State) -> String? {
        guard state.taken[key] != entry else { return nil }
        guard board.defines(endpoint: key) else {
            state.pending[key] = entry
            return nil
        }
        do {
            try board.report(
                FeedReport(
                    endpoint: key, source: name, sequence: entry.sequence, verdict: entry.verdict,
                    reason: entry.reason, received: written(state)))
            state.taken[key] = entry
            return nil
        } catch {
            return error.description
        }
    }

    /// Hands one load to the board, unless it counts already; returns why it was refused.
    ///
    /// A load without a sequence counts anew with every content of the file: the same load half a minute later
    /// tells something.
    private func report(_ entry: LoadEntry, of key: String, in state: inout State) -> String? {
        guard state.takenLoads[key] != entry || entry.sequence == nil else { return nil }
        guard board.defines(cluster: key) else {
            state.pendingLoads[key] = entry
            return nil
        }
        do {
            try board.report(
                load: LoadReport(
                    cluster: key, source: name, sequence: entry.sequence, load: entry.load,
                    received: written(state)))
            state.takenLoads[key] = entry
            return nil
        } catch {
            return error.description
        }
    }

    /// Tells the board of a file that is good, or still good, and was modified since.
    private func noteLife(in state: inout State) {
        guard state.accessError == nil, state.contentError == nil,
            let modified = state.file.modified, modified != state.life
        else { return }
        state.life = modified
        board.noteLife(of: name, at: written(state))
    }

    /// When the file was written: what it says is as old as that, also after a restart.
    private func written(_ state: State) -> Int64 {
        let now = now()
        return min(state.file.modified ?? now, now)
    }

    /// A reload may have defined endpoints and clusters that the file named before.
    private func retryPending(in state: inout State) {
        for (key, entry) in state.pendingLoads where board.defines(cluster: key) {
            state.pendingLoads[key] = nil
            if let refusal = report(entry, of: key, in: &state) { state.contentError = refusal }
        }
        for (key, entry) in state.pending where board.defines(endpoint: key) {
            state.pending[key] = nil
            if let refusal = report(entry, of: key, in: &state) { state.contentError = refusal }
        }
    }

    /// Tells a new error, and every error of new content, once.
    private func noteError(before: String?, isNewContent: Bool, in state: State) {
        let error = state.error
        currentStatus.withLock { $0.error = error }
        guard error != before || isNewContent else { return }
        if let error {
            logger.warning("\(path): \(error)", metadata: ["feed": "\(name)"])
        } else if before != nil {
            logger.info("\(path): good again", metadata: ["feed": "\(name)"])
        }
    }
}

/// How a watched file is doing.
package struct FileFeedStatus: Hashable, Sendable {
    package let name: String
    package let path: String
    /// When a good file was last taken, in Unix seconds; nil: not yet.
    package internal(set) var lastGood: Int64?
    /// Endpoints and clusters that the last good file names.
    package internal(set) var entries = 0
    package internal(set) var goodFiles: UInt64 = 0
    package internal(set) var badFiles: UInt64 = 0
    /// What is wrong now; nil: nothing.
    package internal(set) var error: String?

    init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}
