import DNSWire
import Logging
import NIOPosix
import Resolving
import Testing

/// The resolver against servers that answer, keep silent, fail and lie.
@Suite struct HostResolverTests {
    private static let host = "lb.example.net."

    private func options(
        _ servers: [ScriptedServer], timeout: Duration = .milliseconds(300)
    ) -> ResolverOptions {
        ResolverOptions(
            servers: servers.map(\.address), timeout: timeout, floor: .milliseconds(20),
            ceiling: .seconds(60))
    }

    private func resolver(_ options: ResolverOptions) -> HostResolver {
        HostResolver(
            options: options, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A resolver that has asked for the host once.
    private func asked(_ options: ResolverOptions) async throws -> HostResolver {
        let resolver = resolver(options)
        await resolver.add(
            [try Name(Self.host)], options: options, waitingAtMost: .seconds(20))
        return resolver
    }

    private func texts(_ resolver: HostResolver) async throws -> [String] {
        let all = await resolver.addresses
        return try #require(all[try Name(Self.host)]).map(\.description)
    }

    /// One address of each family.
    private static let good: ScriptedServer.Script = { question, _ in
        let address = question.family == .v4 ? "192.0.2.1" : "2001:db8::1"
        return [Message(to: question).with(host, address, ttl: 30).bytes]
    }

    private static func failing(_ code: UInt16) -> ScriptedServer.Script {
        { question, _ in [Message(to: question, rcode: code).bytes] }
    }

    @Test func bothFamiliesAreAskedFor() async throws {
        let server = try await ScriptedServer(Self.good)
        let resolver = try await asked(options([server]))
        #expect(try await texts(resolver) == ["192.0.2.1", "2001:db8::1"])
        let status = try #require(await resolver.status.first)
        #expect(status.problem == nil && status.failures == 0 && status.ttl == 30)
        #expect(Set(server.queries.map(\.question.family)) == [.v4, .v6])
        await server.stop()
    }

    @Test func idsAndPortsDiffer() async throws {
        let server = try await ScriptedServer(Self.good)
        let options = options([server])
        let resolver = resolver(options)
        let names = try (0..<40).map { try Name("h\($0).example") }
        await resolver.add(Set(names), options: options, waitingAtMost: .seconds(20))
        // By chance a few may be alike; by a counter or one socket they would not differ like this.
        let queries = server.queries
        #expect(queries.count == 80)
        #expect(Set(queries.map(\.question.id)).count > 70)
        #expect(Set(queries.map(\.port)).count > 60)
        let steps = zip(queries, queries.dropFirst()).map { $1.question.id &- $0.question.id }
        #expect(Set(steps).count > 60)
        await server.stop()
    }

    @Test func aLongAnswerIsAskedForOverTCP() async throws {
        let server = try await ScriptedServer { question, transport in
            let whole = Message(to: question)
            if transport == .udp { return [whole.changed { $0.flags |= 0x0200 }.bytes] }
            return Self.good(question, transport)
        }
        let resolver = try await asked(options([server]))
        #expect(try await texts(resolver) == ["192.0.2.1", "2001:db8::1"])
        #expect(server.queries.count { $0.transport == .tcp } == 2)
        await server.stop()
    }

    @Test func answersToOthersAreWaitedOut() async throws {
        let server = try await ScriptedServer { question, transport in
            let lie = Message(to: question).with(Self.host, "203.0.113.1")
            return [
                lie.changed { $0.id &+= 1 }.bytes,
                lie.changed { $0.question?.name = "lb.example.com." }.bytes,
            ] + Self.good(question, transport)
        }
        let resolver = try await asked(options([server]))
        #expect(try await texts(resolver) == ["192.0.2.1", "2001:db8::1"])
        await server.stop()
    }

    @Test func manyForgeriesLeadToTCP() async throws {
        let server = try await ScriptedServer { question, transport in
            if transport == .tcp { return Self.good(question, transport) }
            let lie = Message(to: question).with(Self.host, "203.0.113.1")
            return (1...20).map { round in lie.changed { $0.id &+= round }.bytes }
        }
        let resolver = try await asked(options([server]))
        #expect(try await texts(resolver) == ["192.0.2.1", "2001:db8::1"])
        await server.stop()
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: ScriptedServer.Script
        let problem: String
    }

    static let faults: [Fault] = [
        Fault(testDescription: "SERVFAIL", script: failing(2), problem: "SERVFAIL"),
        Fault(testDescription: "REFUSED", script: failing(5), problem: "REFUSED"),
        Fault(
            testDescription: "silence", script: { _, _ in [] }, problem: "no answer within 300 ms"),
        Fault(
            testDescription: "rubbish",
            script: { question, _ in [Array(Message(to: question).bytes.prefix(20))] },
            problem: "the answer is malformed"),
        Fault(
            testDescription: "closes TCP",
            script: { question, transport in
                transport == .tcp
                    ? [] : [Message(to: question).changed { $0.flags |= 0x0200 }.bytes]
            }, problem: "the connection was closed without an answer"),
    ]

    @Test(arguments: faults)
    func theNextServerIsAskedWhereOneFails(_ fault: Fault) async throws {
        let bad = try await ScriptedServer(fault.script)
        let good = try await ScriptedServer(Self.good)
        let resolver = try await asked(options([bad, good]))
        #expect(try await texts(resolver) == ["192.0.2.1", "2001:db8::1"])
        await bad.stop()
        await good.stop()
    }

    @Test(arguments: faults)
    func aFailureIsNamedWithItsServer(_ fault: Fault) async throws {
        let bad = try await ScriptedServer(fault.script)
        let resolver = try await asked(options([bad]))
        #expect(try await texts(resolver).isEmpty)
        let status = try #require(await resolver.status.first)
        #expect(status.problem == "A: \(bad.address): \(fault.problem)")
        #expect(status.failures >= 1)
        await bad.stop()
    }

    @Test func aServerThatIsNotThereIsRefusedAtOnce() async throws {
        let gone = try await ScriptedServer(Self.good)
        await gone.stop()
        let resolver = try await asked(options([gone], timeout: .seconds(15)))
        let status = try #require(await resolver.status.first)
        #expect(status.problem == "A: \(gone.address): connection refused")
    }

    @Test func noSuchNameEndsTheSearch() async throws {
        let first = try await ScriptedServer(Self.failing(3))
        let second = try await ScriptedServer(Self.good)
        let resolver = try await asked(options([first, second]))
        #expect(try await texts(resolver).isEmpty)
        #expect(second.queries.isEmpty)
        await first.stop()
        await second.stop()
    }

    /// The whole life of a host: resolved, changed, failing, changed again.
    @Test func changesAreToldAndFailuresKeepWhatWasGood() async throws {
        let server = try await ScriptedServer { question, _ in
            [Message(to: question).with(Self.host, "192.0.2.1", ttl: 0).bytes]
        }
        let resolver = try await asked(options([server]))
        let running = Task { try await resolver.run() }
        var changes = resolver.changes.makeAsyncIterator()
        await changes.next()
        #expect(try await texts(resolver) == ["192.0.2.1"])

        server.say { question, _ in
            [
                Message(to: question).with(Self.host, "192.0.2.3", ttl: 0)
                    .with(Self.host, "192.0.2.2", ttl: 0).bytes
            ]
        }
        await changes.next()
        #expect(try await texts(resolver) == ["192.0.2.2", "192.0.2.3"])

        server.say(Self.failing(2))
        while await resolver.totals.failed < 3 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await texts(resolver) == ["192.0.2.2", "192.0.2.3"])
        #expect(await resolver.status.first?.problem?.hasSuffix("SERVFAIL") == true)

        server.say { question, _ in
            [Message(to: question).with(Self.host, "192.0.2.4", ttl: 60).bytes]
        }
        await changes.next()
        #expect(try await texts(resolver) == ["192.0.2.4"])
        #expect(await resolver.totals.changes == 3)
        running.cancel()
        _ = await running.result
        await server.stop()
    }

    @Test func whatIsKnownFromAnEarlierRunIsNotWaitedFor() async throws {
        let silent = try await ScriptedServer { _, _ in [] }
        let options = options([silent], timeout: .seconds(30))
        let resolver = resolver(options)
        await resolver.add(
            [try Name(Self.host)], options: options,
            kept: [KeptHost(host: Self.host, addresses: ["192.0.2.7"], resolved: 1)],
            waitingAtMost: .seconds(60))
        #expect(try await texts(resolver) == ["192.0.2.7"])
        #expect(silent.queries.isEmpty)
        await silent.stop()
    }
}
