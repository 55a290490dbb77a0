import DNSWire
import Zones

/// A resource of `metafo` or `geoip`: datacenters and what each of them is.
struct GdnsdDatacenters {
    let plugin: String
    let name: String
    let value: GdnsdValue
    /// The plugin's own level, whose parameters are inherited.
    let settings: GdnsdValue?

    init(_ plugin: String, _ name: String, _ value: GdnsdValue, _ settings: GdnsdValue?) {
        self.plugin = plugin
        self.name = name
        self.value = value
        self.settings = settings
    }

    var subject: String { "\(plugin)!\(name)" }

    func parameter(_ key: String) -> GdnsdValue? { value[key] ?? settings?[key] }

    var map: GdnsdValue? { parameter("map")?.text.flatMap { settings?["maps"]?[$0] } }
}

extension GdnsdPlugins {
    /// What one datacenter is.
    mutating func datacenter(
        _ label: String, of all: GdnsdDatacenters, in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        let subject = "\(all.subject)/\(label)"
        guard let value = all.parameter("dcmap")?[label] else {
            log.lost(all.value.position, subject, "'dcmap' does not say what this datacenter is")
            return nil
        }
        if let text = value.text {
            if text.hasPrefix("%") {
                return policy(String(text.dropFirst()), from: value.position, subject, in: &zone)
            }
            if text.hasPrefix("!") {
                let target = "\(text.dropFirst())!\(all.name)/\(label)"
                return policy(target, from: value.position, subject, in: &zone)
            }
            let monitor =
                IPAddress(text) == nil
                ? nil : services.monitor(all.parameter("service_types"), for: subject, in: &zone)
            return GdnsdItems(subject: subject, monitor: monitor, log: log).member(label, value)
        }
        let plugin = value["plugin"]?.text ?? "multifo"
        if plugin == "metafo" || plugin == "geoip" {
            let inner = GdnsdDatacenters(plugin, "\(all.name)/\(label)", value, self[plugin])
            return plugin == "geoip" ? geoip(inner, in: &zone) : metafo(inner, in: &zone)
        }
        return addresses(
            plugin, "\(all.name)/\(label)", value,
            defaults: plugin == "multifo"
                ? (value["service_types"] == nil ? all.value : nil) : self[plugin],
            in: &zone)
    }

    mutating func metafo(
        _ all: GdnsdDatacenters, in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        let order = all.parameter("datacenters")?.texts ?? []
        guard !order.isEmpty else {
            log.lost(all.value.position, all.subject, "it has no 'datacenters'")
            return nil
        }
        return inOrder(order, of: all, in: &zone)
    }

    /// The first datacenter that is up.
    private mutating func inOrder(
        _ order: [String], of all: GdnsdDatacenters, in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        let members = order.prefix(PolicyDefinition.maximumMembers).compactMap {
            datacenter($0, of: all, in: &zone)
        }
        return members.count > 1 ? .failover(members) : members.first
    }

    // MARK: Maps

    mutating func geoip(
        _ all: GdnsdDatacenters, in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        guard let map = all.map else {
            log.lost(all.value.position, all.subject, "its map is not in the sources")
            return nil
        }
        for key in ["geoip2_db", "geoip_db"] {
            if let file = map[key]?.text, file.hasSuffix(".mmdb") { zone.databases.append(file) }
        }
        if map["geoip_db"] != nil {
            log.lost(
                map.position, all.subject,
                "databases of the first format cannot be read: give one in MaxMind's second format")
        }
        let everywhere = map["datacenters"]?.texts ?? []
        guard
            let fallback = fallback(map, everywhere, of: all, in: &zone)
        else { return nil }
        var branches: [ImportedBranch] = []
        for (code, value) in map["map"]?.map ?? [] where code != "default" {
            addPlace([code], value, to: &branches, of: all, in: &zone)
        }
        var policy = fallback
        if !branches.isEmpty {
            branches.append(ImportedBranch(key: "default", policy: fallback))
            policy = .geo(branches)
            log.changed(
                map.position, all.subject,
                "where all datacenters of a branch are down, the next wider branch is tried; there "
                    + "the first of them is answered")
        }
        return networks(map, around: policy, of: all, in: &zone)
    }

    /// Where no place decides: the map's own default, the nearest datacenter, or the order given.
    private mutating func fallback(
        _ map: GdnsdValue, _ everywhere: [String], of all: GdnsdDatacenters,
        in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        if let list = map["map"]?["default"], list.map == nil {
            return inOrder(list.texts, of: all, in: &zone)
        }
        guard let coordinates = map["auto_dc_coords"] else {
            return inOrder(everywhere, of: all, in: &zone)
        }
        var places: [ImportedPlace] = []
        for label in everywhere {
            guard let policy = datacenter(label, of: all, in: &zone) else { continue }
            let numbers = coordinates[label]?.texts.compactMap { Double($0) } ?? []
            guard numbers.count == 2, (-90...90).contains(numbers[0]),
                (-180...180).contains(numbers[1])
            else {
                log.lost(
                    coordinates.position, "\(all.subject)/\(label)",
                    "it has no coordinates and takes no part where the nearest one is chosen")
                continue
            }
            places.append(
                ImportedPlace(
                    policy: policy, latitude: numbers[0], longitude: numbers[1], bias: 0))
        }
        let limit = map.integer("auto_dc_limit", 0...1000) ?? 3
        if limit > 0, places.count > limit {
            log.changed(
                map.position, all.subject,
                "'auto_dc_limit': all datacenters are tried in turn, not the nearest \(limit) alone"
            )
        }
        return places.count > 1 ? .proximity(places) : places.first?.policy
    }

    /// Continents, countries, subdivisions; cities are not known here.
    private mutating func addPlace(
        _ path: [String], _ value: GdnsdValue, to branches: inout [ImportedBranch],
        of all: GdnsdDatacenters, in zone: inout ImportedZone
    ) {
        let subject = "\(all.subject) \(path.joined(separator: " → "))"
        if let entries = value.map, path.count < 4 {
            for (code, inner) in entries {
                addPlace(
                    code == "default" ? path : path + [code], inner, to: &branches, of: all,
                    in: &zone)
            }
            return
        }
        let key =
            path.count == 1
            ? GeoKey.text(continent: path[0], country: nil, subdivision: nil)
            : path.count <= 3
                ? GeoKey.text(
                    continent: nil, country: path[1],
                    subdivision: path.count == 3 ? path[2] : nil) : nil
        guard let key else {
            log.lost(
                value.position, subject,
                "a branch is for a continent, a country or a subdivision by its code: this one is not "
                    + "carried")
            return
        }
        guard !value.texts.isEmpty, let policy = inOrder(value.texts, of: all, in: &zone) else {
            log.lost(
                value.position, subject,
                "that these clients get no address has no counterpart: the next wider branch is theirs"
            )
            return
        }
        if !branches.contains(where: { $0.key == key }) {
            branches.append(ImportedBranch(key: key, policy: policy))
        }
    }

    /// Networks go before places.
    private mutating func networks(
        _ map: GdnsdValue, around policy: ImportedPolicy, of all: GdnsdDatacenters,
        in zone: inout ImportedZone
    ) -> ImportedPolicy? {
        guard var nets = map["nets"] else { return policy }
        if let file = nets.text {
            guard let source = files.named(file),
                let value = try? GdnsdParser.read(source, files: files)
            else {
                log.lost(nets.position, all.subject, "'nets': \(file) is not among the sources")
                return policy
            }
            nets = value
        }
        var branches: [ImportedBranch] = []
        for (text, value) in nets.map ?? [] {
            guard let network = IPNetwork(text),
                let policy = inOrder(value.texts, of: all, in: &zone)
            else {
                log.lost(
                    value.position, "\(all.subject) '\(text.prefix(60))'",
                    "this is no network with datacenters")
                continue
            }
            guard branches.count < PolicyDefinition.maximumMembers - 1 else {
                log.lost(
                    nets.position, all.subject,
                    "of its networks the first \(branches.count) are carried: put all into a list of "
                        + "networks ('locations' in sterna.yaml)")
                break
            }
            if !branches.contains(where: { $0.key == "\(network)" }) {
                branches.append(ImportedBranch(key: "\(network)", policy: policy))
            }
        }
        guard !branches.isEmpty else { return policy }
        return .subnet(branches + [ImportedBranch(key: "default", policy: policy)])
    }
}
