import DNSWire
import Zones

/// Makes zones of gdnsd's configuration and zone files.
enum GdnsdImporter {
    static func read(
        _ sources: [ImportSource], origin: Name?, _ log: ImportLog
    ) throws(Finding) -> [ImportedZone] {
        let configuration = try sources.first(where: isConfiguration).map {
            source throws(Finding) in
            try GdnsdParser.read(source, files: sources)
        }
        noteServerOptions(configuration, log)
        let ttl =
            configuration?["options"]?["zones_default_ttl"]?.text.flatMap(GdnsdZoneReader.seconds)
            ?? 86400
        var zones: [ImportedZone] = []
        let hasFolder = sources.contains { folder($0) == "zones" }
        for source in sources where isZone(source, hasFolder: hasFolder) {
            guard let name = zoneName(source) else {
                throw Finding(
                    at: SourcePosition(file: source.name), "the file's name is not that of a zone")
            }
            if let origin, origin != name { continue }
            zones.append(
                try zone(
                    name, source, ttl: ttl, configuration: configuration, files: sources, log))
        }
        guard !zones.isEmpty else {
            throw Finding(
                at: SourcePosition(file: sources.first?.name ?? "gdnsd"),
                "there is no zone file: give gdnsd's folder, or its config and zone files")
        }
        return zones
    }

    // MARK: What is what

    /// `config`, or what ends like one.
    private static func isConfiguration(_ source: ImportSource) -> Bool {
        folder(source) != "zones"
            && (source.fileName == "config"
                || [".conf", ".cfg"].contains { source.fileName.hasSuffix($0) })
    }

    /// Those of the zones folder; without one all that are nothing else.
    private static func isZone(_ source: ImportSource, hasFolder: Bool) -> Bool {
        if isConfiguration(source) || source.fileName.hasPrefix(".") { return false }
        return hasFolder ? folder(source) == "zones" : folder(source) != "geoip"
    }

    private static func folder(_ source: ImportSource) -> String {
        let parts = source.name.split(separator: "/")
        return parts.count > 1 ? String(parts[parts.count - 2]) : ""
    }

    /// The file's name is the zone's; `@` stands for the slash that a file cannot have.
    private static func zoneName(_ source: ImportSource) -> Name? {
        var text = source.fileName
        if text.hasSuffix(".zone") { text = String(text.dropLast(5)) }
        if text == "ROOT_ZONE" { return .root }
        return try? Name(text.replacing("@", with: "/"), relativeTo: .root)
    }

    private static func noteServerOptions(_ configuration: GdnsdValue?, _ log: ImportLog) {
        guard let options = configuration?["options"], let entries = options.map else { return }
        let keys = entries.map(\.key).filter { $0 != "zones_default_ttl" }
        guard !keys.isEmpty else { return }
        log.changed(
            options.position, "options",
            "settings of the server are not carried: \(keys.joined(separator: ", "))")
    }

    // MARK: One zone

    private static func zone(
        _ origin: Name, _ source: ImportSource, ttl: Int, configuration: GdnsdValue?,
        files: [ImportSource], _ log: ImportLog
    ) throws(Finding) -> ImportedZone {
        let reader = try GdnsdZoneReader(
            source, origin: origin, ttl: "\(ttl)", files: files, log)
        var zone = ImportedZone(origin: origin, source: SourcePosition(file: source.name))
        zone.records = reader.records
        var plugins = GdnsdPlugins(configuration, files: files, log)
        for dynamic in reader.dynamics {
            let policy = plugins.policy(
                dynamic.target, from: dynamic.position, "\(dynamic.owner)", in: &zone)
            guard let policy else { continue }
            log.carry()
            zone.names.append(
                ImportedName(
                    owner: dynamic.owner, ttl: dynamic.ttl, policy: policy,
                    position: dynamic.position))
        }
        return zone
    }
}
