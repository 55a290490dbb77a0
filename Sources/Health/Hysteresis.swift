/// Turns single probe results into up or down, so that one lost packet moves nobody and flapping
/// does.
///
///              failure: failures += 1, run = 0
///             ┌────────┐
///     first   │        ▼   failures = fall
///     result ─┼──▶ up ─┼─────────────────────▶ down ◀─┐ failure: run = 0
///             │    ▲   │                        │  ▲  │
///             │    └───┘                        │  └──┘
///             │  run = rise: failures = 0       │
///             │    ▲          run = rise        │
///             │    └────────────────────────────┘
///
/// Failures need not follow each other: only a full run of `rise` successes forgets them. The first
/// result of an address that nothing is known about is taken as final.
package struct Hysteresis: Hashable, Sendable {
    /// Successes in a row that bring an address up, or clear its failures while it is up.
    package let rise: Int
    /// Failures, not necessarily in a row, that take an address down.
    package let fall: Int
    /// Whether the address is up; nil before its first result.
    package private(set) var isUp: Bool?
    /// Failures that no full run of successes has cleared yet; 0 while down.
    package private(set) var failures = 0
    /// Successes in a row that still count for something: always less than `rise`.
    package private(set) var run = 0

    /// Makes a machine with both thresholds raised to at least 1.
    ///
    /// - Parameter isUp: what an earlier process last knew; nil: the next result decides.
    package init(rise: Int, fall: Int, isUp: Bool? = nil) {
        self.rise = max(rise, 1)
        self.fall = max(fall, 1)
        self.isUp = isUp
    }

    /// Takes one result.
    package mutating func record(passed: Bool) {
        switch (isUp, passed) {
        case (nil, _): isUp = passed
        case (true?, true): recordSuccessWhileUp()
        case (true?, false): recordFailureWhileUp()
        case (false?, true): recordSuccessWhileDown()
        case (false?, false): run = 0
        }
    }

    /// How many further results it takes at the least until `isUp` can change.
    package var checksUntilChange: Int {
        switch isUp {
        case nil: 1
        case true?: fall - failures
        case false?: rise - run
        }
    }

    private mutating func recordSuccessWhileUp() {
        guard failures > 0 else { return }
        run += 1
        guard run >= rise else { return }
        failures = 0
        run = 0
    }

    private mutating func recordFailureWhileUp() {
        run = 0
        failures += 1
        guard failures >= fall else { return }
        failures = 0
        isUp = false
    }

    private mutating func recordSuccessWhileDown() {
        run += 1
        guard run >= rise else { return }
        run = 0
        isUp = true
    }
}
