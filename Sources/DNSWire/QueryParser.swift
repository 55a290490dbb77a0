/// Reads a query where it lies (RFC 1035 §4.1, RFC 6891 §6.1.1, RFC 8945 §5.2, RFC 9619).
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
        case .notify, .update: return settle(packet, .refused)
        default: return settle(packet, .notImplemented)
        }
        let questions = header.u16(4)
        guard questions <= 1 else { return settle(packet, .formatError) }
        if questions == 1 {
            guard parseQuestion(packet) else { return .error(.formatError) }
        }
        guard header.u16(Header.answerCountOffset) == 0 else { return settle(packet, .formatError) }
        let authority = Int(header.u16(Header.authorityCountOffset))
        // IXFR carries the client's SOA there (RFC 1995 §3).
        guard authority == 0 || type == .ixfr else { return settle(packet, .formatError) }
        let extra = authority &+ Int(header.u16(Header.additionalCountOffset))
        guard extra <= Query.maximumExtraRecords else { return .error(.formatError) }
        var offset = max(questionEnd, Header.bytes)
        for index in 0..<extra {
            guard
                parseExtraRecord(
                    packet, &offset, isAdditional: index >= authority, isLast: index &+ 1 == extra)
            else { return .error(.formatError) }
        }
        guard !hasEDNS || ednsVersion == 0 else { return .error(.badVersion) }
        guard signature == nil else { return .error(.notAuthorized) }
        guard questions == 0 else { return .question }
        return .error(options.hasCookie ? .noError : .formatError)
    }

    /// Settles a message without a look at what it asks for; only its OPT and its TSIG are looked up.
    ///
    /// A responder that knows EDNS says so in every response to a query that has an OPT, and answers an unknown
    /// version with BADVERS (RFC 6891 §6.1.1, §6.1.3, §7). A message that cannot be walked to its end, whatever
    /// its opcode makes of it, keeps its code.
    private mutating func settle(_ packet: ByteView, _ rcode: RCode) -> ParseOutcome {
        let isWhole = findOPT(packet)
        if hasEDNS, ednsVersion != 0 { return .error(.badVersion) }
        if isWhole, signature != nil, rcode == .refused { return .error(.notAuthorized) }
        return .error(rcode)
    }

    /// Walks over all sections; false when there is too much in them, or they do not end where they should.
    private mutating func findOPT(_ packet: ByteView) -> Bool {
        let questions = Int(packet.u16(4))
        let early =
            Int(packet.u16(Header.answerCountOffset))
            &+ Int(packet.u16(Header.authorityCountOffset))
        let records = early &+ Int(packet.u16(Header.additionalCountOffset))
        guard questions &+ records <= 1 &+ Query.maximumExtraRecords else { return false }
        var offset = Header.bytes
        for _ in 0..<questions {
            guard skipName(packet, &offset), offset &+ 4 <= packet.count else { return false }
            offset &+= 4
        }
        for index in 0..<records {
            guard
                parseExtraRecord(
                    packet, &offset, isAdditional: index >= early, isLast: index &+ 1 == records)
            else { return false }
        }
        return true
    }

    /// Reads name, type and class; a question's name is never compressed.
    @inline(__always)
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

    /// Reads one record behind the question and remembers it if it is the OPT or the TSIG.
    private mutating func parseExtraRecord(
        _ packet: ByteView, _ offset: inout Int, isAdditional: Bool, isLast: Bool
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
        } else if recordType == .tsig {
            // Additional, and the last record of all, so there is only one (RFC 8945 §5.1, §5.2).
            guard isAdditional, isLast,
                let found = QuerySignature(
                    packet, owner: start, head: offset, data: data..<data &+ dataBytes)
            else { return false }
            signature = found
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
