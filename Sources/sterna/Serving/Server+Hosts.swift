import Compiling
import Control
import DNSWire
import Foundation
import Health
import Logging
import Resolving
import ServiceLifecycle
import Verdicts
import Zones

/// Addresses of hosts: resolved before they are needed, and served when they change.
extension Server {
    /// Longest wait of a start or a reload for the first answers about hosts that are new.
    private static let longestFirstLookup = Duration.seconds(3)
    /// Longest wait for the first probes of new addresses: a second until they start, and their time.
    private static let longestFirstProbe = Duration.seconds(4)

    /// The configuration with the addresses of its hosts; waits a little for hosts that are new.
    func resolved(
        _ loaded: LoadedConfiguration, kept: [KeptHost] = []
    ) async -> LoadedConfiguration {
        let names = loaded.hosts
        await hosts.add(
            names, options: loaded.resolverOptions, kept: kept,
            waitingAtMost: names.isEmpty ? .zero : Server.longestFirstLookup)
        return loaded.with(hosts: await hosts.addresses, after: configuration)
    }

    /// What the last run knew of hosts, as long as this one has served nothing of its own.
    var keptHosts: [KeptHost] { compiled == nil ? state.keptHosts : [] }

    /// Serves the addresses that hosts have now, with everything else as it is.
    ///
    /// Follows reloads that were asked for before.
    func takeHosts() async {
        let before = reloading
        let task = Task {
            _ = await before?.value
            return await self.takeHostsNow()
        }
        reloading = task
        _ = await task.value
        await keepHosts()
    }

    private func takeHostsNow() async -> ReloadOutcome {
        let fresh = configuration.with(hosts: await hosts.addresses, after: configuration)
        let stays =
            fresh.platformRevision == configuration.platformRevision
            && fresh.zones.map(\.steeringRevision) == configuration.zones.map(\.steeringRevision)
        // A reload may have served them already; a server without a good configuration has nothing to serve.
        guard compiled != nil, !stays else {
            return ReloadOutcome(succeeded: true, message: "no host has other addresses")
        }
        return await take(fresh, isAboutHosts: true)
    }

    /// Writes down the last good addresses, for the next start.
    func keepHosts() async {
        do {
            try state.keep(await hosts.kept)
        } catch {
            logger.error("the addresses of hosts cannot be kept: \(error)")
        }
    }

    /// Waits until every new address that is checked has a verdict, so that it does not stand back behind
    /// others only because nobody has looked at it yet.
    func firstVerdicts(of image: CompiledImage) async {
        let deadline = ContinuousClock.now + Server.longestFirstProbe
        let known = Set(compiled?.endpoints.flatMap { $0.addresses.map(\.slot) } ?? [])
        let new = image.endpoints.filter { endpoint in
            endpoint.definition.monitor != nil
                && endpoint.addresses.contains { !known.contains($0.slot) }
        }
        while ContinuousClock.now < deadline {
            let isWaiting = new.contains { endpoint in
                endpoint.addresses.contains {
                    board.monitored(endpoint: endpoint.key, address: $0.address) == .unknown
                }
            }
            guard isWaiting else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    // MARK: For people

    func hostReports() async -> [StatusReport.HostReport] {
        await self.hosts.status.map { host in
            StatusReport.HostReport(
                host: host.name.description, addresses: host.addresses.map(\.description),
                ageSeconds: host.age.map(Double.init), ttl: host.ttl,
                nextRefreshSeconds: Double(host.nextRefresh), failures: host.failures,
                problem: host.problem)
        }
    }

    func hostMetrics() async -> [MetricFamily] {
        let hosts = await self.hosts.status
        let totals = await self.hosts.totals
        return [
            MetricFamily(
                "sterna_host_addresses", help: "Addresses that each host has.", kind: .gauge,
                samples: hosts.map {
                    .init(Double($0.addresses.count), [.init("host", $0.name.description)])
                }),
            MetricFamily(
                "sterna_host_age_seconds",
                help: "Time since the addresses of each host were confirmed.", kind: .gauge,
                samples: hosts.compactMap { host in
                    host.age.map { .init(Double($0), [.init("host", host.name.description)]) }
                }),
            .init(
                "sterna_hosts_failing", help: "Hosts whose last lookup failed.", kind: .gauge,
                value: Double(hosts.count { $0.failures > 0 })),
            MetricFamily(
                "sterna_host_lookups_total", help: "Lookups of hosts, by result.", kind: .counter,
                samples: [
                    .init(Double(totals.resolved), [.init("result", "resolved")]),
                    .init(Double(totals.failed), [.init("result", "failed")]),
                ]),
            .init(
                "sterna_host_changes_total", help: "Changes of the addresses of a host.",
                kind: .counter, value: Double(totals.changes)),
        ]
    }
}

/// Serves the addresses of hosts when they change, and writes them down.
struct HostWatch: Service {
    let server: Server

    /// Changes within this time are served together.
    private static let gathering = Duration.milliseconds(100)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in server.hosts.changes {
                try? await Task.sleep(for: HostWatch.gathering)
                await server.takeHosts()
            }
        }
        await server.keepHosts()
    }
}
