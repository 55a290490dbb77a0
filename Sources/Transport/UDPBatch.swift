// The memory of one UDP worker, laid out once: what recvmmsg fills and what sendmmsg sends.
//
//     queries    64 slots of 4,096 bytes     names     64 senders
//     responses  64 slots of 4,096 bytes     controls  64 addresses that were asked
//     received[i] ─▶ queries[i], names[i], controls[i]
//     sent[k]     ─▶ responses[k], and the name and control of the query it answers
//
// Silence takes no place among the messages to send: response k answers some query i >= k. (A
// message of no bytes would not be skipped but sent, as an empty datagram.)

import CSterna
import DNSWire
import Glibc

/// Up to 64 queries and their responses.
@safe
struct UDPBatch: ~Copyable {
    /// Messages for each system call: beyond this many a call costs nothing that matters.
    static let capacity = 64
    /// The longest query taken whole; a longer one is cut, and is then malformed.
    ///
    /// As much as `edns.size` may promise: the OPT of a response says what this server takes
    /// (RFC 6891 §6.2.5).
    static let queryBytes = 4_096
    /// The longest response over UDP, whatever size the client offers.
    static let responseBytes = 4_096

    // Slots begin an odd number of cache lines apart: multiples of a page would all
    // compete for the same few places in the processor's cache.
    private static let queryStride = queryBytes + 64
    private static let responseStride = responseBytes + 64
    private static let controlStride = Int(STERNA_CONTROL_BYTES)

    private static let headerBytes = unsafe MemoryLayout<sterna_message>.stride
    private static let vectorBytes = unsafe MemoryLayout<sterna_vector>.stride
    private static let slotBytes =
        queryStride + responseStride + controlStride + socketNameBytes
        + 2 * (headerBytes + vectorBytes)
    private static let pageBytes = capacity * slotBytes

    private let pages: UnsafeMutableRawPointer
    private let queries: UnsafeMutableRawPointer
    private let responses: UnsafeMutableRawPointer
    private let names: UnsafeMutableRawPointer
    private let controls: UnsafeMutableRawPointer
    private let received: UnsafeMutablePointer<sterna_message>
    private let sent: UnsafeMutablePointer<sterna_message>
    private let responseVectors: UnsafeMutablePointer<sterna_vector>
    private let wantsDestination: Bool
    /// Responses staged for sending.
    private(set) var staged = 0

    /// Lays the memory out; nil if there is none.
    ///
    /// `wantsDestination`: the socket is of all addresses, and each response has to leave from the
    /// one that was asked.
    init?(wantsDestination: Bool) {
        guard let pages = unsafe Pages.map(bytes: Self.pageBytes) else { return nil }
        let count = Self.capacity
        unsafe self.pages = pages
        self.wantsDestination = wantsDestination
        unsafe queries = pages
        unsafe responses = unsafe queries + count * Self.queryStride
        unsafe controls = unsafe responses + count * Self.responseStride
        unsafe names = unsafe controls + count * Self.controlStride
        let headers = unsafe names + count * socketNameBytes
        unsafe received = unsafe headers.bindMemory(to: sterna_message.self, capacity: 2 * count)
        unsafe sent = unsafe received + count
        let vectors = unsafe UnsafeMutableRawPointer(sent + count)
            .bindMemory(to: sterna_vector.self, capacity: 2 * count)
        unsafe responseVectors = unsafe vectors + count

        for index in 0..<count {
            unsafe vectors[index] = unsafe sterna_vector(
                base: queries + index * Self.queryStride, length: Self.queryBytes)
            unsafe received[index].name = unsafe names + index * socketNameBytes
            unsafe received[index].vectors = unsafe vectors + index
            unsafe received[index].vector_count = 1
            unsafe responseVectors[index].base =
                unsafe responses + index * Self.responseStride
            unsafe sent[index].vectors = unsafe responseVectors + index
            unsafe sent[index].vector_count = 1
            prepareToReceive(index)
        }
    }

    deinit { unsafe Pages.unmap(pages, bytes: Self.pageBytes) }

    /// Restores what the kernel changed in a slot's header.
    private func prepareToReceive(_ index: Int) {
        unsafe received[index].name_length = socklen_t(socketNameBytes)
        guard wantsDestination else { return }
        unsafe received[index].control = unsafe controls + index * Self.controlStride
        unsafe received[index].control_length = Self.controlStride
    }

    /// Receives queries, blocking for the first if `waiting`; returns how many, or minus an errno.
    func receive(from socket: CInt, waiting: Bool) -> Int {
        unsafe Int(sterna_recvmmsg(socket, received, UInt32(Self.capacity), waiting ? 1 : 0))
    }

    /// Readies the first slots for the next `receive`.
    func recycle(_ count: Int) {
        for index in 0..<count { prepareToReceive(index) }
    }

    /// The query in a slot.
    func query(_ index: Int) -> UnsafeRawBufferPointer {
        let length = unsafe min(Int(received[index].length), Self.queryBytes)
        return unsafe UnsafeRawBufferPointer(
            start: queries + index &* Self.queryStride, count: length)
    }

    /// Who sent the query in a slot; nil if there is nobody to answer.
    func client(_ index: Int) -> ClientAddress? {
        let name = unsafe UnsafeRawPointer(names + index &* socketNameBytes)
        // Port 0 cannot be sent to: a forged sender.
        guard let client = unsafe ClientAddress(socketName: name), client.port != 0 else {
            return nil
        }
        return client
    }

    /// Where the next response is to be written.
    var nextResponse: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(
            start: responses + staged &* Self.responseStride, count: Self.responseBytes)
    }

    /// Stages what was written to `nextResponse` as the answer to the query in a slot.
    mutating func stage(_ length: Int, inReplyTo index: Int) {
        unsafe responseVectors[staged].length = min(length, Self.responseBytes)
        unsafe sent[staged].name = unsafe received[index].name
        unsafe sent[staged].name_length = unsafe received[index].name_length
        if wantsDestination {
            let bytes = unsafe sterna_reply_from_destination(&received[index])
            unsafe sent[staged].control =
                unsafe bytes > 0 ? received[index].control : nil
            unsafe sent[staged].control_length = bytes
        }
        staged &+= 1
    }

    /// Sends all staged responses; what the kernel refuses is lost, as UDP permits.
    mutating func send(over socket: CInt) {
        var next = 0
        var wait: CInt = 1
        // Ends: every round sends or gives up a response, but for those that a signal interrupts,
        // and after the first of these no call waits.
        while next < staged {
            let count = unsafe sterna_sendmmsg(socket, sent + next, UInt32(staged - next), wait)
            if count > 0 {
                next += Int(count)
            } else if count == -EINTR {
                wait = 0
            } else {
                // No buffer, no route, a firewall's veto: it concerns the first message only.
                next += 1
            }
        }
        staged = 0
    }
}
