import Compiling
import Control
import DNSWire
import Foundation
import Handover
import Health
import Holding
import Logging
import Monitors
import Resolving
import Serving
import Settings
import Verdicts
import Zones

/// The control process: holds what is served, and puts a new configuration in its place.
actor Server {
    let source: ConfigurationSource
    let state: StateFolder
    let plane: Plane
    let board: VerdictBoard
    let holds: HoldKeeper
    let monitors: MonitorSet
    let answering: AnsweringProcess
    let hosts: HostResolver
    let logger: Logger
    let started = Date()
    /// What was known of the endpoints before now.
    let transitions = TransitionLog()
    private(set) var fileFeeds: [FileFeed] = []
    private(set) var store: FeedStore?
    private(set) var configuration: LoadedConfiguration
    private(set) var compiled: CompiledImage?
    private(set) var generation: UInt64 = 0
    private(set) var published = Date()
    /// What is served, as this process reads it, and where it lies.
    private(set) var served: (image: LoadedImage, place: ImagePlace)?
    /// The answering process that was there before this one.
    private var found: (generation: UInt64, process: pid_t)?
    private(set) var lastReload: StatusReport.ReloadReport?
    /// The reload that was asked for last.
    var reloading: Task<ReloadOutcome, Never>?
    private let wordsAreLive: Flag
    private let tcpIdleSeconds: Int

    init(
        source: ConfigurationSource, configuration: LoadedConfiguration, state: StateFolder,
        launcher: ProcessLauncher, logger: Logger
    ) throws {
        self.source = source
        self.configuration = configuration
        tcpIdleSeconds = configuration.settings.tcp.idleSeconds
        self.state = state
        self.logger = logger
        let plane = try Plane(folder: state.path)
        self.plane = plane
        let holds = Server.keeper(of: plane, logger: logger)
        self.holds = holds
        let wordsAreLive = Flag()
        self.wordsAreLive = wordsAreLive
        let transitions = transitions
        board = VerdictBoard(
            now: { Int64(Date().timeIntervalSince1970) },
            store: { slot, word in
                if wordsAreLive.isSet { holds.store(word, slot: slot) }
            },
            onTransition: { transition in
                transitions.record(transition, at: Int64(Date().timeIntervalSince1970))
                logger.notice(
                    "\(transition.endpoint) \(transition.address): \(transition.old) -> \(transition.new)",
                    metadata: [
                        "reason": "\(transition.reason)", "source": "\(transition.source)",
                    ])
            },
            onNotice: { notice in
                logger.log(level: notice.isWarning ? .warning : .notice, "\(notice)")
            })
        monitors = MonitorSet(board: board, logger: logger)
        answering = AnsweringProcess(launcher: launcher, logger: logger)
        hosts = HostResolver(options: configuration.resolverOptions, logger: logger)
        for feed in configuration.settings.feeds {
            guard case .file(let path) = feed.source else { continue }
            fileFeeds.append(
                FileFeed(
                    name: feed.name, path: path, board: board, logger: logger,
                    now: { Int64(Date().timeIntervalSince1970) }))
        }
    }

    // MARK: Start

    /// Finds the answering process of an earlier run, or starts one from the image that it left.
    ///
    /// - Returns: whether queries are answered already, before any zone is read.
    func startEarly() async throws -> Bool {
        let settings = configuration.settings
        found = try await answering.adopt(
            listen: settings.listen, workers: settings.workers, plane: plane)
        if found != nil { return true }
        guard let kept = keptImage() else { return false }
        try await openSockets()
        do {
            try await answering.serve(kept)
            logger.notice("answering from the image of the last run while the zones are read")
            return true
        } catch {
            logger.warning("the image of the last run cannot be served: \(error)")
            return false
        }
    }

    /// What the last run served, or what that followed; nil when neither can be read.
    private func keptImage() -> ImagePlace? {
        let file = plane.adoptedFile
        guard file > 0 else { return nil }
        for root in [plane.adoptedRoot, 0] {
            guard let image = try? LoadedImage(path: state.imagePath(file), root: Int(root)) else {
                continue
            }
            return ImagePlace(generation: image.image.generation, file: file, root: root)
        }
        return nil
    }

    private func openSockets() async throws {
        guard await answering.addresses.isEmpty else { return }
        let settings = configuration.settings
        try await answering.open(
            listen: settings.listen, workers: settings.workers,
            receiveBytes: settings.udp.receiveBytes)
    }

    /// Compiles, restores what was known, and makes an answering process serve it.
    ///
    /// - Returns: the addresses that are answered on.
    func start(_ loaded: LoadedConfiguration) async throws -> [SocketAddress] {
        configuration = await resolved(loaded, kept: keptHosts)
        let last = found?.generation ?? plane.generation
        let known = keptSlots
        generation = max(last, plane.generation, state.imageFiles.max() ?? 0) + 1
        let image = try await compile(
            configuration, slots: slots(serving: known))
        for warning in image.warnings { logger.warning("\(warning)") }
        let place = try write(image)
        await restoreVerdicts(image, known: known)
        try await openSockets()
        try await publish(image, place)
        if let found {
            logger.notice("took over answering process \(found.process), which went on answering")
        }
        return await answering.addresses
    }

    /// Goes on with the image of the last run, as the files of this one are broken.
    ///
    /// - Returns: the addresses that are answered on.
    func startAsItWas() async -> [SocketAddress] {
        generation = max(plane.generation, state.imageFiles.max() ?? 0)
        let message =
            "the files are broken, the image of the last run goes on serving; mend them and reload"
        lastReload = .init(time: Date().ISO8601Format(), ok: false, message: message)
        logger.error("\(message)")
        return await answering.addresses
    }

    /// What is known of the endpoints goes into shared memory at once and complete: an endpoint that a
    /// feed took out must not come back for the moment between a restart and the feed's first reading.
    private func restoreVerdicts(_ image: CompiledImage, known: [SlotMap.Key: Int]) async {
        let slots = Set(known.values)
        let verdicts = plane.verdicts
        replaceEndpoints(image) { slots.contains($0) ? verdicts.load($0) : nil }
        await restoreReports()
        for feed in fileFeeds { feed.poll() }
        wordsAreLive.set()
        replaceEndpoints(image)
        monitors.replace(targets(image))
    }

    private func restoreReports() async {
        let now = Int64(Date().timeIntervalSince1970)
        do {
            let store = try FeedStore.open(folder: state.path, now: now, logger: logger)
            self.store = store
            for report in try await store.all() { try? board.report(Verdicts.FeedReport(report)) }
            for load in try await store.allLoads() { try? board.report(load: LoadReport(load)) }
        } catch {
            logger.error("\(error); pushed verdicts are refused until this is mended")
        }
    }

    // MARK: Reload

    /// Loads the configuration again; one that has errors changes nothing.
    ///
    /// Reloads that are asked for together follow one another.
    func reload() async -> ReloadOutcome {
        let before = reloading
        let task = Task {
            _ = await before?.value
            return await self.reloadNow()
        }
        reloading = task
        return await task.value
    }

    private func reloadNow() async -> ReloadOutcome {
        let source = source
        // Elsewhere, so that a large configuration does not keep the API waiting.
        let earlier = configuration
        let loaded = await Task.detached {
            LoadedConfiguration.load(source, after: earlier)
        }.value
        return await take(loaded)
    }

    /// Puts a configuration in the place of the one that is served, and says so.
    ///
    /// - Parameter isAboutHosts: whether it is the one that is served, with other addresses of hosts.
    func take(
        _ loaded: LoadedConfiguration, isAboutHosts: Bool = false
    ) async -> ReloadOutcome {
        let outcome = await apply(loaded, isAboutHosts: isAboutHosts)
        let time = Date().ISO8601Format()
        lastReload = .init(time: time, ok: outcome.succeeded, message: outcome.message)
        if outcome.succeeded {
            logger.notice("\(outcome.message)")
        } else {
            logger.error("\(outcome.message)")
        }
        for finding in outcome.findings { logger.warning("\(finding)") }
        return outcome
    }

    private func apply(
        _ loaded: LoadedConfiguration, isAboutHosts: Bool
    ) async -> ReloadOutcome {
        let findings = loaded.findings.map(\.description)
        guard !loaded.hasErrors else {
            return ReloadOutcome(
                succeeded: false, message: "reload refused, the old configuration goes on serving",
                findings: findings)
        }
        do {
            let loaded = isAboutHosts ? loaded : await resolved(loaded, kept: keptHosts)
            generation += 1
            let image = try await compileNext(loaded)
            let place = try write(image)
            let old = configuration
            configuration = loaded
            // New addresses get their words before the image that reads them.
            if compiled == nil {
                await restoreVerdicts(image, known: keptSlots)
            } else {
                replaceEndpoints(image)
            }
            do {
                if isAboutHosts {
                    monitors.replace(targets(image))
                    await firstVerdicts(of: image)
                }
                try await publish(image, place)
            } catch {
                configuration = old
                if let compiled {
                    replaceEndpoints(compiled)
                    monitors.replace(targets(compiled))
                }
                throw error
            }
            await hosts.keep(only: loaded.hosts)
            // Millions of records are freed meanwhile, not before the reply.
            Task.detached { _ = old }
            monitors.replace(targets(image))
            let names = image.zones.reduce(0) { $0 + $1.names }
            var message = "serving image \(generation): \(image.zones.count) zones, \(names) names"
            if image.root > 0 { message += ", by a patch" }
            for key in restartKeys(old, loaded) {
                message += "; a changed '\(key)' needs a restart"
            }
            return ReloadOutcome(
                succeeded: true, message: message,
                findings: findings + image.warnings.map(\.description))
        } catch let error as Findings {
            return ReloadOutcome(
                succeeded: false, message: "reload refused, the old configuration goes on serving",
                findings: findings + error.all.map(\.description))
        } catch {
            return ReloadOutcome(
                succeeded: false,
                message: "reload failed, the old configuration goes on serving: \(error)",
                findings: findings)
        }
    }

    /// Settings that a running server cannot change.
    private func restartKeys(_ old: LoadedConfiguration, _ new: LoadedConfiguration) -> [String] {
        var keys: [String] = []
        if old.settings.listen != new.settings.listen { keys.append("listen") }
        if old.settings.workers != new.settings.workers { keys.append("workers") }
        if old.settings.control != new.settings.control { keys.append("control") }
        if old.settings.tcp != new.settings.tcp { keys.append("tcp") }
        if old.settings.isConfined != new.settings.isConfined { keys.append("confinement") }
        var udp = old.settings.udp
        udp.pinsWorkers = new.settings.udp.pinsWorkers
        if udp != new.settings.udp { keys.append("udp") }
        if udp != old.settings.udp { keys.append("pin-workers") }
        let sources = [old, new].map { $0.settings.feeds.map { "\($0.name) \($0.source)" } }
        if sources[0] != sources[1] { keys.append("feeds") }
        return keys
    }

    // MARK: Images

    private func compile(
        _ loaded: LoadedConfiguration, slots: SlotMap
    ) async throws -> CompiledImage {
        let generation = generation
        let settings = try answerSettings(loaded)
        let history = compiled?.latencyHistory ?? LatencyHistory()
        return try await Task.detached {
            try Compiling.compile(
                loaded.zones, platform: loaded.settings.steering,
                settings: settings, locations: loaded.locations, latencies: loaded.latencies,
                after: history, slots: slots, generation: generation)
        }.value
    }

    /// Compiles what differs from what is served, or the whole where that does not do.
    private func compileNext(_ loaded: LoadedConfiguration) async throws -> CompiledImage {
        guard let compiled, let served else {
            return try await compile(loaded, slots: slots(serving: keptSlots))
        }
        let generation = generation
        let settings = try answerSettings(loaded)
        let before = ServedConfiguration(
            image: served.image, compiled: compiled, sources: configuration.zones,
            platformStays: configuration.platformRevision == loaded.platformRevision)
        let patch = try await Task.detached {
            try compilePatch(
                loaded.zones, after: before, platform: loaded.settings.steering,
                settings: settings, generation: generation)
        }.value
        if let patch { return patch }
        return try await compile(loaded, slots: compiled.slots)
    }

    private func answerSettings(_ loaded: LoadedConfiguration) throws -> AnswerSettings {
        var ownSecret: [UInt8]?
        if loaded.settings.cookies == .generated { ownSecret = try state.cookieSecret() }
        var settings = AnswerSettings(loaded.settings, ownSecret: ownSecret)
        // A changed limit of TCP needs a restart, and must not be announced before.
        settings.tcpIdleSeconds = tcpIdleSeconds
        return settings
    }

    /// Writes an image, or a patch behind the one that is served.
    private func write(_ image: CompiledImage) throws -> ImagePlace {
        guard image.root > 0, let served else {
            try state.write(image.bytes, file: generation)
            return ImagePlace(generation: generation, file: generation)
        }
        try state.append(image.bytes, at: image.root, file: served.place.file)
        return ImagePlace(
            generation: generation, file: served.place.file, root: UInt32(image.root))
    }

    /// Makes the answering process serve an image that is written.
    private func publish(_ image: CompiledImage, _ place: ImagePlace) async throws {
        let loaded = try load(place)
        holds.adopt(loaded, after: served == nil ? lastServed : nil)
        do {
            try await answering.serve(place)
        } catch {
            if let served { holds.adopt(served.image) }
            throw error
        }
        plane.generation = place.generation
        served = (loaded, place)
        published = Date()
        compiled = image
        // It lies in the file, and need not be held twice.
        compiled?.bytes = []
        state.removeImages(except: place.file)
    }

    private func load(_ place: ImagePlace) throws(ImageError) -> LoadedImage {
        if let served, served.place.file == place.file,
            let grown = try? LoadedImage(served.image, root: Int(place.root))
        {
            return grown
        }
        return try LoadedImage(path: state.imagePath(place.file), root: Int(place.root))
    }
}
