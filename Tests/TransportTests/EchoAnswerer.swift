import DNSWire
import Transport

/// What a test query asks the echo for, in its byte 4.
enum Command: UInt8 {
    /// The query back, with the QR bit set.
    case echo
    /// No response.
    case silence
    /// As many bytes as bytes 6 and 7 say, all equal to byte 1.
    case fill
    /// The sender, how it came, and the thread that answers.
    case who
}

/// Answers test queries for one thread: no DNS, but every way of answering.
struct EchoAnswerer: Answerer {
    let thread: UInt8
    private var isInBatch = false

    init(thread: Int = 0) { self.thread = UInt8(thread) }

    mutating func beginBatch() {
        precondition(!isInBatch, "a batch was begun twice")
        isInBatch = true
    }

    mutating func endBatch() {
        precondition(isInBatch, "a batch was ended twice")
        isInBatch = false
    }

    mutating func respond(
        to query: UnsafeRawBufferPointer, into response: UnsafeMutableRawBufferPointer,
        from client: ClientAddress, over transport: TransportProtocol, at now: UInt32
    ) -> Int {
        precondition(isInBatch, "a query came outside of a batch")
        precondition(now > 1_600_000_000, "the clock gives Unix seconds")
        guard query.count >= 12, let command = Command(rawValue: query[4]) else { return 0 }
        switch command {
        case .echo:
            response.copyMemory(from: query)
            response[2] |= 0x80
            return query.count
        case .silence:
            return 0
        case .fill:
            let count = min(Int(query[6]) << 8 | Int(query[7]), response.count)
            for index in 0..<count { response[index] = query[1] }
            return count
        case .who:
            response.storeBytes(of: client.high.bigEndian, toByteOffset: 0, as: UInt64.self)
            response.storeBytes(of: client.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            response.storeBytes(of: client.port.bigEndian, toByteOffset: 16, as: UInt16.self)
            response[18] = client.isV4 ? 4 : 6
            response[19] = transport.rawValue
            response[20] = thread
            return 21
        }
    }
}

/// A query of `count` bytes for the echo.
func query(_ command: Command, id: Int = 0, count: Int = 12, fill: Int = 0) -> [UInt8] {
    var bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    bytes[0] = UInt8(truncatingIfNeeded: id >> 8)
    bytes[1] = UInt8(truncatingIfNeeded: id)
    bytes[2] = 0
    bytes[4] = command.rawValue
    bytes[6] = UInt8(truncatingIfNeeded: fill >> 8)
    bytes[7] = UInt8(truncatingIfNeeded: fill)
    return bytes
}

/// What the echo makes of a query.
func echo(of query: [UInt8]) -> [UInt8] {
    var bytes = query
    bytes[2] |= 0x80
    return bytes
}

/// Threads with the echo, stopped when the body returns.
func withEcho(
    udp: [TestSocket] = [], tcp: [TestSocket] = [], options: UDPOptions = UDPOptions(),
    limits: TCPLimits = TCPLimits(), _ body: () throws -> Void
) throws {
    var threads = try AnsweringThreads.start(
        udp: udp.map(\.fd), tcp: tcp.map(\.fd), udpOptions: options, tcpLimits: limits
    ) { EchoAnswerer(thread: $0) }
    defer {
        let stopped = withExtendedLifetime((udp, tcp)) { threads.stop(.drain) }
        precondition(stopped, "the threads do not stop")
    }
    try body()
}
