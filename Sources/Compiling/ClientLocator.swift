import DNSWire
import Geography
import Zones

/// Makes the tables of nodes that ask where the client is, each once: walking a large database for every
/// policy that has the same branches would take long.
final class ClientLocator {
    private enum Key: Hashable {
        case geo([ClientBranch.Key])
        case subnet([ClientBranch.Key])
        case proximity([MemberPlace])
        case latency([MemberPlace])
    }

    private let locations: ClientLocations
    private let latencies: LatencyRows
    private let earlier: LatencyHistory
    private var known: [Key: LocatedTable] = [:]
    /// The orders of `latency` nodes, for the next image.
    private(set) var history = LatencyHistory()
    /// What is no error.
    private(set) var warnings: [Finding] = []

    init(
        _ locations: ClientLocations, latencies: LatencyTable = LatencyTable(),
        after earlier: LatencyHistory = LatencyHistory()
    ) {
        self.locations = locations
        self.latencies = LatencyRows(latencies)
        self.earlier = earlier
    }

    /// The table of a node that asks where the client is.
    ///
    /// - Parameters:
    ///   - scope: what its members' references mean.
    ///   - position: of the steered name, for findings.
    func table(
        of policy: PolicyDefinition, _ scope: Scope, _ position: SourcePosition
    ) throws(Finding) -> LocatedTable {
        switch policy {
        case .geo(let branches):
            return try table(.geo(branches.map(\.key)), position) { () throws(NetworkMapError) in
                try LocatedTable(geo: branches, locations)
            }
        case .subnet(let branches):
            try refuseEmbedded(branches)
            return try table(
                .subnet(branches.map(\.key)), position
            ) { () throws(NetworkMapError) in try LocatedTable(subnet: branches, locations) }
        case .proximity(let members):
            let places = try MemberPlace.all(near: members, scope)
            return try table(.proximity(places), position) { () throws(NetworkMapError) in
                try LocatedTable(near: places, locations)
            }
        case .latency(let members):
            let places = try MemberPlace.all(fast: members, scope)
            return try table(.latency(places), position) { () throws(NetworkMapError) in
                warnOfStrangers(members, places)
                let table = try LocatedTable(
                    fast: places, latencies, locations, after: earlier.orders[places])
                history.orders[places] = table.orders
                return table
            }
        default: preconditionFailure("this policy does not ask where the client is")
        }
    }

    /// The table known by a key, made where it is not.
    private func table(
        _ key: Key, _ position: SourcePosition,
        _ make: () throws(NetworkMapError) -> LocatedTable
    ) throws(Finding) -> LocatedTable {
        if let table = known[key] { return table }
        do throws(NetworkMapError) {
            let table = try make()
            known[key] = table
            return table
        } catch {
            throw Finding(at: position, "\(error)")
        }
    }

    /// Members that no row is about stand behind all others.
    private func warnOfStrangers(_ members: [PlacedMember], _ places: [MemberPlace]) {
        if latencies.table.rows.isEmpty { return }
        for (member, place) in zip(members, places) where latencies.places(of: place).isEmpty {
            let names = place.regions.map { "'\($0)'" }.joined(separator: " or ")
            warnings.append(
                Finding(
                    .warning, at: member.position,
                    "no row of 'latencies' is about \(names), so '\(place.name)' comes after the "
                        + "other members"))
        }
    }

    private func refuseEmbedded(_ branches: [ClientBranch]) throws(Finding) {
        for branch in branches {
            guard case .prefix(let prefix) = branch.key,
                Network(prefix.address, bits: UInt8(clamping: prefix.prefixLength)).isEmbedded
            else { continue }
            throw Finding(
                at: branch.position,
                "clients in '\(prefix)' are located by the IPv4 address inside theirs: write that")
        }
    }
}

/// What members of a `hash` node are known by, so that clients stay where they are when others come and go.
enum MemberIdentity {
    /// One number for each member; of equal members the later ones are told apart by their number.
    static func all(_ members: [PolicyDefinition], _ scope: Scope) -> [UInt64] {
        var seen: [UInt64: UInt64] = [:]
        return members.map { member in
            let identity = of(member, scope, depth: 0)
            let earlier = seen[identity, default: 0]
            seen[identity] = earlier + 1
            return hash("\(earlier)", from: identity)
        }
    }

    /// Recursion ends at the depth that the reader allows.
    private static func of(_ policy: PolicyDefinition, _ scope: Scope, depth: Int) -> UInt64 {
        guard depth <= PolicyDefinition.maximumDepth else { return 0 }
        switch policy {
        case .reference(let name, _):
            switch scope.resolve(name) {
            case .endpoint(let key, _): return hash("endpoint \(key)")
            case .policy(let named, let inner): return hash("policy \(inner.prefix)\(named.name)")
            case nil: return 0
            }
        case .cluster(let name, _): return hash("cluster \(name)")
        // Keys beside a kind move nobody.
        case .with(let node, _): return of(node, scope, depth: depth)
        default:
            return policy.members.reduce(hash("group")) { identity, member in
                hash("\(of(member, scope, depth: depth + 1))", from: identity)
            }
        }
    }

    /// One number for a list of texts.
    static func hash(_ texts: [String]) -> UInt64 {
        texts.reduce(hash("")) { hash("\($1.utf8.count) \($1)", from: $0) }
    }

    /// FNV-1a; the query path mixes it further.
    private static func hash(_ text: String, from start: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
        text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
