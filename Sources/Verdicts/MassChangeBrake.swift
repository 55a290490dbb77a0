package import DNSWire
package import Health

/// Tells a prober that has gone blind from endpoints that fail.
///
///                 a fall; few fell         more than the limit fell within the window
///     ┌──────────┐──────────┐             ┌──────────────────────────────────────────┐
///     │ watching │          │ pass        │                                          ▼
///     └──────────┘◀─────────┘             │                                     ┌─────────┐
///          ▲  └──────────────────────────┘                                     │ holding │
///          └───────────────────────────────────────────────────────────────────└─────────┘
///            an operator ends it; nothing is held any more; or probes have succeeded again, so that
///            what is left is no mass change, and for a window none came back
///
/// It knows addresses and times; what an address said before, and whether a witness speaks, is the
/// board's. A fall more than a window after the brake tripped is a change of its own.
package struct MassChangeBrake: Sendable {
    /// What becomes of a fall.
    package enum Decision: Hashable, Sendable {
        case pass
        /// It belongs to the change that is held.
        case hold
        /// It is one too many: these addresses, it among them, are held.
        case trip([IPAddress])
    }

    /// A change that is held.
    package struct Event: Hashable, Sendable {
        /// Unix seconds.
        package let since: Int64
        /// When the last fall made the brake trip; later than `since` where it tripped once more.
        package var tripped: Int64
        /// Addresses of the change that are still down for their probes.
        package var down: Set<IPAddress>
        /// When the last of them came back, in Unix seconds.
        package var lastRise: Int64?
    }

    /// Nil: the brake is off.
    package private(set) var limits: BrakeLimits?
    /// Distinct addresses that are probed.
    package private(set) var probed = 0
    /// Two intervals, in whole seconds.
    package private(set) var window: Int64 = 2
    package private(set) var event: Event?

    /// When each address that is down fell; those of the last window only.
    private var fallen: [IPAddress: Int64] = [:]
    /// The falls in order of time, from `first` on.
    private var falls: [(address: IPAddress, time: Int64)] = []
    private var first = 0

    package init(limits: BrakeLimits? = nil) { self.limits = limits }

    /// Takes a new configuration; an event goes on with the addresses that are still probed.
    ///
    /// - Parameter intervals: of every probed address, the shortest of its monitors.
    package mutating func replace(limits: BrakeLimits?, intervals: [IPAddress: Duration]) {
        self.limits = limits
        probed = intervals.count
        window = MassChangeBrake.window(intervals.values.sorted(), limits)
        fallen = fallen.filter { intervals[$0.key] != nil }
        event?.down.formIntersection(intervals.keys)
        if limits == nil { end() }
    }

    /// Two intervals, so long that the share of addresses that would trip the brake has been probed:
    /// a few slow monitors do not make the window longer.
    private static func window(_ intervals: [Duration], _ limits: BrakeLimits?) -> Int64 {
        guard let limits, !intervals.isEmpty else { return 2 }
        let place = min(intervals.count * limits.percent / 100, intervals.count - 1)
        let two = intervals[place] * 2
        let (seconds, attoseconds) = two.components
        return max(seconds + (attoseconds > 0 ? 1 : 0), 2)
    }

    /// An address turned unhealthy, and no witness says so.
    package mutating func fell(_ address: IPAddress, at now: Int64) -> Decision {
        guard let limits else { return .pass }
        if event != nil {
            let isPart = event?.down.contains(address) ?? false
            if isPart || now <= (event?.tripped ?? 0) + window {
                event?.down.insert(address)
                return .hold
            }
        }
        prune(at: now)
        fallen[address] = now
        falls.append((address, now))
        guard limits.areExceeded(by: fallen.count, of: probed) else { return .pass }
        let all = Set(fallen.keys)
        event = Event(
            since: event?.since ?? now, tripped: now, down: all.union(event?.down ?? []),
            lastRise: event?.lastRise)
        forgetFalls()
        return .trip(Array(all))
    }

    /// No probe of an address says any more that it is unhealthy.
    package mutating func rose(_ address: IPAddress, at now: Int64) {
        fallen[address] = nil
        guard event?.down.remove(address) != nil else { return }
        event?.lastRise = now
    }

    /// A witness speaks for the fall of an address: it is none that could be a mistake.
    package mutating func confirm(_ address: IPAddress) { fallen[address] = nil }

    /// Whether probes see again: what is left of the event is no mass change, and nothing has come
    /// back for a window.
    package func isPast(at now: Int64) -> Bool {
        guard let event, let lastRise = event.lastRise, let limits else { return false }
        return !limits.areExceeded(by: event.down.count, of: probed) && now - lastRise >= window
    }

    /// Ends an event; what fell before counts no more.
    package mutating func end() {
        event = nil
        forgetFalls()
    }

    private mutating func forgetFalls() {
        fallen = [:]
        falls = []
        first = 0
    }

    /// Drops falls that lie back more than a window.
    private mutating func prune(at now: Int64) {
        while first < falls.count, falls[first].time < now - window {
            let (address, time) = falls[first]
            if fallen[address] == time { fallen[address] = nil }
            first += 1
        }
        if first > 1024, first * 2 > falls.count {
            falls.removeFirst(first)
            first = 0
        }
    }
}
