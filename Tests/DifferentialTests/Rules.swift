/// What every response of Sterna keeps to, whatever others do.
enum Rules {
    /// The rules that a response breaks.
    static func broken(by reply: Reply, to query: Query, isStream: Bool) -> [String] {
        var faults: [String] = []
        func require(_ holds: Bool, _ rule: String) {
            if !holds { faults.append(rule) }
        }
        let end = 12 + query.question.count
        require(reply.bytes.number == query.number, "another number (RFC 1035 §4.1.1)")
        require(
            reply.bytes.count >= end && Array(reply.bytes[12..<end]) == query.question,
            "the question is not echoed bit for bit (RFC 1035 §7.3)")
        require(
            reply.bytes[4...5].elementsEqual([0, 1]), "not one question (RFC 9619)")
        require(reply.otherFlags & 0x8000 != 0, "no QR (RFC 1035 §4.1.1)")
        require(reply.otherFlags & 0x7800 == 0, "another opcode (RFC 1035 §4.1.1)")
        require(
            (reply.otherFlags & 0x0100 != 0) == query.isRecursionDesired,
            "RD is not copied (RFC 1035 §4.1.1)")
        require(reply.otherFlags & 0x0080 == 0, "RA in an authoritative server's response")
        require(reply.otherFlags & 0x0040 == 0, "Z is not zero (RFC 1035 §4.1.1)")
        require(
            (reply.edns != nil) == (query.edns != nil),
            "OPT without being asked, or none though asked (RFC 6891 §6.1.1, §7)")
        if !isStream {
            require(
                reply.bytes.count <= query.udpBytes,
                "\(reply.bytes.count) bytes, more than asked for (RFC 6891 §6.2.5)")
        } else {
            require(!reply.isTruncated, "TC over TCP (RFC 7766 §8)")
        }
        let sections = [reply.answer, reply.authority, reply.additional]
        require(
            sections.allSatisfy { Set($0).count == $0.count },
            "a record twice in a section (RFC 2181 §5)")
        require(
            areInOrder(reply.answer),
            "an alias does not stand behind the one that leads to it (RFC 1034 §4.3.2 step 3)")
        if reply.answer.isEmpty, reply.isAuthoritative, !reply.isTruncated,
            [0, 3].contains(reply.rcode)
        {
            require(
                reply.authority.contains { $0.contains("\tSOA\t") },
                "a negative answer without SOA (RFC 2308 §2)")
        }
        return faults
    }

    /// Whether each CNAME but the first has the name to which the one before leads.
    private static func areInOrder(_ answer: [String]) -> Bool {
        let aliases = answer.map(RecordText.init).filter { $0.type == "CNAME" }
        return zip(aliases, aliases.dropFirst()).allSatisfy { $0.rdata == $1.owner }
    }
}
