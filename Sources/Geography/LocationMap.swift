/// Where networks are: a map of networks whose values are places in a list of locations.
package struct LocationMap: Sendable {
    package let map: NetworkMap
    /// Each once.
    package let locations: [Location]

    package init(map: NetworkMap, locations: [Location]) {
        self.map = map
        self.locations = locations
    }

    /// Nothing is known of any network.
    package init() { self.init(map: NetworkMap(), locations: []) }

    /// The location of a value of `map`; nil for `none`.
    package func location(_ value: UInt32) -> Location? {
        value < locations.count ? locations[Int(value)] : nil
    }

    /// What this map and another know together; this one first, where both know the same thing.
    ///
    /// Operators' lists come first, then a database of places, then one of autonomous systems.
    package func merged(with other: LocationMap) -> LocationMap {
        var numbers = LocationNumbers()
        // A pair comes up for many neighbours.
        var known: [UInt64: UInt32] = [:]
        let map = map.combined(other.map) { a, b in
            let pair = UInt64(a) << 32 | UInt64(b)
            if let number = known[pair] { return number }
            let first = location(a) ?? Location()
            let merged = other.location(b).map(first.merged) ?? first
            let number = numbers[merged]
            known[pair] = number
            return number
        }
        return LocationMap(map: map, locations: numbers.locations)
    }

    /// What a policy makes of it: a branch, or another small number, for each location.
    ///
    /// Locations that have the branch of those of which nothing is known become `none`.
    ///
    /// - Parameter branch: also asked for a location of nothing.
    package func projected(_ branch: (Location) -> UInt32) -> NetworkMap {
        let outside = branch(Location())
        let branches = locations.map { location in
            let branch = branch(location)
            return branch == outside ? NetworkMap.none : branch
        }
        return map.projected { $0 < branches.count ? branches[Int($0)] : NetworkMap.none }
    }

    /// The table of a policy's branches; see `projected`.
    package func table(_ branch: (Location) -> UInt32) throws(NetworkMapError) -> [UInt8] {
        try projected(branch).table(outside: branch(Location()), mixed: .largestPart)
    }
}

/// Gives each location one number, from 0.
package struct LocationNumbers {
    package private(set) var locations: [Location] = []
    private var numbers: [Location: UInt32] = [:]

    package init() {}

    /// The number of a location; `none` for one of which nothing is known.
    package subscript(_ location: Location) -> UInt32 {
        mutating get {
            if location.isEmpty { return NetworkMap.none }
            if let number = numbers[location] { return number }
            let number = UInt32(locations.count)
            locations.append(location)
            numbers[location] = number
            return number
        }
    }
}
