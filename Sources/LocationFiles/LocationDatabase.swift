import CMaxMindDB
package import Geography
package import Zones

/// Reads a database in MaxMind's format: country, city or autonomous systems.
///
/// Networks of IPv4 are those below ::/96, as the format has it; the ranges that stand for IPv4 elsewhere
/// in IPv6 are passed over.
///
/// - Parameters:
///   - scratch: a folder for a copy that lives for as long as the reading.
///   - progress: told the number of networks now and then, at every 262,144.
/// - Throws: what is wrong with the file.
package func readLocationDatabase(
    _ path: String, scratch: String, progress: (Int) -> Void = { _ in }
) throws(Finding) -> LocationMap {
    let database = try DatabaseFile(path, scratch: scratch)
    var walk = DatabaseWalk(database)
    try walk.run(progress)
    guard !walk.entries.isEmpty else {
        throw database.finding(
            "'\(database.type)' has no network with a country, a place or an autonomous system")
    }
    return LocationMap(
        map: NetworkMap(networks: walk.entries, keepsEntries: false),
        locations: walk.decoder.numbers.locations)
}

/// Walks the tree of a database, depth first, the lower half of each network first.
private struct DatabaseWalk {
    /// A node that is still to be looked at, and the network that leads to it.
    private struct Step {
        var node: UInt32
        var start: UInt128
        var bits: UInt8
    }

    /// Networks between two words of progress.
    private static let progressStep = 262_144
    /// Most networks of a database.
    private static let maximumNetworks = 33_554_432

    private let database: DatabaseFile
    private let isV4: Bool
    private(set) var decoder: LocationDecoder
    private(set) var entries: [NetworkMap.Entry] = []

    init(_ database: DatabaseFile) {
        self.database = database
        isV4 = database.ipVersion == 4
        decoder = LocationDecoder(database)
    }

    mutating func run(_ progress: (Int) -> Void) throws(Finding) {
        let deepest: UInt8 = isV4 ? 32 : 128
        // A tree meets each of its nodes once, or twice where a further range stands for IPv4. A
        // damaged one could lead back up, and would then grow with every level.
        var allowed = 2 * Int(database.nodeCount) + 1
        var steps = [Step(node: 0, start: 0, bits: 0)]
        var reported = 0
        while let step = steps.popLast() {
            allowed -= 1
            guard allowed >= 0 else { throw damaged("leads back into itself") }
            let node = try database.node(step.node)
            let bits = step.bits + 1
            guard bits <= deepest else { throw damaged("is deeper than an address is long") }
            let right = step.start | UInt128(1) << UInt128(128 - bits)
            // The stack gives the left one back first.
            try add(
                node.right_record, node.right_record_type, node.right_record_entry,
                Step(node: 0, start: right, bits: bits), &steps)
            try add(
                node.left_record, node.left_record_type, node.left_record_entry,
                Step(node: 0, start: step.start, bits: bits), &steps)
            guard entries.count <= DatabaseWalk.maximumNetworks else {
                throw database.finding("it has more than \(DatabaseWalk.maximumNetworks) networks")
            }
            if entries.count - reported >= DatabaseWalk.progressStep {
                reported = entries.count
                progress(reported)
            }
        }
    }

    private mutating func add(
        _ record: UInt64, _ type: UInt8, _ entry: MMDB_entry_s, _ place: Step,
        _ steps: inout [Step]
    ) throws(Finding) {
        let network = Network(isV4: isV4, start: place.start, bits: place.bits)
        if network.isEmbedded { return }
        switch CInt(type) {
        case MMDB_RECORD_TYPE_SEARCH_NODE:
            guard let number = UInt32(exactly: record) else {
                throw damaged("has a number that is too large")
            }
            steps.append(Step(node: number, start: place.start, bits: place.bits))
        case MMDB_RECORD_TYPE_DATA: append(network, try decoder.number(of: entry))
        case MMDB_RECORD_TYPE_EMPTY: break
        default: throw damaged("has a record that leads nowhere")
        }
    }

    private mutating func append(_ network: Network, _ value: UInt32) {
        if value == NetworkMap.none { return }
        guard !isV4, network.start >> 32 == 0 else {
            entries.append(NetworkMap.Entry(network, value))
            return
        }
        // Below ::/96, or around it.
        let bits = network.bits < 96 ? 0 : network.bits - 96
        entries.append(
            NetworkMap.Entry(Network(isV4: true, start: network.start << 96, bits: bits), value))
        if network.bits < 96 { entries.append(NetworkMap.Entry(network, value)) }
    }

    private func damaged(_ what: String) -> Finding {
        database.finding("this is not a sound MaxMind database: its tree \(what)")
    }
}
