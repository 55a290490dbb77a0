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
    if !image.treatsClientsApart, let query = PlainQuery(packet) {
        let length = PlainAnswer(query: query, packet: packet, out: out).write(
            isTCP: isTCP, image: image, verdicts: verdicts, counters: counters, state: &state)
        if length > 0 {
            counters.add(isTCP ? .tcpQueries : .udpQueries)
            if !client.isV4 { counters.add(.ipv6) }
            if query.hasEDNS { counters.add(.edns) }
            return length
        }
    }
    return answerAnything(
        packet, into: out, from: client, isTCP: isTCP, at: now, image: image, verdicts: verdicts,
        counters: counters, state: &state)
}

/// Answers one query of any kind, as `answer` does, which knows a short way for most.
@inline(never)
package func answerAnything(
    _ packet: ByteView, into out: ByteSink, from client: ClientAddress, isTCP: Bool,
    at now: UInt32, image: ServingImage, verdicts: VerdictTable, counters: CounterPage,
    state: inout AnsweringState
) -> Int {
    counters.add(isTCP ? .tcpQueries : .udpQueries)
    if !client.isV4 { counters.add(.ipv6) }
    // Parsed where it stays: copying a query would cost as much as reading it.
    var response = Response(into: out, image: image, verdicts: verdicts, counters: counters)
    let outcome = response.query.parse(packet)
    if case .silent = outcome {
        counters.add(.dropped)
        return 0
    }
    if response.query.hasEDNS { counters.add(.edns) }
    var rcode = verdict(outcome, response.query, isTCP: isTCP, image: image)
    if response.query.optionsBytes > 0, (rcode?.rawValue ?? 0) == 0 {
        response.options = ResponseOptions(
            response.query, from: client, isTCP: isTCP, at: now, image: image)
    }
    let rules = image.hasClientRules ? image.rules(for: client) : .none
    if rules.isRefused {
        counters.add(.accessRefused)
        // A cookie alone, which would be NOERROR, is not given either.
        if (rcode?.rawValue ?? 0) == 0 { rcode = .refused }
    }
    let isKnown = response.options.clientIsKnown
    let udpBytes = isKnown ? image.udpBytes : image.udpBytesWithoutCookie
    let room =
        isTCP
        ? Header.maximumBytes
        : min(
            response.query.udpPayloadBytes,
            response.query.hasEDNS ? udpBytes : Header.plainUDPBytes)
    // Over TCP there is room for options behind all but the largest RRsets; they give way to those.
    response.writer.begin(
        response.query, from: packet, maximumBytes: room,
        optionBytes: isTCP ? 0 : response.options.bytes)
    response.client = client
    if let rcode {
        response.writer.rcode = rcode
        if rules.isRefused, rcode == .refused { response.extendedError = .prohibited }
    } else {
        let name = packet.slice(Header.bytes, response.query.nameBytes)
        if !response.answerMeta(name) { response.answerQuestion(name, &state) }
    }
    if image.hasRateLimit, !isTCP, !isKnown, !rules.isUnlimited,
        response.exceedsLimit(of: client, at: now, state.rates)
    {
        guard response.slips(&state.random) else { return 0 }
    }
    return response.finish(packet)
}

/// The code that settles a query without a look at its question; nil: the question is to be answered.
@inline(__always)
private func verdict(
    _ outcome: ParseOutcome, _ query: borrowing Query, isTCP: Bool, image: ServingImage
) -> RCode? {
    if case .error(let rcode) = outcome, rcode.rawValue != 0 { return rcode }
    if query.optionsBytes > 0,
        ResponseOptions.areMalformed(query, isTCP: isTCP, image: image)
    {
        return .formatError
    }
    if case .question = outcome { return nil }
    // Nothing but a cookie is asked for (RFC 7873 §5.4).
    return image.hasCookies ? .noError : .formatError
}
