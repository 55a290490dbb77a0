import Serving

/// From addresses to values, for the control process: what a table of networks is written from.
package struct NetworkMap: Hashable, Sendable {
    /// A network as it was put in.
    package struct Entry: Hashable, Sendable {
        package var network: Network
        package var value: UInt32

        package init(_ network: Network, _ value: UInt32) {
            self.network = network
            self.value = value
        }
    }

    package var v4: Intervals
    package var v6: Intervals
    /// The networks as they were put in, in their order, for those who ask about a network that holds
    /// several values; without those of a source that is not kept for that.
    package var entries: [Entry]

    /// A value for a number that no network has: addresses that none holds.
    package static var none: UInt32 { NetworkTable.none }

    /// No networks.
    package init() {
        self.init(networks: [])
    }

    /// The value of the longest network that holds an address is its value.
    ///
    /// Of networks that are there twice, the last counts. Costs a sort.
    ///
    /// - Parameters:
    ///   - networks: with values up to `NetworkTable.maximumValue`.
    ///   - keepsEntries: false for sources whose networks do not nest.
    package init(networks: [Entry], keepsEntries: Bool = true) {
        let sorted = NetworkMap.sortedUniquely(networks)
        v4 = NetworkMap.flatten(sorted.lazy.filter(\.network.isV4))
        v6 = NetworkMap.flatten(sorted.lazy.filter { !$0.network.isV4 })
        entries = keepsEntries ? sorted : []
    }

    init(v4: Intervals, v6: Intervals, entries: [Entry]) {
        self.v4 = v4
        self.v6 = v6
        self.entries = entries
    }

    /// The values alone, without the networks as they were put in.
    package var withoutEntries: NetworkMap { NetworkMap(v4: v4, v6: v6, entries: []) }

    private static func sortedUniquely(_ networks: [Entry]) -> [Entry] {
        var isSorted = true
        for index in networks.indices.dropFirst()
        where networks[index].network <= networks[index - 1].network {
            isSorted = false
            break
        }
        if isSorted { return networks }
        let order = networks.indices.sorted {
            let (a, b) = (networks[$0].network, networks[$1].network)
            return a == b ? $0 < $1 : a < b
        }
        var result: [Entry] = []
        result.reserveCapacity(networks.count)
        for index in order {
            if result.last?.network == networks[index].network { result.removeLast() }
            result.append(networks[index])
        }
        return result
    }

    /// Sweeps over networks in order, with those that hold the present address on a stack.
    private static func flatten(_ entries: some Sequence<Entry>) -> Intervals {
        var result = Intervals()
        result.begin(0, none)
        var open: [(last: UInt128, value: UInt32)] = []
        func close(until start: UInt128?) {
            while let inner = open.last, start.map({ inner.last < $0 }) ?? true {
                open.removeLast()
                if inner.last != .max { result.begin(inner.last + 1, open.last?.value ?? none) }
            }
        }
        for entry in entries {
            close(until: entry.network.start)
            open.append((entry.network.last, entry.value))
            result.begin(entry.network.start, entry.value)
        }
        close(until: nil)
        return result
    }

    /// The value of all addresses of a network; nil where they differ.
    package func uniformValue(of network: Network) -> UInt32? {
        let family = network.isV4 ? v4 : v6
        guard family.isUniform(network.start, network.last) else { return nil }
        return family.values[family.index(of: network.start)]
    }

    /// What a policy makes of the values: it maps them to its own, and equal neighbours become one.
    ///
    /// So the prefix around an address is the widest within which this policy's outcome is the same, however
    /// finely the map is cut. The outcomes include that for no network, `transform(none)`.
    package func projected(_ transform: (UInt32) -> UInt32) -> NetworkMap {
        NetworkMap(
            v4: v4.mapped(transform), v6: v6.mapped(transform),
            entries: entries.map { Entry($0.network, transform($0.value)) })
    }

    /// What two maps say together: operators' networks and a database, or two databases.
    ///
    /// - Parameter combine: gives the value for a pair; `none` where one of them says nothing.
    package func combined(
        _ other: NetworkMap, _ combine: (UInt32, UInt32) -> UInt32
    ) -> NetworkMap {
        // A network as put in says nothing about the other map.
        let mine = entries.map { Entry($0.network, combine($0.value, NetworkMap.none)) }
        let others = other.entries.map { Entry($0.network, combine(NetworkMap.none, $0.value)) }
        return NetworkMap(
            v4: v4.combined(other.v4, combine), v6: v6.combined(other.v6, combine),
            entries: mine.isEmpty || others.isEmpty
                ? mine + others : NetworkMap.sortedUniquely(others + mine))
    }
}
