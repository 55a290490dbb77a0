/// Reads a query where it lies (RFC 1035 §4.1, RFC 6891 §6.1.1, RFC 9619).
extension Query {
    /// Most records looked at behind the question, so that a crowded packet costs a bounded time.
    ///
    /// A query has an OPT, and perhaps a TSIG or SIG(0); more is nobody's business.
    @usableFromInline static let maximumExtraRecords = 8

    /// Fills in `self` from `packet`.
    package mutating func parse(_ packet: ByteView) -> ParseOutcome {
        guard packet.count >= Header.bytes else { return .silent }
        // Checked once; what stands at fixed places in it needs no more.
        let header = packet.slice(0, Header.bytes)
        id = header.u16(0)
        flags = header.u16(2)
        // A response to a response would let two servers talk for ever.
        guard flags & Header.responseBit == 0 else { return .silent }
        switch opcode {
        case .query: break
        case .notify, .update: return .error(.refused)
        default: return .error(.notImplemented)
        }
        let questions = header.u16(4)
        guard questions <= 1 else { return .error(.formatError) }
        if questions == 1 {
            guard parseQuestion(packet) else { return .error(.formatError) }
        }
        guard header.u16(Header.answerCountOffset) == 0 else { return .error(.formatError) }
        let authority = Int(header.u16(Header.authorityCountOffset))
        // IXFR carries the client's SOA there (RFC 1995 §3).
        guard authority == 0 || type == .ixfr else { return .error(.formatError) }
        let extra = authority &+ Int(header.u16(Header.additionalCountOffset))
        guard extra <= Query.maximumExtraRecords else { return .error(.formatError) }
        var offset = max(questionEnd, Header.bytes)
        for index in 0..<extra {
            guard parseExtraRecord(packet, &offset, isAdditional: index >= authority) else {
                return .error(.formatError)
            }
        }
        guard !hasEDNS || ednsVersion == 0 else { return .error(.badVersion) }
        guard questions == 0 else { return .question }
        return .error(options.hasCookie ? .noError : .formatError)
    }

    /// Reads name, type and class; a question's name is never compressed.
    private mutating func parseQuestion(_ packet: ByteView) -> Bool {
        guard let (end, labels) = packet.nameEnd(from: Header.bytes), end &+ 4 <= packet.count
        else { return false }
        nameBytes = end &- Header.bytes
        labelCount = labels
        let fixed = packet.slice(end, 4)
        type = RRType(rawValue: fixed.u16(0))
        rrClass = fixed.u16(2)
        questionEnd = end &+ 4
        return true
    }

    /// Reads one record behind the question and remembers it if it is the OPT.
    private mutating func parseExtraRecord(
        _ packet: ByteView, _ offset: inout Int, isAdditional: Bool
    ) -> Bool {
        let start = offset
        guard offset < packet.count else { return false }
        if packet.byte(offset) == 0 {
            offset &+= 1
        } else if !skipName(packet, &offset) {
            return false
        }
        guard offset &+ 10 <= packet.count else { return false }
        let fixed = packet.slice(offset, 10)
        let recordType = RRType(rawValue: fixed.u16(0))
        let dataBytes = Int(fixed.u16(8))
        let data = offset &+ 10
        guard dataBytes <= packet.count &- data else { return false }
        if recordType == .opt {
            // Additional, owned by the root, and there is only one (RFC 6891 §6.1.1).
            guard isAdditional, packet.byte(start) == 0, !hasEDNS else { return false }
            hasEDNS = true
            udpPayloadBytes = max(Int(fixed.u16(2)), Header.plainUDPBytes)
            ednsVersion = fixed.byte(5)
            dnssecOK = fixed.byte(6) & 0x80 != 0
            optionsOffset = data
            optionsBytes = dataBytes
            let understands = ednsVersion == 0
            guard
                dataBytes == 0
                    || options.read(packet.slice(data, dataBytes), understands: understands)
            else { return false }
        }
        offset = data &+ dataBytes
        return true
    }

    /// Moves behind a name that may end in a compression pointer.
    private func skipName(_ packet: ByteView, _ offset: inout Int) -> Bool {
        let start = offset
        while offset < packet.count, offset &- start < Name.maximumBytes {
            let length = Int(packet.byte(offset))
            if length == 0 {
                offset &+= 1
                return true
            }
            if length >= 0xC0 {
                offset &+= 2
                return offset <= packet.count
            }
            guard length <= Name.maximumLabelBytes else { return false }
            offset &+= 1 &+ length
        }
        return false
    }
}
