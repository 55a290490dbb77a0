package import DNSWire

/// When something happens: for schedules, which clocks that are set must not disturb, and for people.
package struct HostMoment: Sendable, Hashable {
    /// Since the resolver was made.
    package var uptime: Duration
    /// Seconds since 1970.
    package var unix: Int64

    package init(uptime: Duration, unix: Int64) {
        self.uptime = uptime
        self.unix = unix
    }
}

/// What is known of one host: its last good addresses, and when they are asked for again.
///
/// Pure: it has neither clock nor socket.
///
///     resolved ──▶ after its TTL, within floor and ceiling ──▶ asked ──▶ resolved
///         ▲                                                      │
///         └── asked again after floor, twice that, ... ◀── failed: addresses stay, for ever
package struct HostRecord: Sendable {
    package let name: Name
    /// In numerical order.
    package private(set) var v4: [IPAddress] = []
    package private(set) var v6: [IPAddress] = []
    /// When they were last confirmed, in seconds since 1970; nil: never.
    package private(set) var lastGood: Int64?
    /// Of the last good answer, in seconds.
    package private(set) var ttl: UInt32?
    package private(set) var nextRefresh: Duration
    /// Lookups in a row that failed for at least one family.
    package private(set) var failures = 0
    /// Why the last lookup failed, or what of it was left out.
    package private(set) var problem: String?
    /// Lookups that ended since the start.
    package private(set) var lookups = 0

    /// Most time between two attempts at a host that fails.
    static let longestRetry = Duration.seconds(60)

    /// A host that nothing is known of, to be asked for at once.
    package init(_ name: Name, now: HostMoment) {
        self.name = name
        nextRefresh = now.uptime
    }

    package var addresses: [IPAddress] { v4 + v6 }

    /// Takes what an earlier run knew.
    package mutating func restore(_ addresses: [IPAddress], lastGood: Int64) {
        let usable = Set(addresses.filter { $0.reasonAgainst == nil })
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        v4 = Array(usable.filter(\.isV4).prefix(HostReply.maximumAddresses))
        v6 = Array(usable.filter { !$0.isV4 }.prefix(HostReply.maximumAddresses))
        if !self.addresses.isEmpty { self.lastGood = lastGood }
    }

    /// Takes the answers for both families.
    ///
    /// A family without addresses loses those that it had only where the other family has some: a name that
    /// is gone altogether is more likely a fault of somebody's than meant.
    ///
    /// - Parameter jitter: from 0 up to 1: so that hosts of one TTL are not all asked for at once.
    /// - Returns: whether the set of addresses is another now.
    package mutating func take(
        v4 answer4: HostReply, v6 answer6: HostReply, now: HostMoment, options: ResolverOptions,
        jitter: Double
    ) -> Bool {
        let before = (v4, v6)
        lookups += 1
        var ttl: UInt32?
        var notes: [String] = []
        var failure: String?
        let hasAny = answer4.hasAddresses || answer6.hasAddresses
        for (answer, path, type) in [
            (answer4, \HostRecord.v4, "A"), (answer6, \HostRecord.v6, "AAAA"),
        ] {
            switch answer {
            case .addresses(let found, let seconds, let note):
                self[keyPath: path] = found
                ttl = min(ttl ?? seconds, seconds)
                if let note { notes.append("\(type): \(note)") }
            case .noData where hasAny: self[keyPath: path] = []
            case .noData: break
            default: failure = failure ?? "\(type): \(answer.reason)"
            }
        }
        if let ttl {
            lastGood = now.unix
            self.ttl = ttl
        } else if failure == nil {
            failure = "the name has no addresses"
        }
        problem = failure ?? (notes.isEmpty ? nil : notes.joined(separator: "; "))
        failures = failure == nil ? 0 : failures + 1
        let wait = failure == nil ? refreshWait(ttl ?? 0, options) : retryWait(options)
        nextRefresh = now.uptime + wait + wait * Int(min(max(jitter, 0), 1) * 1000) / 10_000
        return before != (v4, v6)
    }

    private func refreshWait(_ ttl: UInt32, _ options: ResolverOptions) -> Duration {
        min(max(.seconds(Int64(ttl)), options.floor), options.ceiling)
    }

    private func retryWait(_ options: ResolverOptions) -> Duration {
        let doubled = options.floor * (1 << min(failures - 1, 16))
        return min(doubled, max(options.floor, min(options.ceiling, HostRecord.longestRetry)))
    }
}

extension HostReply {
    fileprivate var hasAddresses: Bool {
        if case .addresses = self { true } else { false }
    }

    /// Why there are no addresses.
    fileprivate var reason: String {
        switch self {
        case .failed(let reason): reason
        case .nameError: "NXDOMAIN"
        case .noData: "no addresses"
        case .truncated: "the answer is cut short"
        case .foreign: "the answer is to another question"
        case .addresses: ""
        }
    }
}
