import CLDNS
import DNSWire

/// Owns one record of libldns and frees it.
///
/// One object, one thread: libldns keeps nothing global, and this type is not `Sendable`.
struct LibraryRecord: ~Copyable {
    private let handle: UnsafeMutablePointer<ldns_rr>

    /// Longest rdata in text that libldns takes, in bytes (its LDNS_MAX_PACKETLEN, with room to spare).
    static let textLimit = 65_000

    /// Reads `. 0 IN TYPE RDATA`, one line without comments.
    init(line: String) throws(LibraryError) {
        var record: UnsafeMutablePointer<ldns_rr>?
        let status = ldns_rr_new_frm_str(&record, line, 0, nil, nil)
        guard status == LDNS_STATUS_OK, let record else { throw LibraryError(status) }
        handle = record
    }

    /// Reads rdata from the wire; nil when libldns finds it malformed.
    init?(type: RRType, rdata: [UInt8]) {
        let number = [UInt8(type.rawValue >> 8), UInt8(truncatingIfNeeded: type.rawValue)]
        let length = [UInt8(rdata.count >> 8 & 0xFF), UInt8(truncatingIfNeeded: rdata.count)]
        let wire = [0] + number + [0, 1, 0, 0, 0, 0] + length + rdata
        var record: UnsafeMutablePointer<ldns_rr>?
        var position = 0
        let status = ldns_wire2rr(&record, wire, wire.count, &position, LDNS_SECTION_ANSWER)
        guard let record else { return nil }
        guard status == LDNS_STATUS_OK, position == wire.count else {
            if status == LDNS_STATUS_OK { ldns_rr_free(record) }
            return nil
        }
        handle = record
    }

    deinit { ldns_rr_free(handle) }

    /// Uncompressed wire form.
    var rdata: [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<ldns_rr_rd_count(handle) {
            guard let field = ldns_rr_rdf(handle, index), let data = ldns_rdf_data(field) else {
                continue
            }
            bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: ldns_rdf_size(field)))
        }
        return bytes
    }
}

/// What libldns says when it refuses something.
struct LibraryError: Error, CustomStringConvertible {
    let description: String

    init(_ status: ldns_status) {
        guard let text = ldns_get_errorstr_by_id(status) else {
            description = "status \(status.rawValue)"
            return
        }
        description = String(cString: text)
    }
}
