/// What is known about where a network is.
package struct Location: Hashable, Sendable {
    /// The operator's own name for it.
    package var network: String?
    /// Two letters: AF AN AS EU NA OC SA.
    package var continent: String?
    /// ISO 3166-1 alpha-2.
    package var country: String?
    /// The part behind the country in ISO 3166-2: WA in US-WA.
    package var subdivision: String?
    /// Degrees, north and east positive; both or neither.
    package var latitude: Double?
    package var longitude: Double?
    /// The autonomous system that it belongs to.
    package var autonomousSystem: UInt32?

    package init(
        network: String? = nil, continent: String? = nil, country: String? = nil,
        subdivision: String? = nil, latitude: Double? = nil, longitude: Double? = nil,
        autonomousSystem: UInt32? = nil
    ) {
        self.network = network
        self.continent = continent
        self.country = country
        self.subdivision = subdivision
        self.latitude = latitude
        self.longitude = longitude
        self.autonomousSystem = autonomousSystem
    }

    /// Nothing is known.
    package var isEmpty: Bool { self == Location() }

    /// What both know, this one first where both know it.
    ///
    /// Continent, country and subdivision come from one of them: a country of one and a subdivision of
    /// another would be a place that does not exist. Coordinates come from the other one only where it knows
    /// no other country.
    package func merged(with other: Location) -> Location {
        let hasPlace = continent != nil || country != nil
        let place = hasPlace ? self : other
        let isElsewhere = hasPlace && (continent, country) != (other.continent, other.country)
        let point = latitude != nil || isElsewhere ? self : other
        return Location(
            network: network ?? other.network, continent: place.continent, country: place.country,
            subdivision: place.subdivision, latitude: point.latitude, longitude: point.longitude,
            autonomousSystem: autonomousSystem ?? other.autonomousSystem)
    }
}
