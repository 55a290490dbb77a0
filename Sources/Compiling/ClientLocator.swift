import DNSWire
import Geography
import Zones

/// Makes the tables of nodes that ask where the client is, each once: walking a large database for every
/// policy that has the same branches would take long.
final class ClientLocator {
    private struct Key: Hashable {
        var isGeo: Bool
        var branches: [ClientBranch.Key]
    }

    private let locations: ClientLocations
    private var known: [Key: LocatedTable] = [:]

    init(_ locations: ClientLocations) { self.locations = locations }

    /// The table of a `geo` or `subnet` node.
    ///
    /// - Parameter position: of the steered name, for findings.
    func table(
        of policy: PolicyDefinition, _ position: SourcePosition
    ) throws(Finding) -> LocatedTable {
        if case .subnet(let branches) = policy { try refuseEmbedded(branches) }
        do throws(NetworkMapError) {
            switch policy {
            case .geo(let branches):
                let key = Key(isGeo: true, branches: branches.map(\.key))
                if let table = known[key] { return table }
                let table = try LocatedTable(geo: branches, locations)
                known[key] = table
                return table
            case .subnet(let branches):
                let key = Key(isGeo: false, branches: branches.map(\.key))
                if let table = known[key] { return table }
                let table = try LocatedTable(subnet: branches, locations)
                known[key] = table
                return table
            default: preconditionFailure("this policy does not ask where the client is")
            }
        } catch {
            throw Finding(at: position, "\(error)")
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
