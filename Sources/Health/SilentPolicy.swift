/// What counts of a feed that has been silent for too long.
package enum SilentPolicy: String, Hashable, Sendable, CaseIterable {
    /// What it said last stays.
    case freeze
    /// What it said has no say any more.
    case expire
    /// What it said counts as healthy.
    case up
}
