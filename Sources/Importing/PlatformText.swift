import DNSWire
import Zones

/// Writes `sterna.yaml` where a zone needs something of the platform: feeds, location databases.
enum PlatformText {
    static func files(for zones: [ImportedZone], _ log: ImportLog) -> [ImportFile] {
        let feeds = zones.reduce(into: [String: String]()) { all, zone in
            all.merge(zone.feeds) { first, _ in first }
        }
        let databases = zones.flatMap(\.databases)
        let needsPlaces = zones.contains { zone in
            (zone.names.map(\.policy) + zone.policies.map(\.policy)).contains { policy in
                policy.contains { node in
                    switch node {
                    case .geo, .proximity, .latency: true
                    default: false
                    }
                }
            }
        }
        guard !feeds.isEmpty || needsPlaces else { return [] }
        var lines = ["# What the imported zones need of the platform."]
        lines.append("listen: [127.0.0.1:5300]")
        lines.append("zones:")
        for zone in zones {
            let stem = zone.origin.isRoot ? "root" : zone.origin.undotted.lowercased()
            lines += YAMLText.entryLines(zone.origin.undotted, .text("\(stem).zone"), indent: 2)
        }
        if !feeds.isEmpty {
            lines.append("feeds:")
            for (name, purpose) in feeds.sorted(by: { $0.key < $1.key }) {
                lines.append("  # \(purpose)")
                lines += YAMLText.entryLines(name, .map([("push", .text("true"))]), indent: 2)
            }
        }
        if needsPlaces {
            lines.append(
                "# Tells where clients are; without it the branches by place are never chosen:")
            let known = Set(databases).sorted()
            let list = YAMLText.list(
                (known.isEmpty ? ["GeoLite2-City.mmdb"] : known).map { .text($0) })
            lines.append("# locations: { databases: \(list.flow) }")
            if let zone = zones.first {
                log.changed(
                    zone.source, "where clients are",
                    "the source's own knowledge of places is not in its files: give a location "
                        + "database in sterna.yaml ('locations')")
            }
        }
        return [ImportFile(name: "sterna.yaml", text: lines.joined(separator: "\n") + "\n")]
    }
}
