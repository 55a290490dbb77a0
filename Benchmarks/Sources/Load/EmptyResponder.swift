import CSterna
import Glibc

/// The limit: answers each query with the same address, looking nothing up.
///
/// It walks to the end of the question, drops what follows, and adds one A record. One thread,
/// batches of 64, no state.
package enum EmptyResponder {
    /// Largest batch, as Sterna's.
    private static let batch = 64
    /// A pointer to the question, A, IN, TTL 60, 192.0.2.1.
    private static let record: [UInt8] = [
        0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
    ]

    /// Answers until the process is ended.
    package static func run(port: UInt16) throws(LoadError) -> Never {
        let file = try LoopbackSocket.responder(on: port)
        let buffers = UDPBuffers(capacity: batch, room: 512, named: true)
        while true {
            for index in 0..<batch { buffers.clear(index) }
            let received = sterna_recvmmsg(file, buffers.messages, UInt32(batch), 1)
            guard received > 0 else { continue }
            for index in 0..<Int(received) { answer(buffers, index) }
            var sent: CInt = 0
            while sent < received {
                let more = sterna_sendmmsg(
                    file, buffers.messages + Int(sent), UInt32(received - sent), 1)
                guard more > 0 else { break }
                sent += more
            }
        }
    }

    private static func answer(_ buffers: UDPBuffers, _ index: Int) {
        let query = buffers.received(index)
        let bytes = buffers.buffer(index)
        var end = QueryMessage.headerBytes
        while end < query.count, query[end] != 0 { end += 1 + Int(query[end]) }
        end += 5
        guard end <= query.count, end + record.count <= buffers.room else {
            buffers.setLength(index, 0)
            return
        }
        bytes.storeBytes(of: 0x84, toByteOffset: 2, as: UInt8.self)
        bytes.storeBytes(of: 0, toByteOffset: 3, as: UInt8.self)
        bytes.storeBytes(of: UInt16(1).bigEndian, toByteOffset: 6, as: UInt16.self)
        bytes.storeBytes(of: 0, toByteOffset: 8, as: UInt32.self)
        for (offset, byte) in record.enumerated() {
            bytes.storeBytes(of: byte, toByteOffset: end + offset, as: UInt8.self)
        }
        buffers.setLength(index, end + record.count)
    }
}
