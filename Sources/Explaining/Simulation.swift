/// What a loss or a change does to who gets the queries: plain values, for text, JSON and a picture.
package struct Simulation: Codable, Sendable, Hashable {
    /// What is changed, in words.
    package var changes: [String]
    /// What names and clients are weighed by, in one sentence.
    package var basis: String
    /// What a reader must know to trust it.
    package var notes: [String]
    /// Everything that is asked, in the unit of the clusters' capacity; nil: not told.
    package var demand: Double?
    /// The share of the demand that other endpoints answer, or nobody.
    package var moved: Double
    /// The share of the demand that gets no address.
    package var unanswered: Change
    /// The share of the demand that gets addresses although all is down: what `whenDown` gives.
    package var whileDown: Change
    package var endpoints: [EndpointRow]
    package var clusters: [ClusterRow]
    /// By region of clients; empty where none are told.
    package var regions: [RegionRow]
    /// Names that lose their last endpoint, in one family or in both; at most `maximumNames`.
    package var lostNames: [NameRow]
    package var moreLostNames: Int
    /// Steered names, and how many of their answers change.
    package var names: Int
    package var changedNames: Int

    /// Most names that are listed.
    package static let maximumNames = 1000

    /// A share of the demand, before and after.
    package struct Change: Codable, Sendable, Hashable {
        package var before: Double
        package var after: Double

        package init(before: Double = 0, after: Double = 0) {
            self.before = before
            self.after = after
        }
    }

    package struct EndpointRow: Codable, Sendable, Hashable {
        package var endpoint: String
        package var cluster: String?
        package var share: Change
    }

    package struct ClusterRow: Codable, Sendable, Hashable {
        package var cluster: String
        package var region: String?
        package var capacity: Double?
        package var share: Change
        /// The demand in all at which it is full; nil: it has no capacity, or gets nothing.
        package var fullAt: Double?
        /// Whether it gets more than its capacity, where the demand is told.
        package var overruns: Bool
    }

    package struct RegionRow: Codable, Sendable, Hashable {
        package var region: String
        /// Of the demand.
        package var weight: Double
        package var moved: Double
        /// By cluster, as shares of the region's demand.
        package var clusters: [String: Change]
    }

    package struct NameRow: Codable, Sendable, Hashable {
        package var name: String
        /// `A`, `AAAA`, or `A and AAAA`.
        package var types: String
        /// What is answered then.
        package var text: String

        package init(name: String, types: String, text: String) {
            self.name = name
            self.types = types
            self.text = text
        }
    }
}
