import Serving

/// The value of a client network that holds several values, and that no network put in contains.
package enum MixedRule: Sendable {
    /// That of addresses that no network holds.
    case outside
    /// That of its largest part.
    case largestPart
}

extension NetworkMap {
    /// Writes the table that `NetworkTable` reads.
    ///
    /// - Parameters:
    ///   - outside: the value where nothing is known, in place of `none`.
    ///   - mixed: for subnets that resolvers cut short.
    /// - Throws: `NetworkMapError` when there is too much for one table.
    package func table(
        outside: UInt32 = NetworkTable.none, mixed: MixedRule = .outside
    ) throws(NetworkMapError) -> [UInt8] {
        let v4 = v4.mapped { $0 == NetworkMap.none ? outside : $0 }
        var v6 = v6.mapped { $0 == NetworkMap.none ? outside : $0 }
        // Where IPv4 inside IPv6 lies, IPv4 decides: by its value if it has only one, else by looking.
        v6 = v6.overlaid(
            Network.embedded, v4.count == 1 ? v4.values[0] : NetworkTable.embedded)
        guard max(v4.count, v6.count) <= NetworkTableLayout.maximumIntervals else {
            throw .tooManyNetworks
        }
        var writer = TableWriter()
        writer.writeV4(v4)
        writer.writeV6(v6)
        let mixed4 = entries.filter { $0.network.isV4 && $0.isMixed(in: v4) }
        let mixed6 = entries.filter { !$0.network.isV4 && $0.isMixed(in: v6) }
        writer.writeCovers(NetworkMap.covers(mixed4, outside: outside), isV4: true)
        writer.writeCovers(NetworkMap.covers(mixed6, outside: outside), isV4: false)
        let isUniform = v4.count == 1 && v6.count == 1 && v4.values == v6.values
        return try writer.finish(
            outside: outside,
            flags: (isUniform ? NetworkTableLayout.Flags.uniform : 0)
                | (mixed == .largestPart ? NetworkTableLayout.Flags.largestPart : 0))
    }

    /// Each with the number of the next wider one plus 1, without those that say the same as that.
    private static func covers(
        _ entries: [Entry], outside: UInt32
    ) -> [(entry: Entry, parent: Int)] {
        var result: [(entry: Entry, parent: Int)] = []
        var open: [Int] = []
        for var entry in entries {
            if entry.value == outside { entry.value = none }
            while let inner = open.last, !result[inner].entry.network.contains(entry.network) {
                open.removeLast()
            }
            let wider = open.last.map { result[$0].entry.value } ?? none
            if entry.value == wider { continue }
            result.append((entry, (open.last ?? -1) + 1))
            open.append(result.count - 1)
        }
        return result
    }
}

extension NetworkMap.Entry {
    /// Whether it holds several values: nobody has to ask the others.
    fileprivate func isMixed(in family: Intervals) -> Bool {
        !family.isUniform(network.start, network.last)
    }
}

/// Why a map does not become a table.
package enum NetworkMapError: Error, Hashable, CustomStringConvertible {
    case tooManyNetworks
    case tooLarge(bytes: Int)

    package var description: String {
        switch self {
        case .tooManyNetworks:
            "a table of networks has room for \(NetworkTableLayout.maximumIntervals) intervals of "
                + "each family"
        case .tooLarge(let bytes):
            "the table of networks would take \(bytes) bytes; offsets in it have 32 bits"
        }
    }
}
