/// How long packets take between clients and the places where members are, as somebody has measured it.
package struct LatencyTable: Sendable {
    /// One measurement.
    package struct Row: Sendable, Hashable {
        /// Which clients; of several rows about one client and place the first kind counts, see `Key`.
        package var client: ClientBranch.Key
        /// A place in `places`.
        package var place: UInt32
        package var microseconds: UInt32

        package init(client: ClientBranch.Key, place: UInt32, microseconds: UInt32) {
            self.client = client
            self.place = place
            self.microseconds = microseconds
        }
    }

    /// In the order of the file; no two about the same clients and the same place.
    package var rows: [Row]
    /// Names of clusters and regions, each once.
    package var places: [String]
    /// A member takes the place of one ahead of it when it is faster by this share of the latency, 0…0.9.
    package var hysteresis: Double

    package static let defaultHysteresis = 0.1

    package init(
        rows: [Row] = [], places: [String] = [], hysteresis: Double = defaultHysteresis
    ) {
        self.rows = rows
        self.places = places
        self.hysteresis = hysteresis
    }
}
