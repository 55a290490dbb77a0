import ArgumentParser
import DNSWire
import Foundation
import Importing
import Zones

/// `sterna import`: zone files and steering files out of what others keep.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make zone and steering files of another service's or server's.",
        discussion: """
            Reads what 'aws route53 list-resource-record-sets' prints, gdnsd's folder, or octoDNS's zone \
            files. Writes ORIGIN.zone, ORIGIN.yaml and, where the platform has to know something, \
            sterna.yaml; then reports what was carried, changed, and not carried. Exits with 1 when \
            something was not carried or nothing could be written.

            EXAMPLES
              sterna import route53 sets.json --health-checks checks.json --into zones
              sterna import gdnsd /etc/gdnsd --into zones
              sterna import octodns config/example.com.yaml --into zones
            """)

    @Argument(help: "route53, gdnsd or octodns.")
    var format: Format

    @Argument(help: "Files or folders; for route53 also lists of health checks and CIDR blocks.")
    var source: [String]

    @Option(help: ArgumentHelp("The folder to write to; made where it is not.", valueName: "dir"))
    var into: String

    @Option(help: ArgumentHelp("The zone, where the source does not tell.", valueName: "origin"))
    var zone: String?

    @Option(
        name: .customLong("health-checks"),
        help: ArgumentHelp(
            "What 'aws route53 list-health-checks' prints; may be repeated.", valueName: "file"))
    var healthChecks: [String] = []

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    @ArgumentParser.Flag(help: "Overwrite files that are there.")
    var force = false

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case route53, gdnsd, octodns

        var format: ImportFormat {
            switch self {
            case .route53: .route53
            case .gdnsd: .gdnsd
            case .octodns: .octodns
            }
        }
    }

    func run() throws {
        var origin: Name?
        if let zone {
            do {
                origin = try Name(zone)
            } catch {
                throw ValidationError("--zone \(zone): \(error)")
            }
        }
        if !healthChecks.isEmpty, format != .route53 {
            throw ValidationError("--health-checks belongs to route53")
        }
        let (sources, findings) = ImportFolder.sources(source + healthChecks, format.format)
        var result = ImportResult()
        result.report.failures = findings
        if findings.isEmpty { result = importZones(format.format, sources, origin: origin) }
        var written: [String] = []
        if result.report.failures.isEmpty {
            let outcome = ImportFolder.write(result.files, into: into, force: force)
            written = outcome.written
            result.report.failures = outcome.findings
        }
        switch output {
        case .text:
            for file in written { print("wrote \(file)") }
            print(result.report.text)
        case .json: print(try json(ImportSummary(result.report, written: written)))
        }
        if !result.report.isComplete { throw ExitCode.failure }
    }
}

/// What an import did, for programs.
private struct ImportSummary: Encodable {
    struct Note: Encodable {
        let kind: String
        let file: String
        let line: Int
        let subject: String
        let message: String
    }

    let written: [String]
    let carried: Int
    let changed: Int
    let notCarried: Int
    let notes: [Note]
    let failures: [String]

    init(_ report: ImportReport, written: [String]) {
        self.written = written
        carried = report.carried
        changed = report.count(.changed)
        notCarried = report.count(.lost) + report.surplus
        notes = report.notes.map {
            Note(
                kind: $0.kind == .lost ? "not carried" : "changed", file: $0.position.file,
                line: $0.position.line, subject: $0.subject, message: $0.message)
        }
        failures = report.failures.map(\.description)
    }
}

/// Files that an import reads and writes.
private enum ImportFolder {
    /// Most files of one import.
    private static let maximumFiles = 10_000

    static func sources(
        _ paths: [String], _ format: ImportFormat
    ) -> (sources: [ImportSource], findings: [Finding]) {
        var files: [String] = []
        var findings: [Finding] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                findings.append(Finding(at: SourcePosition(file: path), "no such file"))
                continue
            }
            files += isFolder.boolValue ? contents(path, format) : [path]
        }
        if files.count > maximumFiles {
            findings.append(
                Finding(
                    at: SourcePosition(file: paths.first ?? ""),
                    "there are more than \(maximumFiles) files"))
        }
        if files.isEmpty, findings.isEmpty {
            findings.append(
                Finding(at: SourcePosition(file: paths.first ?? ""), "there is nothing to import"))
        }
        guard findings.isEmpty else { return ([], findings) }
        var sources: [ImportSource] = []
        for file in files {
            switch SmallFile.read(file, maximumBytes: ImportSource.maximumBytes) {
            case .success(let text): sources.append(ImportSource(name: file, text: text))
            case .failure(let finding): findings.append(finding)
            }
        }
        return (sources, findings)
    }

    /// The files of a folder that the format may mean, by name.
    private static func contents(_ folder: String, _ format: ImportFormat) -> [String] {
        let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        func list(_ folder: String) -> [String] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.sorted().filter { !$0.hasPrefix(".") }.map { "\(folder)/\($0)" }.filter {
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder)
                    && !isFolder.boolValue
            }
        }
        switch format {
        case .route53: return list(base).filter { $0.hasSuffix(".json") }
        case .octodns:
            return list(base).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
        case .gdnsd:
            let zones = list("\(base)/zones")
            let data = list("\(base)/geoip").filter {
                ![".mmdb", ".dat", ".gz"].contains(where: $0.hasSuffix)
            }
            return list(base).filter { zones.isEmpty || !$0.hasSuffix("/admin_state") } + zones
                + data
        }
    }

    /// Writes all files, or none where one is there already.
    static func write(
        _ files: [ImportFile], into folder: String, force: Bool
    ) -> (written: [String], findings: [Finding]) {
        let paths = files.map { "\(folder)/\($0.name)" }
        if !force {
            let there = paths.filter { FileManager.default.fileExists(atPath: $0) }
            guard there.isEmpty else {
                return (
                    [],
                    there.map {
                        Finding(
                            at: SourcePosition(file: $0),
                            "the file is there already; --force overwrites it")
                    }
                )
            }
        }
        var written: [String] = []
        for (path, file) in zip(paths, files) {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
                written.append(path)
            } catch {
                return (
                    written,
                    [
                        Finding(
                            at: SourcePosition(file: path),
                            "the file cannot be written: \(error.localizedDescription)")
                    ]
                )
            }
        }
        return (written, [])
    }
}
