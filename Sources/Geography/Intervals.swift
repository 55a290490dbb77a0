/// One family's addresses cut into intervals, neighbours with different values.
///
/// An interval is known by its first address and ends where the next begins; together they hold every
/// address. Addresses are those of `Network`: from the first bit on, IPv4 in the upper 32.
package struct Intervals: Hashable, Sendable {
    /// Rising; the first is 0.
    package private(set) var starts: [UInt128] = []
    package private(set) var values: [UInt32] = []

    package init() {}

    package var count: Int { starts.count }

    /// Begins an interval at an address above all before, or at that of the last one, which it replaces.
    package mutating func begin(_ start: UInt128, _ value: UInt32) {
        if starts.last == start {
            starts.removeLast()
            values.removeLast()
        }
        if values.last == value { return }
        starts.append(start)
        values.append(value)
    }

    package mutating func reserve(_ count: Int) {
        starts.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    /// The interval that holds an address.
    package func index(of address: UInt128) -> Int {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= address { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    /// Whether all addresses from `first` to `last` have one value.
    package func isUniform(_ first: UInt128, _ last: UInt128) -> Bool {
        let next = index(of: first) + 1
        return next == starts.count || starts[next] > last
    }

    /// Each value put through `transform`; neighbours that become equal are one.
    package func mapped(_ transform: (UInt32) -> UInt32) -> Intervals {
        var result = Intervals()
        for (start, value) in zip(starts, values) { result.begin(start, transform(value)) }
        return result
    }

    /// The intervals in which neither changes, each with the value made of both.
    package func combined(
        _ other: Intervals, _ combine: (UInt32, UInt32) -> UInt32
    ) -> Intervals {
        var result = Intervals()
        result.reserve(max(count, other.count))
        var (a, b) = (0, 0)
        while a < count, b < other.count {
            result.begin(max(starts[a], other.starts[b]), combine(values[a], other.values[b]))
            // Whichever ends first is left; both where they end together or never.
            let endA = a + 1 < count ? starts[a + 1] : nil
            let endB = b + 1 < other.count ? other.starts[b + 1] : nil
            switch (endA, endB) {
            case (nil, nil): return result
            case (nil, _): b += 1
            case (_, nil): a += 1
            case (let endA?, let endB?):
                if endA <= endB { a += 1 }
                if endB <= endA { b += 1 }
            }
        }
        return result
    }

    /// With one value over each of some networks, which are in order and apart from each other.
    package func overlaid(_ networks: [Network], _ value: UInt32) -> Intervals {
        var isOver = Intervals()
        isOver.begin(0, 0)
        for network in networks {
            isOver.begin(network.start, 1)
            if network.last != .max { isOver.begin(network.last + 1, 0) }
        }
        return combined(isOver) { $1 == 1 ? value : $0 }
    }
}
