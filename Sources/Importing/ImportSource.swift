package import DNSWire
import Zones

/// One text to import, with the name that notes carry.
package struct ImportSource: Sendable {
    /// The path as the user gave it.
    package var name: String
    package var text: String

    /// Largest text read, in bytes: a hosted zone of 10,000 record sets takes a tenth of it.
    package static let maximumBytes = 64 << 20

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// The last part of the path.
    package var fileName: String {
        name.split(separator: "/").last.map(String.init) ?? name
    }
}

/// The formats that can be imported.
package enum ImportFormat: String, Sendable, CaseIterable {
    case route53
    case gdnsd
    case octodns
}

/// What was made of the sources.
package struct ImportResult: Sendable {
    /// Files by name, in the order of writing; empty when nothing could be read.
    package var files: [ImportFile] = []
    package var report = ImportReport()

    package init(report: ImportReport = ImportReport()) { self.report = report }
}

/// One file to be written.
package struct ImportFile: Sendable, Hashable {
    package var name: String
    package var text: String
}

/// Reads sources of one format and makes zone files and steering files of them.
///
/// - Parameters:
///   - origin: the zone wanted; nil: the one that the source names, or every one.
/// - Returns: files that `check` accepts, and what became of everything in the sources. Where a source cannot be
///   read at all there are no files, and the report says where and why.
package func importZones(
    _ format: ImportFormat, _ sources: [ImportSource], origin: Name? = nil
) -> ImportResult {
    let log = ImportLog()
    var zones: [ImportedZone] = []
    do throws(Finding) {
        for source in sources where source.text.utf8.count > ImportSource.maximumBytes {
            throw Finding(at: SourcePosition(file: source.name), "the file is larger than 64 MiB")
        }
        switch format {
        case .route53: zones = [try Route53Importer.read(sources, origin: origin, log)]
        case .gdnsd: zones = try GdnsdImporter.read(sources, origin: origin, log)
        case .octodns: zones = try OctoImporter.read(sources, origin: origin, log)
        }
    } catch {
        log.fail(error)
        return ImportResult(report: log.report)
    }
    var result = ImportResult()
    for zone in zones.sorted(by: { $0.origin < $1.origin }) {
        result.files += zone.written(log)
    }
    result.files += PlatformText.files(for: zones, log)
    result.report = log.report
    return result
}
