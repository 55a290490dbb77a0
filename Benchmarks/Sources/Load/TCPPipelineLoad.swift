import CSterna
import Glibc

/// Asks over a few TCP connections that stay open, many queries outstanding on each.
package final class TCPPipelineLoad: @unchecked Sendable {
    private let port: UInt16
    private let questions: QuestionSet
    private let depth: Int
    private var cursor = 0
    private var result = LoadResult()
    private var connections: [Connection] = []
    private var framed: [UInt8] = []

    /// How long a connection may say nothing, in nanoseconds; what is outstanding on it is then lost.
    private static let patience: UInt64 = 2_000_000_000

    private struct Connection {
        var file: CInt
        /// Questions by the ID of their query; -1: none is outstanding.
        var waiting: [Int]
        var outstanding = 0
        var lastHeard: UInt64
        var length = 0
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
    }

    /// - Parameter depth: queries outstanding on each connection; as many IDs are in use.
    package init(port: UInt16, questions: QuestionSet, depth: Int) {
        self.port = port
        self.questions = questions
        self.depth = depth
    }

    /// Keeps every connection full of queries for so long.
    ///
    /// - Throws: `LoadError` when a server cannot be connected to.
    package func closed(connections count: Int, seconds: Double) throws(LoadError) -> LoadResult {
        result = LoadResult()
        connections = []
        for _ in 0..<count { connections.append(try connect()) }
        let start = nanoseconds()
        let end = start + UInt64(seconds * 1e9)
        for index in connections.indices { fill(index) }
        var now = start
        while now < end {
            for index in connections.indices { try advance(index, now, refill: true) }
            now = nanoseconds()
        }
        result.duration = now - start
        let last = now + TCPPipelineLoad.patience
        while now < last, connections.contains(where: { $0.outstanding > 0 }) {
            for index in connections.indices { try advance(index, now, refill: false) }
            now = nanoseconds()
        }
        for connection in connections {
            result.lost += connection.outstanding
            close(connection.file)
        }
        return result
    }

    private func connect() throws(LoadError) -> Connection {
        Connection(
            file: try LoopbackSocket.tcp(to: port), waiting: Array(repeating: -1, count: depth),
            lastHeard: nanoseconds())
    }

    /// Asks as many as there are free IDs, with one system call.
    private func fill(_ index: Int) {
        framed.removeAll(keepingCapacity: true)
        for id in 0..<depth where connections[index].waiting[id] < 0 {
            let message = questions.message(cursor)
            framed.append(UInt8(message.count >> 8))
            framed.append(UInt8(message.count & 0xFF))
            framed.append(UInt8(id >> 8))
            framed.append(UInt8(id & 0xFF))
            framed += message[2...]
            connections[index].waiting[id] = cursor
            connections[index].outstanding += 1
            result.sent += 1
            cursor = cursor + 1 == questions.count ? 0 : cursor + 1
        }
        guard !framed.isEmpty else { return }
        // A few kilobytes into an empty send buffer: never partly.
        _ = send(connections[index].file, framed, framed.count, CInt(MSG_NOSIGNAL))
    }

    private func advance(_ index: Int, _ now: UInt64, refill: Bool) throws(LoadError) {
        let length = connections[index].length
        let file = connections[index].file
        let count = connections[index].bytes.withUnsafeMutableBytes { bytes in
            recv(
                file, bytes.baseAddress.map { $0 + length }, bytes.count - length,
                CInt(MSG_DONTWAIT))
        }
        if count > 0 {
            connections[index].length += count
            connections[index].lastHeard = now
            take(index)
            return
        }
        // What was answered since the last look is asked for at once: a client that waits for half a
        // window meets servers that wait for its acknowledgment (RFC 896).
        if count < 0, refill, connections[index].outstanding < depth {
            fill(index)
            return
        }
        let isSilent = now &- connections[index].lastHeard > TCPPipelineLoad.patience
        guard count == 0 || isSilent, refill else { return }
        // Some servers close a connection after so many queries.
        result.lost += connections[index].outstanding
        close(file)
        connections[index] = try connect()
        fill(index)
    }

    /// Takes the whole messages that have arrived.
    private func take(_ index: Int) {
        var start = 0
        let length = connections[index].length
        while length - start >= 2 {
            let bytes = connections[index].bytes
            let size = Int(bytes[start]) << 8 | Int(bytes[start + 1])
            guard length - start >= 2 + size else { break }
            if size >= QueryMessage.headerBytes {
                let id = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
                if id < depth, connections[index].waiting[id] >= 0 {
                    let question = connections[index].waiting[id]
                    connections[index].waiting[id] = -1
                    connections[index].outstanding -= 1
                    let isRight = bytes.withUnsafeBytes { all in
                        questions.isRight(
                            UnsafeRawBufferPointer(rebasing: all[(start + 2)..<(start + 2 + size)]),
                            to: question)
                    }
                    if isRight { result.answered += 1 } else { result.wrong += 1 }
                }
            }
            start += 2 + size
        }
        guard start > 0 else { return }
        connections[index].bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            memmove(base, base + start, length - start)
        }
        connections[index].length = length - start
    }
}
