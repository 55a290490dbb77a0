import DNSWire
import Geography
import Zones

/// A table of latencies arranged for looking up what holds for a client.
struct LatencyRows {
    /// Microseconds by number of a place.
    typealias Values = [UInt32: UInt32]

    let table: LatencyTable
    private var byKey: [ClientBranch.Key: Values] = [:]
    /// In order, wider ones before those inside them.
    private let networks: [(network: Network, values: Values)]
    private let numbers: [String: UInt32]

    init(_ table: LatencyTable) {
        self.table = table
        var byNetwork: [Network: Values] = [:]
        for row in table.rows {
            if case .prefix(let prefix) = row.client {
                let network = Network(
                    prefix.address, bits: UInt8(clamping: prefix.prefixLength))
                byNetwork[network, default: [:]][row.place] = row.microseconds
            } else {
                byKey[row.client, default: [:]][row.place] = row.microseconds
            }
        }
        networks = byNetwork.map { ($0.key, $0.value) }.sorted { $0.network < $1.network }
        numbers = Dictionary(
            zip(table.places, 0...), uniquingKeysWith: { first, _ in first })
    }

    /// The places that a member may be called by, as numbers; empty when no row is about it.
    func places(of member: MemberPlace) -> [UInt32] { member.regions.compactMap { numbers[$0] } }

    /// The latency to each member from networks that the table has, by number in `vectors`.
    func networks(
        to members: [[UInt32]], _ vectors: inout LatencyVectors
    ) -> NetworkMap {
        var entries: [NetworkMap.Entry] = []
        entries.reserveCapacity(networks.count)
        var open: [(network: Network, vector: LatencyVector)] = []
        for (network, values) in networks {
            while let outer = open.last, !outer.network.contains(network) { open.removeLast() }
            var vector =
                open.last?.vector
                ?? LatencyVector(repeating: LatencyVectors.unknown, count: members.count)
            LatencyRows.overlay(values, on: &vector, members)
            open.append((network, vector))
            entries.append(NetworkMap.Entry(network, vectors[vector]))
        }
        return NetworkMap(networks: entries)
    }

    /// The latency to each member from a place, by what is known of it, the most specific first.
    func vector(of location: Location, to members: [[UInt32]]) -> LatencyVector {
        var vector = LatencyVector(repeating: LatencyVectors.unknown, count: members.count)
        for key in location.keys.reversed() {
            if let values = byKey[key] { LatencyRows.overlay(values, on: &vector, members) }
        }
        return vector
    }

    private static func overlay(
        _ values: Values, on vector: inout LatencyVector, _ members: [[UInt32]]
    ) {
        for (index, places) in members.enumerated() {
            for place in places {
                guard let value = values[place] else { continue }
                vector[index] = value
                break
            }
        }
    }
}

extension Location {
    /// The branches that this place falls into, the most specific first.
    var keys: [ClientBranch.Key] {
        var keys: [ClientBranch.Key] = []
        if let network { keys.append(.network(network)) }
        if let autonomousSystem { keys.append(.autonomousSystem(autonomousSystem)) }
        if let country {
            if let subdivision { keys.append(.subdivision(country: country, subdivision)) }
            keys.append(.country(country))
        }
        if let continent { keys.append(.continent(continent)) }
        keys.append(.fallback)
        return keys
    }
}

/// Microseconds to each member of a node.
typealias LatencyVector = [UInt32]

/// Gives each vector one number, from 0.
struct LatencyVectors {
    /// Stands for a member that no row is about.
    static let unknown = UInt32.max

    private(set) var all: [LatencyVector] = []
    private var numbers: [LatencyVector: UInt32] = [:]

    subscript(_ vector: LatencyVector) -> UInt32 {
        mutating get {
            if let number = numbers[vector] { return number }
            let number = UInt32(all.count)
            all.append(vector)
            numbers[vector] = number
            return number
        }
    }
}
