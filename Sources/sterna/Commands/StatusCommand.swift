import ArgumentParser
import Control
import DNSWire
import Foundation

/// `sterna status`: what is served, and the health of what it steers to.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a running server serves and how its endpoints are.",
        discussion: """
            EXAMPLES
              sterna status
              sterna status --control 127.0.0.1:8053 --output json
            """)

    @Option(help: ArgumentHelp("The server's HTTP API.", valueName: "addr:port"))
    var control = "127.0.0.1:8053"

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    func run() async throws {
        guard let address = SocketAddress(control) else {
            throw ValidationError("--control \(control): write ADDRESS:PORT, as in 127.0.0.1:8053")
        }
        do {
            let body = try HTTPClient.get("/v1/status", from: address)
            switch output {
            case .json: print(String(decoding: body, as: UTF8.self))
            case .text: show(try JSONDecoder().decode(StatusReport.self, from: body))
            }
        } catch {
            printError("sterna: \(error)")
            throw ExitCode.failure
        }
    }

    private func show(_ report: StatusReport) {
        let answering = report.answering
        let process = answering.running ? "process \(answering.pid ?? 0)" : "NOT RUNNING"
        print(
            "sterna \(report.version), process \(report.pid), up \(Int(report.uptimeSeconds)) s; "
                + "answering: \(process), restarts \(answering.restarts), image \(report.imageGeneration)"
        )
        if let reload = report.lastReload { print("last reload \(reload.time): \(reload.message)") }
        if let brake = report.brake { print(StatusCommand.text(brake)) }
        print("")
        table(
            ["ZONE", "SERIAL", "NAMES", "STEERED"],
            report.zones.map { [$0.origin, "\($0.serial)", "\($0.names)", "\($0.steered)"] })
        let rows = report.endpoints.flatMap { endpoint in
            endpoint.addresses.map { row($0, of: endpoint) }
        }
        table(["ENDPOINT", "ADDRESS", "CLUSTER", "VERDICT", "SINCE", "SOURCE", "REASON"], rows)
        table(
            ["CLUSTER", "CAPACITY", "LOAD", "SHARE", "LAST", "SOURCE"],
            report.clusters.filter { $0.capacity != nil || $0.load != nil }.map(row))
        table(
            ["HELD BACK", "FAMILY", "TIER", "ANSWERED BY", "INSTEAD OF", "SINCE", "REASON"],
            report.held.map {
                [
                    $0.node, "IPv\($0.family)", "\($0.tier)", $0.tierEndpoints, $0.homeEndpoints,
                    $0.since ?? "-", $0.reason,
                ]
            })
        table(
            ["FEED", "KIND", "LAST", "PROBLEM"],
            report.feeds.map {
                [
                    $0.name, $0.kind, $0.ageSeconds.map { "\(Int($0)) s ago" } ?? "never",
                    $0.problem ?? "-",
                ]
            })
        printHosts(report.hosts)
    }

    private func printHosts(_ hosts: [StatusReport.HostReport]) {
        table(
            ["HOST", "ADDRESSES", "RESOLVED", "NEXT", "PROBLEM"],
            hosts.map {
                [
                    $0.host, $0.addresses.isEmpty ? "-" : $0.addresses.joined(separator: " "),
                    $0.ageSeconds.map { "\(Int($0)) s ago" } ?? "never",
                    "in \(Int($0.nextRefreshSeconds)) s", $0.problem ?? "-",
                ]
            })
    }

    private func row(
        _ address: EndpointReport.AddressReport, of endpoint: EndpointReport
    ) -> [String] {
        var verdict = address.verdict
        if let override = address.override { verdict += " (\(override))" }
        if let share = address.share { verdict += " \(percent(share))" }
        return [
            endpoint.endpoint, address.address, endpoint.cluster ?? "-", verdict,
            address.since ?? "-", address.source.isEmpty ? "-" : address.source, address.reason,
        ]
    }

    private func row(_ cluster: ClusterReport) -> [String] {
        var capacity = cluster.capacity?.short ?? "-"
        if let low = cluster.low { capacity = "\(low.short) to \(capacity)" }
        let age = cluster.loadAgeSeconds.map { "\($0) s ago" }
        return [
            cluster.cluster, capacity, cluster.load?.short ?? "-", percent(cluster.share),
            age ?? "never", cluster.source ?? "-",
        ]
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }

    /// One line about the brake.
    static func text(_ brake: BrakeReport) -> String {
        guard let since = brake.since else {
            return "brake: ready; holds a change of more than \(brake.percent)% of "
                + "\(brake.probed) probed addresses, and at least \(brake.atLeast), "
                + "within \(brake.windowSeconds) s"
        }
        return "brake: HOLDS \(brake.held) addresses at their former verdicts since \(since); "
            + "`sterna brake confirm` if they are down, `sterna brake release` if probes are wrong"
    }

    /// Prints columns as wide as their widest cell; nothing without rows.
    private func table(_ head: [String], _ rows: [[String]]) {
        guard !rows.isEmpty else { return }
        let widths = head.indices.map { column in
            ([head] + rows).map { $0[column].count }.max() ?? 0
        }
        for row in [head] + rows {
            let cells = zip(row, widths).map {
                $0.padding(toLength: $1, withPad: " ", startingAt: 0)
            }
            let line = cells.joined(separator: "  ")
            print(line.replacing(#/ +$/#, with: ""))
        }
        print("")
    }
}

extension Double {
    /// Without a fraction that is none: `130`, `0.5`.
    fileprivate var short: String { Int64(exactly: self).map { "\($0)" } ?? "\(self)" }
}
