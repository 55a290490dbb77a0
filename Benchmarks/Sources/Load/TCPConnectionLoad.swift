import CSterna
import Glibc

/// Asks one query on each TCP connection: connect, ask, read, close.
///
/// One thread; a fixed number of connections is open at any time. The client closes, in the ordinary
/// way, from eight addresses in turn, so that ports in TIME_WAIT are not needed before the kernel
/// lets go of them.
package final class TCPConnectionLoad: @unchecked Sendable {
    private let port: UInt16
    private let questions: QuestionSet
    private var cursor = 0
    private var opened: UInt32 = 0
    private var result = LoadResult()
    private var connections: [Connection] = []

    /// How long an answer may take, in nanoseconds.
    private static let patience: UInt64 = 2_000_000_000
    /// Failures to connect after which a load ends.
    private static let maximumFailures = 1000

    private struct Connection {
        var file: CInt = -1
        var question = 0
        var openedAt: UInt64 = 0
        var length = 0
        var bytes = [UInt8](repeating: 0, count: 2048)
    }

    package init(port: UInt16, questions: QuestionSet) {
        self.port = port
        self.questions = questions
    }

    /// Keeps so many connections open, for so long.
    ///
    /// - Throws: `LoadError` when connections fail over and over.
    package func closed(connections count: Int, seconds: Double) throws(LoadError) -> LoadResult {
        result = LoadResult()
        connections = (0..<count).map { _ in Connection() }
        let start = nanoseconds()
        let end = start + UInt64(seconds * 1e9)
        var now = start
        while now < end {
            for index in connections.indices { try advance(index, now) }
            now = nanoseconds()
        }
        // What is still open goes without being counted.
        for connection in connections where connection.file >= 0 { close(connection.file) }
        result.duration = now - start
        return result
    }

    /// So many connections one after the other, waiting asleep for each answer.
    ///
    /// - Throws: `LoadError` when connections fail over and over.
    package func oneByOne(count: Int) throws(LoadError) -> LoadResult {
        result = LoadResult()
        connections = [Connection()]
        for _ in 0..<count {
            try open(0, nanoseconds())
            guard connections[0].file >= 0 else { continue }
            LoopbackSocket.limitWaiting(connections[0].file, milliseconds: 5000)
            while connections[0].file >= 0 {
                guard read(0, flags: 0, nanoseconds()) else {
                    result.lost += 1
                    shut(0)
                    break
                }
            }
        }
        return result
    }

    private func advance(_ index: Int, _ now: UInt64) throws(LoadError) {
        guard connections[index].file >= 0 else {
            try open(index, now)
            return
        }
        if read(index, flags: CInt(MSG_DONTWAIT), now) { return }
        if now &- connections[index].openedAt > TCPConnectionLoad.patience {
            result.lost += 1
            shut(index)
        }
    }

    private func open(_ index: Int, _ now: UInt64) throws(LoadError) {
        opened += 1
        let source: UInt32 = 0x7F00_0100 + opened % 8
        let file: CInt
        do throws(LoadError) {
            file = try LoopbackSocket.tcp(to: port, from: source)
        } catch {
            result.lost += 1
            guard result.lost < TCPConnectionLoad.maximumFailures else { throw error }
            return
        }
        let message = questions.message(cursor)
        connections[index].file = file
        connections[index].question = cursor
        connections[index].openedAt = now
        connections[index].length = 0
        cursor = cursor + 1 == questions.count ? 0 : cursor + 1
        result.sent += 1
        let framed = [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
        _ = Glibc.send(file, framed, framed.count, CInt(MSG_NOSIGNAL))
    }

    /// Reads what there is, and closes the connection behind a whole answer or an end.
    ///
    /// - Returns: whether anything was read, an end included.
    private func read(_ index: Int, flags: CInt, _ now: UInt64) -> Bool {
        let length = connections[index].length
        let file = connections[index].file
        let count = connections[index].bytes.withUnsafeMutableBytes { bytes in
            recv(file, bytes.baseAddress.map { $0 + length }, bytes.count - length, flags)
        }
        guard count != 0 else {
            result.lost += 1
            shut(index)
            return true
        }
        guard count > 0 else { return false }
        connections[index].length += count
        let have = connections[index].length
        let outcome: Bool? = connections[index].bytes.withUnsafeBytes { bytes in
            guard have >= 2 else { return nil }
            let size = Int(bytes[0]) << 8 | Int(bytes[1])
            guard have >= size + 2 else { return nil }
            guard bytes[2] == 0, bytes[3] == 0 else { return false }
            return questions.isRight(
                UnsafeRawBufferPointer(rebasing: bytes[2..<(size + 2)]),
                to: connections[index].question)
        }
        guard let outcome else { return true }
        if outcome {
            result.answered += 1
            result.latencies.record(nanoseconds() &- connections[index].openedAt)
        } else {
            result.wrong += 1
        }
        shut(index)
        return true
    }

    private func shut(_ index: Int) {
        close(connections[index].file)
        connections[index].file = -1
    }
}
