/// What is known about where clients are: operators' lists of networks, and databases.
package struct ClientLocations: Sendable {
    /// The lists' networks alone; their locations have a name, and coordinates at most.
    package let lists: LocationMap
    /// Lists and databases together.
    package let places: LocationMap
    /// Whether there is a database that tells places.
    package let hasPlaces: Bool
    /// Whether there is one that tells autonomous systems.
    package let hasAutonomousSystems: Bool
    /// Whether a list or a database tells coordinates.
    package let hasCoordinates: Bool

    /// Nothing is known.
    package init() { self.init(lists: LocationMap(), database: LocationMap()) }

    /// - Parameter database: of databases what they know together.
    package init(lists: LocationMap, database: LocationMap) {
        self.lists = lists
        places = lists.locations.isEmpty ? database : lists.merged(with: database)
        hasPlaces = database.locations.contains { $0.continent != nil || $0.country != nil }
        hasAutonomousSystems = database.locations.contains { $0.autonomousSystem != nil }
        hasCoordinates = places.locations.contains { $0.latitude != nil }
    }

    /// The names that the lists give.
    package var names: Set<String> { Set(lists.locations.compactMap(\.network)) }

    /// The networks of each name, in their order.
    package func networks(named wanted: Set<String>) -> [(network: Network, name: String)] {
        lists.map.entries.compactMap { entry in
            guard let name = lists.location(entry.value)?.network, wanted.contains(name) else {
                return nil
            }
            return (entry.network, name)
        }
    }
}
