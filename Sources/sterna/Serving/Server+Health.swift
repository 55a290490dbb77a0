import Compiling
import Control
import Foundation
import Health
import Monitors
import Serving
import Settings
import Verdicts
import Zones

/// What the board and the monitors are told, and what it says of loads, feeds and the brake.
extension Server {
    /// Gives the board the endpoints, clusters, feeds and the brake of the configuration.
    func replaceEndpoints(
        _ image: CompiledImage, initial: @Sendable (_ slot: Int) -> VerdictWord? = { _ in nil }
    ) {
        let plan = HealthPlan(configuration)
        board.replaceFeeds(
            configuration.settings.feeds.map {
                FeedRule(
                    name: $0.name, silentAfter: $0.silentAfter?.components.seconds,
                    silent: $0.silent)
            })
        board.replaceEndpoints(
            image.endpoints.map(plan.tracked), clusters: plan.clusters,
            brake: configuration.settings.brake, initial: initial)
    }

    func targets(_ image: CompiledImage) -> [MonitorTarget] {
        let plan = HealthPlan(configuration)
        return image.endpoints.flatMap { endpoint in
            guard let monitor = plan.monitor(of: endpoint) else { return [MonitorTarget]() }
            return endpoint.addresses.map {
                MonitorTarget(endpoint: endpoint.key, address: $0.address, monitor: monitor)
            }
        }
    }

    // MARK: Loads

    /// Stores a pushed load, then puts it in force; what was said to be accepted survives a crash.
    func accept(_ load: ClusterLoad) async throws(ClusterLoadRefusal) {
        guard board.defines(cluster: load.cluster) else {
            let keys = board.clusters().map(\.key)
            throw .unknownCluster(suggestion: Suggestion.nearest(to: load.cluster, among: keys))
        }
        guard let store else { throw .unavailable("the state database cannot be used") }
        let stored = StoredLoad(load, received: Int64(Date().timeIntervalSince1970))
        do {
            if let known = try await store.store(stored) {
                throw ClusterLoadRefusal.olderSequence(known: known)
            }
            try board.report(load: LoadReport(stored))
        } catch let refusal as ClusterLoadRefusal {
            throw refusal
        } catch let refusal as LoadRefusal {
            if case .olderSequence(_, _, _, let known) = refusal {
                throw .olderSequence(known: known)
            }
            throw .invalid(refusal.description)
        } catch {
            throw .unavailable("\(error)")
        }
    }

    func clusterReports() -> [ClusterReport] {
        board.clusters().map { cluster in
            var report = ClusterReport(
                cluster: cluster.key, load: cluster.load?.load,
                loadAgeSeconds: cluster.load?.age, source: cluster.load?.source,
                share: cluster.share)
            switch cluster.capacity {
            case nil: break
            case .limit(let limit)?: report.capacity = limit
            case .watermarks(let low, let high)?: (report.low, report.capacity) = (low, high)
            }
            return report
        }
    }

    // MARK: The brake

    func endBrake(_ action: BrakeAction) async -> BrakeOutcome {
        let held: Int?
        switch action {
        case .confirm: held = board.confirmBrake()
        case .release:
            // First the monitors, so that none repeats what is to be forgotten.
            await monitors.judgeAnew(Set(board.heldAddresses().map(\.address)))
            held = board.releaseBrake()
        }
        guard let held else {
            return BrakeOutcome(held: 0, message: "the brake holds nothing; nothing was changed")
        }
        let message =
            switch action {
            case .confirm: "confirmed: what probes say of \(held) addresses is in force"
            case .release: "released: \(held) addresses keep their verdicts and are judged anew"
            }
        return BrakeOutcome(held: held, message: message)
    }

    func brakeReport() -> BrakeReport? {
        let brake = board.brake()
        return brake.limits.map { limits in
            BrakeReport(
                percent: limits.percent, atLeast: limits.atLeast, probed: brake.probed,
                windowSeconds: brake.window, held: brake.held,
                since: brake.since.map {
                    Date(timeIntervalSince1970: TimeInterval($0)).ISO8601Format()
                })
        }
    }

    // MARK: Metrics

    func healthMetrics() -> [MetricFamily] {
        let brake = board.brake()
        let clusters = board.clusters()
        let feeds = board.feeds()
        return [
            MetricFamily(
                "sterna_endpoint_share",
                help: "How much of its normal traffic each endpoint address takes, 1 is the whole.",
                kind: .gauge,
                samples: board.snapshot().flatMap { endpoint in
                    endpoint.addresses.map {
                        .init(
                            Double($0.share) / 256,
                            [.init("endpoint", endpoint.key), .init("address", $0.address)])
                    }
                }),
            MetricFamily(
                "sterna_cluster_share",
                help: "How much of its normal traffic each cluster takes, 1 is the whole.",
                kind: .gauge,
                samples: clusters.map { .init($0.share, [.init("cluster", $0.key)]) }),
            MetricFamily(
                "sterna_cluster_load", help: "The load of each cluster that feeds report.",
                kind: .gauge,
                samples: clusters.compactMap { cluster in
                    cluster.load.map { .init($0.load, [.init("cluster", cluster.key)]) }
                }),
            .init(
                "sterna_brake_engaged", help: "Whether the mass-change brake holds a change.",
                kind: .gauge, value: brake.since == nil ? 0 : 1),
            .init(
                "sterna_brake_held", help: "Endpoint addresses whose fall the brake holds.",
                kind: .gauge, value: Double(brake.held)),
            .init(
                "sterna_brake_trips_total", help: "How often the mass-change brake tripped.",
                kind: .counter, value: Double(board.totals().brakeTrips)),
            MetricFamily(
                "sterna_feed_age_seconds", help: "Time since each feed last said anything.",
                kind: .gauge,
                samples: feeds.compactMap { feed in
                    feed.age.map { .init(Double($0), [.init("feed", feed.name)]) }
                }),
            MetricFamily(
                "sterna_feed_silent", help: "Whether each feed is silent for too long.",
                kind: .gauge,
                samples: feeds.map { .init($0.isSilent ? 1 : 0, [.init("feed", $0.name)]) }),
        ]
    }
}

extension Verdicts.LoadReport {
    init(_ stored: StoredLoad) {
        self.init(
            cluster: stored.cluster, source: stored.source, sequence: stored.sequence,
            load: stored.load, expires: stored.expires, received: stored.received)
    }
}
