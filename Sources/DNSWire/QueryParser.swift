/// Reads a query where it lies (RFC 1035 §4.1, RFC 6891 §6.1.1, RFC 9619).
extension Query {
    /// Most records looked at behind the question, so that a crowded packet costs a bounded time.
    ///
    /// A query has an OPT, and perhaps a TSIG or SIG(0); more is nobody's business.
    @usableFromInline static let maximumExtraRecords = 8

    /// Fills in `self` from `packet`.
    package mutating func parse(_ packet: ByteView) -> ParseOutcome {
        guard packet.count >= Header.bytes else { return .silent }
        id = packet.u16(0)
        flags = packet.u16(2)
        // A response to a response would let two servers talk for ever.
        guard flags & Header.responseBit == 0 else { return .silent }
        switch opcode {
        case .query: break
        case .notify, .update: return .error(.refused)
        default: return .error(.notImplemented)
        }
        let questions = packet.u16(4)
        guard questions <= 1 else { return .error(.formatError) }
        if questions == 1 {
            guard parseQuestion(packet) else { return .error(.formatError) }
        }
        guard packet.u16(Header.answerCountOffset) == 0 else { return .error(.formatError) }
        let authority = Int(packet.u16(Header.authorityCountOffset))
        // IXFR carries the client's SOA there (RFC 1995 §3).
        guard authority == 0 || type == .ixfr else { return .error(.formatError) }
        let extra = authority &+ Int(packet.u16(Header.additionalCountOffset))
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
        var offset = Header.bytes
        var labels = 0
        while true {
            guard offset < packet.count else { return false }
            let length = Int(packet.byte(offset))
            if length == 0 { break }
            guard length <= Name.maximumLabelBytes else { return false }
            offset &+= 1 &+ length
            labels &+= 1
            guard offset &- Header.bytes < Name.maximumBytes else { return false }
        }
        guard offset &+ 5 <= packet.count else { return false }
        nameBytes = offset &+ 1 &- Header.bytes
        labelCount = labels
        type = RRType(rawValue: packet.u16(offset &+ 1))
        rrClass = packet.u16(offset &+ 3)
        questionEnd = offset &+ 5
        return true
    }

    /// Reads one record behind the question and remembers it if it is the OPT.
    private mutating func parseExtraRecord(
        _ packet: ByteView, _ offset: inout Int, isAdditional: Bool
    ) -> Bool {
        let start = offset
        guard skipName(packet, &offset), offset &+ 10 <= packet.count else { return false }
        let recordType = RRType(rawValue: packet.u16(offset))
        let dataBytes = Int(packet.u16(offset &+ 8))
        let data = offset &+ 10
        guard dataBytes <= packet.count &- data else { return false }
        if recordType == .opt {
            // Additional, owned by the root, and there is only one (RFC 6891 §6.1.1).
            guard isAdditional, packet.byte(start) == 0, !hasEDNS else { return false }
            hasEDNS = true
            udpPayloadBytes = max(Int(packet.u16(offset &+ 2)), Header.plainUDPBytes)
            ednsVersion = packet.byte(offset &+ 5)
            dnssecOK = packet.byte(offset &+ 6) & 0x80 != 0
            optionsOffset = data
            optionsBytes = dataBytes
            let understands = ednsVersion == 0
            guard options.read(packet.slice(data, dataBytes), understands: understands) else {
                return false
            }
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
