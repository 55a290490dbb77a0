/// When a `failover` node that left a tier may come back to it.
package enum Failback: Sendable, Hashable {
    /// At once.
    case automatic
    /// When the tier has been well for so many seconds without a break.
    case after(seconds: UInt32)
    /// When an operator says so.
    case manual

    /// A week: what is held longer waits for somebody.
    package static let maximumSeconds = 604_800
}
