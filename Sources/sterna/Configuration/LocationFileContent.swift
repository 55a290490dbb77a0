import Foundation
import Geography
import LocationFiles
import Settings
import Zones

/// What was read from the files of `locations` and `latencies`.
struct LocationFileContent: Sendable {
    private(set) var locations = ClientLocations()
    private(set) var latencies = LatencyTable()
    private(set) var findings: [Finding] = []
    /// Equal numbers mean equal content.
    private(set) var revision: UInt64 = 0
    private var settings = LocationSettings()
    /// Of each file when it was read; nil: it is read again each time.
    private var placePrints: [Fingerprint?] = []
    private var latencyPrints: [Fingerprint?] = []
    /// Whether reading the files of `locations` found nothing.
    private var hasGoodPlaces = true

    /// Nothing is configured.
    init() {}

    /// Reads the files, unless they are those of `earlier`.
    ///
    /// A database is read into memory as a whole and then closed.
    init(_ settings: LocationSettings, after earlier: LocationFileContent?) {
        self.settings = settings
        // Taken before reading: a change while they are read is found the next time.
        placePrints = settings.placeFiles.map { Fingerprint(of: $0) }
        latencyPrints = settings.latencyFiles.map { Fingerprint(of: $0) }
        if let earlier, earlier.settings == settings, hasSamePlaces(earlier),
            hasSameLatencies(earlier)
        {
            self = earlier
            return
        }
        if placePrints.isEmpty, latencyPrints.isEmpty { return }
        revision = Revision.next()
        // A table of latencies may change every minute; a database takes seconds to read.
        if let earlier, earlier.hasGoodPlaces, hasSamePlaces(earlier) {
            locations = earlier.locations
        } else {
            readPlaces()
            hasGoodPlaces = findings.isEmpty
        }
        if let file = settings.latencies, let table = readLatencies(file) { latencies = table }
    }

    private func hasSamePlaces(_ earlier: LocationFileContent) -> Bool {
        earlier.settings.placeFiles == settings.placeFiles && !placePrints.contains(nil)
            && earlier.placePrints == placePrints
    }

    private func hasSameLatencies(_ earlier: LocationFileContent) -> Bool {
        !latencyPrints.contains(nil) && earlier.latencyPrints == latencyPrints
    }

    private mutating func readPlaces() {
        var lists = LocationMap()
        var isFirst = true
        for file in settings.networks {
            guard let list = readList(file) else { continue }
            lists = isFirst ? list : lists.merged(with: list)
            isFirst = false
        }
        var database = LocationMap()
        isFirst = true
        for file in settings.databases {
            guard let map = readDatabase(file) else { continue }
            database = isFirst ? map : database.merged(with: map)
            isFirst = false
        }
        guard findings.isEmpty else { return }
        locations = ClientLocations(lists: lists, database: database)
    }

    /// The files as they lie there now, where some is another one than was read; nil: none is, or one is
    /// missing or so new that it may still be written.
    var changedFiles: [Fingerprint]? {
        let files = settings.placeFiles + settings.latencyFiles
        let now = files.compactMap { Fingerprint(of: $0) }
        guard now.count == files.count,
            now.map(Optional.some) != placePrints + latencyPrints
        else { return nil }
        return now
    }

    /// The same files, read again where they have changed.
    func again() -> LocationFileContent { LocationFileContent(settings, after: self) }

    /// What policies may ask; nil where that is not known, as a file is broken.
    var known: KnownPlaces? {
        guard findings.isEmpty else { return nil }
        return KnownPlaces(
            networks: locations.names, hasPlaces: locations.hasPlaces,
            hasAutonomousSystems: locations.hasAutonomousSystems,
            hasCoordinates: locations.hasCoordinates, hasLatencies: !latencies.rows.isEmpty)
    }

    private mutating func readLatencies(_ file: String) -> LatencyTable? {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: file))
            return try LatencyFile.read(
                [UInt8](data), file: file, hysteresis: settings.latencyHysteresis)
        } catch let error as Findings {
            findings += error.all
        } catch {
            findings.append(SmallFile.unreadable(file, error))
        }
        return nil
    }

    private mutating func readList(_ file: String) -> LocationMap? {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: file))
            return try NetworkList([UInt8](data), file: file).locations()
        } catch let error as Findings {
            findings += error.all
        } catch {
            findings.append(SmallFile.unreadable(file, error))
        }
        return nil
    }

    private mutating func readDatabase(_ file: String) -> LocationMap? {
        do throws(Finding) {
            return try readLocationDatabase(file, scratch: NSTemporaryDirectory())
        } catch {
            findings.append(error)
            return nil
        }
    }
}

extension LocationSettings {
    fileprivate var placeFiles: [String] { networks + databases }
    fileprivate var latencyFiles: [String] { latencies.map { [$0] } ?? [] }
}
