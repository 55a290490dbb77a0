import DNSWire
import Dispatch
import Foundation
import MasterFile
import Settings
import Synchronization
import Zones

/// What was read from the files of one zone.
struct ZoneFileContent: Sendable {
    /// Where a zone's master file lies.
    struct Place: Sendable, Equatable {
        var origin: Name
        var file: String
        /// What it may include from.
        var folder: String
    }

    let place: Place
    private(set) var zone: Zone?
    private(set) var steering: SteeringDefinition?
    /// Equal numbers mean equal content.
    private(set) var zoneRevision: UInt64 = 0
    private(set) var steeringRevision: UInt64 = 0
    private var zoneFindings: [Finding] = []
    private var steeringFindings: [Finding] = []
    /// Of the master file when it was read; nil: it is read again each time.
    private var fingerprint: Fingerprint?
    private var steeringText: String?

    var findings: [Finding] { zoneFindings + steeringFindings }

    /// Reads the files of many zones, several at a time; those that have not changed are taken from `earlier`.
    static func load(
        _ places: [Place], after earlier: [Name: ZoneFileContent], progress: LoadProgress?
    ) -> [ZoneFileContent] {
        let results = Mutex([ZoneFileContent?](repeating: nil, count: places.count))
        progress?.begin(places.count)
        DispatchQueue.concurrentPerform(iterations: places.count) { index in
            let place = places[index]
            let known = earlier[place.origin].flatMap { $0.place == place ? $0 : nil }
            let content = ZoneFileContent(place, after: known)
            results.withLock { $0[index] = content }
            progress?.step()
        }
        return results.withLock { $0.compactMap { $0 } }
    }

    private init(_ place: Place, after earlier: ZoneFileContent?) {
        self.place = place
        loadZone(earlier)
        loadSteering(earlier)
    }

    private mutating func loadZone(_ earlier: ZoneFileContent?) {
        // Taken before reading: a change while it is read is found the next time.
        let now = Fingerprint(of: place.file)
        if let earlier, let known = earlier.fingerprint, let now, known == now {
            zone = earlier.zone
            zoneFindings = earlier.zoneFindings
            zoneRevision = earlier.zoneRevision
            fingerprint = known
            return
        }
        let includes = Flag()
        (zone, zoneFindings) = MasterFile.loadZone(
            origin: place.origin, file: place.file,
            files: ZoneFiles(folder: place.folder, onInclude: { includes.set() }))
        zoneRevision = Revision.next()
        fingerprint = includes.isSet ? nil : now
    }

    private mutating func loadSteering(_ earlier: ZoneFileContent?) {
        let file = place.file
        let stem = file.hasSuffix(".zone") ? String(file.dropLast(5)) : file
        let steeringFile = "\(stem).yaml"
        guard FileManager.default.fileExists(atPath: steeringFile) else {
            steeringRevision = earlier?.steeringText == "" ? earlier?.steeringRevision ?? 0 : 0
            if steeringRevision == 0 { steeringRevision = Revision.next() }
            steeringText = ""
            return
        }
        switch SmallFile.read(steeringFile) {
        case .failure(let finding): steeringFindings = [finding]
        case .success(let text):
            steeringText = text
            if let earlier, earlier.steeringText == text, !text.isEmpty {
                steering = earlier.steering
                steeringFindings = earlier.steeringFindings
                steeringRevision = earlier.steeringRevision
                return
            }
            (steering, steeringFindings) = readZoneSteering(
                file: steeringFile, text: text, origin: place.origin)
            steeringRevision = Revision.next()
        }
    }
}

/// What tells whether a file is still the one that was read.
struct Fingerprint: Equatable, Sendable {
    private let numbers: [Int64]

    /// Nil when there is no such file, or when it is too new to be told from its next version.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        // One that was written just now may be written again with the same time.
        let changed = max(status.st_mtim.tv_sec, status.st_ctim.tv_sec)
        guard time(nil) - changed > 1 else { return nil }
        numbers = [
            Int64(status.st_size), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
            Int64(status.st_ctim.tv_sec), Int64(status.st_ctim.tv_nsec),
            Int64(bitPattern: UInt64(status.st_ino)), Int64(bitPattern: UInt64(status.st_dev)),
        ]
    }
}

/// Numbers for versions of what was read, each given once.
enum Revision {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}

/// How far reading the zones has come, for people who wait.
final class LoadProgress: Sendable {
    private let done = Atomic<Int>(0)
    private let total = Atomic<Int>(0)
    private let ended = Atomic<Bool>(false)

    /// Says so once a second, from the first second on, until `end`.
    init(_ say: @escaping @Sendable (String) -> Void) {
        let started = ContinuousClock.now
        let thread = Thread { [self] in
            var ticks = 0
            while !ended.load(ordering: .acquiring) {
                usleep(100_000)
                ticks += 1
                guard ticks % 10 == 0, !ended.load(ordering: .acquiring) else { continue }
                let seconds = (ContinuousClock.now - started).components.seconds
                let (done, total) = (done.load(ordering: .relaxed), total.load(ordering: .relaxed))
                say(
                    total == 0 || done < total
                        ? "reading zones: \(done) of \(total) after \(seconds) s"
                        : "\(total) zones are read, compiling them after \(seconds) s")
            }
        }
        thread.name = "progress"
        thread.start()
    }

    func begin(_ count: Int) { total.store(count, ordering: .relaxed) }

    func step() { _ = done.add(1, ordering: .relaxed) }

    func end() { ended.store(true, ordering: .releasing) }
}
