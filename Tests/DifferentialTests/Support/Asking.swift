/// Queries sent to one server over sockets of the tests' own.
struct Asking {
    let port: UInt16

    /// Queries under way at a time.
    private static let window = 64
    /// How often a query is sent before the server counts as silent.
    private static let attempts = 3
    /// How long a batch may take, in milliseconds, before what is missing is sent again.
    private static let milliseconds: CInt = 1500
    /// Queries over one TCP connection.
    private static let queriesPerConnection = 512

    /// The response to each query, in the order asked; nil where there was none.
    func overUDP(_ queries: [Query]) throws -> [[UInt8]?] {
        let socket = try Loopback(isStream: false)
        guard socket.connect(port: port) else { throw Failure("no UDP to port \(port)") }
        var replies: [[UInt8]?] = []
        replies.reserveCapacity(queries.count)
        for start in stride(from: 0, to: queries.count, by: Asking.window) {
            let batch = queries[start..<min(start + Asking.window, queries.count)]
            var waiting = Dictionary(uniqueKeysWithValues: batch.map { ($0.number, $0) })
            var arrived: [UInt16: [UInt8]] = [:]
            for _ in 0..<Asking.attempts where !waiting.isEmpty {
                for query in batch where waiting[query.number] != nil { socket.send(query.wire) }
                while !waiting.isEmpty,
                    let reply = socket.receive(milliseconds: Asking.milliseconds)
                {
                    guard let number = reply.number, waiting[number] != nil else { continue }
                    waiting[number] = nil
                    arrived[number] = reply
                }
            }
            replies += batch.map { arrived[$0.number] }
        }
        return replies
    }

    /// The same over TCP, many queries on a connection, sent before the first reply is read.
    func overTCP(_ queries: [Query]) throws -> [[UInt8]?] {
        var replies: [[UInt8]?] = []
        replies.reserveCapacity(queries.count)
        for start in stride(from: 0, to: queries.count, by: Asking.queriesPerConnection) {
            let end = min(start + Asking.queriesPerConnection, queries.count)
            replies += try overOneConnection(queries[start..<end])
        }
        return replies
    }

    private func overOneConnection(_ queries: ArraySlice<Query>) throws -> [[UInt8]?] {
        let socket = try Loopback(isStream: true)
        guard socket.connect(port: port) else { throw Failure("no TCP to port \(port)") }
        var arrived: [UInt16: [UInt8]] = [:]
        var stream: [UInt8] = []
        for start in stride(from: queries.startIndex, to: queries.endIndex, by: Asking.window) {
            let batch = queries[start..<min(start + Asking.window, queries.endIndex)]
            socket.send(batch.flatMap { $0.wire.framed })
            let wanted = arrived.count + batch.count
            while arrived.count < wanted {
                guard let bytes = socket.receive(milliseconds: Asking.milliseconds) else { break }
                stream += bytes
                var position = 0
                while stream.count - position >= 2 {
                    let length = Int(stream[position]) << 8 | Int(stream[position + 1])
                    guard stream.count - position - 2 >= length else { break }
                    let reply = Array(stream[position + 2..<position + 2 + length])
                    if let number = reply.number { arrived[number] = reply }
                    position += 2 + length
                }
                stream.removeFirst(position)
            }
        }
        return queries.map { arrived[$0.number] }
    }
}

extension [UInt8] {
    /// The number of a message.
    var number: UInt16? { count >= 2 ? UInt16(self[0]) << 8 | UInt16(self[1]) : nil }

    /// The message as TCP carries it (RFC 1035 §4.2.2).
    var framed: [UInt8] { UInt16(truncatingIfNeeded: count).bytes + self }
}

extension UInt16 {
    /// In network order.
    var bytes: [UInt8] { [UInt8(self >> 8), UInt8(truncatingIfNeeded: self)] }
}
