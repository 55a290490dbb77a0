package import Health

/// When each declared feed last spoke, and what counts of those that are silent.
struct FeedLives {
    private struct Feed {
        var rule: FeedRule
        /// When it last said anything that was taken, in Unix seconds; nil: not yet.
        var lastLife: Int64?
        var isSilent = false
    }

    private var feeds: [String: Feed] = [:]

    /// The feed that a source belongs to: `robots` for `robots/probe-1`.
    static func feed(of source: String) -> String {
        source.utf8.firstIndex(of: UInt8(ascii: "/")).map { String(source[..<$0]) } ?? source
    }

    /// Takes new rules; feeds that stay keep what is known of them.
    mutating func replace(_ rules: [FeedRule]) {
        let old = feeds
        feeds = [:]
        for rule in rules {
            feeds[rule.name] = Feed(rule: rule, lastLife: old[rule.name]?.lastLife)
        }
    }

    /// Notes a sign of life; older ones than known change nothing.
    ///
    /// - Returns: the name of the feed where it was silent and is not any more.
    mutating func spoke(_ source: String, at time: Int64, now: Int64) -> String? {
        let name = FeedLives.feed(of: source)
        guard var feed = feeds[name] else { return nil }
        feed.lastLife = max(feed.lastLife ?? time, time)
        let ends = feed.isSilent && !FeedLives.isSilent(feed, at: now)
        if ends { feed.isSilent = false }
        feeds[name] = feed
        return ends ? name : nil
    }

    /// Lets time pass; returns the rules of feeds that became silent, by name, and for how long they are.
    mutating func pass(to now: Int64) -> [(rule: FeedRule, seconds: Int64)] {
        var result: [(rule: FeedRule, seconds: Int64)] = []
        for (name, feed) in feeds where !feed.isSilent && FeedLives.isSilent(feed, at: now) {
            feeds[name]?.isSilent = true
            result.append((feed.rule, now - (feed.lastLife ?? now)))
        }
        return result.sorted { $0.rule.name < $1.rule.name }
    }

    /// Takes a feed for silent.
    mutating func silence(_ name: String) {
        if feeds[name]?.rule.silentAfter != nil { feeds[name]?.isSilent = true }
    }

    /// One that never spoke has nothing that could be out of date.
    private static func isSilent(_ feed: Feed, at now: Int64) -> Bool {
        guard let limit = feed.rule.silentAfter, let last = feed.lastLife else { return false }
        return now - last >= limit
    }

    /// A report as it counts: nil where it has no say.
    func heard(_ report: FeedReport, at now: Int64) -> FeedReport? {
        guard report.counts(at: now) else { return nil }
        switch policy(ofSilent: report.source) {
        case nil, .freeze?: return report
        case .expire?: return nil
        case .up?:
            var report = report
            report.verdict = .healthy
            report.reason = "the feed is silent, and counts as healthy then"
            return report
        }
    }

    /// Whether a load counts.
    func hears(_ report: LoadReport, at now: Int64) -> Bool {
        guard report.expires.map({ now < $0 }) ?? true else { return false }
        return switch policy(ofSilent: report.source) {
        case nil, .freeze?: true
        case .expire?, .up?: false
        }
    }

    private func policy(ofSilent source: String) -> SilentPolicy? {
        guard !feeds.isEmpty, let feed = feeds[FeedLives.feed(of: source)], feed.isSilent else {
            return nil
        }
        return feed.rule.silent
    }

    /// What is known of the feeds, by name.
    func statuses(at now: Int64) -> [FeedLifeStatus] {
        feeds.map { name, feed in
            FeedLifeStatus(
                name: name, age: feed.lastLife.map { max(now - $0, 0) }, isSilent: feed.isSilent,
                silentAfter: feed.rule.silentAfter, silent: feed.rule.silent)
        }.sorted { $0.name < $1.name }
    }
}

/// How long a feed has been silent.
package struct FeedLifeStatus: Hashable, Sendable {
    package var name: String
    /// Seconds since it last said anything that was taken; nil: it never did.
    package var age: Int64?
    package var isSilent: Bool
    /// Seconds; nil: it may be silent for ever.
    package var silentAfter: Int64?
    package var silent: SilentPolicy

    package init(
        name: String, age: Int64?, isSilent: Bool, silentAfter: Int64?, silent: SilentPolicy
    ) {
        self.name = name
        self.age = age
        self.isSilent = isSilent
        self.silentAfter = silentAfter
        self.silent = silent
    }
}
