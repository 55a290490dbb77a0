/// The health of one address: its reachable probe and, where there is one, its local probe (DESIGN
/// §6).
///
/// | local | reachable | verdict |
/// | --- | --- | --- |
/// | up | any | healthy |
/// | down | up | degraded |
/// | down | down | unhealthy |
/// | none | up | healthy |
/// | none | down | unhealthy |
///
/// While a probe that would decide has no result yet, the verdict is unknown.
package struct AddressHealth: Hashable, Sendable {
    package private(set) var reachable: Hysteresis
    /// Nil when the monitor has no local probe.
    package private(set) var local: Hysteresis?

    /// Starts from what an earlier process last said of the address, if it said anything.
    ///
    /// - Parameter lastKnown: `unknown` and `unchecked` mean that the first round decides.
    package init(rise: Int, fall: Int, hasLocal: Bool, lastKnown: Verdict = .unknown) {
        let reachableWasUp: Bool?
        let localWasUp: Bool?
        switch lastKnown {
        case .unchecked, .unknown: (reachableWasUp, localWasUp) = (nil, nil)
        case .healthy: (reachableWasUp, localWasUp) = (true, true)
        case .degraded: (reachableWasUp, localWasUp) = (true, false)
        case .unhealthy: (reachableWasUp, localWasUp) = (false, false)
        }
        reachable = Hysteresis(rise: rise, fall: fall, isUp: reachableWasUp)
        local = hasLocal ? Hysteresis(rise: rise, fall: fall, isUp: localWasUp) : nil
    }

    /// Takes the result of a reachable probe.
    package mutating func recordReachable(passed: Bool) { reachable.record(passed: passed) }

    /// Takes the result of a local probe; nothing happens where the monitor has none.
    package mutating func recordLocal(passed: Bool) { local?.record(passed: passed) }

    package var verdict: Verdict {
        guard let local else {
            return switch reachable.isUp {
            case nil: .unknown
            case true?: .healthy
            case false?: .unhealthy
            }
        }
        return switch (local.isUp, reachable.isUp) {
        case (true?, _): .healthy
        case (nil, _), (_, nil): .unknown
        case (false?, true?): .degraded
        case (false?, false?): .unhealthy
        }
    }

    /// How many further rounds it takes at the least until the verdict can change.
    package var checksUntilChange: Int {
        guard let local else { return reachable.checksUntilChange }
        // A local path that is up decides alone: what the other probe does then changes nothing.
        if local.isUp == true { return local.checksUntilChange }
        return min(local.checksUntilChange, reachable.checksUntilChange)
    }
}
