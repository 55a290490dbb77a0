import Canary
import DNSWire
import Health
import Monitors
import ServiceLifecycle
import Testing
import Verdicts

/// On graceful shutdown every service returns, whatever it is doing.
@Suite(.timeLimit(.minutes(2))) struct ShutdownTests {
    private func stops(_ service: any Service, when isUnderWay: () async throws -> Void)
        async throws
    {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [service], logger: LogBook().logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await isUnderWay()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func aCanaryStops() async throws {
        let (ports, port) = AsyncStream.makeStream(of: UInt16.self)
        let canary = CanaryServer(
            CanaryServer.Options(
                name: "test", addresses: [SocketAddress(address: .loopback, port: 0)]),
            logger: LogBook().logger, onReady: { port.yield($0[0].port) })
        try await stops(canary) {
            for await _ in ports { return }
        }
    }

    @Test func monitorsStopInTheMiddleOfAProbe() async throws {
        try await withCanary { canary, port in
            canary.turn(.mute)
            let bench = Bench()
            let target = MonitorTarget.test(
                "edge", .http(HTTPCheck(tls: false, port: port)), timeout: .seconds(100))
            bench.track([target])
            let monitors = MonitorSet(board: bench.board, logger: bench.log.logger)
            monitors.replace([target])
            try await stops(monitors) {
                while canary.currentState().requests == 0 { await Task.yield() }
            }
            #expect(await monitors.totals().streams == 0)
            #expect(bench.address("edge")?.verdict == "unknown")
        }
    }

    @Test func aFileFeedStops() async throws {
        let folder = try TemporaryFolder()
        let bench = Bench()
        bench.track([.test("edge", .tcp(port: 1))])
        try folder.write(#"{"endpoints": {"edge": {"verdict": "down"}}}"#, to: "feed.json")
        let feed = FileFeed(
            name: "feed", path: folder.path + "/feed.json", board: bench.board,
            logger: bench.log.logger, now: { 1_000 })
        try await stops(feed) { try await bench.wait("edge", .unhealthy) }
    }
}
