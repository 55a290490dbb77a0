import DNSWire
import Glibc
import Testing
import Transport

@Suite struct UDPTests {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0", "[::]:0"])
    func everyQueryIsAnswered(listen: String) throws {
        guard hasIPv6 || !listen.hasPrefix("[") else { return }
        let server = try openUDP(listen)
        try withEcho(udp: server) {
            let loopback = server[0].address.address.isV4 ? "127.0.0.1" : "[::1]"
            let target = try address("\(loopback):\(server[0].address.port)")
            let socket = try client(of: target, SOCK_DGRAM)
            for id in 0..<10 {
                socket.send(query(.echo, id: id, count: 40))
                #expect(socket.receive() == echo(of: query(.echo, id: id, count: 40)))
            }
        }
    }

    @Test(arguments: ["127.0.0.1", "127.0.0.5", "127.200.3.4"])
    func wildcardSocketAnswersFromTheAddressAsked(asked: String) throws {
        let server = try openUDP("0.0.0.0:0")
        try withEcho(udp: server) {
            // A connected socket hears its peer only: 127.0.0.1 would not do for 127.0.0.5.
            let target = try address("\(asked):\(server[0].address.port)")
            let socket = try client(of: target, SOCK_DGRAM, from: "127.0.0.77")
            // More than a batch, so that each slot is used again.
            for id in 0..<200 {
                socket.send(query(.echo, id: id))
                #expect(socket.receive() == echo(of: query(.echo, id: id)))
            }
        }
    }

    @Test(arguments: [
        (12, 12), (13, 13), (511, 511), (512, 512), (1_232, 1_232), (4_095, 4_095),
        (4_096, 4_096),
        // Longer ones are cut.
        (4_097, 4_096), (60_000, 4_096),
    ])
    func queriesOfOddSizes(sent: Int, answered: Int) throws {
        let server = try openUDP()
        try withEcho(udp: server) {
            let socket = try client(of: server[0].address, SOCK_DGRAM)
            socket.send(query(.echo, count: sent))
            #expect(socket.receive() == Array(echo(of: query(.echo, count: sent))[..<answered]))
        }
    }

    @Test(arguments: [1, 512, 1_232, 4_095, 4_096, 65_535])
    func responsesOfOddSizes(size: Int) throws {
        let server = try openUDP()
        try withEcho(udp: server) {
            let socket = try client(of: server[0].address, SOCK_DGRAM)
            socket.send(query(.fill, id: 9, fill: size))
            #expect(socket.receive() == Array(repeating: 9, count: min(size, 4_096)))
        }
    }

    @Test func senderIsPassedOn() throws {
        let server = try openUDP()
        try withEcho(udp: server) {
            let socket = try client(of: server[0].address, SOCK_DGRAM, from: "127.1.2.3")
            socket.send(query(.who))
            let port = socket.address.port
            #expect(
                socket.receive() == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 127, 1, 2, 3]
                    + [UInt8(port >> 8), UInt8(port & 255), 4, TransportProtocol.udp.rawValue, 0])
        }
    }

    @Test(.enabled(if: hasIPv6)) func senderIsPassedOnFromIPv6() throws {
        let server = try openUDP("[::1]:0")
        try withEcho(udp: server) {
            let socket = try client(of: server[0].address, SOCK_DGRAM)
            socket.send(query(.who))
            let port = socket.address.port
            #expect(
                socket.receive() == Array(repeating: 0, count: 15)
                    + [1, UInt8(port >> 8), UInt8(port & 255), 6]
                    + [TransportProtocol.udp.rawValue, 0])
        }
    }

    @Test func silenceIsNoDatagram() throws {
        let server = try openUDP()
        let socket = try client(of: server[0].address, SOCK_DGRAM)
        for id in 0..<200 {
            // Every third is answered; also in the first and last slots of a batch.
            socket.send(query(id % 3 == 0 ? .echo : .silence, id: id))
        }
        // Too short to be a message, and no bytes at all.
        socket.send([1, 2, 3])
        socket.send([])
        try drain(server[0])
        var answers: [[UInt8]] = []
        while let answer = socket.receive(waiting: false) { answers.append(answer) }
        let expected = stride(from: 0, to: 200, by: 3).map { echo(of: query(.echo, id: $0)) }
        #expect(answers == expected)
    }

    @Test(arguments: [0, 100])
    func tenThousandQueriesInBursts(pauseMicroseconds: UInt32) throws {
        let server = try openUDP()
        let options = UDPOptions(
            pauseMicroseconds: pauseMicroseconds, pauseAbove: 0, pauseBelow: .max)
        try withEcho(udp: server, options: options) {
            let socket = try client(of: server[0].address, SOCK_DGRAM)
            socket.setBuffer(SO_RCVBUF, 4 << 20)
            var missing = 0
            for burst in 0..<100 {
                let queries = (0..<100).map { query(.echo, id: burst * 100 + $0, count: 12 + $0) }
                for query in queries { socket.send(query) }
                for query in queries where socket.receive() != echo(of: query) { missing += 1 }
            }
            #expect(missing == 0)
        }
    }

    @Test func workersShareThePort() throws {
        let server = try openUDP(count: 2)
        #expect(server[0].address == server[1].address)
        try withEcho(udp: server) {
            // The kernel chooses by the client's port: of 64 ports some fall to either.
            var workers: Set<UInt8> = []
            for _ in 0..<64 {
                let socket = try client(of: server[0].address, SOCK_DGRAM)
                socket.send(query(.who))
                if let thread = socket.receive()?.last { workers.insert(thread) }
            }
            #expect(workers == [0, 1])
        }
    }

    @Test func drainingAnswersWhatWaits() throws {
        let server = try openUDP()
        let socket = try client(of: server[0].address, SOCK_DGRAM)
        socket.setBuffer(SO_RCVBUF, 4 << 20)
        for id in 0..<1_000 { socket.send(query(.echo, id: id)) }
        try drain(server[0])
        for id in 0..<1_000 {
            #expect(socket.receive(waiting: false) == echo(of: query(.echo, id: id)))
        }
    }

    @Test func handOverLeavesWhatWaitsToTheSuccessor() throws {
        let server = try openUDP()
        let socket = try client(of: server[0].address, SOCK_DGRAM)
        for id in 0..<100 { socket.send(query(.echo, id: id)) }
        try drain(server[0], mode: .handOver)
        #expect(socket.receive(waiting: false) == nil)
        try withEcho(udp: server) {
            for id in 0..<100 { #expect(socket.receive() == echo(of: query(.echo, id: id))) }
        }
    }

    @Test func threadsThatWaitAreStopped() throws {
        let server = try openUDP(count: 3)
        let listener = try openTCP()
        var threads = try AnsweringThreads.start(udp: server.map(\.fd), tcp: [listener.fd]) {
            EchoAnswerer(thread: $0)
        }
        let ran = threads.allRunning
        let stopped = withExtendedLifetime((server, listener)) { threads.stop(.drain) }
        #expect(ran && stopped)
    }

    @Test func nonBlockingSocketServesAsWell() throws {
        let server = try openUDP()
        let flags = fcntl(server[0].fd, F_GETFL)
        _ = fcntl(server[0].fd, F_SETFL, flags | O_NONBLOCK)
        try withEcho(udp: server) {
            let socket = try client(of: server[0].address, SOCK_DGRAM)
            socket.send(query(.echo))
            #expect(socket.receive() == echo(of: query(.echo)))
        }
    }

    /// Runs a worker that was told to stop beforehand, on this thread.
    private func drain(_ server: TestSocket, mode: StopFlag.Mode = .drain) throws {
        let stop = StopFlag()
        stop.request(mode)
        var worker = try UDPWorker(socket: server.fd, stop: stop, answerer: EchoAnswerer())
        withExtendedLifetime(server) { worker.run() }
    }
}
