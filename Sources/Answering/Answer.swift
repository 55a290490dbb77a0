package import DNSWire
package import Serving

/// Answers one query: bytes and state in, bytes out (RFC 1034 §4.3.2).
///
/// Everything that decides the response is an argument; UDP, TCP, tests, fuzzers and benchmarks call
/// this same function.
///
/// - Parameters:
///   - packet: one message, without the length that TCP puts before it.
///   - out: where the response goes; it must not overlap `packet`, and holds at least 512 bytes.
///   - now: seconds since 1970.
/// - Returns: the length of the response; 0 when there must be none.
package func answer(
    _ packet: ByteView, into out: ByteSink, from client: ClientAddress,
    over transport: TransportProtocol, at now: UInt32, image: ServingImage, verdicts: VerdictTable,
    counters: CounterPage, state: inout AnsweringState
) -> Int {
    let isTCP = if case .tcp = transport { true } else { false }
    counters.add(isTCP ? .tcpQueries : .udpQueries)
    if !client.isV4 { counters.add(.ipv6) }
    var query = Query()
    let outcome = query.parse(packet)
    if case .silent = outcome {
        counters.add(.dropped)
        return 0
    }
    if query.hasEDNS { counters.add(.edns) }
    let room =
        isTCP
        ? Header.maximumBytes
        : min(query.udpPayloadBytes, query.hasEDNS ? image.udpBytes : Header.plainUDPBytes)
    let writer = ResponseWriter(query, from: packet, into: out, maximumBytes: room)
    var response = Response(
        query: query, image: image, verdicts: verdicts, counters: counters, writer: writer)
    if case .error(let rcode) = outcome {
        response.writer.rcode = rcode
    } else if !isServed(query) {
        response.writer.rcode = .refused
    } else {
        let name = packet.slice(Header.bytes, query.nameBytes)
        response.answerQuestion(name, &state)
    }
    return response.finish()
}

/// Whether a question of this class and type can be answered here at all.
///
/// Class IN alone; of the meta types only ANY. The rest of the protocol issue has its place here:
/// CHAOS names, transfers.
private func isServed(_ query: Query) -> Bool {
    query.rrClass == RRClass.in && (!query.type.isMeta || query.type == .any)
}
