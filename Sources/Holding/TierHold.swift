package import Steering

/// What holds traffic back from the better tiers of a `failover` node, for one family.
///
/// A tier that fails by itself is left for the next one at once, by the query path. What this decides is when
/// traffic may come back: never by itself (`manual`), or when a better tier has been well for a time
/// (`after`). Nothing here knows a clock or a policy, so every rule can be tried on its own:
///
///     up ──fails──▶ held ──fit again for `after`──▶ up
///                    ├──failback, and it is fit───▶ up
///                    └──failback, and it is not───▶ waiting ──fit again──▶ up
///
/// What operators do never holds anything: a tier that was drained comes back when it is undrained.
package struct TierHold: Sendable, Equatable {
    /// The first tier that may answer; 0: all may.
    package var tier: Int
    /// Nothing is held until the first tier has answered again.
    package var isWaiting: Bool
    /// By number of a tier that is held back: since when it could answer, in the caller's seconds.
    package var fitSince: [Int: Int64] = [:]

    package init(tier: Int = 0, isWaiting: Bool = false) {
        self.tier = tier
        self.isWaiting = isWaiting
    }

    /// Why a hold has changed.
    package enum Reason: String, Sendable, Codable {
        /// A better tier failed by itself.
        case failed
        /// A better tier has been well for as long as was asked for.
        case stable
        /// Nothing else was left.
        case lastResort
        /// An operator said so, about the node or about an endpoint.
        case operatorDecision
    }

    /// The first tier from `start` on that answers, if one is better than drained.
    package static func first(_ standings: [Standing], from start: Int) -> Int? {
        var all = StandingSet()
        for standing in standings.dropFirst(start) { all.insert(standing) }
        let eligible = all.eligible
        guard eligible.isBetterThanDrained else { return nil }
        return standings.indices.dropFirst(start).first { eligible.contains(standings[$0]) }
    }

    /// Takes note of how the tiers stand now.
    ///
    /// - Parameters:
    ///   - failed: whether a tier has an address that fails, wholly or in part, and about which no operator
    ///     has said anything.
    ///   - after: seconds that a better tier has to be well; nil: it waits for an operator.
    /// - Returns: why `tier` is another one now; nil where it is not.
    package mutating func update(
        _ standings: [Standing], after: Int64?, now: Int64, failed: (Int) -> Bool
    ) -> Reason? {
        guard let home = standings.firstIndex(where: { $0 != .absent }) else {
            self = TierHold()
            return nil
        }
        if tier >= standings.count { tier = 0 }
        if isWaiting {
            if TierHold.first(standings, from: 0) == home { isWaiting = false }
            fitSince = [:]
            return nil
        }
        if let reason = comeBack(standings, home: home, after: after, now: now) { return reason }
        guard let next = next(standings, failed), next > home, next > tier else { return nil }
        tier = next
        noteFit(standings, home: home, now: now)
        return .failed
    }

    /// Lets a tier answer again at an operator's word, and those between it and the one in use.
    ///
    /// - Returns: whether that changes anything.
    package mutating func release(to chosen: Int, _ standings: [Standing]) -> Bool {
        guard let home = standings.firstIndex(where: { $0 != .absent }) else { return false }
        let before = (tier, isWaiting)
        if tier > chosen { tier = chosen <= home ? 0 : chosen }
        // It is let back as soon as it works; until then nothing is held.
        if chosen <= home, TierHold.first(standings, from: 0) != home { isWaiting = true }
        fitSince = fitSince.filter { $0.key < tier }
        return before != (tier, isWaiting)
    }

    // MARK: Steps

    private mutating func comeBack(
        _ standings: [Standing], home: Int, after: Int64?, now: Int64
    ) -> Reason? {
        guard tier > 0 else { return nil }
        if tier <= home {
            // What was better has no address of this family any more.
            tier = 0
            return .lastResort
        }
        if TierHold.first(standings, from: tier) == nil,
            let left = TierHold.first(standings, from: 0)
        {
            lower(to: left, home: home)
            return .lastResort
        }
        noteFit(standings, home: home, now: now)
        guard let after else { return nil }
        let ready = (home..<tier).first { fitSince[$0].map { now - $0 >= after } ?? false }
        guard let ready else { return nil }
        lower(to: ready, home: home)
        return .stable
    }

    private mutating func lower(to chosen: Int, home: Int) {
        tier = chosen == home ? 0 : chosen
        fitSince = fitSince.filter { $0.key < tier }
    }

    /// Notes which of the tiers that are held back could answer, and since when.
    private mutating func noteFit(_ standings: [Standing], home: Int, now: Int64) {
        guard tier > home else {
            fitSince = [:]
            return
        }
        for held in home..<tier {
            if TierHold.first(standings, from: held) == held {
                fitSince[held] = fitSince[held] ?? now
            } else {
                fitSince[held] = nil
            }
        }
    }

    /// The tier that traffic has come to because of failures; nil where none is left to answer.
    private func next(_ standings: [Standing], _ failed: (Int) -> Bool) -> Int? {
        var next = tier
        while next < standings.count {
            guard let first = TierHold.first(standings, from: next) else { return nil }
            if first == next { return next }
            guard standings[next] == .absent || failed(next) else { return next }
            next += 1
        }
        return nil
    }
}
