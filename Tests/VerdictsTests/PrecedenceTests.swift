import Health
import Testing
import Verdicts

/// Override > feeds and monitor, the worst of them > last known > default, in all combinations.
@Suite struct PrecedenceTests {
    /// What the monitor knows when the test looks.
    enum Monitor: CaseIterable, Sendable {
        case none, beforeFirstRound, lastKnownHealthy, lastKnownUnhealthy
        case healthy, degraded, unhealthy

        /// What it says where nobody else speaks.
        var verdict: Verdict {
            switch self {
            case .none: .unchecked
            case .beforeFirstRound: .unknown
            case .lastKnownHealthy, .healthy: .healthy
            case .degraded: .degraded
            case .lastKnownUnhealthy, .unhealthy: .unhealthy
            }
        }
    }

    /// What a feed said, and whether that still counts.
    enum Feed: CaseIterable, Sendable {
        case none, healthy, degraded, unhealthy, withdrawn, expired, lapsed, frozen

        var verdict: Verdict? {
            switch self {
            case .none, .withdrawn, .expired, .lapsed: nil
            case .healthy: .healthy
            case .degraded: .degraded
            case .unhealthy, .frozen: .unhealthy
            }
        }
    }

    @Test(arguments: Monitor.allCases, Feed.allCases)
    func everyCombination(monitor: Monitor, feed: Feed) throws {
        for override in Override.allCases {
            let bench = Bench()
            bench.board.replaceFeeds([
                FeedRule(
                    name: "drills", silentAfter: 60, silent: feed == .lapsed ? .expire : .freeze)
            ])
            bench.board.setOverride(endpoint: "edge", AppliedOverride(override, since: bench.now))
            bench.board.replaceEndpoints(
                [.test("edge", monitor: monitor == .none ? nil : "canary")],
                initial: { _ in
                    switch monitor {
                    case .lastKnownHealthy: VerdictWord(.healthy)
                    case .lastKnownUnhealthy: VerdictWord(.unhealthy)
                    default: nil
                    }
                })
            switch monitor {
            case .healthy, .degraded, .unhealthy: bench.probe("edge", monitor.verdict)
            default: break
            }
            switch feed {
            case .none: break
            case .withdrawn:
                try bench.feed("edge", .unhealthy)
                try bench.feed("edge", .unknown)
            case .expired: try bench.feed("edge", .unhealthy, expires: bench.now + 1)
            case .lapsed, .frozen: try bench.feed("edge", .unhealthy)
            default: try bench.feed("edge", feed.verdict ?? .unknown)
            }
            bench.advance(feed == .lapsed || feed == .frozen ? 60 : 1)
            bench.board.tick()

            // From best to worst; a feed does not make an address that is not known yet healthy.
            let order: [Verdict] = [.unchecked, .healthy, .unknown, .degraded, .unhealthy]
            let said = [monitor.verdict, feed.verdict].compactMap(\.self)
            let worst = said.max {
                (order.firstIndex(of: $0) ?? 0) < (order.firstIndex(of: $1) ?? 0)
            }
            #expect(bench.words[0]?.verdict == worst, "override \(override)")
            #expect(bench.words[0]?.override == override)
            #expect(bench.words[0]?.share == 256)
        }
    }
}
