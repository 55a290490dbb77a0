import DNSWire
import Zones

/// What differs in the definitions of a name, in words.
struct NameChanges {
    let all: [Plan.Change]

    init(_ old: PlannedSide.Steered, _ new: PlannedSide.Steered) {
        let (a, b) = (old.definition, new.definition)
        var changes: [Plan.Change] = []
        func add(_ key: String, _ before: String, _ after: String) {
            if before != after { changes.append(Plan.Change(key, before, after)) }
        }
        add("ttl", a.ttl.text, b.ttl.text)
        add("degradedTtl", NameChanges.text(a.degradedTTL), NameChanges.text(b.degradedTTL))
        add("whenDown", a.whenDown.text, b.whenDown.text)
        add("whenDownTtl", NameChanges.text(a.whenDownTTL), NameChanges.text(b.whenDownTTL))
        if old.policyPrint != new.policyPrint {
            changes.append(Plan.Change("policy", a.policy.kind, b.policy.kind))
        }
        all = changes
    }

    private static func text(_ seconds: UInt32?) -> String { seconds.map { "\($0)" } ?? "none" }
}

extension SteeredName.TimeToLive {
    fileprivate var text: String {
        switch self {
        case .seconds(let value): "\(value)"
        case .auto(let minimum, let maximum): "auto from \(minimum) to \(maximum)"
        }
    }
}

extension SteeredName.WhenDown {
    fileprivate var text: String {
        switch self {
        case .all: "all"
        case .addresses(let list): list.map(\.description).joined(separator: ", ")
        case .policy: "a policy"
        case .lastGood: "lastGood"
        case .noData: "nodata"
        case .serverFailure: "servfail"
        }
    }
}

extension PolicyDefinition {
    /// The kind of its root, with the name of what it refers to.
    var kind: String {
        switch bare {
        case .reference(let name, _): name
        case .cluster(let name, _): "cluster \(name)"
        case .all: "all"
        case .weighted: "weighted"
        case .failover: "failover"
        case .geo: "geo"
        case .subnet: "subnet"
        case .proximity: "proximity"
        case .latency: "latency"
        case .hash: "hash"
        case .with: "with"
        }
    }
}
