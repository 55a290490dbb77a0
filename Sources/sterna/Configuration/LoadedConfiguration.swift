import Compiling
import DNSWire
import Foundation
import Geography
import Health
import MasterFile
import Resolving
import Settings
import Zones

/// Everything that the files say, with all findings about them.
struct LoadedConfiguration: Sendable {
    var settings = ServerSettings()
    var zones: [ZoneSource] = []
    var findings: [Finding] = []
    /// Equal numbers mean equal settings.
    var platformRevision: UInt64 = 0
    /// The text that the settings were read from.
    fileprivate var settingsText = ""
    /// What is known about where clients are.
    fileprivate(set) var locationFiles = LocationFileContent()
    /// What was read from each zone's files, to be used again while they stay as they are.
    fileprivate var zoneFiles: [Name: ZoneFileContent] = [:]

    var locations: ClientLocations { locationFiles.locations }
    /// How long packets take to them.
    var latencies: LatencyTable { locationFiles.latencies }

    var hasErrors: Bool { findings.contains { $0.severity == .error } }

    /// Reads and checks every file; never stops at the first fault.
    ///
    /// - Parameters:
    ///   - earlier: what was loaded before; files that have not changed since are not read again.
    ///   - progress: told how many zones are read, and how many there are.
    static func load(
        _ source: ConfigurationSource,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        after earlier: LoadedConfiguration? = nil, progress: LoadProgress? = nil
    ) -> LoadedConfiguration {
        var loader = ConfigurationLoader(source: source, earlier: earlier, progress: progress)
        return loader.load(environment: environment)
    }

    /// Reads the settings alone: enough to know where to answer.
    static func loadSettings(
        _ source: ConfigurationSource,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> LoadedConfiguration {
        var loader = ConfigurationLoader(source: source, earlier: nil, progress: nil)
        return loader.readSettings(environment: environment)
    }

    /// The same configuration with what the files of `locations` and `latencies` say now.
    func with(_ content: LocationFileContent) -> LoadedConfiguration {
        var result = self
        result.locationFiles = content
        result.platformRevision = Revision.next()
        result.findings = content.findings
        for zone in zones {
            result.findings += resolve(
                platform: settings.steering, zone: zone.steering, origin: zone.zone.origin,
                places: content.known)
        }
        result.findings += resolve(platform: settings.steering, places: content.known)
        return result
    }

    /// Equal numbers mean that a zone's steering was written alike.
    func steeringContent(of origin: Name) -> UInt64? { zoneFiles[origin]?.steeringRevision }
}

/// Reads the files of a configuration one after the other and collects what is wrong with them.
private struct ConfigurationLoader {
    let source: ConfigurationSource
    private let earlier: LoadedConfiguration?
    private let progress: LoadProgress?
    private var result = LoadedConfiguration()

    init(source: ConfigurationSource, earlier: LoadedConfiguration?, progress: LoadProgress?) {
        self.source = source
        self.earlier = earlier
        self.progress = progress
    }

    mutating func readSettings(environment: [String: String]) -> LoadedConfiguration {
        result.platformRevision = Revision.next()
        if let file = source.file { loadSettings(file, environment: environment) }
        applyCommandLine()
        return result
    }

    mutating func load(environment: [String: String]) -> LoadedConfiguration {
        _ = readSettings(environment: environment)
        loadLocations()
        loadZones()
        check()
        result.findings.sort {
            ($0.position.file, $0.position.line, $0.position.column)
                < ($1.position.file, $1.position.line, $1.position.column)
        }
        return result
    }

    private mutating func loadSettings(_ file: String, environment: [String: String]) {
        guard let text = read(file) else { return }
        let (settings, findings) = readServerSettings(
            file: file, text: text, environment: environment)
        result.findings += findings
        if let settings { result.settings = settings }
        result.settingsText = text
        if let earlier, earlier.settingsText == text {
            result.platformRevision = earlier.platformRevision
        }
    }

    private mutating func applyCommandLine() {
        if let folder = source.zonesFolder { result.settings.zonesFolder = folder }
        if !source.listen.isEmpty { result.settings.listen = source.listen }
        if let workers = source.workers { result.settings.workers = workers }
        if let state = source.state { result.settings.state = state }
        switch source.control {
        case .asConfigured: break
        case .off: result.settings.control = nil
        case .at(let address): result.settings.control = address
        }
    }

    /// Changed files are as good as changed settings: whatever looks at clients is compiled again.
    private mutating func loadLocations() {
        let content = LocationFileContent(
            result.settings.locations, after: earlier?.locationFiles)
        result.locationFiles = content
        result.findings += content.findings
        if let earlier, earlier.locationFiles.revision != content.revision {
            result.platformRevision = Revision.next()
        }
    }

    // MARK: Zones

    private mutating func loadZones() {
        var files: [(origin: Name, file: String, folder: String)] = source.zones.map {
            ($0.origin, $0.file, ConfigurationLoader.folder(of: $0.file))
        }
        files += result.settings.zoneFiles.map {
            ($0.origin, $0.file, ConfigurationLoader.folder(of: $0.file))
        }
        if let folder = result.settings.zonesFolder { files += listFolder(folder) }
        var seen: [Name: String] = [:]
        var wanted: [ZoneFileContent.Place] = []
        for (origin, file, folder) in files {
            if let other = seen[origin] {
                report(file, "zone \(origin) is given twice; the other file is \(other)")
                continue
            }
            seen[origin] = file
            wanted.append(.init(origin: origin, file: file, folder: folder))
        }
        for content in ZoneFileContent.load(
            wanted, after: earlier?.zoneFiles ?? [:], progress: progress)
        {
            take(content)
        }
        if files.isEmpty, !result.hasErrors {
            let place = source.file ?? result.settings.zonesFolder ?? "sterna"
            report(place, "there is no zone to serve; give --zone ORIGIN=FILE or a zones folder")
        }
    }

    /// The master files of a folder: `example.com.zone` holds example.com, `root.zone` the root.
    private mutating func listFolder(
        _ folder: String
    ) -> [(origin: Name, file: String, folder: String)] {
        guard let directory = opendir(folder) else {
            report(folder, "the zones folder cannot be read: \(errnoText())")
            return []
        }
        closedir(directory)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
        var files: [(origin: Name, file: String, folder: String)] = []
        for name in names where name.hasSuffix(".zone") {
            let stem = String(name.dropLast(5))
            do {
                let origin = stem == "root" ? Name.root : try Name(stem)
                files.append((origin, "\(folder)/\(name)", folder))
            } catch {
                report("\(folder)/\(name)", "the file's name is no zone's: \(error)")
            }
        }
        let zones = Set(names.filter { $0.hasSuffix(".zone") }.map { $0.dropLast(5) })
        // The configuration may lie beside the zones.
        for name in names
        where name.hasSuffix(".yaml") && name != "sterna.yaml" && !zones.contains(name.dropLast(5))
        {
            report("\(folder)/\(name)", "there is no \(name.dropLast(5)).zone beside it")
        }
        return files
    }

    private mutating func take(_ content: ZoneFileContent) {
        let origin = content.place.origin
        result.zoneFiles[origin] = content
        result.findings += content.findings
        var steering = SteeringDefinition()
        if let definition = content.steering {
            steering = definition
            result.findings += resolve(
                platform: result.settings.steering, zone: definition, origin: origin,
                places: result.locationFiles.known)
        }
        guard let zone = content.zone else { return }
        result.findings += zone.findings(forSteered: steering.names)
        var source = ZoneSource(zone: zone, steering: steering)
        source.zoneRevision = content.zoneRevision
        source.steeringRevision = content.steeringRevision
        result.zones.append(source)
    }

    // MARK: Checks that need everything

    private mutating func check() {
        result.findings += resolve(
            platform: result.settings.steering, places: result.locationFiles.known)
        result.findings += hostLoops(result.zones, platform: result.settings.steering)
        let hosts = result.hosts.count
        if hosts > HostTable.maximumHosts {
            report(
                source.file ?? "sterna",
                "the files name \(hosts) hosts; at most \(HostTable.maximumHosts) are possible")
        }
        // With a zone that could not be read nobody knows what its endpoints use.
        if !result.hasErrors {
            result.findings += unusedMonitors(result.settings, zones: result.zones.map(\.steering))
        }
        let threads = result.settings.listen.count * result.settings.workers + 1
        if threads > ConfigurationLimits.maximumThreads {
            report(
                source.file ?? "sterna",
                "\(result.settings.listen.count) listen addresses with \(result.settings.workers) "
                    + "workers each need \(threads) threads; at most "
                    + "\(ConfigurationLimits.maximumThreads) are possible")
        }
    }

    private mutating func read(_ file: String) -> String? {
        switch SmallFile.read(file) {
        case .success(let text): return text
        case .failure(let finding):
            result.findings.append(finding)
            return nil
        }
    }

    private mutating func report(_ file: String, _ message: String) {
        result.findings.append(Finding(at: SourcePosition(file: file), message))
    }

    private static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }
}

/// Bounds of a configuration.
private enum ConfigurationLimits {
    /// Counter pages in shared memory.
    static let maximumThreads = 64
}
