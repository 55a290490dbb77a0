import DNSWire
import Health
import Zones

/// What an importer made of one zone: static records and steering, before either is written.
struct ImportedZone {
    var origin: Name
    /// Seconds for records without a TTL of their own; nil: every record has one.
    var defaultTTL: String?
    var records: [ImportedRecord] = []
    var clusters: [ClusterDefinition] = []
    var monitors: [MonitorDefinition] = []
    var policies: [(name: String, policy: ImportedPolicy)] = []
    var names: [ImportedName] = []
    var labels = LabelBook()
    /// Where what was made of nothing in particular comes from.
    var source: SourcePosition
    /// Feeds that verdicts must come from, with what they are for.
    var feeds: [String: String] = [:]
    /// Location databases that the source names.
    var databases: [String] = []
    /// Endpoints by name that verdicts must be pushed for.
    var fed: [String] = []

    init(origin: Name, source: SourcePosition) {
        self.origin = origin
        self.source = source
    }

    /// The name of a monitor that does this; an earlier one where there is one.
    mutating func monitor(_ definition: MonitorDefinition) -> String {
        for known in monitors {
            var renamed = definition
            renamed.name = known.name
            if renamed == known { return known.name }
        }
        var definition = definition
        let names = Set(monitors.map(\.name))
        definition.name = LabelBook.free(LabelBook.slug(definition.name), names)
        monitors.append(definition)
        return definition.name
    }

    /// Adds a cluster unless there is one of that name.
    mutating func cluster(_ cluster: ClusterDefinition) {
        if !clusters.contains(where: { $0.name == cluster.name }) { clusters.append(cluster) }
    }
}

/// One record of the zone file.
struct ImportedRecord: Hashable {
    var owner: Name
    /// Seconds, or nil for the zone's default.
    var ttl: String?
    /// Mnemonic.
    var type: String
    /// Text of its data, all names absolute.
    var rdata: String
    var position: SourcePosition
}

/// One steered name.
struct ImportedName: Hashable {
    var owner: Name
    var ttl: ImportedTTL
    var policy: ImportedPolicy
    var position: SourcePosition
}

enum ImportedTTL: Hashable {
    case seconds(Int)
    case auto(minimum: Int, maximum: Int)
}

/// Names for endpoints and policies, which share one space.
struct LabelBook {
    private var taken: Set<String> = []
    private var endpoints: [Place: String] = [:]
    /// In order of their first use.
    private(set) var order: [(name: String, endpoint: ImportedEndpoint)] = []

    /// What makes an endpoint the same one.
    private struct Place: Hashable {
        var addresses: Set<IPAddress>
        var monitor: String?
        var cluster: String?
    }

    /// Words that say nothing without the name that they are about.
    private static let generic: Set<String> = [
        "primary", "secondary", "default", "endpoint", "main", "backup",
    ]
    /// Longest name, in bytes: room for a number behind it below the limit of 63.
    private static let maximumBytes = 56

    /// The name of an endpoint; addresses that were seen before, checked alike, keep their name.
    ///
    /// - Parameter owner: the steered name, for labels that are not telling or taken.
    mutating func name(_ endpoint: ImportedEndpoint, owner: String) -> String {
        let place = Place(
            addresses: Set(endpoint.addresses), monitor: endpoint.monitor,
            cluster: endpoint.cluster)
        if let known = endpoints[place] { return known }
        let label = LabelBook.slug(endpoint.label)
        let isTelling =
            !LabelBook.generic.contains(label) && label.contains { $0.isLetter }
            && label.utf8.count > 1
        let wanted = isTelling && !taken.contains(label) ? label : joined(owner, label)
        let name = reserve(wanted)
        endpoints[place] = name
        order.append((name, endpoint))
        return name
    }

    private func joined(_ owner: String, _ label: String) -> String {
        let owner = LabelBook.slug(owner)
        return label.hasPrefix(owner) ? label : LabelBook.slug("\(owner)-\(label)")
    }

    mutating func reserve(_ wanted: String) -> String {
        let name = LabelBook.free(LabelBook.slug(wanted), taken)
        taken.insert(name)
        return name
    }

    static func free(_ wanted: String, _ taken: Set<String>) -> String {
        if !taken.contains(wanted) { return wanted }
        // There are fewer names than this loop can count.
        var number = 2
        while taken.contains("\(wanted)-\(number)") { number += 1 }
        return "\(wanted)-\(number)"
    }

    /// Letters, digits, `-`, `_` and `.` of a text, in lower case, all else as `-`.
    static func slug(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            let lower = Name.lowercased(byte)
            let isPlain =
                (97...122).contains(lower) || (48...57).contains(lower) || "_.".utf8.contains(lower)
            if isPlain {
                result.append(lower)
            } else if result.last != UInt8(ascii: "-"), !result.isEmpty {
                result.append(UInt8(ascii: "-"))
            }
            if result.count == maximumBytes { break }
        }
        while let last = result.last, "-.".utf8.contains(last) { result.removeLast() }
        while let first = result.first, "-.".utf8.contains(first) { result.removeFirst() }
        return result.isEmpty ? "endpoint" : String(decoding: result, as: UTF8.self)
    }
}

extension Name {
    /// Without the origin and the final dot; `@` for the origin itself.
    func relative(to origin: Name) -> String {
        if self == origin { return "@" }
        guard isBelow(origin) else { return description }
        let own = labels.prefix(labelCount - origin.labelCount)
        guard let name = try? Name(labels: Array(own)) else { return description }
        return String(name.description.dropLast())
    }

    /// What an endpoint or policy of this name may be called.
    func label(in origin: Name) -> String {
        if self == origin { return "apex" }
        return relative(to: origin).replacing("*", with: "any").replacing(".", with: "-")
    }

    /// Without the final dot.
    var undotted: String { isRoot ? "." : String(description.dropLast()) }
}
