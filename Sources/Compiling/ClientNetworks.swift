package import DNSWire
import Serving

/// Networks of clients with rules of their own; of several around one client the smallest decides.
package struct ClientNetworks: Sendable, Hashable {
    /// Clients that are answered; with any here, all others are refused.
    package var allowed: [IPNetwork] = []
    /// Clients that are refused.
    package var refused: [IPNetwork] = []
    /// Clients that rate limiting leaves alone.
    package var unlimited: [IPNetwork] = []

    package init() {}

    /// One range of addresses, up to the next one's first.
    struct Range: Equatable {
        var first: AddressKey
        var rules: UInt32
    }

    /// All addresses in ranges of equal rules, in order; empty when no network has any.
    var ranges: [Range] {
        typealias Network = ImageLayout.Network
        guard !(allowed.isEmpty && refused.isEmpty && unlimited.isEmpty) else { return [] }
        let outside = allowed.isEmpty ? 0 : Network.refused
        let access = ClientNetworks.flatten(
            allowed.map { ($0, 0) } + refused.map { ($0, Network.refused) }, outside: outside)
        let limits = ClientNetworks.flatten(
            unlimited.map { ($0, Network.unlimited) }, outside: 0)
        return ClientNetworks.merge(access, limits)
    }

    /// Networks, some inside others, as ranges side by side.
    ///
    /// One pass over the networks in order, larger ones first, with a stack of those that are open.
    private static func flatten(
        _ networks: [(IPNetwork, UInt32)], outside: UInt32
    ) -> [Range] {
        let sorted = networks.sorted {
            $0.0.firstKey != $1.0.firstKey
                ? $0.0.firstKey < $1.0.firstKey : $1.0.lastKey < $0.0.lastKey
        }
        var ranges = [Range(first: AddressKey(0, 0), rules: outside)]
        var open: [(last: AddressKey, rules: UInt32)] = []
        func begin(_ first: AddressKey, _ rules: UInt32) {
            if ranges.last?.first == first { ranges.removeLast() }
            if ranges.last?.rules != rules { ranges.append(Range(first: first, rules: rules)) }
        }
        func close(before key: AddressKey?) {
            while let top = open.last, key.map({ top.last < $0 }) ?? true {
                open.removeLast()
                if let next = top.last.next { begin(next, open.last?.rules ?? outside) }
            }
        }
        for (network, rules) in sorted {
            close(before: network.firstKey)
            begin(network.firstKey, rules)
            open.append((network.lastKey, rules))
        }
        close(before: nil)
        return ranges
    }

    /// Both kinds of rules in one list.
    private static func merge(_ left: [Range], _ right: [Range]) -> [Range] {
        var result: [Range] = []
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            let first: AddressKey
            if j >= right.count || i < left.count && left[i].first < right[j].first {
                first = left[i].first
                i += 1
            } else {
                first = right[j].first
                if i < left.count, left[i].first == first { i += 1 }
                j += 1
            }
            let rules = (i > 0 ? left[i - 1].rules : 0) | (j > 0 ? right[j - 1].rules : 0)
            if result.last?.rules != rules { result.append(Range(first: first, rules: rules)) }
        }
        return result
    }
}

extension ImageBuilder {
    /// Appends the ranges and patches their place into the header.
    mutating func write(_ networks: ClientNetworks) {
        let ranges = networks.ranges
        align(8)
        patch(offset, at: ImageLayout.Field.networks)
        patch(UInt32(ranges.count), at: ImageLayout.Field.networkCount)
        for range in ranges {
            withUnsafeBytes(of: range.first.high) { append($0) }
            withUnsafeBytes(of: range.first.low) { append($0) }
            append(range.rules)
            append(UInt32(0))
        }
    }
}
