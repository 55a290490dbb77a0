/// From where on a change is too large to be believed of one prober (DESIGN §5, "mass-change brake").
package struct BrakeLimits: Hashable, Sendable {
    /// More than this percentage of all probed addresses: 1 to 99.
    package var percent: Int
    /// And at least so many addresses.
    package var atLeast: Int

    package static let defaultPercent = 80
    package static let defaultAtLeast = 10

    package init(percent: Int = defaultPercent, atLeast: Int = defaultAtLeast) {
        self.percent = percent
        self.atLeast = atLeast
    }

    /// Whether a change of `count` addresses is held, where `probed` are probed.
    package func areExceeded(by count: Int, of probed: Int) -> Bool {
        count >= atLeast && count * 100 > percent * probed
    }
}
