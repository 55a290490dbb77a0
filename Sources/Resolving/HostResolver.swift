package import DNSWire
import Foundation
package import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle

/// Keeps the addresses of all hosts fresh; says when a set of them has changed.
///
/// Works from the moment that hosts are added, so that a start can wait for the first answers; as a service
/// it goes on until shut down.
package actor HostResolver: Service {
    /// Hosts asked for at a time: two sockets each.
    private static let maximumLookups = 64
    /// Longest sleep, so that hosts added meanwhile wait no longer.
    private static let beat = Duration.milliseconds(200)

    private var table = HostTable()
    private var options: ResolverOptions
    /// The server that answered last: the first to be asked.
    private var preferred = 0
    private let loop: any EventLoop
    private let logger: Logger
    private let start = ContinuousClock.now
    private let changed: AsyncStream<Void>.Continuation
    private(set) package var totals = HostTotals()

    /// One element or more after each change; those that nobody has taken yet are one.
    package nonisolated let changes: AsyncStream<Void>

    package init(
        options: ResolverOptions, logger: Logger,
        eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()
    ) {
        self.options = options
        self.logger = logger
        loop = eventLoop
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Hosts

    /// Adds hosts, and waits until each new one has been asked for once.
    ///
    /// - Parameters:
    ///   - kept: what an earlier run knew; hosts in it are not waited for.
    ///   - limit: longest wait.
    package func add(
        _ names: Set<Name>, options: ResolverOptions, kept: [KeptHost] = [],
        waitingAtMost limit: Duration
    ) async {
        self.options = options
        if preferred >= options.servers.count { preferred = 0 }
        table.add(names, now: now)
        table.restore(kept, now: now)
        let deadline = ContinuousClock.now + limit
        while table.unknown > 0, ContinuousClock.now < deadline, !Task.isCancelled {
            startLookups()
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Forgets all other hosts.
    package func keep(only names: Set<Name>) { table.keep(only: names) }

    /// Each host's addresses: IPv4 first, each family in numerical order.
    ///
    /// Hosts that were never resolved have none.
    package var addresses: [Name: [IPAddress]] { table.records.mapValues(\.addresses) }

    /// What the next run is to begin with.
    package var kept: [KeptHost] { table.kept }

    package var status: [HostStatus] {
        let now = now
        return table.records.values.map { HostStatus($0, now: now) }.sorted { $0.name < $1.name }
    }

    // MARK: Lookups

    /// Asks for hosts when their time has come, until shut down.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.repeatLookups() }
    }

    private func repeatLookups() async {
        while !Task.isCancelled {
            startLookups()
            let next = table.nextRefresh.map { $0 - now.uptime } ?? HostResolver.beat
            try? await Task.sleep(for: min(max(next, .milliseconds(10)), HostResolver.beat))
        }
    }

    private var now: HostMoment {
        HostMoment(
            uptime: ContinuousClock.now - start, unix: Int64(Date().timeIntervalSince1970))
    }

    private func startLookups() {
        for name in table.due(now: now, limit: HostResolver.maximumLookups) {
            Task { await self.refresh(name) }
        }
    }

    private func refresh(_ name: Name) async {
        async let v4 = lookUp(name, .v4)
        async let v6 = lookUp(name, .v6)
        let answers = (await v4, await v6)
        let before = table.records[name]
        let isChanged = table.take(
            name, v4: answers.0, v6: answers.1, now: now, options: options,
            jitter: Double.random(in: 0..<1))
        guard let after = table.records[name] else { return }
        totals.count(after, isChanged: isChanged)
        tell(before, after, isChanged)
        if isChanged { changed.yield() }
    }

    /// Says once that a host fails, and that it no longer does; and every change.
    private func tell(_ before: HostRecord?, _ after: HostRecord, _ isChanged: Bool) {
        let words = after.addresses.map(\.description).joined(separator: " ")
        if isChanged { logger.notice("host \(after.name) has the addresses \(words)") }
        guard before?.problem != after.problem else { return }
        if let problem = after.problem {
            logger.warning(
                "host \(after.name): \(problem)",
                metadata: ["addresses": "\(words.isEmpty ? "none" : words)"])
        } else if before?.problem != nil {
            logger.notice("host \(after.name) is resolved again")
        }
    }

    /// Asks the servers one after the other until one knows.
    private func lookUp(_ name: Name, _ family: HostQuestion.Family) async -> HostReply {
        let options = options
        let first = preferred
        var last = HostReply.failed("there is no server to ask")
        for step in options.servers.indices {
            let index = (first + step) % options.servers.count
            let exchange = HostExchange(
                question: HostQuestion(
                    id: UInt16.random(in: 0...UInt16.max), name: name, family: family),
                server: options.servers[index], timeout: TimeAmount(options.timeout))
            var reply = await exchange.overUDP(loop)
            if reply == .truncated { reply = await exchange.overTCP(loop) }
            if case .failed(let reason) = reply {
                last = .failed("\(options.servers[index]): \(reason)")
                continue
            }
            if index != preferred, options == self.options { preferred = index }
            return reply
        }
        return last
    }
}
