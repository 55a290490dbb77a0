import CLDNS
import DNSWire
import Glibc

/// A response as libldns understands it: a judge that shares no code with Sterna.
final class JudgedMessage {
    private let packet: UnsafeMutablePointer<ldns_pkt>

    struct Rejection: Error, CustomStringConvertible {
        var description: String
    }

    init(_ wire: [UInt8]) throws {
        var packet: UnsafeMutablePointer<ldns_pkt>?
        let status = ldns_wire2pkt(&packet, wire, wire.count)
        guard status == LDNS_STATUS_OK, let packet else {
            throw Rejection(description: JudgedMessage.text(of: status))
        }
        self.packet = packet
    }

    deinit { ldns_pkt_free(packet) }

    var rcode: String {
        let value =
            Int(ldns_pkt_get_rcode(packet).rawValue)
            | Int(ldns_pkt_edns_extended_rcode(packet)) << 4
        return JudgedMessage.rcodes[value] ?? "RCODE\(value)"
    }

    var flags: Set<String> {
        let all = [
            ("aa", ldns_pkt_aa(packet)), ("tc", ldns_pkt_tc(packet)), ("rd", ldns_pkt_rd(packet)),
            ("ra", ldns_pkt_ra(packet)), ("ad", ldns_pkt_ad(packet)), ("cd", ldns_pkt_cd(packet)),
            ("do", ldns_pkt_edns_do(packet)),
        ]
        return Set(all.filter { $0.1 != 0 }.map(\.0))
    }

    var isResponse: Bool { ldns_pkt_qr(packet) != 0 }
    var hasEDNS: Bool { ldns_pkt_edns(packet) != 0 }
    var udpBytes: Int { Int(ldns_pkt_edns_udp_size(packet)) }

    var answer: [String] { JudgedMessage.lines(ldns_pkt_answer(packet)) }
    var authority: [String] { JudgedMessage.lines(ldns_pkt_authority(packet)) }
    var additional: [String] { JudgedMessage.lines(ldns_pkt_additional(packet)) }

    static let rcodes = [
        0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED",
        6: "YXDOMAIN", 9: "NOTAUTH",
        16: "BADVERS",
    ]

    private static func lines(_ records: UnsafeMutablePointer<ldns_rr_list>?) -> [String] {
        guard let records else { return [] }
        return (0..<ldns_rr_list_rr_count(records)).map { line(ldns_rr_list_rr(records, $0)) }
            .sorted()
    }

    /// One record in canonical form, so that spelling does not matter (RFC 4034 §6.2).
    private static func line(_ record: UnsafeMutablePointer<ldns_rr>?) -> String {
        ldns_rr2canonical(record)
        guard let text = ldns_rr2str(record) else { return "" }
        defer { free(text) }
        return String(cString: text).filter { $0 != "\n" }
    }

    /// What a record written down by hand looks like among `answer`.
    static func canonical(_ text: String) throws -> String {
        var record: UnsafeMutablePointer<ldns_rr>?
        let status = ldns_rr_new_frm_str(&record, text, 0, nil, nil)
        guard status == LDNS_STATUS_OK else {
            throw Rejection(description: "\(text): \(JudgedMessage.text(of: status))")
        }
        defer { ldns_rr_free(record) }
        return line(record)
    }

    private static func text(of status: ldns_status) -> String {
        ldns_get_errorstr_by_id(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
    }
}
