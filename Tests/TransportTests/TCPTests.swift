import DNSWire
import Glibc
import Testing
import Transport

@Suite struct TCPTests {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func everyQueryIsAnswered(listen: String) throws {
        guard hasIPv6 || !listen.hasPrefix("[") else { return }
        let server = try openTCP(listen)
        try withEcho(tcp: [server]) {
            let socket = try client(of: server.address, SOCK_STREAM)
            for size in [12, 13, 511, 1_280, 4_096, 32_768, 65_535] {
                socket.sendMessage(query(.echo, id: size, count: size))
                #expect(socket.receiveMessage() == echo(of: query(.echo, id: size, count: size)))
            }
        }
    }

    @Test func senderIsPassedOn() throws {
        let server = try openTCP()
        try withEcho(tcp: [server]) {
            let socket = try client(of: server.address, SOCK_STREAM, from: "127.1.2.3")
            socket.sendMessage(query(.who))
            let port = socket.address.port
            #expect(
                socket.receiveMessage() == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 127, 1, 2, 3]
                    + [UInt8(port >> 8), UInt8(port & 255), 4, TransportProtocol.tcp.rawValue, 0])
        }
    }

    @Test func severalListenersAreServed() throws {
        let servers = try [openTCP(), openTCP(), openTCP("127.0.0.2:0")]
        try withEcho(tcp: servers) {
            for server in servers {
                let socket = try client(of: server.address, SOCK_STREAM)
                socket.sendMessage(query(.echo))
                #expect(socket.receiveMessage() == echo(of: query(.echo)))
            }
        }
    }

    @Test func manyQueriesInOneSegment() throws {
        let server = try openTCP()
        try withEcho(tcp: [server]) {
            let socket = try client(of: server.address, SOCK_STREAM)
            // Far more than one turn answers, and than fits into the input at once.
            let queries = (0..<5_000).map { query(.echo, id: $0, count: 12 + $0 % 90) }
            socket.send(queries.flatMap { framed($0) })
            var wrong = 0
            for query in queries where socket.receiveMessage() != echo(of: query) { wrong += 1 }
            #expect(wrong == 0)
        }
    }

    @Test func oneByteAtATime() throws {
        let server = try openTCP()
        try withEcho(tcp: [server]) {
            let socket = try client(of: server.address, SOCK_STREAM)
            var on: CInt = 1
            let bytes = socklen_t(MemoryLayout<CInt>.size)
            setsockopt(socket.fd, CInt(IPPROTO_TCP), TCP_NODELAY, &on, bytes)
            for id in 0..<3 {
                for byte in framed(query(.echo, id: id, count: 60)) { socket.send([byte]) }
                #expect(socket.receiveMessage() == echo(of: query(.echo, id: id, count: 60)))
            }
        }
    }

    @Test func silenceLeavesTheConnectionOpen() throws {
        let server = try openTCP()
        try withEcho(tcp: [server]) {
            let socket = try client(of: server.address, SOCK_STREAM)
            socket.send(framed(query(.silence)) + framed(query(.echo, id: 2)))
            #expect(socket.receiveMessage() == echo(of: query(.echo, id: 2)))
        }
    }

    @Test(arguments: [0, 1, 11])
    func lengthsThatNoMessageHasEndTheConnection(length: UInt8) throws {
        let server = try openTCP()
        try withEcho(tcp: [server]) {
            let socket = try client(of: server.address, SOCK_STREAM)
            // What came before is still answered.
            socket.send(framed(query(.echo, id: 1)) + [0, length])
            #expect(socket.receiveMessage() == echo(of: query(.echo, id: 1)))
            #expect(socket.isClosedByServer())
        }
    }

    @Test(arguments: [1, 200])
    func halfClosedClientGetsItsAnswers(count: Int) throws {
        let server = try openTCP()
        try withEcho(tcp: [server]) {
            let socket = try client(of: server.address, SOCK_STREAM)
            // The last message is not complete.
            let queries = (0..<count).map { query(.echo, id: $0) }
            socket.send(queries.flatMap { framed($0) } + [0, 40, 1, 2, 3])
            socket.endSending()
            for query in queries { #expect(socket.receiveMessage() == echo(of: query)) }
            #expect(socket.isClosedByServer())
        }
    }

    @Test func slowReaderDoesNotBlockOthers() throws {
        let server = try openTCP()
        try withEcho(tcp: [server]) {
            let slow = try client(of: server.address, SOCK_STREAM)
            // 30 MB of responses, which nobody reads yet: more than the kernel keeps.
            for id in 0..<500 { slow.sendMessage(query(.fill, id: id, fill: 60_000)) }
            let other = try client(of: server.address, SOCK_STREAM)
            for id in 0..<100 {
                other.sendMessage(query(.echo, id: id))
                #expect(other.receiveMessage() == echo(of: query(.echo, id: id)))
            }
            var wrong = 0
            for id in 0..<500 {
                let expected = [UInt8](
                    repeating: UInt8(truncatingIfNeeded: id), count: 60_000)
                if slow.receiveMessage() != expected { wrong += 1 }
            }
            #expect(wrong == 0)
        }
    }

    @Test func largestResponsesFollowEachOther() throws {
        let server = try openTCP()
        try withEcho(tcp: [server]) {
            let socket = try client(of: server.address, SOCK_STREAM)
            socket.send((0..<20).flatMap { framed(query(.fill, id: $0, fill: 65_535)) })
            for id in 0..<20 {
                #expect(
                    socket.receiveMessage() == [UInt8](repeating: UInt8(id), count: 65_535))
            }
        }
    }
}
