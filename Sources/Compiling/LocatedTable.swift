import DNSWire
import Geography
import Zones

/// The table of one node that asks where the client is, and the ladders that its values stand for.
///
/// A ladder has the numbers of branches that may answer a client, the most specific first.
final class LocatedTable {
    /// Ladder 0 is that of clients of whom nothing is known.
    let ladders: [[Int]]
    let table: [UInt8]
    /// Of a `latency` node: what the next image begins with.
    let orders: LatencyHistory.Orders?

    init(ladders: [[Int]], table: [UInt8], orders: LatencyHistory.Orders? = nil) {
        self.ladders = ladders
        self.table = table
        self.orders = orders
    }

    /// By place: the operator's network, the autonomous system, the subdivision, the country, the continent, `default`.
    init(geo branches: [ClientBranch], _ locations: ClientLocations) throws(NetworkMapError) {
        let byKey = LocatedTable.branches(branches)
        var numbers = LadderNumbers(byKey[.fallback].map { [$0] } ?? [])
        func ladder(_ location: Location) -> UInt32 {
            numbers[location.keys.compactMap { byKey[$0] }]
        }
        table = try locations.places.table(ladder)
        ladders = numbers.ladders
        orders = nil
    }

    /// By network: the longest that holds the client, then each one around it, `default`.
    init(subnet branches: [ClientBranch], _ locations: ClientLocations) throws(NetworkMapError) {
        let byKey = LocatedTable.branches(branches)
        let fallback = byKey[.fallback].map { [$0] } ?? []
        var numbers = LadderNumbers(fallback)
        var networks: [(network: Network, branch: Int)] = []
        var names: Set<String> = []
        for (key, branch) in byKey {
            if case .prefix(let prefix) = key {
                networks.append(
                    (Network(prefix.address, bits: UInt8(clamping: prefix.prefixLength)), branch))
            } else if case .network(let name) = key {
                names.insert(name)
            }
        }
        for (network, name) in locations.networks(named: names) {
            if let branch = byKey[.network(name)] { networks.append((network, branch)) }
        }
        // A network that the policy itself gives goes before the same one in a list.
        networks.sort { a, b in
            if a.network != b.network { return a.network < b.network }
            return LocatedTable.isPrefix(branches[a.branch])
                && !LocatedTable.isPrefix(branches[b.branch])
        }
        var entries: [NetworkMap.Entry] = []
        var open: [(network: Network, ladder: [Int])] = []
        for (network, branch) in networks {
            while let outer = open.last, !outer.network.contains(network) { open.removeLast() }
            if open.last?.network == network { continue }
            let outer = open.last?.ladder ?? fallback
            let ladder = [branch] + outer.filter { $0 != branch }
            open.append((network, ladder))
            entries.append(NetworkMap.Entry(network, numbers[ladder]))
        }
        table = try NetworkMap(networks: entries).table(outside: 0, mixed: .largestPart)
        ladders = numbers.ladders
        orders = nil
    }

    private static func isPrefix(_ branch: ClientBranch) -> Bool {
        if case .prefix = branch.key { true } else { false }
    }

    /// The first branch of each key.
    private static func branches(_ branches: [ClientBranch]) -> [ClientBranch.Key: Int] {
        Dictionary(
            zip(branches.map(\.key), branches.indices), uniquingKeysWith: { first, _ in first })
    }
}

/// Gives each ladder one number, from 0.
struct LadderNumbers {
    private(set) var ladders: [[Int]]
    private var numbers: [[Int]: UInt32]

    init(_ first: [Int]) {
        ladders = [first]
        numbers = [first: 0]
    }

    subscript(_ ladder: [Int]) -> UInt32 {
        mutating get {
            if let number = numbers[ladder] { return number }
            let number = UInt32(ladders.count)
            ladders.append(ladder)
            numbers[ladder] = number
            return number
        }
    }
}
