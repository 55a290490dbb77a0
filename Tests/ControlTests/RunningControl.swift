import Control
import DNSWire
import Foundation
import Health
import Logging
import ServiceLifecycle
import Testing

/// A control plane that records what it is asked and answers as told.
actor RecordingPlane: ControlPlane {
    var reports: [HealthReport] = []
    var explained: [ExplainQuery] = []
    var reloads = 0
    var notReady: String?
    var refusal: HealthRefusal?
    var reloadSucceeds = true

    var loads: [ClusterLoad] = []
    var loadRefusal: ClusterLoadRefusal?
    var brakeActions: [BrakeAction] = []

    func set(loadRefusal refusal: ClusterLoadRefusal?) { loadRefusal = refusal }
    func set(notReady reason: String?) { notReady = reason }
    func set(refusal: HealthRefusal?) { self.refusal = refusal }
    func failReloads() { reloadSucceeds = false }

    func status() -> StatusReport {
        StatusReport(
            version: "0.1", pid: 7, uptimeSeconds: 1.5, imageGeneration: 3,
            answering: .init(pid: 8, running: true, workers: 2, restarts: 0),
            zones: [.init(origin: "example.org.", serial: 2026, names: 5, steered: 1)],
            endpoints: [
                EndpointReport(
                    endpoint: "edge-us", cluster: "us", monitor: "canary",
                    addresses: [
                        .init(
                            address: "192.0.2.1", verdict: "healthy", reason: "200",
                            source: "canary", since: "2026-01-01T00:00:00Z", changeSeconds: 5)
                    ])
            ],
            feeds: [.init(name: "robots", kind: "push", accepted: 1)],
            lastReload: .init(time: "2026-01-01T00:00:00Z", ok: true, message: "1 zone"),
            clusters: [.init(cluster: "us", capacity: 100, load: 190, share: 0.75)],
            brake: .init(percent: 80, atLeast: 10, probed: 4, windowSeconds: 10))
    }

    func metrics() -> [MetricFamily] {
        [MetricFamily("sterna_up", help: "Whether it is up", kind: .gauge, value: 1)]
    }

    func accept(_ report: HealthReport) async throws(HealthRefusal) {
        if let refusal { throw refusal }
        reports.append(report)
    }

    func accept(_ load: ClusterLoad) async throws(ClusterLoadRefusal) {
        if let loadRefusal { throw loadRefusal }
        loads.append(load)
    }

    func endBrake(_ action: BrakeAction) -> BrakeOutcome {
        brakeActions.append(action)
        return BrakeOutcome(held: 12, message: "\(action)")
    }

    func failBack(
        _ owner: String, family: Int?
    ) async throws(FailbackRefusal) -> FailbackReport {
        guard owner == "pay.example.org" || owner == "example.org/site" else {
            throw .unknown(suggestion: "pay.example.org.")
        }
        return FailbackReport(
            message: "released",
            nodes: [.init(node: owner, family: family ?? 0, effect: "released")])
    }

    func reload() -> ReloadOutcome {
        reloads += 1
        return reloadSucceeds
            ? ReloadOutcome(succeeded: true, message: "1 zone")
            : ReloadOutcome(
                succeeded: false, message: "nothing was changed", findings: ["z.yaml:1:1: wrong"])
    }

    func explain(_ query: ExplainQuery) throws(ExplainRefusal) -> any Encodable & Sendable {
        guard query.name != "wrong" else { throw ExplainRefusal("'wrong' is no name") }
        explained.append(query)
        return ["name": query.name]
    }

    func readiness() -> String? { notReady }
}

/// Runs the API on a free port of 127.0.0.1 while `body` runs, and then shuts it down.
func withControl(
    feeds: [PushFeed] = [], plane: RecordingPlane = RecordingPlane(),
    bodyDeadline: Duration = .seconds(60),
    _ body: (HTTPClient, RecordingPlane) async throws -> Void
) async throws {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let (addresses, announce) = AsyncStream<DNSWire.SocketAddress>.makeStream()
    let service = controlService(
        listen: DNSWire.SocketAddress(address: .v4(0x7F00_0001), port: 0), feeds: feeds,
        plane: plane, logger: logger, bodyDeadline: bodyDeadline,
        onListening: { announce.yield($0) })
    let group = ServiceGroup(
        configuration: .init(services: [.init(service: service)], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { announce.finish() }
            try await group.run()
        }
        var iterator = addresses.makeAsyncIterator()
        if let address = await iterator.next() {
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(HTTPClient(port: address.port), plane))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        } else {
            try await tasks.waitForAll()
            Issue.record("the service ended before it listened")
        }
    }
}
