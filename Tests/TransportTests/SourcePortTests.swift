import DNSWire
import Glibc
import Testing
import Transport

/// A sender that nobody can answer is nobody (RFC 768: port 0 means that there is none).
@Suite struct SourcePortTests {
    /// Writes the ports of all clients that it was asked to answer.
    private struct PortRecorder: Answerer {
        let ports: UnsafeMutableBufferPointer<UInt16>
        var count = 0

        mutating func beginBatch() {}
        mutating func endBatch() {}

        mutating func respond(
            to query: UnsafeRawBufferPointer, into response: UnsafeMutableRawBufferPointer,
            from client: ClientAddress, over transport: TransportProtocol, at now: UInt32
        ) -> Int {
            if count < ports.count { ports[count] = client.port }
            count += 1
            response.copyMemory(from: query)
            return query.count
        }
    }

    /// Whether this process may forge a sender.
    static let mayForge: Bool = {
        let raw = TestSocket(adopting: socket(AF_INET, CInt(SOCK_RAW.rawValue), udp))
        return raw.fd >= 0
    }()

    private static let udp: CInt = 17

    /// Sends a datagram whose UDP header is written by hand, without a checksum (RFC 768).
    private func forge(from source: UInt16, to server: SocketAddress, _ message: [UInt8]) throws {
        let type = CInt(SOCK_RAW.rawValue)
        let raw = TestSocket(adopting: socket(AF_INET, type, SourcePortTests.udp))
        let length = UInt16(8 + message.count)
        let header = [source, server.port, length, 0].flatMap {
            [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)]
        }
        let packet = header + message
        guard raw.send(packet, to: server) == packet.count else {
            throw TestFailure("cannot send a raw packet: errno \(errno)")
        }
    }

    @Test(.enabled(if: mayForge, "raw sockets need root or CAP_NET_RAW"))
    func nothingIsSentToPortZero() throws {
        let server = try openUDP()
        let target = server[0].address
        let socket = try client(of: target, SOCK_DGRAM)
        // The hand-made header is one that arrives: from another port it is answered.
        try forge(from: 9, to: target, query(.echo, id: 1))
        for id in 2..<5 { try forge(from: 0, to: target, query(.echo, id: id)) }
        socket.send(query(.echo, id: 5))

        let ports = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 8)
        defer { ports.deallocate() }
        ports.initialize(repeating: 0xFFFF)
        let stop = StopFlag()
        stop.request(.drain)
        var worker = try UDPWorker(
            socket: server[0].fd, stop: stop, answerer: PortRecorder(ports: ports))
        withExtendedLifetime(server) { worker.run() }
        #expect(Array(ports) == [9, socket.address.port] + Array(repeating: 0xFFFF, count: 6))
        #expect(socket.receive(waiting: false) == query(.echo, id: 5))
    }
}
