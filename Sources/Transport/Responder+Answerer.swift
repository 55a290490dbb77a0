package import Answering

extension Responder: Answerer {}

extension AnsweringThreads {
    /// Starts threads that answer with the real thing.
    ///
    /// The call stands in this module so that the compiler makes a copy of the loops for
    /// `Responder`: generic code called from another module would look its methods up per query.
    package static func startResponders(
        udp: [CInt],
        tcp: [CInt],
        udpOptions: UDPOptions = UDPOptions(),
        tcpLimits: TCPLimits = TCPLimits(),
        makeResponder: @escaping @Sendable (Int) -> Responder
    ) throws(TransportError) -> AnsweringThreads {
        try start(
            udp: udp, tcp: tcp, udpOptions: udpOptions, tcpLimits: tcpLimits,
            makeAnswerer: makeResponder)
    }
}
