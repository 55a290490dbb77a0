/// What a changed configuration changes in answers: plain values, for text and JSON.
package struct Plan: Codable, Sendable, Hashable {
    /// What is compared, in words.
    package var before: String
    package var after: String
    /// What a reader must know to trust it.
    package var notes: [String] = []
    package var counts = Counts()
    /// Steered names that change, those of equal change together; the most dangerous first.
    package var names: [NameGroup] = []
    package var zones: [ZoneRow] = []
    /// Static records; at most `maximumRecords`, the counts are of all.
    package var records: [RecordRow] = []
    package var moreRecords = 0
    /// Endpoints, monitors, clusters and named policies.
    package var definitions: [DefinitionRow] = []
    /// Warnings that the configuration before does not have.
    package var newWarnings: [String] = []
    package var goneWarnings = 0

    /// Most records that are listed.
    package static let maximumRecords = 10_000

    /// Whether nothing changes that this can see.
    package var isEmpty: Bool {
        names.isEmpty && zones.isEmpty && records.isEmpty && definitions.isEmpty
    }

    package init(before: String, after: String) {
        self.before = before
        self.after = after
    }

    package struct Counts: Codable, Sendable, Hashable {
        /// Steered names before and after.
        package var steeredBefore = 0
        package var steeredAfter = 0
        package var added = 0
        package var removed = 0
        /// Names that have no endpoint any more, in one family or both.
        package var lost = 0
        /// Names whose answers change while everything is up.
        package var moved = 0
        /// Names whose answers change only in failures, in TTLs, or for clients that were not looked at.
        package var otherwise = 0
        package var recordsAdded = 0
        package var recordsRemoved = 0
        package var recordsChanged = 0
    }

    /// What becomes of a name, the most dangerous first.
    package enum Effect: String, Codable, Sendable, Hashable, CaseIterable {
        /// It exists no more.
        case removed
        /// It has no endpoint any more, in one family or both.
        case lost
        /// Static records answer, or other zones.
        case notSteered
        /// Other shares.
        case moved
        /// Only what happens in failures, TTLs, or what clients get that were not looked at.
        case otherwise
        case added
    }

    /// Names that change alike.
    package struct NameGroup: Codable, Sendable, Hashable {
        package var effect: Effect
        package var names: [String]
        /// What differs beside the shares, by key.
        package var changes: [Change]
        /// The largest share of the queries of any family and client that goes elsewhere.
        package var moved: Double
        package var shares: [ShareRow]

        package init(
            _ effect: Effect, changes: [Change] = [], moved: Double = 0, shares: [ShareRow] = []
        ) {
            self.effect = effect
            names = []
            self.changes = changes
            self.moved = moved
            self.shares = shares
        }
    }

    package struct Change: Codable, Sendable, Hashable {
        package var key: String
        package var before: String
        package var after: String

        package init(_ key: String, _ before: String, _ after: String) {
            self.key = key
            self.before = before
            self.after = after
        }
    }

    /// Who is answered to one kind of client.
    package struct ShareRow: Codable, Sendable, Hashable {
        /// Whose queries; empty: of clients of whom nothing is known.
        package var client: String
        package var type: String
        /// By endpoint, both sides; the rest gets no address or one of `whenDown`.
        package var endpoints: [String: Simulation.Change]
        /// What is answered where no endpoint is; nil: an endpoint is.
        package var text: String?
    }

    package struct ZoneRow: Codable, Sendable, Hashable {
        package var zone: String
        /// Nil: the zone is not there.
        package var serialBefore: UInt32?
        package var serialAfter: UInt32?
    }

    /// All records of one name and type.
    package struct RecordRow: Codable, Sendable, Hashable {
        package var name: String
        package var type: String
        /// Nil: there are none.
        package var before: String?
        package var after: String?
    }

    package struct DefinitionRow: Codable, Sendable, Hashable {
        /// `endpoint`, `monitor`, `cluster` or `policy`.
        package var kind: String
        package var name: String
        /// `added`, `removed` or `changed`.
        package var change: String
        package var changes: [Change]
    }
}
