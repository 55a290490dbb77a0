import CSterna
import Glibc

/// Messages of one batch with a buffer each: what recvmmsg and sendmmsg work on.
final class UDPBuffers {
    let capacity: Int
    let room: Int
    let messages: UnsafeMutablePointer<sterna_message>
    private let vectors: UnsafeMutablePointer<sterna_vector>
    private let bytes: UnsafeMutableRawPointer
    private let names: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - room: bytes of each buffer.
    ///   - named: whether to keep the senders' addresses, to answer them.
    init(capacity: Int, room: Int, named: Bool = false) {
        self.capacity = capacity
        self.room = room
        messages = .allocate(capacity: capacity)
        vectors = .allocate(capacity: capacity)
        bytes = .allocate(byteCount: capacity * room, alignment: 64)
        names = .allocate(byteCount: capacity * Int(STERNA_NAME_BYTES), alignment: 8)
        for index in 0..<capacity {
            (vectors + index).initialize(
                to: sterna_vector(base: bytes + index * room, length: room))
            var message = sterna_message()
            message.vectors = vectors + index
            message.vector_count = 1
            if named {
                message.name = names + index * Int(STERNA_NAME_BYTES)
                message.name_length = UInt32(STERNA_NAME_BYTES)
            }
            (messages + index).initialize(to: message)
        }
    }

    deinit {
        messages.deallocate()
        vectors.deallocate()
        bytes.deallocate()
        names.deallocate()
    }

    /// The buffer of a message.
    func buffer(_ index: Int) -> UnsafeMutableRawPointer { bytes + index * room }

    /// What was received in a message.
    func received(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: buffer(index), count: Int(messages[index].length))
    }

    /// Sets how many bytes of a buffer are to be sent.
    func setLength(_ index: Int, _ count: Int) { vectors[index].length = count }

    /// Makes a message ready to receive the next datagram.
    func clear(_ index: Int) {
        vectors[index].length = room
        if messages[index].name != nil { messages[index].name_length = UInt32(STERNA_NAME_BYTES) }
    }
}
