import DNSWire
import Glibc
import Transport

extension FuzzEntry {
    /// A stream of framed messages (RFC 1035 §4.2.2): however it is cut into segments, each whole message
    /// is answered in order, until a length that no message has.
    ///
    /// The first byte chooses the segments; the rest is the stream.
    static let tcp = FuzzEntry(
        "tcp",
        words: [
            [0, 0], [0, 11], [0, 12], [0, 40], [0xFF, 0xFF],
            [0, 12] + [UInt8](repeating: 1, count: 12),
        ]
    ) {
        var pair: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
            throw FuzzSetupError(description: "no socket pair: \(errno)")
        }
        let stream = FuzzStream(server: pair[0], client: pair[1])
        return { input in
            guard let first = input.first else { return nil }
            let bytes = Array(input.dropFirst())
            let got = stream.exchange(bytes, segment: 1 + Int(first) * Int(first) / 8)
            guard let got else { return "the connection stands still" }
            let expected = FuzzStream.expected(bytes)
            return got == expected ? nil : "\(got.count) bytes instead of \(expected.count)"
        }
    }
}

/// One end of a stream that a `TCPConnection` serves, in the same thread.
private final class FuzzStream {
    private let server: CInt
    private let client: CInt
    private let memory: UnsafeMutableRawPointer
    private var buffer = [UInt8](repeating: 0, count: 16_384)

    /// Segments of the size asked for; what is left then comes in large ones, to save time.
    private static let smallSegments = 100

    init(server: CInt, client: CInt) {
        self.server = server
        self.client = client
        memory = .allocate(byteCount: TCPConnection.memoryBytes, alignment: 4096)
    }

    deinit {
        close(server)
        close(client)
        memory.deallocate()
    }

    /// What must come back: each message as it is answered.
    static func expected(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            guard length >= 12, rest.count >= 2 + length else { break }
            let message = rest.dropFirst(2).prefix(length)
            if let answer = UnevenAnswerer.answer(message) {
                result += [UInt8(answer.count >> 8), UInt8(answer.count & 255)] + answer
            }
            rest = rest.dropFirst(2 + length)
        }
        return result
    }

    /// Sends the bytes piece by piece and returns what came back; nil when the connection made no
    /// progress although it could.
    func exchange(_ bytes: [UInt8], segment: Int) -> [UInt8]? {
        var connection = TCPConnection()
        connection.memory = memory
        // Not to be shut: the next input uses the socket again.
        connection.open(server, ClientAddress(v4: 1), at: 0)
        var answerer = UnevenAnswerer()
        var received: [UInt8] = []
        var sent = 0
        var idleRounds = 0
        var rounds = 0
        // Ends: each round that is not idle moves a byte, or answers a message of twelve at least.
        while idleRounds < 3 {
            idleRounds += 1
            rounds += 1
            let piece = bytes[sent...].prefix(
                rounds <= FuzzStream.smallSegments ? segment : bytes.count)
            let taken = piece.withUnsafeBytes {
                send(client, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
            if taken > 0 {
                sent += taken
                idleRounds = 0
            }
            if case .failed = connection.read() { return nil }
            while connection.hasMessage, !connection.isMalformed {
                if connection.answer(8, with: &answerer, at: 0) > 0 { idleRounds = 0 }
                // Ends: what the client takes is at most what one call of `answer` wrote.
                while case .wouldBlock = connection.flush() { receive(&received) }
            }
            receive(&received)
            if connection.isMalformed { break }
        }
        if !connection.isMalformed, sent < bytes.count { return nil }
        drain()
        return received
    }

    private func receive(_ received: inout [UInt8]) {
        while true {
            let count = recv(client, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            guard count > 0 else { return }
            received += buffer[..<count]
        }
    }

    /// Takes what the connection did not read, so that the next one does not find it.
    private func drain() {
        while recv(server, &buffer, buffer.count, CInt(MSG_DONTWAIT)) > 0 {}
    }
}

/// Answers with what was asked, with nothing, or with much more, as the first byte says.
private struct UnevenAnswerer: Answerer {
    mutating func beginBatch() {}
    mutating func endBatch() {}

    static func answer(_ message: some Sequence<UInt8>) -> [UInt8]? {
        let bytes = Array(message)
        switch bytes[0] & 7 {
        case 0: return nil
        case 1: return [UInt8](repeating: bytes[1], count: 4096)
        default: return bytes
        }
    }

    mutating func respond(
        to query: UnsafeRawBufferPointer, into response: UnsafeMutableRawBufferPointer,
        from client: ClientAddress, over transport: TransportProtocol, at now: UInt32
    ) -> Int {
        guard let answer = UnevenAnswerer.answer(query) else { return 0 }
        response.copyBytes(from: answer)
        return answer.count
    }
}
