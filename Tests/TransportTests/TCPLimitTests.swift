import DNSWire
import Glibc
import Testing
import Transport

@Suite struct TCPLimitTests {
    /// How a client keeps a connection busy without getting anywhere.
    enum Idling: CaseIterable {
        case nothingSent, halfALength, halfAQuery, answerNotRead
    }

    @Test(arguments: Idling.allCases)
    func idleConnectionsAreClosed(idling: Idling) throws {
        let server = try openTCP()
        try withEcho(tcp: [server], limits: TCPLimits(idleTimeout: .milliseconds(50))) {
            let socket = try client(of: server.address, SOCK_STREAM)
            switch idling {
            case .nothingSent:
                #expect(socket.isClosedByServer())
            case .halfALength:
                socket.send([0])
                #expect(socket.isClosedByServer())
            case .halfAQuery:
                socket.send(Array(framed(query(.echo))[..<8]))
                #expect(socket.isClosedByServer())
            case .answerNotRead:
                // More queries than the server reads at once, and far more to answer than it sends.
                socket.send((0..<6_000).flatMap { framed(query(.fill, id: $0, fill: 60_000)) })
                // It closes while we do not read: what it had not sent is lost.
                waitUntilReset(socket)
                #expect(socket.receive(exactly: 6_000 * 60_002).count < 6_000 * 60_002)
            }
        }
    }

    @Test func busyConnectionsAreNotIdle() throws {
        let server = try openTCP()
        try withEcho(tcp: [server], limits: TCPLimits(idleTimeout: .milliseconds(400))) {
            let idle = try client(of: server.address, SOCK_STREAM)
            let busy = try client(of: server.address, SOCK_STREAM)
            // Goes on answering `busy` until `idle`, which is no older, is closed.
            var answered = 0
            var idleIsOpen = true
            while idleIsOpen, answered < 100_000 {
                busy.sendMessage(query(.echo, id: answered))
                guard busy.receiveMessage() != nil else { break }
                answered += 1
                idleIsOpen = idle.receive(waiting: false) == nil
            }
            #expect(!idleIsOpen)
            busy.sendMessage(query(.echo))
            #expect(busy.receiveMessage() == echo(of: query(.echo)))
        }
    }

    @Test func atTheLimitTheLongestIdleGoes() throws {
        let server = try openTCP()
        try withEcho(tcp: [server], limits: TCPLimits(connections: 4)) {
            let first = try (0..<4).map { _ in try client(of: server.address, SOCK_STREAM) }
            for socket in first { try exchange(socket) }
            // Now the second is idle longest.
            try exchange(first[0])
            let fifth = try client(of: server.address, SOCK_STREAM)
            try exchange(fifth)
            #expect(first[1].isClosedByServer())
            for socket in [first[0], first[2], first[3], fifth] { try exchange(socket) }
        }
    }

    @Test func slotsAreUsedAgain() throws {
        let server = try openTCP()
        try withEcho(tcp: [server], limits: TCPLimits(connections: 3)) {
            for _ in 0..<200 {
                try exchange(client(of: server.address, SOCK_STREAM))
            }
        }
    }

    @Test func oneClientHasSoManyConnections() throws {
        let server = try openTCP()
        try withEcho(tcp: [server], limits: TCPLimits(connectionsPerClient: 2)) {
            let mine = try (0..<2).map { _ in
                try client(of: server.address, SOCK_STREAM, from: "127.0.0.9")
            }
            for socket in mine { try exchange(socket) }
            let third = try client(of: server.address, SOCK_STREAM, from: "127.0.0.9")
            #expect(third.isClosedByServer())
            try exchange(client(of: server.address, SOCK_STREAM, from: "127.0.0.10"))
            for socket in mine { try exchange(socket) }
        }
    }

    @Test func closedConnectionsDoNotCount() throws {
        let server = try openTCP()
        try withEcho(tcp: [server], limits: TCPLimits(connectionsPerClient: 1)) {
            for _ in 0..<50 {
                let socket = try client(of: server.address, SOCK_STREAM)
                try exchange(socket)
                // Wait until the server has closed too.
                socket.endSending()
                #expect(socket.isClosedByServer())
            }
        }
    }

    @Test func fewQueriesATurnAreStillAllAnswered() throws {
        let server = try openTCP()
        try withEcho(tcp: [server], limits: TCPLimits(queriesPerTurn: 1)) {
            let sockets = try (0..<5).map { _ in try client(of: server.address, SOCK_STREAM) }
            for socket in sockets {
                socket.send((0..<100).flatMap { framed(query(.echo, id: $0)) })
            }
            for socket in sockets {
                for id in 0..<100 {
                    #expect(socket.receiveMessage() == echo(of: query(.echo, id: id)))
                }
            }
        }
    }

    @Test func stoppingAnswersWhatWasReceived() throws {
        let server = try openTCP()
        let queries = (0..<300).map { query(.echo, id: $0) }
        // Connected, but not accepted yet.
        let sockets = try (0..<3).map { _ in try client(of: server.address, SOCK_STREAM) }
        for socket in sockets { socket.send(queries.flatMap { framed($0) }) }
        try runStopped(server, .drain)
        for socket in sockets {
            for query in queries { #expect(socket.receiveMessage() == echo(of: query)) }
            #expect(socket.isClosedByServer())
        }
    }

    @Test func handOverLeavesWaitingConnectionsToTheSuccessor() throws {
        let server = try openTCP()
        let socket = try client(of: server.address, SOCK_STREAM)
        socket.sendMessage(query(.echo, id: 3))
        try runStopped(server, .handOver)
        try withEcho(tcp: [server]) {
            #expect(socket.receiveMessage() == echo(of: query(.echo, id: 3)))
        }
    }

    @Test func stoppingDoesNotWaitForThoseWhoDoNotRead() throws {
        let server = try openTCP()
        let socket = try client(of: server.address, SOCK_STREAM)
        for id in 0..<500 { socket.sendMessage(query(.fill, id: id, fill: 60_000)) }
        try runStopped(server, .drain, limits: TCPLimits(stopTimeout: .milliseconds(50)))
        #expect(socket.receive(exactly: 500 * 60_002).count < 500 * 60_002)
    }

    /// Runs a loop that was told to stop beforehand, on this thread.
    private func runStopped(
        _ server: TestSocket, _ mode: StopFlag.Mode, limits: TCPLimits = TCPLimits()
    ) throws {
        let stop = StopFlag()
        stop.request(mode)
        var loop = try TCPLoop(
            listeners: [server.fd], stop: stop, limits: limits, answerer: EchoAnswerer())
        withExtendedLifetime(server) { loop.run() }
    }

    private func exchange(_ socket: TestSocket) throws {
        socket.sendMessage(query(.echo, id: 5))
        #expect(socket.receiveMessage() == echo(of: query(.echo, id: 5)))
    }

    /// Waits, without reading, until the connection is reset, as it is when the server closes it
    /// with queries in it that it has not read.
    private func waitUntilReset(_ socket: TestSocket) {
        var state = pollfd(fd: socket.fd, events: 0, revents: 0)
        let count = withExtendedLifetime(socket) { poll(&state, 1, 10_000) }
        #expect(count == 1)
    }
}
