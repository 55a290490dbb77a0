import Compiling
import Control
import DNSWire
import Foundation
import Handover
import Health
import Monitors
import Serving
import Settings
import Verdicts

/// What the HTTP API shows and changes.
extension Server: ControlPlane {
    func readiness() async -> String? {
        guard await answering.isRunning else { return "the answering process is not running" }
        return plane.adopted == 0 ? "no image is served yet" : nil
    }

    func status() async -> StatusReport {
        let process = await answering.process
        let running = await answering.isRunning
        let restarts = await answering.restarts
        return StatusReport(
            version: ProgramVersion.current, pid: getpid(),
            uptimeSeconds: Date().timeIntervalSince(started), imageGeneration: plane.adopted,
            answering: .init(
                pid: process, running: running, workers: configuration.settings.workers,
                restarts: restarts),
            zones: (compiled?.zones ?? []).map {
                .init(
                    origin: $0.origin.description, serial: $0.serial, names: $0.names,
                    steered: $0.steeredNames)
            },
            endpoints: board.snapshot().map(EndpointReport.init), feeds: feedReports(),
            hosts: await hostReports(), lastReload: lastReload, clusters: clusterReports(),
            brake: brakeReport(), held: heldReports())
    }

    private func feedReports() -> [StatusReport.FeedReport] {
        let now = Date().timeIntervalSince1970
        let files = Dictionary(
            fileFeeds.map { ($0.name, $0.status()) }, uniquingKeysWith: { first, _ in first })
        let reports = board.snapshot().flatMap(\.reports)
        let lives = Dictionary(
            board.feeds().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return configuration.settings.feeds.map { feed in
            var report = report(of: feed, files[feed.name], reports, now)
            report.silentAfterSeconds = feed.silentAfter?.components.seconds
            // Loads are words, too.
            if case .push = feed.source {
                report.ageSeconds = lives[feed.name]?.age.map(Double.init)
            }
            if let life = lives[feed.name], life.isSilent {
                report.silent = life.silent.rawValue
                report.problem =
                    report.problem
                    ?? "silent for \(life.age ?? 0) s; what it said \(life.silent.consequence)"
            }
            return report
        }
    }

    private func report(
        of feed: FeedSettings, _ status: FileFeedStatus?, _ reports: [SourceStatus],
        _ now: Double
    ) -> StatusReport.FeedReport {
        switch feed.source {
        case .file:
            return .init(
                name: feed.name, kind: "file", accepted: status?.goodFiles ?? 0,
                refused: status?.badFiles ?? 0,
                ageSeconds: status?.lastGood.map { now - Double($0) },
                problem: status == nil
                    ? "declared since the start; restart to read it" : status?.error)
        case .push:
            let own = reports.filter {
                $0.source == feed.name || $0.source.hasPrefix(feed.name + "/")
            }
            return .init(
                name: feed.name, kind: "push", accepted: UInt64(own.count),
                ageSeconds: own.map(\.age).min().map(Double.init),
                problem: store == nil ? "the state database cannot be used" : nil)
        }
    }

    /// Stores a pushed verdict, then puts it in force; what was said to be accepted survives a crash.
    func accept(_ report: HealthReport) async throws(HealthRefusal) {
        guard board.defines(endpoint: report.endpoint) else {
            let keys = board.snapshot().map(\.key)
            throw .unknownEndpoint(suggestion: Suggestion.nearest(to: report.endpoint, among: keys))
        }
        guard let store else { throw .unavailable("the state database cannot be used") }
        let stored = StoredReport(report, received: Int64(Date().timeIntervalSince1970))
        do {
            if let known = try await store.store(stored) {
                throw HealthRefusal.olderSequence(known: known)
            }
            try board.report(Verdicts.FeedReport(stored))
        } catch let refusal as HealthRefusal {
            throw refusal
        } catch let refusal as FeedRefusal {
            if case .olderSequence(_, _, _, let known) = refusal {
                throw .olderSequence(known: known)
            }
            throw .invalid(refusal.description)
        } catch {
            throw .unavailable("\(error)")
        }
    }

    // MARK: Metrics

    func metrics() async -> [MetricFamily] {
        let restarts = await answering.restarts
        let running = await answering.isRunning
        var families = queryMetrics()
        families += await monitorMetrics()
        families += await hostMetrics()
        families += healthMetrics()
        families += holdMetrics()
        families += [
            .init(
                "sterna_image_generation", help: "Number of the image that is served.",
                kind: .gauge,
                value: Double(plane.adopted)),
            .init(
                "sterna_answering_up", help: "Whether the answering process runs.", kind: .gauge,
                value: running ? 1 : 0),
            .init(
                "sterna_answering_restarts_total",
                help: "Starts of the answering process after the first.",
                kind: .counter, value: Double(restarts)),
            MetricFamily(
                "sterna_zone_serial", help: "Serial of each zone served.", kind: .gauge,
                samples: (compiled?.zones ?? []).map {
                    .init(Double($0.serial), [.init("zone", $0.origin.description)])
                }),
        ]
        return families
    }

    private func queryMetrics() -> [MetricFamily] {
        func total(_ counter: Counter) -> Double { Double(plane.total(counter)) }
        let codes: [(String, Counter)] = [
            ("NOERROR", .noError), ("NXDOMAIN", .nameError), ("REFUSED", .refused),
            ("FORMERR", .formatError), ("NOTIMP", .notImplemented), ("SERVFAIL", .serverFailure),
            ("BADVERS", .badVersion), ("YXDOMAIN", .nameTooLong),
            ("NOTAUTH", .notAuthorized),
        ]
        let single: [(String, Counter, String)] = [
            ("sterna_dropped_total", .dropped, "Packets that were not answered."),
            ("sterna_truncated_total", .truncated, "Responses with the TC bit."),
            ("sterna_nodata_total", .noData, "NOERROR responses without an answer."),
            ("sterna_referrals_total", .referrals, "Responses that refer to another server."),
            ("sterna_steered_total", .steered, "Answers that a policy decided."),
            (
                "sterna_steered_when_down_total", .steeredWhenDown,
                "Steered answers given while everything in the policy was down."
            ),
            (
                "sterna_rate_dropped_total", .rateDropped,
                "Responses that rate limiting withheld."
            ),
            (
                "sterna_rate_slipped_total", .rateSlipped,
                "Responses that rate limiting sent without records and with TC."
            ),
            (
                "sterna_rate_exceeded_total", .rateExceeded,
                "Responses beyond a limit that were sent, as rate limiting is a dry run."
            ),
            (
                "sterna_access_refused_total", .accessRefused,
                "Queries of clients that the access lists refuse."
            ),
            ("sterna_edns_queries_total", .edns, "Queries with EDNS."),
            ("sterna_ipv6_queries_total", .ipv6, "Queries over IPv6."),
        ]
        return [
            MetricFamily(
                "sterna_queries_total", help: "Packets received, by transport.", kind: .counter,
                samples: [
                    .init(total(.udpQueries), [.init("transport", "udp")]),
                    .init(total(.tcpQueries), [.init("transport", "tcp")]),
                ]),
            MetricFamily(
                "sterna_responses_total", help: "Responses, by code.", kind: .counter,
                samples: codes.map { .init(total($0.1), [.init("rcode", $0.0)]) }),
        ] + single.map { .init($0.0, help: $0.2, kind: .counter, value: total($0.1)) }
    }

    private func monitorMetrics() async -> [MetricFamily] {
        let totals = await monitors.totals()
        let verdicts = board.totals()
        let addresses = board.snapshot().flatMap { endpoint in
            endpoint.addresses.map { (endpoint.key, $0) }
        }
        let failed = totals.failed.values.reduce(0, +)
        return [
            MetricFamily(
                "sterna_endpoint_verdict",
                help: "1 for the verdict that each endpoint address has.", kind: .gauge,
                samples: addresses.map { key, address in
                    .init(
                        1,
                        [
                            .init("endpoint", key), .init("address", address.address),
                            .init("verdict", address.verdict),
                        ])
                }),
            MetricFamily(
                "sterna_probes_total", help: "Probes made, by result.", kind: .counter,
                samples: [
                    .init(Double(totals.passed), [.init("result", "passed")]),
                    .init(Double(failed), [.init("result", "failed")]),
                    .init(Double(totals.notMade), [.init("result", "not_made")]),
                ]),
            .init(
                "sterna_probe_streams", help: "Distinct pairs of address and check.", kind: .gauge,
                value: Double(totals.streams)),
            .init(
                "sterna_verdict_transitions_total", help: "Changes of merged verdicts.",
                kind: .counter, value: Double(verdicts.transitions)),
            MetricFamily(
                "sterna_feed_reports_total", help: "Reports of feeds, by outcome.", kind: .counter,
                samples: [
                    .init(Double(verdicts.reportsAccepted), [.init("outcome", "accepted")]),
                    .init(Double(verdicts.reportsRefused), [.init("outcome", "refused")]),
                ]),
        ]
    }
}

extension EndpointReport {
    init(_ status: EndpointStatus) {
        self.init(
            endpoint: status.key, cluster: status.cluster, tier: status.tier,
            monitor: status.monitor,
            addresses: status.addresses.map { address in
                AddressReport(
                    address: address.address, verdict: address.verdict,
                    override: address.override == "none" ? nil : address.override,
                    reason: address.reason, source: address.source,
                    since: Date(timeIntervalSince1970: TimeInterval(address.since)).ISO8601Format(),
                    changeSeconds: address.changeSeconds,
                    share: address.share < VerdictWord.wholeShare
                        ? Double(address.share) / Double(VerdictWord.wholeShare) : nil,
                    ramp: address.ramp.map { Double($0) / Double(VerdictWord.wholeShare) },
                    held: address.isHeld ? true : nil)
            })
    }
}

extension SilentPolicy {
    /// What follows for what a silent feed said.
    fileprivate var consequence: String {
        switch self {
        case .freeze: "stays"
        case .expire: "has lapsed"
        case .up: "counts as healthy"
        }
    }
}
