import CLDNS

/// A response as libldns understands it, which shares no code with any of the three servers but NSD.
struct Reply {
    /// With the upper bits that EDNS carries (RFC 6891 §6.1.3).
    let rcode: Int
    let isAuthoritative: Bool
    let isTruncated: Bool
    /// The other bits of the header: QR, opcode, RD, RA, Z, AD and CD.
    let otherFlags: UInt16
    /// Version and DO of the OPT; nil without one.
    let edns: String?
    let answer: [String]
    let authority: [String]
    let additional: [String]
    let bytes: [UInt8]

    struct Rejection: Error, CustomStringConvertible {
        let description: String
    }

    /// Decodes a response.
    ///
    /// - Throws: `Rejection` when libldns does not take it.
    init(_ bytes: [UInt8]) throws {
        var packet: UnsafeMutablePointer<ldns_pkt>?
        let status = ldns_wire2pkt(&packet, bytes, bytes.count)
        guard status == LDNS_STATUS_OK, let packet, bytes.count >= 12 else {
            let text = ldns_get_errorstr_by_id(status).map { String(cString: $0) }
            throw Rejection(description: text ?? "status \(status.rawValue)")
        }
        defer { ldns_pkt_free(packet) }
        rcode =
            Int(ldns_pkt_get_rcode(packet).rawValue)
            | Int(ldns_pkt_edns_extended_rcode(packet)) << 4
        isAuthoritative = ldns_pkt_aa(packet) != 0
        isTruncated = ldns_pkt_tc(packet) != 0
        otherFlags = (UInt16(bytes[2]) << 8 | UInt16(bytes[3])) & 0xF9F0
        edns =
            ldns_pkt_edns(packet) == 0
            ? nil
            : "version \(ldns_pkt_edns_version(packet)), "
                + (ldns_pkt_edns_do(packet) == 0 ? "no DO" : "DO")
        answer = Reply.lines(ldns_pkt_answer(packet))
        authority = Reply.lines(ldns_pkt_authority(packet))
        additional = Reply.lines(ldns_pkt_additional(packet))
        self.bytes = bytes
    }

    /// The records of a section in the order sent.
    private static func lines(_ records: UnsafeMutablePointer<ldns_rr_list>?) -> [String] {
        guard let records else { return [] }
        return (0..<ldns_rr_list_rr_count(records)).map { line(ldns_rr_list_rr(records, $0)) }
    }

    /// One record in canonical form, so that spelling does not matter (RFC 4034 §6.2).
    private static func line(_ record: UnsafeMutablePointer<ldns_rr>?) -> String {
        ldns_rr2canonical(record)
        guard let text = ldns_rr2str(record) else { return "a record that cannot be printed" }
        defer { free(text) }
        return String(cString: text).filter { $0 != "\n" }
    }

    static func rcodeName(_ rcode: Int) -> String {
        switch rcode {
        case 0: "NOERROR"
        case 1: "FORMERR"
        case 2: "SERVFAIL"
        case 3: "NXDOMAIN"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        case 6: "YXDOMAIN"
        case 9: "NOTAUTH"
        case 16: "BADVERS"
        case 23: "BADCOOKIE"
        default: "RCODE\(rcode)"
        }
    }

    /// All of it in a few lines, for reports.
    var text: String {
        var words = [Reply.rcodeName(rcode)]
        if isAuthoritative { words.append("AA") }
        if isTruncated { words.append("TC") }
        words.append("other flags \(String(otherFlags, radix: 16))")
        words.append(edns.map { "EDNS \($0)" } ?? "no EDNS")
        words.append("\(bytes.count) bytes")
        var text = words.joined(separator: ", ")
        let sections = [("answer", answer), ("authority", authority), ("additional", additional)]
        for (name, records) in sections where !records.isEmpty {
            for record in records.prefix(8) { text += "\n      \(name) \(record)" }
            if records.count > 8 { text += "\n      … \(records.count) in all" }
        }
        return text
    }
}
