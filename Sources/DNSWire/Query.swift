/// One parsed query; offsets point into the packet.
package struct Query {
    package var id: UInt16 = 0
    package var flags: UInt16 = 0
    package var opcode: Opcode { Opcode(rawValue: (flags & Header.opcodeMask) >> 11) }
    /// Bytes of the question's name, its root label included; it starts at `Header.bytes`.
    package var nameBytes = 0
    /// Labels of the question's name without the root's.
    package var labelCount = 0
    package var type = RRType(rawValue: 0)
    package var rrClass: UInt16 = 0
    /// Where the question ends; 0: there is none to echo.
    package var questionEnd = 0

    package var hasEDNS = false
    package var ednsVersion: UInt8 = 0
    /// What the client says it can take over UDP (RFC 6891 §6.2.3); at least 512 once parsed.
    package var udpPayloadBytes = Header.plainUDPBytes
    package var dnssecOK = false
    /// Where the options of the OPT record lie.
    package var optionsOffset = 0
    package var optionsBytes = 0
    /// The options that this server knows.
    package var options = QueryOptions()
    /// The TSIG record, which is the last one; nil: the message is not signed.
    package var signature: QuerySignature?

    package init() {}
}

/// What parsing made of a packet.
package enum ParseOutcome {
    /// A question to answer.
    case question
    /// Not to be answered at all: a response, or less than a header.
    case silent
    /// To be answered with this code and, where `questionEnd` is not 0, the question.
    ///
    /// NOERROR: there is no question, but a cookie is asked for (RFC 7873 §5.4).
    case error(RCode)
}
