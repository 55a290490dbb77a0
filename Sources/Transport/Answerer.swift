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
