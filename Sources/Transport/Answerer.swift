package import DNSWire

/// Whatever answers queries for one thread: the real `Responder`, or an echo in tests.
///
/// Sockets are tested with a small answerer of their own, and answers without a socket. Threads
/// never share an answerer; each makes its own.
package protocol Answerer: ~Copyable, SendableMetatype {
    /// Looks for newer data; called once before the queries of a batch are answered. Cheap.
    mutating func beginBatch()

    /// Says that nothing shared is held any more; called before every call that may block.
    mutating func endBatch()

    /// Whether it pays to announce the queries of this batch before they are answered.
    var wantsAnnouncements: Bool { get }

    /// Takes note of a query of this batch, so that what it needs is in reach when it is answered.
    mutating func announce(_ query: UnsafeRawBufferPointer, as index: Int)

    /// Says that the first `count` queries have been announced.
    mutating func fetchAnnounced(_ count: Int)

    /// Writes the response to one query and returns its length in bytes; 0: stay silent.
    ///
    /// `response.count` is the largest response that may be sent. The two buffers never overlap.
    /// `now` is in Unix seconds.
    mutating func respond(
        to query: UnsafeRawBufferPointer,
        into response: UnsafeMutableRawBufferPointer,
        from client: ClientAddress,
        over transport: TransportProtocol,
        at now: UInt32
    ) -> Int
}

extension Answerer where Self: ~Copyable {
    package var wantsAnnouncements: Bool { false }
    package mutating func announce(_ query: UnsafeRawBufferPointer, as index: Int) {}
    package mutating func fetchAnnounced(_ count: Int) {}
}
