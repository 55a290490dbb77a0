import Logging
import ServiceLifecycle

extension Server {
    /// Reads the files of `locations` and `latencies` again and serves what they say, with everything else as it is.
    ///
    /// Files that are broken change nothing. Follows reloads that were asked for before.
    func reloadLocations() async {
        let before = reloading
        let task = Task {
            _ = await before?.value
            let content = self.configuration.locationFiles
            let fresh = await Task.detached { content.again() }.value
            return await self.take(self.configuration.with(fresh))
        }
        reloading = task
        _ = await task.value
    }
}

/// Looks at the files of `locations` and `latencies` every second, and has them read again when one has changed and has
/// been left alone for two seconds.
struct LocationWatch: Service {
    let server: Server

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Broken files are read once, not every second.
            var tried: [Fingerprint] = []
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                guard let changed = await server.configuration.locationFiles.changedFiles,
                    changed != tried
                else { continue }
                tried = changed
                await server.reloadLocations()
            }
        }
    }
}
