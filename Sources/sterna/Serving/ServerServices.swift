import Holding
import Logging
import ServiceLifecycle
import UnixSignals
import Verdicts

/// Reloads the configuration on SIGHUP.
struct ReloadOnHangUp: Service {
    let server: Server

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                _ = await server.reload()
            }
        }
    }
}

/// Drops reports of feeds and overrides whose time has passed, and lets tiers back whose time has come,
/// every second.
struct Expiry: Service {
    let server: Server

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                server.board.tick()
                server.holds.tick()
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}
